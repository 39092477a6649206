"""What a job's events and records amount to.

Events and records go in, one by one; the state of each node, the end of the job and its outcome come out. Nothing here
does I/O or knows the time of day.

state    JobState: built up event by event
outcome  Outcome: how the job ended, and its exit status
nodes    the run of each node: its state, timestamps, cause of failure, changed resources
plan     PlanState: the same of a plan job
updates  what a follower yields: new events, lost connections, the end
"""
