"""The house: who may import whom. The table is the diagram; imports go down only."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import orch_events

SRC = Path(orch_events.__file__).parent

GROUND = ["asking", "backoff", "causes", "chart", "check", "clock", "comparison", "cursor", "detail", "durations",
          "ending", "errors", "events", "failures", "gunzip", "happenings", "job", "job_name", "nodes", "pace",
          "page", "patience", "proxy", "recent", "records", "refusal", "repair", "rerun", "scan", "selection",
          "service_url", "source", "standing", "states", "stragglers", "summary", "times", "tls", "watch"]  # fmt: skip

MAY_IMPORT = {
    # ground floor: pure, no I/O; each line names what a module stands on
    "clock": [],
    "errors": [],
    "states": [],
    "times": [],
    "job_name": [],
    "scan": [],
    "backoff": [],
    "service_url": ["errors"],
    "proxy": ["errors", "service_url"],
    "check": ["errors"],
    "refusal": ["errors"],
    "events": ["times"],
    "cursor": ["events"],
    "selection": ["events"],
    "gunzip": [],
    "tls": ["errors"],
    "repair": [],
    "page": ["errors", "events", "repair", "scan"],
    "records": ["errors", "events", "page", "repair", "times"],
    "recent": ["asking", "records"],
    "detail": ["events"],
    "nodes": ["detail", "events", "records", "states", "times"],
    "job": ["events", "nodes", "records", "states", "times"],
    "ending": ["job"],
    "pace": ["clock", "job", "nodes"],
    "stragglers": ["durations", "nodes", "pace"],
    "standing": ["job"],
    "chart": ["durations", "job", "nodes"],
    "causes": [],
    "failures": ["causes", "job", "nodes", "standing"],
    "durations": [],
    "summary": ["durations", "job", "nodes", "standing"],
    "comparison": ["failures", "job", "nodes", "summary"],
    "rerun": ["records"],
    "source": ["events", "records"],
    "happenings": ["errors", "events", "job"],
    "asking": ["errors", "happenings"],
    "watch": ["clock", "happenings"],
    "patience": ["asking", "backoff", "clock", "errors", "happenings"],
    # middle floor: rooms that do not know each other
    "background": [],
    "client": GROUND,
    "config": GROUND,
    "cursor_file": GROUND,
    "job_cache": [],
    "follow": GROUND,
    "recording": GROUND,
    "probe": GROUND,
    "render": GROUND,
    "simulator": ["clock", "times"],
    # top floor
    "cli": [
        "background",
        "client",
        "config",
        "cursor_file",
        "follow",
        "job_cache",
        "recording",
        "probe",
        "render",
        "simulator",
        "__version__",
        *GROUND,
    ],
    "__main__": ["cli"],
    "__init__": [],
}

LIBRARIES = {
    "click": {"cli"},
    "rich": {"render"},
    "httpx": {"client"},
    "msgspec": {"cli", "client", "config", "cursor_file", "job_cache", "probe", "recording", "render", *GROUND},
    "time": {"clock"},
    "random": {"simulator", "cli"},
    "socket": {"probe", "simulator"},
    "subprocess": set[str](),
    "threading": {"background", "simulator"},
    "signal": {"cli"},
}


def room(path: Path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names = {f"{node.module}.{alias.name}" for alias in node.names} if node.module == "orch_events" else set()
            found |= names or {node.module or ""}
    return found


def modules() -> list[Path]:
    return sorted(SRC.rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SRC)))
def test_a_room_imports_only_what_the_table_allows(path: Path) -> None:
    for name in imports(ast.parse(path.read_text())):
        package, _, rest = name.partition(".")
        if package == "orch_events":
            target = rest.partition(".")[0]
            assert target == room(path) or target in MAY_IMPORT[room(path)], f"{path.name} imports {name}"
        elif package in LIBRARIES:
            assert room(path) in LIBRARIES[package], f"{path.name} imports {name}"


def test_the_table_names_every_room_and_no_other() -> None:
    assert set(MAY_IMPORT) == {room(path) for path in modules()}


@pytest.mark.parametrize("name", ["httpx", "rich", "msgspec", "asyncio", "ssl", "http.client", "difflib", "shutil",
                                  "orch_events.cli.help.topics", "orch_events.cli.help.usage"])  # fmt: skip
def test_completion_and_version_do_not_pay_for(name: str) -> None:
    program = f"import sys, orch_events.cli.main; sys.exit({name!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_library_needs_neither_click_nor_rich() -> None:
    program = "import sys, orch_events.client.client, orch_events.follow.follower; sys.exit(bool({'click', 'rich'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
