"""The answers that are measured: pages of events as the server writes them, and some that no server should write."""

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from orch_events.simulator.json_text import pretty
from orch_events.simulator.script import ScriptedEvent

Write = Callable[[str], str]

NODES = 10_000
EVENT_BYTES = 560
"""How long an event is on average, pretty-printed; a node has two."""

_CYCLE = 2 * NODES
_FIRST_ID = 100_000
_NAMES = ("web", "db", "mail", "cache")
_METRICS = ("total", "failed", "changed", "skipped", "restarted", "scheduled", "out_of_sync", "failed_to_restart",
            "corrective_change")  # fmt: skip


def moment(number: int, at: float = 0.0) -> ScriptedEvent:
    """Return the event of that number: a node begins, and then it ends, a few of them badly."""
    node = f"{_NAMES[number // 2 % 4]}{number // 2 % NODES:05}.example.com"
    if number % 2 == 0:
        return ScriptedEvent(at, number, "node_running", f"Started puppet run on {node} ...", node, {"noop": False})
    kind = "failed" if number % 100 == 1 else "errored" if number % 200 == 5 else "finished"
    detail = {
        "hash": f"{number:040x}",
        "noop": False,
        "status": "unchanged",
        "metrics": {name: 347 if name == "total" else 0 for name in _METRICS},
        "report-url": f"https://pe.example.com/#/cm/report/{number:040x}",
        "environment": "production",
        "configuration_version": "1462477809",
    }
    return ScriptedEvent(at, number, f"node_{kind}", f"Puppet run {kind} on {node}", node, detail)


def written_pretty(text: str) -> str:
    """Leave an event as the server writes it."""
    return text


def written_compact(text: str) -> str:
    """Write an event as some proxies do."""
    return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)


def many(path: Path, count: int, write: Write = written_pretty) -> Path:
    """Write a page of so many events of a job of `NODES` nodes, a cycle of texts again and again under new ids."""
    texts = [
        write(moment(number).text).replace(f'"{number}"', '"%d"', 1) for number in range(1, min(count, _CYCLE) + 1)
    ]
    between = ", " if write is written_pretty else ","
    cycles = [texts[: count - done] for done in range(0, count, _CYCLE)]
    ids = itertools.count(_FIRST_ID)
    runs = (between.join(cycle) % tuple(itertools.islice(ids, len(cycle))) for cycle in cycles)
    _write(path, (between * (place > 0) + run for place, run in enumerate(runs)))
    return path


def few(path: Path, details: list[object]) -> Path:
    """Write a page of an event of a node for each of these."""
    events = [
        {"id": str(_FIRST_ID + number), "type": "node_finished", "timestamp": "2016-05-05T19:50:08Z",
         "details": {"node": f"web{number + 1}.example.com", "detail": detail}, "message": ""}
        for number, detail in enumerate(details)
    ]  # fmt: skip
    _write(path, iter([", ".join(pretty(event, 1) for event in events)]))
    return path


def _write(path: Path, items: Iterator[str]) -> None:
    with path.open("w") as page:
        page.write('{ "next-events" : { "id" : "https://pe.example.com/orchestrator/v1/jobs/1/events?start=9" }, ')
        page.write('"items" : [ ')
        page.writelines(items)
        page.write(" ] }\n")
