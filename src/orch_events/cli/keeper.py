"""What is kept beside what is shown: a record of the events, and where to resume.

A disk that is full, or a directory that is gone, is said once and does not stop the watch.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import FileIO
from typing import TYPE_CHECKING

from orch_events.cli.talk import Talk
from orch_events.errors import LocalFileError

if TYPE_CHECKING:  # msgspec is imported when something is kept
    from orch_events.cursor_file import CursorFile
    from orch_events.events import Event
    from orch_events.follow import Follower
    from orch_events.render.machine import JsonLines


class Keeper:
    """Keeps a record and a cursor file, or either, or neither.

    Args:
        talk: told of what can't be kept.
        record: where the events go.
        cursor_file: where their places go.

    Attributes:
        failed: whether something could not be kept.
    """

    def __init__(self, talk: Talk, record: "JsonLines | None", cursor_file: "CursorFile | None") -> None:
        self._talk = talk
        self._record = record
        self._cursor_file = cursor_file
        self._written: dict[str, tuple[int, bool]] = {}
        self.failed = False

    def keep(self, follower: "Follower", events: "Sequence[Event]") -> None:
        """Record events that are about to be shown, and that they may have been."""
        job, record = follower.state.job, self._record
        if record is not None and not self._try(lambda: record.events(job, events)):
            self._record = None
        self._put(job, follower.next_start or 0, showing=True)

    def settle(self, followers: "Sequence[Follower]") -> None:
        """Put down how far the jobs have been shown; to be called when nothing is on its way."""
        for follower in followers:
            job, start = follower.state.job, follower.next_start
            known, _ = self._written.get(job, (follower.start, False))
            if start is not None and start != known:
                self._put(job, start, showing=False)

    def _put(self, job: str, start: int, *, showing: bool) -> None:
        from orch_events.cursor_file import Place

        file = self._cursor_file
        if file is None or self._written.get(job) == (start, showing):
            return
        self._written[job] = (start, showing)
        if not self._try(lambda: file.write(job, Place(start, showing))):
            self._cursor_file = None

    def _try(self, action: Callable[[], None]) -> bool:
        try:
            action()
        except (LocalFileError, BrokenPipeError) as error:
            self.failed = True
            message = error.message if isinstance(error, LocalFileError) else "the record's reader is gone"
            self._talk.warn(f"{message}; the watch goes on without it")
            return False
        return True


@contextmanager
def open_record(path: str | None, *, name_job: bool) -> Iterator["JsonLines | None"]:
    """Open a file to append events to, if there is to be one; a line that was broken off in it is closed first."""
    from orch_events.render.machine import JsonLines
    from orch_events.render.output import Output

    if path is None:
        yield None
        return
    try:
        file = FileIO(path, "a+")
    except OSError as error:
        raise LocalFileError(
            f"{path!r} can't be written: {error.strerror}", "give --record the path of a file"
        ) from None
    with file:
        output = Output(file, path)
        if _breaks_off(file):
            output.write(b"\n")
        yield JsonLines(output, name_job=name_job)


def _breaks_off(file: FileIO) -> bool:
    """Whether a file's last line has no end; a pipe has no last line."""
    if not file.seekable() or not file.tell():
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"
