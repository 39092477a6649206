"""Output: events, figures and updates in; text, JSON, CSV, SVG and HTML out.

Everything that came from a server or a node is escaped here before it is written to a terminal.

events/    renderers of events: filters, the table, JSON Lines, JSON, CSV
reports/   the reports: summary, failures, compare, jobs
timeline/  the Gantt chart: for a terminal, as SVG, as HTML
toolkit/   what they are made of: escaping, themes, layout, bars, streams
messages   one-line messages on stderr: how a job ended, connection lost and restored
progress   the live progress line on stderr, or a heartbeat where stderr is no terminal
"""
