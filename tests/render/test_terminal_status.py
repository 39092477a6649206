"""Progress in a terminal's title and bar: what is known to show it gets it, and nothing is left behind."""

import io
from collections import Counter

import pytest

from orch_events.analysis.progress import FollowProgress
from orch_events.render.progress import NoProgress
from orch_events.render.terminal_status import TerminalStatus, shows_bar, shows_title

GHOSTTY = {"TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty"}


class Progress(FollowProgress):
    """Progress that is as a test says."""

    def __init__(self) -> None:
        self.nodes, self.all, self.outage = Counter[str](), 10, None

    name = "job 352"
    outage_seconds: float | None = None

    @property
    def counts(self) -> Counter[str]:
        return self.nodes

    @property
    def over(self) -> int:
        return self.nodes.total()

    @property
    def total(self) -> int:
        return self.all


def shown(environ: dict[str, str]) -> tuple[TerminalStatus, Progress, io.StringIO]:
    progress, stream = Progress(), io.StringIO()
    return TerminalStatus(NoProgress(), stream, progress, environ), progress, stream


def test_title_and_bar_follow_the_nodes_and_nothing_is_left_behind() -> None:
    status, progress, stream = shown(GHOSTTY)
    status.tick()
    assert stream.getvalue() == "\x1b[22;2t\x1b]2;job 352: 0/10\x1b\\\x1b]9;4;1;0\x1b\\"
    stream.seek(stream.truncate(0))
    progress.nodes = Counter(finished=4, failed=1)
    status.moved()
    assert stream.getvalue() == "\x1b]2;job 352: 5/10, 1 failed\x1b\\\x1b]9;4;2;50\x1b\\"
    stream.seek(stream.truncate(0))
    status.close()
    assert stream.getvalue() == "\x1b]2;\x1b\\\x1b[23;2t\x1b]9;4;0;0\x1b\\"


def test_what_has_not_changed_is_not_written_again_and_an_end_is_one() -> None:
    status, _, stream = shown(GHOSTTY)
    for _ in range(3):
        status.tick()
        status.clear()
    assert stream.getvalue().count("\x1b]2;") == 1
    status.close()
    status.close()
    assert stream.getvalue().count("\x1b[23;2t") == 1


def test_where_nothing_was_shown_nothing_is_restored() -> None:
    status, _, stream = shown(GHOSTTY)
    status.close()
    assert stream.getvalue() == ""


@pytest.mark.parametrize(("total", "outage", "bar"), [(0, None, "3;0"), (10, 5.0, "4;0"), (10, None, "1;0")])
def test_the_bar_tells_what_is_not_known_and_trouble(total: int, outage: float | None, bar: str) -> None:
    status, progress, stream = shown({"WT_SESSION": "1"})
    progress.all, progress.outage_seconds = total, outage
    status.tick()
    assert stream.getvalue() == f"\x1b]9;4;{bar}\x1b\\"


@pytest.mark.parametrize(
    ("environ", "bar", "title"),
    [
        ({"TERM": "xterm-256color"}, False, True),
        ({"TERM": "linux"}, False, False),
        ({"TERM": "dumb"}, False, False),
        ({}, False, False),
        ({"WT_SESSION": "1"}, True, False),
        ({"ConEmuANSI": "ON"}, True, False),
        ({"ConEmuANSI": "OFF"}, False, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, True, True),
        (GHOSTTY, True, True),
        ({**GHOSTTY, "TMUX": "/tmp/tmux"}, False, True),  # noqa: S108 - nobody opens it
        ({"TERM": "tmux-256color", "TMUX": "1", "WT_SESSION": "1"}, False, True),
        ({"TERM": "screen", "STY": "1"}, False, False),
    ],
)
def test_only_terminals_that_are_known_for_it_get_it(environ: dict[str, str], bar: bool, title: bool) -> None:
    assert (shows_bar(environ), shows_title(environ)) == (bar, title)
