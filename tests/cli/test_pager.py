"""What is longer than the terminal is paged."""

import io
import os
import shlex
import sys
from pathlib import Path

import pytest

from orch_events.cli.pager import Paged, pager_command
from orch_events.render.toolkit.streams import Output

pytestmark = pytest.mark.slow

SIZE = os.terminal_size((20, 5))


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, ["less"]),
        ({"PAGER": "more"}, ["more"]),
        ({"PAGER": "less -S +G"}, ["less", "-S", "+G"]),
        ({"PAGER": "cat"}, []),
        ({"PAGER": ""}, []),
        ({"PAGER": "less 'x"}, []),
        ({"PAGER": "more", "TERM": "dumb"}, []),
    ],
)
def test_the_pager_is_the_user_s_and_cat_is_none(environ: dict[str, str], words: list[str]) -> None:
    assert pager_command(environ) == words


def paged(*texts: str, command: list[str]) -> str:
    """Return what reached the terminal without a pager."""
    terminal = io.BytesIO()
    stream = Paged(Output(terminal), SIZE, command, os.environ)
    for text in texts:
        stream.write(text.encode())
    stream.finish()
    return terminal.getvalue().decode()


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("one\n" * 4, True),
        ("one\n" * 5, False),
        ("x" * 20 + "\n" + "one\n" * 3, True),
        ("x" * 41 + "\n" + "one\n" * 2, False),
        ("\x1b[1m" + "x" * 20 + "\x1b[0m\n" + "one\n" * 3, True),
    ],
)
def test_only_what_fills_the_terminal_is_paged(text: str, short: bool, tmp_path: Path) -> None:
    out = tmp_path / "paged"
    shown = paged(text, command=["tee", str(out)])
    assert (shown, out.exists()) == ((text, False) if short else ("", True))
    if not short:
        assert out.read_text() == text


def test_all_of_it_is_paged_in_order(tmp_path: Path) -> None:
    out = tmp_path / "paged"
    paged(*[f"{number}\n" for number in range(100)], command=["tee", str(out)])
    assert out.read_text().split() == [str(number) for number in range(100)]


def test_where_there_is_no_such_pager_it_is_written_as_it_is() -> None:
    text = "one\n" * 9
    assert paged(text, "two\n", command=["/no/such/pager"]) == text + "two\n"


def test_a_pager_that_was_left_is_a_reader_that_is_gone() -> None:
    stream = Paged(Output(io.BytesIO()), SIZE, [sys.executable, "-c", ""], os.environ)
    with pytest.raises(BrokenPipeError):
        stream.write(b"one line\n" * 100_000)  # more than a pipe takes
    stream.finish()


def test_less_keeps_colours_and_the_screen_unless_the_user_says_otherwise(tmp_path: Path) -> None:
    out = tmp_path / "less"
    command = ["sh", "-c", f"cat > /dev/null; echo $LESS > {shlex.quote(str(out))}"]
    stream = Paged(Output(io.BytesIO()), SIZE, command, {"LESS": "S"} | {"PATH": os.environ["PATH"]})
    stream.write(b"one\n" * 9)
    stream.finish()
    assert out.read_text() == "S\n"
