"""Checkpoints: a file that says for each job where to resume, even after SIGKILL.

    {"jobs": {"352": {"start": 1313, "showing": false}}}

`start` is the first event id that was not shown yet. `showing` is true while events from `start` on are being written:
after a crash at that time some of them may be shown again. The file is replaced atomically, so it is never half
written; entries of other jobs stay.
"""

import os
from pathlib import Path
from typing import Annotated

import msgspec

from orch_events.errors import LocalFileError


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file atomically: a reader finds the old content or the new. Only its owner can read it.

    A symbolic link is replaced, not followed.

    Raises:
        OSError: it can't be written; the old content is still there.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with open(draft, "wb", opener=_private) as file:
            file.write(content)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class Checkpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where to resume a job.

    Attributes:
        start: the first event id that may not have been shown.
        showing: whether some events from there on may have been shown.
    """

    start: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
    showing: bool = False


class _Content(msgspec.Struct, forbid_unknown_fields=True):
    jobs: dict[str, Checkpoint]


class CheckpointFile(msgspec.Struct, frozen=True):
    """The file that --cursor-file names.

    Attributes:
        path: its path; it need not exist yet.
    """

    path: Path

    def read(self, job: str) -> Checkpoint | None:
        """Return where to resume a job; None if the file has no entry for it. Raises LocalFileError."""
        return self._load().jobs.get(job)

    def write(self, job: str, checkpoint: Checkpoint) -> None:
        """Save where to resume a job. Raises LocalFileError."""
        content = self._load()
        content.jobs[job] = checkpoint
        try:
            replace_file(self.path.resolve(), msgspec.json.encode(content) + b"\n")
        except OSError as error:
            raise _failed(self.path, "written", error) from None

    def _load(self) -> _Content:
        if self.path.exists() and not self.path.is_file():
            raise LocalFileError(f"{self.path} is not a file", "choose another path")
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=_Content)
        except FileNotFoundError:
            return _Content({})
        except OSError as error:
            raise _failed(self.path, "read", error) from None
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise LocalFileError(
                f"{self.path} is not a cursor file", "choose another file, or delete this one"
            ) from None


def _failed(path: Path, what: str, error: OSError) -> LocalFileError:
    return LocalFileError(
        f"{path} can't be {what}: {os.strerror(error.errno or 0)}", "check its permissions and the free disk space"
    )
