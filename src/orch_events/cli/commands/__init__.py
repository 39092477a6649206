"""The commands, a module for each. A module declares the options and prints nothing but through `App`.

list        the events so far
follow      the events so far, then live, until every job is over
jobs        recent jobs
summary     outcome, times, slowest nodes
failures    nodes that did not finish, grouped by cause
timeline    a Gantt chart of the nodes
compare     two jobs side by side
simulate    runs the simulator
doctor      checks configuration and connection
completion  the shells' completion scripts, and what they call on TAB
help        help of a command, or on a topic
"""
