"""What the program says on stderr."""

import errno
import io
import os

import pytest

from orch_events.cli.stderr import Stderr
from orch_events.errors import LocalFileError, Unreachable
from orch_events.job.updates import ConnectionLost, ConnectionRestored, Notice, Pause, Tick, Update

LOST = ConnectionLost("352", Unreachable("gone", "is it there?"), 1.0, 9.0)
NEVER_THERE = ConnectionLost("352", Unreachable("gone", "is it there?"), 1.0, 9.0, had_contact=False)


class Full(io.StringIO):
    """A stderr on a full disk."""

    def write(self, text: str, /) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), text)


def told(*updates: Update, quiet: bool = False, name_job: bool = False) -> list[str]:
    stream = io.StringIO()
    stderr = Stderr(stream, quiet=quiet)
    stderr.name_job = name_job
    for update in updates:
        stderr.report(update)
    return stream.getvalue().splitlines()


def test_an_error_is_one_line_and_its_hint_another() -> None:
    stream = io.StringIO()
    Stderr(stream).error(LocalFileError("x\x1b is broken\n", "mend it"))
    Stderr(stream).error(LocalFileError("y"))
    assert stream.getvalue() == "error: x\\x1b is broken\\n\nhint: mend it\nerror: y\n"


def test_labels_are_painted_and_what_is_said_is_not() -> None:
    stream = io.StringIO()
    Stderr(stream, lambda text, style: f"<{style} {text}>").warn("careful")
    assert stream.getvalue() == "<warning warning:> careful\n"


def test_quiet_keeps_notes_back_and_neither_warnings_nor_errors() -> None:
    stream = io.StringIO()
    stderr = Stderr(stream, quiet=True)
    stderr.note("a note")
    stderr.warn("a warning")
    stderr.error(LocalFileError("an error"))
    assert stream.getvalue() == "warning: a warning\nerror: an error\n"
    assert told(ConnectionRestored("352", LOST.error, 9.0), quiet=True) == []
    assert len(told(LOST, quiet=True)) == 1


def test_the_hint_is_given_only_where_there_never_was_an_answer() -> None:
    assert [line.partition(":")[0] for line in told(LOST)] == ["warning"]
    assert [line.partition(":")[0] for line in told(NEVER_THERE)] == ["warning", "hint"]


def test_of_several_jobs_it_is_said_which() -> None:
    assert "job 352: " in told(LOST, name_job=True)[0]
    assert "job 352" not in told(LOST)[0]
    assert told(ConnectionRestored("352", LOST.error, 9.0), name_job=True)[0].startswith("job 352: ")


def test_what_is_for_somebody_else_is_not_told() -> None:
    assert told(Tick(), Pause(1.0), Notice("look")) == ["warning: look"]


def test_room_is_made_before_each_line() -> None:
    stream = io.StringIO()
    stderr = Stderr(stream)
    stderr.make_room = lambda: print("|", end="", file=stream)
    stderr.note("one")
    stderr.warn("two")
    assert stream.getvalue() == "|one\n|warning: two\n"


def test_a_note_for_once_is_told_once_and_a_hint_that_was_told_is_not_told_again() -> None:
    stream = io.StringIO()
    stderr = Stderr(stream)
    for text in ("a", "b", "a"):
        stderr.note_once(text)
        stderr.error(LocalFileError(f"{text} is broken", "mend it"))
    stderr.note("a")
    assert stream.getvalue().splitlines() == [
        "a", "error: a is broken", "hint: mend it", "b", "error: b is broken", "error: a is broken", "a"
    ]  # fmt: skip


def test_what_is_for_once_is_not_lost_where_notes_are_kept_back() -> None:
    stream = io.StringIO()
    quiet = Stderr(stream, quiet=True)
    quiet.note_once("a")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("stream", [None, Full()])
def test_a_stderr_that_is_gone_or_full_is_no_reason_to_stop(stream: io.StringIO | None) -> None:
    stderr, rooms = Stderr(stream), list[None]()
    stderr.make_room = lambda: rooms.append(None)
    stderr.warn("x")
    stderr.error(LocalFileError("y"))
    assert rooms == [None, None]
