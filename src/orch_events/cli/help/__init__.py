"""Help: docstrings of commands and the texts of topics in, wrapped text out; and what is said of a usage error.

command    the classes of commands and of their group, which write their own help
formatter  wraps paragraphs and lists to the terminal's width
topics     the texts of `orch-events help TOPIC`
usage      click's usage errors in our words, with suggestions
"""
