"""Exit statuses that are neither a job's outcome (see `job`) nor an error's (see `errors`)."""

BUG = 70
TIMED_OUT = 124
SIGINT = 130
READER_GONE = 141
SIGTERM = 143
