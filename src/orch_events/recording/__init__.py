"""Recordings: a job's events in a file, and a replay that serves them as a server would.

Bytes of a file or of standard input become events; a `Replay` of them is a source for a follower, without a server.

    with open_recording("352.jsonl.gz", stdin, warn) as recording:
        job = recording.job()
        Follower(job, Replay(recording, clock, speed), ...)

file     opens a recording and yields its bytes, gunzipped, as UTF-8
formats  detects the format (JSON Lines, one array, a saved response) and reads it
checks   what is wrong with a recording: something else, two jobs, damage, no end
reader   Recording: which jobs are in it, and the events and the last record of each
replay   Replay: a recording as a source, all at once or at the speed it happened
snapshot Snapshot: a saved response of the nodes endpoint as a source
"""

from orch_events.recording.reader import Recording, open_recording
from orch_events.recording.replay import Replay

__all__ = ["Recording", "Replay", "open_recording"]
