"""Archives on the command line, opened to be read: the one that was named, or one of the demo's jobs."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from orch_events.cli.app import App
from orch_events.cli.options.groups import ConnectOptions, DisplayOptions, RetryOptions
from orch_events.errors import UsageError

if TYPE_CHECKING:  # sqlite3 and msgspec are imported when an archive is opened
    from orch_events.archive import ArchiveReader

_DEMO = ConnectOptions(True, None, None, None, None, 10.0, 60.0, {})  # noqa: FBT003 - the demo, and defaults
_DEMO_RATE = 1000.0


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


@contextmanager
def open_demo(app: App, display: DisplayOptions) -> "Iterator[ArchiveReader]":
    """Collect the jobs of the built-in simulator into an archive of its own, which is gone afterwards."""
    from tempfile import TemporaryDirectory

    from orch_events.cli.collect.session import Limits, Targets, collect
    from orch_events.cli.connection import DEMO_NOTE, retry_policy

    app.stderr.note_once(DEMO_NOTE)
    with TemporaryDirectory(prefix="orch-events-") as directory:
        targets = Targets(
            directory,
            json=False,
            state=None,
            brokers=None,
            topic=None,
            properties=None,
            metrics=None,
            keep_seconds=math.inf,
            compress_after_seconds=math.inf,
        )
        limits = Limits(since=0.0, types=(), interval_seconds=1.0, once=True, max_rate=_DEMO_RATE)
        quiet = display._replace(quiet=True)
        collect(app, targets, limits, _DEMO, quiet, retry_policy(RetryOptions(None, None)))
        app.configure_stderr(display)
        with open_archived(directory) as reader:
            yield reader
