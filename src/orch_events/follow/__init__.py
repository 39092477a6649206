"""Following jobs: from a source of pages and records to a stream of updates (`job.updates`).

The follower polls its source, asks the cursor which events are new, applies them to a `JobState` and yields updates. It
never sleeps: it yields a Pause, and the scheduler sleeps.

source       JobSource: the interface of a server, a recording, or a test's script
follower     Follower: one job, from its first event to its end
cursor       which events are new, in what order they come out, and where the next request starts
reorder      puts events in the order of their ids
seen_ids     which ids were seen, in bounded memory
end_of_job   when a job is over, and how much silence that takes
record_poll  the job's record, and what is said where it can't be had
retry        RetryPolicy, Outage: which errors are retried, how long, after which delays
scheduler    the polling interval; several followers in one thread
pool         hundreds of followers in one thread
discovery    which jobs a server has that were not known before
checkpoint   where to resume, in a file
state_file   the same for a whole server, where there is no archive
"""
