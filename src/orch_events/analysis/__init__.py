"""Figures about a job: a `JobState` in, plain values out. Nothing here draws anything; `render` does.

progress    how a job ended or how far it is; the same for jobs that are being followed, and their slow nodes
durations   percentiles, histogram, how many ran at once
part        the part of a job's nodes that a report speaks of
summary     a job's times, slowest nodes and changed resources
failures    nodes that did not finish, grouped by cause
causes      error messages without what differs from node to node, so that like ones are equal
output      what each node printed, and which nodes printed the same
excerpt     the beginning and the end of long texts, up to a total
folding     names of nodes in short, as ClusterShell writes them
comparison  two jobs, node by node
job_report  a job as the reports in files tell it
trace       a plan, its jobs and their nodes as spans of time
timeline    nodes as bars on a time axis
rerun       the puppet command that runs a job again on some of its nodes
"""
