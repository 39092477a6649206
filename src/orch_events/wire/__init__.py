"""The server's formats, without I/O: bytes and JSON in, events and records out.

A response arrives in pieces of any size. `PageDecoder` turns them into events while they arrive; records are read from
whole bodies. Reading is lenient: unknown fields, types and states pass through unchanged.

page        PageDecoder: one response of the events endpoint, piece by piece
scanner     finds where a JSON value ends in a buffer that still grows
event       Event, the page's end, ids
job_key     the name that tells a job from another, and from a plan job
plan        what an event of a plan job says
detail      what a node reports in an event: output, error, cause of failure, changed resources, report URL
printed     text that a node printed: its colours, the line that tells why something failed
text        a text of many megabytes, decoded in pieces
records     JobRecord and NodeRecord: responses of /jobs, /jobs/:id and /jobs/:id/nodes
lines       JSON Lines, as recordings have them
lenient     JSON that a strict parser rejects: lone surrogates, bytes that are not UTF-8, huge numbers
vocabulary  every set of event types and states, once
"""
