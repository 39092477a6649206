"""What is measured: a work, what it is measured against, and what its goal is."""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.benchmarks.measure import OURS, Cost, Row, run, shell
from tests.benchmarks.pages import HUGE, LARGE, ODD, PAGES
from tests.benchmarks.shapes import SHAPES

_COLUMNS = 120
_FIELDS = "[.id, .timestamp, .type, .details.node, .message]"
_LINES = "-c '.items[]'"
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

Running = Callable[[], Cost]


class Site(NamedTuple):
    """Where the pages are.

    Attributes:
        directory: has the pages; each is written when it is first needed.
        url, tls_url: those of the servers.
        ca: the CA of the second one.
    """

    directory: Path
    url: str
    tls_url: str
    ca: str

    def job(self, page: str) -> str:
        """Return the number of the job that has a page."""
        path = self.directory / str(list(PAGES).index(page) + 1)
        if not path.exists():
            PAGES[page](path)
        return path.name

    def ours(self, command: str, page: str, *options: str, piped: bool = False, columns: int = 0) -> Cost:
        """Run our command on a page."""
        words = [OURS, command, self.job(page), "--service-url", self.url, *options]
        return run(shell(" ".join([*words, "| cat"])) if piped else words, columns=columns)

    def jq(self, page: str, filters: str, columns: int = 0) -> Cost:
        """Run curl and jq on a page."""
        url = f"{self.url}/orchestrator/v1/jobs/{self.job(page)}/events"
        return run(shell(f"curl -s {url} | jq {filters}"), columns=columns)


class Work(NamedTuple):
    """Something that we do, and what it is measured against.

    Attributes:
        name: what we do.
        against: what that is measured against.
        ours, other: run the two.
        goal: what the ratio may be at most; None where it is only of interest.
        peak: how many megabytes we may have at most.
        memory: the same as a ratio to what the other has.
        tools: what must be on the machine.
    """

    name: str
    against: str
    ours: Running
    other: Running
    goal: float | None = None
    peak: float | None = None
    memory: float | None = None
    tools: tuple[str, ...] = ()

    def measure(self, rounds: int) -> Row:
        """Run the two in turn, once to warm up and then so often."""
        self.ours()
        self.other()
        pairs = [(self.ours(), self.other()) for _ in range(rounds)]
        ours, other = (median(pair[side].wall for pair in pairs) for side in (0, 1))
        peaks = [max(pair[side].peak for pair in pairs) for side in (0, 1)]
        ratio, cpu = (median(mine[kind] / its[kind] for mine, its in pairs) for kind in (0, 1))
        most = self.peak or (self.memory or 0) * peaks[1]
        reached = (self.goal is None or ratio <= self.goal) and (not most or peaks[0] <= most)
        sizes = f"{peaks[0]:.0f} / {peaks[1]:.0f} MB" + (f" (at most {most:.0f})" if most else "")
        return Row(self.name, self.against, ratio, cpu, self.goal, f"{_time(ours)} / {_time(other)}", sizes, reached)


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def works(site: Site) -> Iterator[Work]:
    """Yield what is measured of commands that end by themselves."""
    for shape in SHAPES:
        yield from _against_jq(site, shape)
    yield from _others_against_jq(site)
    yield from _against_itself(site)
    for shape in SHAPES:
        yield from _reports(site, shape)
    yield from _outputs(site)
    yield from _short_ones(site)


def _against_jq(site: Site, shape: str) -> Iterator[Work]:
    tools, columned = ("curl", "jq"), ("curl", "jq", "column")
    peak = None if shape in ("output", "long") else 60.0
    listed, jq = partial(site.ours, "list", shape), partial(site.jq, shape)
    yield Work(f"`list` into a pipe, {shape}", "curl, jq, @tsv, column", partial(listed, piped=True),
               partial(jq, _TSV), 0.25, peak, tools=columned)  # fmt: skip
    yield Work(f"`list` on a terminal, with colour, {shape}", "curl, jq, @tsv, column, without",
               partial(listed, "--color", "always", columns=_COLUMNS), partial(jq, _TSV, columns=_COLUMNS), 0.35,
               tools=columned)  # fmt: skip
    yield Work(f"`list -o csv`, {shape}", "curl, jq, @csv", partial(listed, "-o", "csv"),
               partial(jq, f"-r '.items[] | {_FIELDS} | @csv'"), 0.22, peak, tools=tools)  # fmt: skip
    yield Work(f"`list --json`, {shape}", "curl, jq -c", partial(listed, "--json"), partial(jq, _LINES), 0.16, peak,
               tools=tools)  # fmt: skip
    compact = f"{shape}, compact"
    yield Work(f"`list --json`, {compact}", "curl, jq -c", partial(site.ours, "list", compact, "--json"),
               partial(site.jq, compact, _LINES), 0.18, peak, tools=tools)  # fmt: skip


def _others_against_jq(site: Site) -> Iterator[Work]:
    selecting = partial(site.ours, "list", "burst", "--json", "--failed", "-n", "web*")
    yield Work("`list --json --failed -n 'web*'`, burst", "curl, jq -c, select", selecting,
               partial(site.jq, "burst", f"-c '.items[] | {_SELECT}'"), 0.25, tools=("curl", "jq"))  # fmt: skip
    yield Work("`list --json`, 4 events", "curl, jq -c", partial(site.ours, "list", "4 events", "--json"),
               partial(site.jq, "4 events", _LINES), 5.5, tools=("curl", "jq"))  # fmt: skip


def _against_itself(site: Site) -> Iterator[Work]:
    for shape in ("burst", "long"):
        for options in (("--json",), ("-o", "csv"), ()):
            many, large = (partial(site.ours, "list", f"{shape}, {count:,}", *options) for count in (HUGE, LARGE))
            name = " ".join(["list", *options])
            yield Work(f"`{name}`, {shape}, 1,000,000 events", "200,000 events", many, large, 5.2, memory=1.05)
    for page in ODD:
        odd, flat = (partial(site.ours, "list", one, "--json") for one in (page, f"{page}, flat"))
        yield Work(f"`list --json`, {page}", "events of equal bytes", odd, flat, 1.6)


def _reports(site: Site, shape: str) -> Iterator[Work]:
    """Yield the reports, which read all events, against what reads and writes them."""
    listed = partial(site.ours, "list", shape, "-o", "csv")
    for name in ("summary", "failures", "nodes", "timeline"):
        yield Work(f"`{name}`, {shape}", "`list -o csv`", partial(site.ours, name, shape), listed, 1.3)


def _outputs(site: Site) -> Iterator[Work]:
    for page in ("200 MB, five groups", "output", "one event of 50 MB"):
        for words in ("output", "output --json"):
            command, *options = words.split()
            yield Work(f"`{words}`, {page}", "`list --json`", partial(site.ours, command, page, *options),
                       partial(site.ours, "list", page, "--json"), 1.5)  # fmt: skip


def _short_ones(site: Site) -> Iterator[Work]:
    python = partial(run, [sys.executable, "-c", "pass"])
    for name, words in (
        ("`--version`", [OURS, "--version"]),
        ("`--help`", [OURS, "--help"]),
        ("completion of an option", _completing("orch-events follow --out")),
    ):
        yield Work(name, "`python -c pass`", partial(run, words), python, 3.5)
    asking = _completing("orch-events follow --demo 35")
    yield Work("completion of a job, cached", "`python -c pass`", partial(run, asking), python, 4)
    few = partial(site.ours, "list", "4 events", "--json")
    bare = [sys.executable, "-c", _BARE, f"{site.url}/orchestrator/v1/jobs/{site.job('4 events')}/events"]
    yield Work("`list --json`, 4 events", "importing our libraries, one GET", few, partial(run, bare))
    encrypted = [OURS, "list", site.job("4 events"), "--service-url", site.tls_url, "--json", "--cacert", site.ca]
    yield Work("`list --json`, 4 events, over TLS with a private CA", "over http", partial(run, encrypted), few, 1.5)


def _completing(line: str) -> list[str]:
    return shell(f"_ORCH_EVENTS_COMPLETE=bash_complete COMP_WORDS='{line}' COMP_CWORD=2 exec {OURS}")
