"""Showing events: sinks that are pushed into.

renderer    what all of them have in common
table       for people
jobs        recent jobs, for people and for spreadsheets
machine     JSON Lines, one JSON array, CSV
timeline    when each node of a job began and ended, drawn
sieves      stand before another renderer and let through what is wanted
progress    the live line and the heartbeat, on stderr
closing     what is said at the end
checkup     the report of `doctor`
theme       colours and glyphs
text        what would act on a terminal, made visible
cells       how wide text is
stamp       how times are written
output      the way to stdout
"""
