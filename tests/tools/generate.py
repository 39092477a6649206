"""All that is generated of the program's definitions; `python -m tests.tools.generate` writes it."""

import re
from datetime import UTC, datetime
from pathlib import Path

from orch_events.cli import exit_status
from orch_events.cli.commands.completion import script
from orch_events.cli.main import cli
from tests import ROOT
from tests.tools.definitions import shared_options
from tests.tools.manual import page

COMPLETIONS = {"bash": "orch-events.bash", "zsh": "_orch-events", "fish": "orch-events.fish"}
MANUAL = ROOT / "src" / "man" / "orch-events.1"
README = ROOT / "README.md"


def generated() -> dict[Path, str]:
    """Return every file that is generated, or is in part, and what it should hold."""
    completions = {ROOT / "completions" / name: f"{script(cli, shell)}\n" for shell, name in COMPLETIONS.items()}
    return completions | {MANUAL: manual(), README: readme()}


def manual() -> str:
    """Write the man page; its date is that of its last change."""
    old = MANUAL.read_text(encoding="utf-8") if MANUAL.exists() else ""
    dated = re.match(r"\.TH \S+ 1 (\S+)", old)
    return old if page(dated[1] if dated else "") == old else page(f"{datetime.now(UTC):%Y-%m-%d}")


def readme() -> str:
    """Write the README with its tables of exit statuses and of options."""
    text = README.read_text(encoding="utf-8")
    for place, rows in (("## Exit status\n\n", exit_statuses()), ("<!-- options -->\n\n", options())):
        before, heading, rest = text.partition(place)
        text = "".join([before, heading, "\n".join(rows), "\n\n", rest.partition("\n\n")[2]])
    return text


def exit_statuses() -> list[str]:
    """Write the rows of the table of exit statuses."""
    return ["| | |", "|---|---|", *(f"| {status} | {_code(text)} |" for status, text in exit_status.MEANINGS.items())]


def options() -> list[str]:
    """Write the rows of the table of options."""
    rows = [(shared.option.usage, ", ".join(shared.of), shared.text) for shared in shared_options()]
    return ["| option | of | |", "|---|---|---|", *(f"| `{name}` | {of} | {text} |" for name, of, text in rows)]


def _code(text: str) -> str:
    """Mark options as code."""
    return re.sub(r"--[a-z-]+", r"`\g<0>`", text)


def main() -> None:
    """Write every file that is not as it should be."""
    for path, text in generated().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
