"""What is measured: a work, what it is measured against, and what its goal is."""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

from tests.benchmarks import pages
from tests.benchmarks.measure import OURS, Cost, Row, run, shell

_LARGE = 200_000
_COLUMNS = 120
_FIELDS = "[.id, .timestamp, .type, .details.node, .message]"
_SELECT = 'select((.type == "node_failed" or .type == "node_errored") and (.details.node | startswith("web")))'
_TSV = f"-r '.items[] | {_FIELDS} | @tsv' | column -t -s$'\\t'"
_BARE = """
import sys
sys.modules["httpx._main"] = None
import click, httpx, msgspec
with httpx.Client(verify=False) as client:
    client.get(sys.argv[1])
"""
"""The least that a program can do that has our libraries, and asks once."""
_LEAST = """
import sys
sys.modules["httpx._main"] = None
import click, httpcore, httpx, msgspec
httpcore.HTTP11Connection.READ_NUM_BYTES = 1 << 18
cut = msgspec.json.Decoder(list[msgspec.Raw]).decode
between, rest = sys.argv[2].encode(), b""
out = open("/dev/null", "wb", 0)
with httpx.Client(verify=False) as client, client.stream("GET", sys.argv[1]) as answer:
    for piece in answer.iter_raw():
        rest = rest + piece if rest else piece[piece.index(b"[") + 1 :]
        end = rest.rfind(between)
        out.write(b"\\n".join(cut(msgspec.json.format(b"[%b}]" % rest[:end], indent=-1))))
        rest = rest[end + 2 :]
"""
"""The same for a large answer: read, compacted and cut into lines, and nothing known of an event, not even its id."""

Running = Callable[[], Cost]


class Work:
    """Something that we do, and what it is measured against.

    Args:
        name: what we do.
        against: what that is measured against.
        ours, other: run the two.
        goal: what the ratio may be at most; None where it is only of interest.
        peak: how many megabytes we may have at most.
        tools: what must be on the machine.
    """

    def __init__(self, name: str, against: str, ours: Running, other: Running, *, goal: float | None = None,
                 peak: float | None = None, tools: tuple[str, ...] = ()) -> None:  # fmt: skip
        self.name = name
        self.tools = tools
        self._against = against
        self._ours = ours
        self._other = other
        self._goal = goal
        self._peak = peak

    def measure(self, rounds: int) -> Row:
        """Run the two in turn, once to warm up and then so often."""
        self._ours()
        self._other()
        pairs = [(self._ours(), self._other()) for _ in range(rounds)]
        ours, other = (median(pair[side].wall for pair in pairs) for side in (0, 1))
        peaks = [max(pair[side].peak for pair in pairs) for side in (0, 1)]
        ratio = median(mine.wall / its.wall for mine, its in pairs)
        reached = (self._goal is None or ratio <= self._goal) and (self._peak is None or peaks[0] <= self._peak)
        sizes = f"{peaks[0]:.0f} / {peaks[1]:.0f} MB" + (f" (at most {self._peak:.0f})" if self._peak else "")
        return Row(self.name, self._against, ratio, self._goal, f"{_time(ours)} / {_time(other)}", sizes, reached)


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def write_pages(directory: Path) -> None:
    """Write the answers that the static server gives, each named like the job that it is of."""
    pages.many(directory / "1", _LARGE)
    pages.many(directory / "2", _LARGE, pages.written_compact)
    pages.many(directory / "3", 5 * _LARGE)
    pages.few(directory / "4", [None] * 4)
    pages.few(directory / "5", ["x" * 30_000_000])
    pages.few(directory / "6", [[{"a": number, "b": {"c": [number]}} for number in range(50_000)]])
    pages.few(directory / "7", ["}, {" * 2500] * 3000)
    line = "Mar 05 10:00:00 host app[123]: request 4711 handled in 12 ms, status 200, path /api/v1/items\n"
    pages.few(directory / "8", [{"_output": line * (50_000_000 // len(line))}])
    pages.few(directory / "9", [{"_output": line * (1_000_000 // len(line))}] * 50)
    for job in (5, 6, 7):
        pages.many(directory / f"{job}0", (directory / str(job)).stat().st_size // pages.EVENT_BYTES)


def works(url: str, tls_url: str, ca: str) -> Iterator[Work]:
    """Yield what is measured of commands that end by themselves."""
    yield from _against_jq(url)
    yield from _against_itself(url)
    yield from _reports(url)
    yield from _short_ones(url, tls_url, ca)


def _list(url: str, job: int, *options: str) -> list[str]:
    return [OURS, "list", str(job), "--service-url", url, *options]


def _jq(url: str, filters: str, job: int = 1, columns: int = 0) -> Running:
    return partial(run, shell(f"curl -s {url}/orchestrator/v1/jobs/{job}/events | jq {filters}"), columns=columns)


def _against_jq(url: str) -> Iterator[Work]:
    lines, tools = "-c '.items[]'", ("curl", "jq")
    yield Work("`list --json`, 200,000 events, pretty-printed", "curl, jq -c", partial(run, _list(url, 1, "--json")),
               _jq(url, lines), goal=0.18, peak=60, tools=tools)  # fmt: skip
    yield Work("`list --json`, 200,000 events, compact", "curl, jq -c", partial(run, _list(url, 2, "--json")),
               _jq(url, lines, 2), goal=0.12, peak=60, tools=tools)  # fmt: skip
    for job, name, between in ((1, "pretty-printed", '}, {\n    "id" : '), (2, "compact", '},{"id":')):
        page = f"{url}/orchestrator/v1/jobs/{job}/events"
        yield Work(f"`list --json`, 200,000 events, {name}", "the least that our libraries allow",
                   partial(run, _list(url, job, "--json")),
                   partial(run, [sys.executable, "-c", _LEAST, page, between]))  # fmt: skip
    selecting = partial(run, _list(url, 1, "--json", "--failed", "-n", "web*"))
    yield Work("`list --json --failed -n 'web*'`", "curl, jq -c, select", selecting,
               _jq(url, f"-c '.items[] | {_SELECT}'"), goal=0.25, tools=tools)  # fmt: skip
    piped = partial(run, shell(" ".join([*_list(url, 1), "| cat"])))
    yield Work("`list` into a pipe", "curl, jq, @tsv, column", piped, _jq(url, _TSV), goal=0.25, peak=60,
               tools=(*tools, "column"))  # fmt: skip
    coloured = partial(run, _list(url, 1, "--color", "always"), columns=_COLUMNS)
    yield Work("`list` on a terminal, with colour", "curl, jq, @tsv, column, without", coloured,
               _jq(url, _TSV, columns=_COLUMNS), goal=0.5, tools=(*tools, "column"))  # fmt: skip
    yield Work("`list -o csv`", "curl, jq, @csv", partial(run, _list(url, 1, "-o", "csv")),
               _jq(url, f"-r '.items[] | {_FIELDS} | @csv'"), goal=0.25, tools=tools)  # fmt: skip
    yield Work("`list --json`, 4 events", "curl, jq -c", partial(run, _list(url, 4, "--json")), _jq(url, lines, 4),
               goal=6, tools=tools)  # fmt: skip


def _against_itself(url: str) -> Iterator[Work]:
    colours = (partial(run, _list(url, 1, "--color", color), columns=_COLUMNS) for color in ("always", "never"))
    yield Work("`list` on a terminal, with colour", "without", *colours)
    many, large = (partial(run, _list(url, job, "--json")) for job in (3, 1))
    yield Work("`list --json`, 1,000,000 events", "200,000 events", many, large, goal=5.5)
    for job, name in ((5, "one event of 30 MB"), (6, "one event of 50,000 objects"), (7, "strings full of braces")):
        odd, usual = (partial(run, _list(url, number, "--json")) for number in (job, job * 10))
        yield Work(f"`list --json`, {name}", "events of equal bytes", odd, usual, goal=2)


def _reports(url: str) -> Iterator[Work]:
    """Yield the reports, which read all events, against what reads and writes them."""
    listed = partial(run, _list(url, 1, "-o", "csv"))
    for name, jobs in (("summary", 1), ("failures", 1), ("timeline", 1), ("compare", 2)):
        report = partial(run, [OURS, name, *["1"] * jobs, "--service-url", url])
        yield Work(f"`{name}`, {jobs * _LARGE:,} events", "`list -o csv`, 200,000 events", report, listed,
                   goal=1.5 * jobs, peak=60)  # fmt: skip
    for job, what in ((8, "one event of 50 MB"), (9, "50 nodes that printed the same 1 MB")):
        page = partial(run, _list(url, job, "--json"))
        for words in ("output", "output --json"):
            name, *options = words.split()
            printed = partial(run, [OURS, name, str(job), "--service-url", url, *options])
            yield Work(f"`{words}`, {what}", "`list --json`", printed, page, goal=2)
    many, large = (partial(run, [OURS, "summary", job, "--service-url", url]) for job in ("3", "1"))
    yield Work("`summary`, 1,000,000 events", "200,000 events of as many nodes", many, large, goal=5.5)


def _short_ones(url: str, tls_url: str, ca: str) -> Iterator[Work]:
    python = partial(run, [sys.executable, "-c", "pass"])
    completing = f"_ORCH_EVENTS_COMPLETE=bash_complete COMP_WORDS='orch-events follow --out' COMP_CWORD=2 exec {OURS}"
    for name, words in (
        ("`--version`", [OURS, "--version"]),
        ("`follow --help`", [OURS, "follow", "--help"]),
        ("completion of an option", shell(completing)),
    ):
        yield Work(name, "`python -c pass`", partial(run, words), python, goal=5)
    few = partial(run, _list(url, 4, "--json"))
    bare = partial(run, [sys.executable, "-c", _BARE, f"{url}/orchestrator/v1/jobs/4/events"])
    yield Work("`list --json`, 4 events", "importing our libraries, one GET", few, bare)
    encrypted = partial(run, _list(tls_url, 4, "--json", "--cacert", ca))
    yield Work("`list --json`, 4 events, over TLS with a private CA", "over http", encrypted, few, goal=1.5)
