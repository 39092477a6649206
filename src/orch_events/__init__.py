"""See what a Puppet Enterprise orchestrator job does.

    wire        the server's formats: bytes and JSON in, events and records out
    job         what events and records amount to: node states, the end, the outcome; what a follower yields
    analysis    figures about a job: progress, durations, failures, comparisons
    client      a server over HTTP
    follow      one job from its first event to its end: polling, retries, checkpoints
    recording   a job's events in a file, to be read or replayed
    simulator   an orchestrator on a loopback port, with scripted jobs
    render      events and reports as text, JSON, CSV, SVG and HTML
    cli         the command line; the only room that uses click

    config.py   settings, and where each comes from
    errors.py   the error tree, with exit statuses
    times.py    durations, points in time, and the clock

Importing this package imports none of them. To use it as a library, start at

    client.client.Client              a server: jobs, records, nodes, events
    recording.open_recording, Replay  the same from a file
    follow.follower.Follower          yields `job.updates` for one job, from either
    follow.scheduler.interleave       runs several followers, and sleeps in between
    job.state.JobState                what is known of a job; its `outcome()`
    simulator.Simulator               a server to test against
"""

__version__ = "0.1.0"
