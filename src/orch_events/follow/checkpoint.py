"""Where to resume, kept in a file that survives SIGKILL: for each job of each server, what was shown of it.

    {"jobs": {"https://pe.example.com:8143/orchestrator/v1 352":
        {"start": 1313, "showing": false, "since": 1290, "shown": [1290, 1292, 1312]}}}

`showing` is true while events from `start` on are on their way out: whoever resumes then may see some of them again.
`since` and `shown` are for events that become visible late (see `cursor`). The file is replaced whole under a lock, so
it is never half written, and entries of other jobs stay, whoever writes them.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import msgspec

from orch_events.errors import LocalFileError
from orch_events.follow.cursor import Resume
from orch_events.times import SystemClock

try:
    import fcntl
except ImportError:  # Windows: two processes that write the same file at once are not kept apart there
    fcntl = None  # type: ignore[assignment]


_PAUSES_SECONDS = (0.01, 0.05, 0.1)
"""On Windows a file can't be replaced while a scanner or an indexer looks at it, which takes a moment."""


def replace_file(path: Path, content: bytes, *, keep_mode: bool = False, private: bool = True) -> None:
    """Replace a file's content at once: whoever reads it finds the old one or the new one.

    Only its owner can read it, unless it exists and is to keep its mode, or it is not `private`: then others can as the
    umask allows. A link is replaced, and not followed; nor is there one where the draft is, for that is a new file with
    a name that nobody can guess. What can't be replaced since it is mounted by itself is written in place.

    Raises:
        OSError: it can't be written; the old content is still there.
    """
    draft, descriptor = _new_draft(path, 0o600 if private else 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        if keep_mode and not path.is_symlink():
            with suppress(FileNotFoundError):
                draft.chmod(path.lstat().st_mode & 0o777)
        _move(draft, path)
    except BaseException:  # also a signal: no draft is left behind
        with suppress(OSError):
            draft.unlink()
        raise


def check_replaceable(path: Path) -> None:
    """See that a file can be replaced, or made, before anything depends on it. Raises OSError."""
    draft, descriptor = _new_draft(path, 0o600)
    os.close(descriptor)
    draft.unlink()


def _new_draft(path: Path, mode: int) -> tuple[Path, int]:
    """Make a new file beside another one, and open it. Raises OSError."""
    from secrets import token_hex

    draft = path.parent / f".{path.name[:50]}.{token_hex(8)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    return draft, os.open(draft, flags, mode)


def _move(draft: Path, path: Path) -> None:
    for pause in _PAUSES_SECONDS:
        with suppress(PermissionError):
            return _move_once(draft, path)
        SystemClock().sleep(pause)
    return _move_once(draft, path)


def _move_once(draft: Path, path: Path) -> None:
    try:
        draft.replace(path)
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        path.write_bytes(draft.read_bytes())
        draft.unlink()


class Checkpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where to resume a job.

    Attributes:
        start: the first event id that was not shown, for certain.
        showing: whether some from there on may have been shown.
        since, shown: see `Resume`; None and nothing where only `start` is known.
    """

    start: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
    showing: bool = False
    since: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)] | None = None
    shown: tuple[Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)], ...] = ()

    @classmethod
    def from_resume(cls, resume: Resume, *, showing: bool) -> "Checkpoint":
        """Take it from what a follower knows."""
        return cls(resume.start, showing, resume.since, tuple(resume.shown))

    @property
    def resume(self) -> Resume:
        """Where a follower goes on."""
        return Resume(self.start, self.start if self.since is None else self.since, sorted(self.shown))


class _Content(msgspec.Struct, forbid_unknown_fields=True):
    jobs: dict[str, Checkpoint]


class CheckpointFile(msgspec.Struct, frozen=True):
    """A file of checkpoints, which --cursor-file names.

    Attributes:
        path: where it is; it need not be there yet.
    """

    path: Path

    def check(self) -> None:
        """See that the file can be written, before anything depends on it. Raises LocalFileError."""
        with self._locked() as content:
            self._replace(content)

    def read(self, source: str, job: str) -> Checkpoint | None:
        """Return where to resume a job of a source, a server's URL say; None where nothing is known of it.

        A file of version 0.1 names no source: it is taken for any.

        Raises:
            LocalFileError: the file can't be read, or is none.
        """
        jobs = self._load().jobs
        return jobs.get(f"{source} {job}") or jobs.get(job)

    def others(self, source: str, job: str) -> list[str]:
        """Return the other sources that have a job of this number."""
        names = (name.rpartition(" ") for name in self._load().jobs)
        return [other for other, _, number in names if number == job and other not in ("", source)]

    def write(self, source: str, job: str, checkpoint: Checkpoint) -> None:
        """Note where to resume a job. Raises LocalFileError."""
        with self._locked() as content:
            content.jobs.pop(job, None)
            content.jobs[f"{source} {job}"] = checkpoint
            self._replace(content)

    @contextmanager
    def _locked(self) -> Iterator[_Content]:
        """Give the content, which nobody else changes meanwhile."""
        folder = None
        try:
            if fcntl is not None:
                folder = os.open(self._target.parent, os.O_RDONLY)
                fcntl.flock(folder, fcntl.LOCK_EX)
            yield self._load()
        except (OSError, ValueError) as error:
            raise self._failed("written", error) from None
        finally:
            if folder is not None:
                os.close(folder)

    def _replace(self, content: _Content) -> None:
        replace_file(self._target, msgspec.json.encode(content) + b"\n", keep_mode=True)

    @property
    def _target(self) -> Path:
        """The file itself, where the path is a link."""
        return Path(os.path.realpath(self.path))

    def _load(self) -> _Content:
        text = self._read()
        try:
            return msgspec.json.decode(text, type=_Content) if text else _Content({})
        except (msgspec.MsgspecError, ValueError):  # in older versions the first is no ValueError
            raise LocalFileError(f"{self.path} is not a cursor file", "name another, or remove it") from None

    def _read(self) -> bytes:
        try:
            if not stat.S_ISREG(self.path.stat().st_mode):
                raise LocalFileError(f"{self.path} is not a file", "name another")
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""
        except (OSError, ValueError) as error:
            raise self._failed("read", error) from None

    def _failed(self, what: str, error: OSError | ValueError) -> LocalFileError:
        reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else "invalid path"
        return LocalFileError(f"{self.path} can't be {what}: {reason}", "check its permissions and the free disk space")
