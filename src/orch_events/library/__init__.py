"""What other programs use, and the command line too: servers and recordings as sources of jobs, read or followed.

servers       from settings to an open server: a configured one, or the built-in simulator
jobs          a job and its source; how a follower of it is made
followed      the followers of some jobs, and of those that plans among them start
loading       reads what is known of a job so far
orchestrator  the public part: `connect`, `read_recording`, and what these return
values        what they return, as frozen values with the names that the reports' JSON has

`orch_events` exports what is public, and `src/docs/library.md` documents it. Nothing here prints, handles signals or
changes its process: what is to be told goes to a callback.
"""
