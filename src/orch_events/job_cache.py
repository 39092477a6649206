"""The jobs that a shell was offered last, kept for some seconds in a file that nobody else can read.

    {"asked": "https://pe.example.com:8143/… /home/me/.puppetlabs/token …", "at": 1462477800.0, "jobs": [["352", "…"]]}

There is one such file, and it holds one answer: for who asked another server, or with another token, it is none.
Whatever is wrong with it, it is as if it were not there.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

KEPT_SECONDS = 10.0

Jobs = list[tuple[str, str]]
"""Numbers, and what is told of each; the newest first."""


class _Content(msgspec.Struct):
    asked: str
    at: float
    jobs: Jobs


class JobCache(msgspec.Struct, frozen=True):
    """A file of jobs.

    Attributes:
        path: where it is; it need not be there yet.
    """

    path: Path

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "JobCache | None":
        """Find its place by the environment; None where there is neither XDG_CACHE_HOME nor a home."""
        told, home = environ.get("XDG_CACHE_HOME", ""), environ.get("HOME")
        if Path(told).is_absolute():
            return cls(Path(told) / "orch-events" / "jobs.json")
        return cls(Path(home) / ".cache" / "orch-events" / "jobs.json") if home else None

    def read(self, asked: str, now: float) -> Jobs | None:
        """Return the jobs that were put down under the same `asked`, and not long before `now`; else None."""
        try:
            content = msgspec.json.decode(self.path.read_bytes(), type=_Content)
        except (OSError, ValueError, msgspec.MsgspecError, RecursionError):
            return None
        fresh = 0 <= now - content.at < KEPT_SECONDS
        return content.jobs if fresh and content.asked == asked else None

    def write(self, asked: str, now: float, jobs: Jobs) -> None:
        """Put jobs down, as far as there is a way to."""
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.parent.chmod(0o700)
            draft.unlink(missing_ok=True)
            with open(draft, "xb", opener=_private) as file:
                file.write(msgspec.json.encode(_Content(asked, now, jobs)))
            draft.replace(self.path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
