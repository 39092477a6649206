"""Archives on the command line, opened to be read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from orch_events.errors import UsageError

if TYPE_CHECKING:  # sqlite3 and msgspec are imported when an archive is opened
    from orch_events.archive import ArchiveReader


@contextmanager
def open_archived(directory: str) -> "Iterator[ArchiveReader]":
    """Open an archive for reading. Raises LocalFileError."""
    from pathlib import Path

    from orch_events.archive import open_to_look

    with open_to_look(Path(directory)) as reader:
        yield reader


def needed(directory: str | None, what: str) -> str:
    """Return the archive that was named; raises UsageError, which says what needs one, if none was."""
    if directory is None:
        raise UsageError(f"{what} needs an archive", "add --archive DIR, or set ORCH_EVENTS_ARCHIVE")
    return directory
