"""How far the jobs of a whole server were followed, where no archive tells it: `collect --state FILE`.

    {"source": "https://pe.example.com:8143/orchestrator/v1",
     "jobs": {"352": {"start": 1313, "showing": false, "since": 1290, "shown": [1290, 1292, 1312]}},
     "done": {"351": 1462477800.0}}

`jobs` are those that are not over; `done` has those that are, each with when it was created, for as long as the
server's list may show them. What was handed over after the file was last written is handed over again.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from orch_events.errors import LocalFileError
from orch_events.follow.checkpoint import Checkpoint, replace_file

try:
    import fcntl
except ImportError:  # Windows: two processes that write the same file are not kept apart there
    fcntl = None  # type: ignore[assignment]

_MOST_DONE = 50_000


class JobsState(msgspec.Struct, forbid_unknown_fields=True):
    """What the file has.

    Attributes:
        source: whose jobs these are: the URL of a server's API, or `demo`.
        jobs: where following goes on, by job.
        done: when each job was created that was followed to its end, in seconds since the epoch; 0 if that is unknown.
    """

    source: str = ""
    jobs: dict[str, Checkpoint] = {}
    done: dict[str, float] = {}


class StateFile:
    """The file, open for writing: see `open_state`.

    Attributes:
        state: its content, to be changed; `write` saves it.
    """

    def __init__(self, path: Path, state: JobsState) -> None:
        self.state = state
        self._path = path

    def write(self) -> None:
        """Save the content. Raises LocalFileError."""
        while len(self.state.done) > _MOST_DONE:
            del self.state.done[next(iter(self.state.done))]
        try:
            replace_file(self._path, msgspec.json.encode(self.state) + b"\n", keep_mode=True)
        except (OSError, ValueError) as error:
            raise _failed(self._path, "written", error) from None


@contextmanager
def open_state(path: Path, source: str) -> Iterator[StateFile]:
    """Open a state file; it is made if it is not there.

    Raises:
        LocalFileError: it can't be read or written, it is another source's, or another process writes it.
    """
    with _locked(path):
        state = _read(path)
        if state.source not in ("", source):
            message = f"{path} has the jobs of {state.source}, not of {source}"
            raise LocalFileError(message, "name another file")
        state.source = source
        file = StateFile(path, state)
        file.write()
        yield file


def _read(path: Path) -> JobsState:
    try:
        return msgspec.json.decode(path.read_bytes(), type=JobsState)
    except FileNotFoundError:
        return JobsState()
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        if isinstance(error, OSError):
            raise _failed(path, "read", error) from None
        raise LocalFileError(f"{path} is not a state file", "name another, or remove it") from None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep other writers out."""
    try:
        descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except (OSError, ValueError) as error:
        raise _failed(path, "written", error) from None
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise LocalFileError(f"another process is writing {path}", "stop that one, or name another file") from None
    finally:
        os.close(descriptor)


def _failed(path: Path, what: str, error: OSError | ValueError) -> LocalFileError:
    reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else "invalid path"
    return LocalFileError(f"{path} can't be {what}: {reason}", "check its permissions and the free disk space")
