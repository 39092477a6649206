"""Reports on jobs: values in, lines or one JSON object out.

sheet       what a report is written on, and what all of them have in common
failures    what did not get done, and why
"""
