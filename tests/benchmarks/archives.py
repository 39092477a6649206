"""What is measured of a large archive: day files as `collect` leaves them, and an index that is made of them.

ORCH_EVENTS_BENCHMARK_DAYS says how many days it has, 25,050 events each; 40 unless it is set, 400 for ten million.
"""

import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import BinaryIO

from orch_events.archive import open_archive, open_to_look, reindex, spans
from orch_events.archive.days import day_of, day_path
from orch_events.times import SystemClock
from tests.benchmarks.measure import OURS, Row, run

JOBS_A_DAY = 50
NODES_A_JOB = 250
NODES = 5000
EVENTS_A_DAY = JOBS_A_DAY * (2 * NODES_A_JOB + 1)

_BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
_TASKS = ("", "facts", "package", "service", "puppet_conf")
_JOB = 42
_GOAL_SECONDS = 0.3
_GOAL_SIZE = 0.15


def readings() -> Iterator[tuple[str, Callable[[], list[Row]]]]:
    """Yield a name, and what measures under it."""
    yield "an archive: `history`, its index, one of its jobs", _archive


def _archive() -> list[Row]:
    days = int(os.environ.get("ORCH_EVENTS_BENCHMARK_DAYS", "40"))
    with TemporaryDirectory() as folder:
        directory = Path(folder) / "events"
        name = f"archive of {write_archive(directory, days):,} events"
        _conclude(directory)
        zipped = sum(path.stat().st_size for path in directory.glob("*.gz"))
        index = sum(path.stat().st_size for path in directory.glob("index*"))
        read, own = _bytes_of_a_job(directory)
        return [
            _history(f"{name}: `history`", directory),
            _history(f"{name}: `history NODE`", directory, f"web{_JOB:04}"),
            _ratio(f"{name}: its index", "its day files, gzipped", index, zipped, _GOAL_SIZE),
            _ratio(f"{name}: unzipped for `archive:{_JOB}`", "the job's own lines", read, own, 1.0),
        ]


def _conclude(directory: Path) -> None:
    """Count all jobs as followed to their end, as `collect` does."""
    with open_archive(directory, "benchmark", SystemClock()) as archive:
        for job in archive.unfinished():
            archive.note(job, None, done=True)
        archive.commit()
        for _ in archive.upkeep(None, None):
            pass


def _history(name: str, directory: Path, *node: str) -> Row:
    words = [OURS, "history", *node, "--archive", str(directory)]
    costs = [run(words) for _ in range(5)]
    seconds, peak = median(cost.cpu for cost in costs), max(cost.peak for cost in costs)
    values = f"{seconds * 1000:.0f} ms of processor time / {_GOAL_SECONDS * 1000:.0f} ms"
    ratio = seconds / _GOAL_SECONDS
    return Row(
        name, "the time allowed, with the program's start", ratio, None, 1.0, values, f"{peak:.0f} MB", ratio <= 1.0
    )


def _ratio(name: str, against: str, ours: int, that: int, goal: float) -> Row:
    return Row(name, against, ours / that, None, goal, f"{ours:,} / {that:,} bytes", "", ours / that <= goal)


def _bytes_of_a_job(directory: Path) -> tuple[int, int]:
    """Return how many bytes are unzipped to read a job, and how many its lines have."""
    unzipped, read = spans.unzipped, list[int]()

    def counting(file: BinaryIO) -> Iterator[bytes]:
        for piece in unzipped(file):
            read.append(len(piece))
            yield piece

    spans.unzipped = counting
    try:
        with open_to_look(directory) as archive:
            own = sum(map(len, archive.lines(str(_JOB)).pieces()))
    finally:
        spans.unzipped = unzipped
    return sum(read), own


def write_archive(directory: Path, days: int) -> int:
    """Write an archive of so many days, and its index; return how many events it has."""
    directory.mkdir()
    for number in range(days):
        at = _BEGIN + timedelta(days=number)
        path = day_path(directory, day_of(at.timestamp()), zipped=True)
        with path.open("wb") as file:
            file.writelines(_zipped(_job(number * JOBS_A_DAY + job, at) for job in range(JOBS_A_DAY)))
    reindex(directory)
    return days * EVENTS_A_DAY


def _zipped(jobs: Iterator[bytes]) -> Iterator[bytes]:
    """Zip the lines of each job, as those are that are larger than a shared member."""
    for lines in jobs:
        zip_member = zlib.compressobj(6, zlib.DEFLATED, 31)
        yield zip_member.compress(lines) + zip_member.flush()


def _job(number: int, day: datetime) -> bytes:
    """Write the lines of a job: Puppet runs, or a task, in one of two environments."""
    began = day + timedelta(minutes=28 * (number % JOBS_A_DAY))
    task, environment = _TASKS[number % len(_TASKS)], "production" if number % 3 else "staging"
    lines = [_record(number, began, "running", task, environment)]
    first = 2 * NODES_A_JOB * number + number
    for place in range(NODES_A_JOB):
        lines += _run(number, first + 2 * place, (number * NODES_A_JOB + place) % NODES, began, task, environment)
    ended = f"{began + timedelta(minutes=20):%Y-%m-%dT%H:%M:%SZ}"
    over = {
        "id": str(first + 2 * NODES_A_JOB),
        "type": "job_finished",
        "timestamp": ended,
        "details": {},
        "message": "",
    }
    lines.append(f'{{"job":"{number}",{json.dumps(over, separators=(",", ":"))[1:]}')
    return "".join([f"{line}\n" for line in [*lines, _record(number, began, "finished", task, environment)]]).encode()


def _record(number: int, began: datetime, state: str, task: str, environment: str) -> str:
    url = f"https://pe.example.com:8143/orchestrator/v1/jobs/{number}"
    record: dict[str, object] = {
        "id": url, "name": str(number), "state": state, "command": "task" if task else "deploy",
        "type": "task" if task else "deploy", "options": {"task": task, "scope": {}} if task else {"scope": {}},
        "owner": {"login": "admin"}, "environment": {"name": environment}, "node_count": NODES_A_JOB,
        "created_timestamp": f"{began:%Y-%m-%dT%H:%M:%SZ}", "timestamp": f"{began:%Y-%m-%dT%H:%M:%SZ}",
        "report": {"id": f"{url}/report"}, "events": {"id": f"{url}/events"}, "nodes": {"id": f"{url}/nodes"},
    }  # fmt: skip
    return f'{{"job":"{number}","record":{json.dumps(record, separators=(",", ":"))}}}'


def _run(job: int, event: int, node: int, began: datetime, task: str, environment: str) -> list[str]:
    digest = hashlib.sha1(b"%d" % event, usedforsecurity=False).hexdigest()
    name, start = f"web{node:04}.example.com", began + timedelta(seconds=digest.count("a"))
    end = start + timedelta(seconds=20 + int(digest[:2], 16))
    state = (
        "failed" if digest < "05" or (node % 50 == 7 and digest < "40") else "errored" if digest > "fe" else "finished"
    )
    what = "task" if task else "puppet"
    detail = (
        f'{{"_output":"{digest}: {task} of {name}"}}' if task else
        f'{{"hash":"{digest}","noop":false,"status":"unchanged","metrics":{{"corrective_change":0,"out_of_sync":0,'
        f'"restarted":0,"skipped":0,"total":347,"changed":{len(digest.split("b"))},"failed_to_restart":0,"scheduled":0,"failed":0}},'
        f'"report-url":"https://pe.example.com/#/cm/report/{digest[::-1]}","environment":"{environment}",'
        f'"configuration_version":"{int(began.timestamp())}"}}'
    )  # fmt: skip
    return [
        _event(job, event, "running", start, name, '{"noop":false}', f"Started {what} run on {name} ..."),
        _event(job, event + 1, state, end, name, detail, f"Finished {what} run on node {name} - {state}"),
    ]


def _event(job: int, event: int, state: str, at: datetime, node: str, detail: str, message: str) -> str:
    return (
        f'{{"job":"{job}","id":"{event}","type":"node_{state}","timestamp":"{at:%Y-%m-%dT%H:%M:%SZ}","details":'
        f'{{"node":"{node}","detail":{detail}}},"message":"{message}"}}'
    )
