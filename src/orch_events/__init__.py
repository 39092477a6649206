"""See what a Puppet Enterprise orchestrator job does.

The library's table of contents; none of it needs click or rich:

    events     Event, and what a page ends with
    page       PageDecoder: an answer's bytes in, events out
    records    the server's records of a job and its nodes
    recent     the newest jobs of a server
    job_name   JobName: what people call a job
    source     JobSource: anything that yields events, a record and nodes
    client     Client: a server as a source; background: reading that keeps nobody waiting
    job        JobState and Outcome: what events and records amount to
    follow     Follower: one job, from its first event to its end
    watch      several jobs at once
    happenings what the two tell
    patience   what is worth trying again, and for how long
    simulator  a server to try things on
    config     what is configured, and where from
    probe      the way to a server, step by step
"""

__version__ = "0.1.0"
