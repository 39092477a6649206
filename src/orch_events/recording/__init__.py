"""A recording of jobs' events as a source of them, without a server.

`file` opens one and gives its bytes, `kinds` finds out what they are and reads them (JSON Lines with `lines`),
`recording` tells whose events they are, `replay` lets them happen again.

    with open_recording("352.jsonl.gz", stdin, warn) as recording:
        job = recording.job()
        Follower(job, Replay(recording, clock, speed), ...)
"""

from orch_events.recording.reader import Recording, open_recording
from orch_events.recording.replay import Replay

__all__ = ["Recording", "Replay", "open_recording"]
