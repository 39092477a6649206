"""Who may import whom, between the packages and inside them. The tables are the diagram of ARCHITECTURE.md.

Every edge is named and exists: one that is missing here is refused, and so is one that nobody uses any more.
"""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

import orch_events
from tests.programs import run_program
from tests.table import each

SRC = Path(orch_events.__file__).parent

PACKAGES = {
    "errors": "",
    "times": "",
    "config": "errors",
    "wire": "errors times",
    "job": "errors times wire",
    "analysis": "job times wire",
    "client": "errors job times wire",
    "follow": "errors job times wire",
    "recording": "errors job times wire",
    "archive": "errors job times wire",
    "simulator": "times",
    "render": "analysis errors job times wire",
    "library": "analysis archive client config errors follow job recording render simulator times wire",
    "cli": "analysis archive client config errors follow job library recording render simulator times wire",
    "__init__": "errors job library",
    "__main__": "cli",
}
"""What each package may import. Of client, follow, recording, archive, simulator and render none imports another."""

INSIDE = {
    "config": {
        "files": "",
        "conf_file": "files",
        "settings": "conf_file files",
        "token_file": "conf_file files",
    },
    "wire": {
        "lenient": "",
        "scanner": "",
        "vocabulary": "",
        "event": "lenient",
        "text": "lenient",
        "printed": "text",
        "detail": "event lenient printed text",
        "page": "event lenient scanner",
        "lines": "event page",
        "records": "event job_key lenient page vocabulary",
        "job_key": "",
        "keyed": "event job_key lenient records",
        "plan": "event vocabulary",
    },
    "job": {
        "history": "",
        "nodes": "",
        "outcome": "",
        "state": "nodes outcome",
        "plan": "nodes outcome state",
        "updates": "outcome state",
    },
    "analysis": {
        "causes": "",
        "durations": "",
        "rerun": "",
        "folding": "",
        "part": "",
        "excerpt": "",
        "output": "causes excerpt failures part",
        "progress": "durations",
        "summary": "durations part progress",
        "failures": "causes part progress",
        "comparison": "part summary",
        "timeline": "durations part",
        "job_report": "output part",
        "trace": "job_report part summary",
    },
    "client": {
        "connection": "tls url",
        "recent": "",
        "responses": "",
        "stream": "",
        "background": "stream",
        "tls": "",
        "url": "",
        "probe": "tls url",
        "http_errors": "connection tls url",
        "client": "connection http_errors responses stream url",
    },
    "follow": {
        "checkpoint": "cursor",
        "reorder": "",
        "seen_ids": "",
        "cursor": "reorder seen_ids",
        "end_of_job": "",
        "retry": "",
        "scheduler": "",
        "state_file": "checkpoint",
        "pool": "",
        "discovery": "",
        "source": "",
        "record_poll": "retry source",
        "plan": "follower retry",
        "follower": "cursor end_of_job record_poll retry scheduler source",
    },
    "recording": {
        "file": "",
        "formats": "",
        "replay": "",
        "checks": "formats",
        "snapshot": "checks",
        "reader": "checks file formats snapshot",
        "__init__": "reader replay",
    },
    "archive": {
        "database": "",
        "days": "",
        "runs": "",
        "spans": "",
        "index": "spans",
        "place": "days",
        "lines": "days spans",
        "folding": "database runs",
        "history": "folding runs",
        "pruning": "database folding",
        "compressing": "database days spans",
        "recovery": "database days folding index pruning spans",
        "upkeep": "compressing database days folding pruning",
        "writer": "database days index lines spans upkeep",
        "opening": "database days folding index place recovery writer",
        "reader": "database history index lines place",
        "__init__": "history opening reader writer",
    },
    "simulator": {
        "faults": "",
        "json_text": "",
        "script": "json_text",
        "builder": "script",
        "deployments": "builder script",
        "plans": "builder json_text script",
        "scenarios": "builder deployments plans script",
        "catalog": "",
        "estate": "plans script",
        "api": "catalog estate faults json_text plans scenarios script",
        "server": "api faults",
        "__init__": "api estate faults plans scenarios script server",
    },
    "render": {
        "toolkit": "",
        "messages": "toolkit",
        "progress": "toolkit",
        "terminal_status": "progress toolkit",
        "collecting": "toolkit",
        "events": "toolkit",
        "reports": "events messages toolkit",
        "timeline": "toolkit",
    },
    "render.toolkit": {
        "streams": "",
        "terminal": "",
        "text": "",
        "theme": "",
        "timestamps": "",
        "bars": "theme",
        "layout": "text theme",
    },
    "render.events": {
        "columns": "",
        "renderer": "",
        "structured": "",
        "filters": "renderer",
        "highlight": "filters",
        "times": "",
        "table": "columns highlight times",
    },
    "render.reports": {
        "common": "",
        "jobs": "",
        "history": "common",
        "compare": "common",
        "failures": "common",
        "annotations": "common",
        "junit": "common",
        "markdown": "common",
        "nodes": "common",
        "output": "common",
        "summary": "common",
    },
    "render.timeline": {
        "axis": "",
        "captions": "axis",
        "otlp": "",
        "perfetto": "",
        "markup": "captions",
        "page": "axis captions markup",
        "svg": "axis captions markup",
        "text": "axis captions",
    },
    "library": {
        "job_ref": "",
        "servers": "",
        "values": "",
        "recent": "servers",
        "collector": "servers",
        "jobs": "job_ref recent servers",
        "archived": "jobs recent",
        "followed": "jobs",
        "loading": "jobs",
        "following": "followed jobs loading values",
        "orchestrator": "following job_ref jobs recent servers",
    },
    "cli": {
        "exit_status": "",
        "options": "",
        "process": "",
        "stderr": "",
        "help": "options",
        "archived": "app collect connection options",
        "signals": "exit_status",
        "pager": "",
        "shell_command": "options",
        "app": "options pager signals stderr",
        "connection": "app options process",
        "job_completion": "app archived connection options stderr",
        "job_sources": "app archived connection options",
        "loading": "app connection job_sources options",
        "persisting": "stderr",
        "record_file": "app",
        "renderers": "app options persisting",
        "report_formats": "",
        "report_files": "options report_formats",
        "final_reports": "app options report_files report_formats",
        "reports": "app loading options",
        "resume_points": "shell_command",
        "endings": "app exit_status fail_fast options resume_points shell_command",
        "afterwards": "app options report_formats",
        "fail_fast": "",
        "session": "afterwards app endings exit_status fail_fast final_reports job_sources options persisting "
        "record_file renderers report_files resume_points shell_command",
        "collect": "app connection exit_status options signals",
        "doctor": "app connection options",
        "commands": "afterwards app archived collect connection doctor exit_status help job_completion job_sources "
        "loading options report_formats reports session shell_command",
        "main": "app commands exit_status help process signals",
    },
    "cli.options": {
        "facts": "",
        "groups": "",
        "option": "facts",
        "types": "groups",
        "filters": "groups option types",
        "formats": "groups option types",
        "definitions": "filters formats groups option types",
    },
    "cli.help": {"formatter": "", "topics": "", "usage": "formatter", "command": "formatter topics usage"},
    "cli.doctor": {
        "checks": "",
        "report": "checks",
        "local_checks": "checks",
        "server_checks": "checks local_checks",
    },
    "cli.collect": {
        "handover": "",
        "keepers": "handover",
        "sinks": "handover",
        "watch": "",
        "session": "handover keepers sinks watch",
    },
    "cli.commands": {},
}
"""What the modules and folders of a package may import of each other; commands never import each other."""

LIBRARIES = {
    "click": "cli",
    "rich": "render.toolkit",
    "httpx": "client",
    "httpcore": "cli.process client.connection",
    "sqlite3": "archive",
    "msgspec": "analysis archive cli.doctor client config follow job library render wire",
    "time": "times",
    "random": "library.jobs simulator",
    "socket": "client.http_errors client.probe simulator",
    "threading": "client.background client.stream simulator",
    "signal": "__main__ cli.afterwards cli.signals",
    "subprocess": "cli.afterwards cli.pager",
    "confluent_kafka": "cli.collect.sinks",
    "asyncio": "",
}
"""Who may import what; by the beginning of the module's name."""


@cache
def modules() -> list[str]:
    """Return every module's name below orch_events, `cli.main` say."""
    return [".".join(path.relative_to(SRC).with_suffix("").parts) for path in sorted(SRC.rglob("*.py"))]


@cache
def imports(module: str) -> frozenset[str]:
    """Return the name of each module that a module imports, wherever it does."""
    return frozenset(_imports(module))


def _imports(module: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(SRC.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if _is_module(inner) else node.module or ""


def _is_module(name: str) -> bool:
    path = SRC.parent.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or path.is_dir()


@cache
def ours(module: str) -> set[str]:
    """Return the modules below orch_events that a module imports."""
    return {name.partition(".")[2] for name in imports(module) if name.startswith("orch_events.")}


def edges(place: str) -> set[tuple[str, str]]:
    """Return who imports whom among the children of a place, `cli` say; of the whole program for ""."""
    found = set[tuple[str, str]]()
    for module in modules():
        for target in ours(module):
            one, other = _child(module, place), _child(target, place)
            if one and other and one != other:
                found.add((one, other))
    return found


def _child(module: str, place: str) -> str:
    inside = module if not place else module.removeprefix(f"{place}.") if module.startswith(f"{place}.") else ""
    return inside.partition(".")[0]


def named(table: Mapping[str, str]) -> set[tuple[str, str]]:
    return {(one, other) for one, others in table.items() for other in others.split()}


@each("place", ["", *INSIDE])
def test_who_imports_whom_is_what_the_table_says(place: str) -> None:
    assert edges(place) == named(INSIDE[place] if place else PACKAGES)


@each("place", ["", *INSIDE])
def test_the_table_names_everything_that_is_there(place: str) -> None:
    children = {_child(module, place) for module in modules()} - {"", "__init__"}
    known = INSIDE[place] if place else PACKAGES
    assert place == "cli.commands" or children == set(known) - {"__init__"}


def test_every_folder_has_a_table() -> None:
    folders = {".".join(path.parent.relative_to(SRC).parts) for path in SRC.rglob("__init__.py")} - {""}
    assert folders == set(INSIDE)


@each("place", ["", *INSIDE])
def test_no_two_depend_on_each_other(place: str) -> None:
    table = INSIDE[place] if place else PACKAGES
    placed = set[str]()
    while left := {name for name in table if name not in placed}:
        ready = {name for name in left if set(table[name].split()) <= placed}
        assert ready, f"a circle among {sorted(left)}"
        placed |= ready


@each("library", LIBRARIES)
def test_a_library_is_imported_only_where_the_table_says_and_there_it_is(library: str) -> None:
    users = {module for module in modules() if library in {name.partition(".")[0] for name in imports(module)}}
    allowed = LIBRARIES[library].split()
    beginnings = {place: {user for user in users if f"{user}.".startswith(f"{place}.")} for place in allowed}
    assert users == set[str]().union(*beginnings.values())
    assert all(beginnings.values())


NOT_PAID_FOR = {"httpx", "rich", "msgspec", "sqlite3", "asyncio", "ssl", "http.client", "difflib", "shutil",
                "orch_events.cli.help.topics", "orch_events.cli.help.usage"}  # fmt: skip
"""What completion and `--version` do without."""


@pytest.mark.slow
def test_completion_and_version_pay_only_for_what_they_need() -> None:
    program = "import sys, orch_events.cli.main; print(*sys.modules)"
    imported = set(run_program(program).stdout.split())
    assert "orch_events.cli.main" in imported
    assert NOT_PAID_FOR & imported == set()


@pytest.mark.slow
def test_the_library_imports_neither_click_nor_rich() -> None:
    program = (
        "import sys, orch_events; sys.exit(len([name for name in sys.modules if name.startswith('orch_events.')]))"
    )
    assert run_program(program).returncode == 0
    # httpx has a command line of its own, which imports both where they are installed
    used = (
        "import sys; sys.modules['httpx._main'] = None;"
        "from orch_events import connect; connect(demo=True).job(352).summary();"
        "sys.exit(bool({'click', 'rich'} & set(sys.modules)))"
    )
    assert run_program(used).returncode == 0
