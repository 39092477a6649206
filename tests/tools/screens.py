"""The README's pictures: `python -m tests.tools.screens` runs commands on a terminal and draws it as SVG."""

import math
import os
import pty
import re
import subprocess
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import groupby
from pathlib import Path

import pyte
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.style import Style
from rich.text import Text

from orch_events.simulator import Api, Simulator
from tests import ROOT
from tests.cli.command import COMMAND, read_terminal

PICTURES = ROOT / ".pictures"
_FORMAT = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
"""Without fonts of another server: a picture asks for nothing."""

_SCREENS = {
    "follow": ("follow 352", 60.0, r"8/24 "),
    "summary": ("summary 357", math.inf, ""),
    "failures": ("failures 353", math.inf, ""),
    "timeline": ("timeline 357", math.inf, ""),
    "compare": ("compare 357 358", math.inf, ""),
}
"""What is typed, what time it is for the simulator, and what is seen when it is drawn; nothing: its end."""

_COLUMNS, _LINES = 100, 40
_MORE_LINES = {"compare": 60}
"""The height of terminals on which there is more to see."""


def main() -> None:
    """Write all pictures."""
    PICTURES.mkdir(exist_ok=True)
    for name, (words, now, seen) in _SCREENS.items():
        with Simulator(Api(partial(float, now))) as simulator:
            lines = shown(words, simulator.url, seen, _MORE_LINES.get(name, _LINES))
        (PICTURES / f"{name}.svg").write_text(picture(f"orch-events {words}", lines), encoding="utf-8")


def shown(words: str, url: str, seen: str, height: int) -> list[Text]:
    """Run a command on a terminal until something is seen, or to its end; return the lines that the terminal shows."""
    screen = pyte.Screen(_COLUMNS, height)
    stream = pyte.ByteStream(screen)
    with _started(words, url, height) as terminal:
        while piece := read_terminal(terminal):
            stream.feed(piece)
            if seen and any(re.search(seen, line) for line in screen.display):
                break
    last = max(row for row, line in enumerate(screen.display) if line.strip())
    return [_styled(screen, row) for row in range(last + 1)]


@contextmanager
def _started(words: str, url: str, height: int) -> Iterator[int]:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (height, _COLUMNS))
    environment = os.environ | {"TERM": "xterm-256color", "TZ": "UTC", "PAGER": "cat", "ORCH_EVENTS_SERVICE_URL": url}
    with subprocess.Popen([*COMMAND, *words.split()], stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        yield ours
        process.kill()
    os.close(ours)


def _styled(screen: pyte.Screen, row: int) -> Text:
    """Return a line of the screen with its colours."""
    cells = [screen.buffer[row][column] for column in range(screen.columns)]
    text = Text()
    for style, run in groupby(cells, _style):
        text.append("".join(cell.data for cell in run), style)
    return text


def _style(cell: pyte.screens.Char) -> Style:
    color = None if cell.fg == "default" else {"brown": "yellow"}.get(cell.fg, cell.fg)
    return Style(color=color, bold=cell.bold, reverse=cell.reverse)


def picture(title: str, lines: list[Text]) -> str:
    """Draw lines as an SVG that needs nothing else."""
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=_COLUMNS, file=nowhere, force_terminal=True, color_system="standard")
        for line in lines:
            console.print(line, no_wrap=True, overflow="crop")
        return console.export_svg(title=title, code_format=_FORMAT, unique_id="screen")


if __name__ == "__main__":
    main()
