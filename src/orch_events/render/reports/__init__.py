"""Reports on jobs: values in, lines or one JSON object out.

sheet       what a report is written on, and what all of them have in common
bars        bars, one a line or a line of them
failures    what did not get done, and why
summary     what a job amounts to
compare     two jobs side by side
"""
