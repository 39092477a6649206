"""The shapes that jobs have: what is fast for one of them may be slow for another.

burst      10,000 nodes again and again, all in one second
long       each event has a second of its own; each node is named twice, and all begin before the first ends
output     tasks that printed 2 to 200 KB each, half of it nested results
wide       names of 60 cells, with wide characters
errors     every second node fails, and the cause stands somewhere in what it printed
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from orch_events.simulator.script import format_timestamp

Item = Mapping[str, Any]

FIRST_ID = 100_000
NODES = 10_000
_NAMES = ("web", "db", "mail", "cache")
_METRICS = ("total", "failed", "changed", "skipped", "restarted", "scheduled", "out_of_sync", "failed_to_restart",
            "corrective_change")  # fmt: skip
_LINE = "Mar 05 10:00:00 host app[%d]: request 4711 handled in 12 ms, status 200, path /api/v1/items\n"
_LOG = """\x1b[0;32mInfo: Using configured environment 'production'\x1b[0m
\x1b[0;32mInfo: Retrieving pluginfacts\x1b[0m
\x1b[1;31mError: Could not retrieve catalog from remote server: Error 500 on SERVER: no hiera data for ntp::%d\x1b[0m
\x1b[1;31mError: Could not retrieve catalog; skipping run\x1b[0m
"""
_EXITED = {"msg": "The task errored with a code 1", "kind": "puppetlabs.tasks/task-error", "details": {"exitcode": 1}}


def name(number: int) -> str:
    """Return the name of a node."""
    return f"{_NAMES[number % 4]}{number:05}.example.com"


def wide_name(number: int) -> str:
    """Return a name of 60 cells."""
    return f"{_NAMES[number % 4]:x<7}-{number:05}.データベースサーバ.データベース.intern.example"


def event(number: int, kind: str, node: str, detail: object, at: float) -> Item:
    """Return an event of a node as the server has it."""
    message = f"Started puppet run on {node} ..." if kind == "running" else f"Puppet run {kind} on {node}"
    return {
        "id": str(FIRST_ID + number),
        "type": f"node_{kind}",
        "timestamp": format_timestamp(at),
        "details": {"node": node, "detail": detail},
        "message": message,
    }


def begun(number: int, node: str, at: float = 0.0) -> Item:
    """Return the event of a node that begins."""
    return event(number, "running", node, {"noop": False}, at)


def ended(number: int, node: str, at: float = 0.0) -> Item:
    """Return the event of a node whose Puppet run ends, a few of them badly."""
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
    return event(number, kind, node, detail, at)


def _burst(count: int) -> Iterator[Item]:
    for number in range(count):
        yield (ended if number % 2 else begun)(number, name(number // 2 % NODES))


def _long(count: int) -> Iterator[Item]:
    nodes = count // 2
    yield from (begun(number, name(number), number) for number in range(nodes))
    yield from (ended(number, name(number - nodes), number) for number in range(nodes, count))


def _output(count: int) -> Iterator[Item]:
    for number in range(count):
        lines = 10 + 930 * (number * 7919 % 1000) // 1000
        nested = [{"name": f"package-{place}", "held": [False, {"by": None}]} for place in range(lines)]
        yield event(number, "finished", name(number), {"_output": _LINE % number * lines, "packages": nested}, number)


def _wide(count: int) -> Iterator[Item]:
    for number in range(count):
        yield (ended if number % 2 else begun)(number, wide_name(number // 2 % NODES), number // 100)


def _errors(count: int) -> Iterator[Item]:
    for number in range(count):
        node, at = name(number // 2 % NODES), number // 10
        if number % 4 == 3:
            yield event(number, "failed", node, {"_output": _LOG % number, "_error": _EXITED}, at)
        else:
            yield (ended if number % 2 else begun)(number, node, at)


SHAPES: Mapping[str, Callable[[int], Iterator[Item]]] = {
    "burst": _burst,
    "long": _long,
    "output": _output,
    "wide": _wide,
    "errors": _errors,
}
"""Each makes so many events."""
