"""What other programs use, and the command line too: servers and recordings as sources of jobs, read or followed.

servers       from settings to an open server: a configured one, or the built-in simulator
job_ref       JobRef: what names a job, a number or an URL
jobs          a job and its source; how a follower of it is made
recent        the newest jobs of a server
archived      jobs in an archive
followed      the followers of some jobs, and of those that plans among them start
loading       reads what is known of a job so far
collector     follows every job of a server
orchestrator  the public part: `connect`, `read_recording`, and the server that the first returns
following     the jobs that these lead to, read or followed
values        what they return, as frozen values with the names that the reports' JSON has

`orch_events` exports what is public, and `src/docs/library.md` documents it. Nothing here prints, handles signals or
changes its process: what is to be told goes to a callback.
"""
