"""An archive of a few jobs, for the tests of commands that read one."""

from pathlib import Path
from typing import Any

from orch_events.archive import open_archive
from tests.archive.made import record
from tests.build import event_at
from tests.fakes import FakeClock

WEB, DB = "web-1.example.com", "db-1.example.com"


def write_archive(directory: Path, origin: str = "demo") -> Path:
    """Write an archive: on one node each third job fails, on the other one does; there is a plan; one job goes on."""
    with open_archive(directory, origin, FakeClock()) as archive:
        for job in range(1, 10):
            key, begin = str(job), 60 * job
            created = f"2016-05-05T18:{job:02}:00Z"
            options: dict[str, Any] = {"task": "facts"} | ({"plan_job": 9} if job == 9 else {})
            archive.append_record(key, record(key, created=created, **options))
            why = "the disk is full" * (job % 3 == 0)
            web, db = "failed" if job % 3 == 0 else "finished", "errored" if job == 5 else "finished"
            archive.append(key, [
                event_at(10 * job, "node_running", WEB, at=begin),
                event_at(10 * job + 1, "node_running", DB, at=begin),
                event_at(10 * job + 2, f"node_{web}", WEB, at=begin + 20, message=why),
                event_at(10 * job + 3, f"node_{db}", DB, at=begin + 5, message="Timed out\x1b" * (db == "errored")),
            ])  # fmt: skip
            archive.append_record(key, record(key, "finished", created, **options))
            archive.note(key, 10 * job + 4, done=True)
        archive.append_record("plan:9", record("9", "success", plan_name="deploy"))
        archive.append(
            "plan:9", [event_at(95, "task_start", None, at=900), event_at(96, "plan_finished", None, at=990)]
        )
        archive.append_record("10", record("10", created="2016-05-05T19:30:00Z"))
        archive.append("10", [event_at(99, "node_running", WEB, at=1800)])
        archive.commit()
    return directory
