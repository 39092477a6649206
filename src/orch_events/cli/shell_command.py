"""Commands suggested to the user, for the same server or recording as the current one."""

import shlex
from collections.abc import Mapping

from orch_events.cli.options.groups import TypedWords

_SOURCE_OPTIONS = ("demo", "service_url", "cacert", "token_file", "config_file", "recorded_job")
_RUN_OPTIONS = ("start", "tail", "timeout")


class ShellCommand:
    """Builds commands with the options that were typed; those from environment variables still apply.

    Args:
        typed: the typed options of the current command.
        names: the names of jobs in commands, by their number.
    """

    def __init__(self, typed: TypedWords, names: Mapping[str, str]) -> None:
        self._typed = typed
        self._names = names

    def line(self, command: str, job: str, *options: str) -> str:
        """Return the line that runs another command on a job of the same source."""
        words = (word for name in _SOURCE_OPTIONS for word in self._typed.get(name, ()))
        return shlex.join(["orch-events", command, self._names[job], *options, *words])

    def resume(self, job: str, start: int | None) -> str:
        """Return the line that continues the current command from the event `start` on."""
        begin = [] if start is None or "cursor_file" in self._typed else ["--start", str(start)]
        words = (word for name, words in self._typed.items() if name not in _RUN_OPTIONS for word in words)
        return shlex.join(["orch-events", "follow", self._names[job], *begin, *words])
