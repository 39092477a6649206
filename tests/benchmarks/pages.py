"""The answers that are measured: pages of events as the server writes them, and some that no server should write."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from orch_events.simulator.json_text import pretty
from orch_events.simulator.script import ScriptedEvent
from tests.benchmarks.shapes import NODES, SHAPES, Item, begun, ended, event, name

Write = Callable[[Item], str]

MANY, LARGE, HUGE = 100_000, 200_000, 1_000_000
_OUTPUTS = 1_600
"""How many events have 160 MB of output."""
_LINE = "Mar 05 10:00:00 host app[123]: request 4711 handled in 12 ms, status 200, path /api/v1/items\n"


def moment(number: int, at: float = 0.0) -> ScriptedEvent:
    """Return the event of that number for the simulator."""
    item = (ended if number % 2 else begun)(number, name(number // 2 % NODES), at)
    details = item["details"]
    return ScriptedEvent(at, number, item["type"], item["message"], details["node"], details["detail"])


def written_pretty(item: Item) -> str:
    """Write an event as the server does."""
    return pretty(item, 1)


def written_compact(item: Item) -> str:
    """Write an event as some proxies do."""
    return json.dumps(item, separators=(",", ":"), ensure_ascii=False)


def shaped(path: Path, shape: str, count: int, write: Write = written_pretty) -> Path:
    """Write a page of so many events of a shape."""
    return _write(path, map(write, SHAPES[shape](count)), "," if write is written_compact else ", ")


def few(path: Path, details: Iterable[object]) -> Path:
    """Write a page of an event of a node for each of these."""
    items = (event(number, "finished", name(number), detail, 0) for number, detail in enumerate(details))
    return _write(path, map(written_pretty, items))


def _write(path: Path, items: Iterable[str], between: str = ", ") -> Path:
    with path.open("w", encoding="utf-8") as page:
        page.write('{ "next-events" : { "id" : "https://pe.example.com/orchestrator/v1/jobs/1/events?start=9" }, ')
        page.write('"items" : [ ')
        page.writelines(f"{between if place else ''}{item}" for place, item in enumerate(items))
        page.write(" ] }\n")
    return path


def _nested() -> Iterator[object]:
    """Yield 400 results of 130 KB, many small objects in each."""
    for number in range(400):
        yield {"packages": [{"id": place, "held": [number, {"by": None}]} for place in range(1_600)]}


_ODD: Mapping[str, tuple[Callable[[], Iterable[object]], int]] = {
    "one event of 30 MB": (lambda: ["x" * 30_000_000], 53_500),
    "one event of 50,000 objects": (lambda: [[{"a": number, "b": {"c": [number]}} for number in range(50_000)]], 7_500),
    "strings full of braces": (lambda: ["}, {" * 2500] * 3000, 55_000),
    "nested objects in many events": (_nested, 130_000),
}
"""The details of the events, and how many events of a burst have as many bytes."""

ODD = tuple(_ODD)


def _odd(path: Path, name: str) -> Path:
    return few(path, _ODD[name][0]())


PAGES: Mapping[str, Callable[[Path], Path]] = {
    **{shape: partial(shaped, shape=shape, count=_OUTPUTS if shape == "output" else MANY) for shape in SHAPES},
    **{f"{shape}, compact": partial(shaped, shape=shape, count=_OUTPUTS if shape == "output" else MANY,
                                    write=written_compact) for shape in SHAPES},
    **{f"{shape}, {count:,}": partial(shaped, shape=shape, count=count)
       for shape in ("burst", "long") for count in (LARGE, HUGE)},
    **{name: partial(_odd, name=name) for name in _ODD},
    **{f"{name}, flat": partial(shaped, shape="burst", count=count) for name, (_, count) in _ODD.items()},
    "4 events": lambda path: few(path, [None] * 4),
    "one event of 50 MB": lambda path: few(path, [{"_output": _LINE * (50_000_000 // len(_LINE))}]),
    "200 MB, five groups": lambda path: few(
        path, ({"_output": f"group {number % 5}\n" + _LINE * 1_100} for number in range(2_000))),
}  # fmt: skip
"""Each page by its name, and what writes it."""
