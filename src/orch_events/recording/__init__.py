"""Recordings: a job's events in a file, and a replay that serves them as a server would.

Bytes of a file or of standard input become events; a `Replay` of them is a source for a follower, without a server.

    with open_recording("352.jsonl.gz", stdin, warn) as recording:
        job = recording.job()
        Follower(job, Replay(recording, clock, speed), ...)

file     opens a recording and yields its bytes, gunzipped, as UTF-8
formats  detects the format (JSON Lines, one array, a saved response) and reads it
reader   Recording: which jobs are in it, and the events of each; reports what is damaged
replay   Replay: a recording as a source, all at once or at the speed it happened
"""

from orch_events.recording.reader import Recording, open_recording
from orch_events.recording.replay import Replay

__all__ = ["Recording", "Replay", "open_recording"]
