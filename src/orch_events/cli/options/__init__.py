"""Options: each is defined once and means the same in every command.

Click parses what was typed; a command gets one value for each group of options, with the origin of each where that
matters. No code below this package uses click's context.

definitions  the groups of options that commands share
filters      those that choose what is read and shown
formats      those of the output's format
groups       the values that commands get: ConnectOptions, FilterOptions …
option       Option, its headings, and the decorator that makes a group of several
types        what an option's text may be: durations, regular expressions, ports …
job_ref      JobRef: what may be typed as JOB
"""
