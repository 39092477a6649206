"""A large archive: day files as `collect` leaves them, and an index that is made of them."""

import hashlib
import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orch_events.archive import reindex
from orch_events.archive.days import day_of, day_path

JOBS_A_DAY = 50
NODES_A_JOB = 250
NODES = 5000
EVENTS_A_DAY = JOBS_A_DAY * (2 * NODES_A_JOB + 1)

_BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
_TASKS = ("", "facts", "package", "service", "puppet_conf")
_MEMBER_BYTES = 1 << 16


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
