"""Which line of what a node printed says why something failed."""

import re
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.wire.printed import drop_colors, is_exit, last_line, one_line, telling_line
from tests.table import each

TRACEBACK = """Traceback (most recent call last):
  File "x.py", line 3, in <module>
    raise ValueError("error")
"""


@each(
    ("stderr", "stdout", "line"),
    [
        ("", "Info: a\nError: b\nError: c\n", "Error: b"),
        ("", "retry failed\n  fatal: no host  \n", "fatal: no host"),
        ("", "a\nchown: x: Permission denied\nb", "chown: x: Permission denied"),
        ("usage: x\n", "sh: y: command not found\n", "sh: y: command not found"),
        ("disk full\nmore\n", "well\n", "disk full"),
        ("warning: old\ndisk full\n", "", "disk full"),
        ("", f"start\n{TRACEBACK}KeyboardInterrupt\nend", "KeyboardInterrupt"),
        ("", f"connect failed\n{TRACEBACK}ValueError: x\n", "ValueError: x"),
        ("", f"connect failed\n{TRACEBACK}Stop: x\n", "connect failed"),
        (
            "",
            f"{TRACEBACK}A: x\n\nDuring handling of the above exception, another exception occurred:\n\n{TRACEBACK}B",
            "B",
        ),
        ("", f"Error: first\n{TRACEBACK}ValueError: x\n", "Error: first"),
        ("", "0 errors\nno error\nerrors: 0\nfailed=0\nsee error.log, /var/error, error_count", ""),
        ("", "make: *** [all] Error 1\nprocess exited with code 2\n", "make: *** [all] Error 1"),
        ("exit status 1\n", "failed with exit code 2\n", ""),
        ("", "2024-03-05 INFO failed to find\n[debug] error\n2024-03-05 ERROR no disk", "2024-03-05 ERROR no disk"),
        ("", "java.lang.IllegalStateException: x\n\tat a.Error.b(C.java)\n", "java.lang.IllegalStateException: x"),
        ("", "x.rb:3:in `f': undefined method\n\tfrom error.rb:4:in `g'\n", ""),
        ("\x1b[31mErr\x1b[0mor: a\x1b[K", "", "Error: a"),
        ("", "10%\r20%\rError: a\r\nb", "Error: a"),
        ("", "well\n", ""),
        ("", "", ""),
    ],
)
def test_the_line_that_tells(stderr: str, stdout: str, line: str) -> None:
    assert telling_line([stderr], [stdout]) == line


@pytest.mark.parametrize(
    "line",
    ["exited with 1", "The task errored with a code 1", "Task exited 1:", "command failed with exit code 2.",
     "exit status 255", "Script 'x.sh' returned non-zero exit status 3", "the process terminated with code 137"],
)  # fmt: skip
def test_an_exit_says_nothing_else(line: str) -> None:
    assert is_exit(line)


@pytest.mark.parametrize(
    "line", ["", "bind to port 80 failed", "exited", "failed to find 1", "web-1 exited with 1", "1"]
)
def test_what_says_more_is_no_exit(line: str) -> None:
    assert not is_exit(line)


def test_the_last_line_of_stdout_is_one_that_says_something() -> None:
    assert last_line("a\n\x1b[32mb  c\x1b[0m\n\nInfo: d\nexited with 1\n") == "b c"
    assert last_line("Info: a\n") == last_line("") == ""


@given(st.text("ab\x1b[0;1mK\x9b\n", max_size=40))
def test_no_colour_is_left_and_text_without_colours_is_as_it_was(text: str) -> None:
    dropped = drop_colors(text)
    assert dropped == re.sub(r"(?:\x1b\[|\x9b)[0-9;:]*[mK]", "", text)
    assert drop_colors(text.replace("\x1b", "").replace("\x9b", "")) == text.replace("\x1b", "").replace("\x9b", "")


def test_a_line_is_one_line_and_not_too_long() -> None:
    assert one_line(" a\n\tb\x1b[1m\x0bc ") == "a b c"
    assert len(one_line("x" * 9_000_000)) == 2000


@pytest.mark.parametrize(("before", "after"), [(0, 0), (40, 0), (0, 40), (19, 19), (25, 60)])
def test_the_line_is_found_wherever_it_stands(before: int, after: int) -> None:
    text = "collecting\n" * (before * 5000) + "Error: b\n" + "collecting\n" * (after * 5000)
    assert telling_line([], [text]) == "Error: b"


@each(
    "piece",
    ["\x1b[", "error", "error=", "no error\n", " ", "\n", "a\r", f"{TRACEBACK}x\n", "  x\n", "exited with ", "1 ",
     "info ", "[", "task "],
)  # fmt: skip
def test_a_long_text_takes_a_number_of_steps_that_grows_as_it_does(piece: str) -> None:
    text = piece * (400_000 // len(piece))
    begin = process_time()
    assert len(telling_line([text], [text])) <= 2000
    assert len(last_line(text)) <= 2000
    assert process_time() - begin < 5
