"""The commands that the user can type next: they ask the same server as the present one."""

import shlex
from collections.abc import Mapping

from orch_events.cli.options.groups import TypedWords

_SOURCE_OPTIONS = ("demo", "service_url", "cacert", "token_file", "config_file", "recorded_job")
_RUN_OPTIONS = ("start", "tail", "timeout")


class ShellCommand:
    """Writes commands, with the options that were typed; the environment is still there.

    Args:
        typed: the options of the present command.
        names: what jobs are called in commands, by their number.
    """

    def __init__(self, typed: TypedWords, names: Mapping[str, str]) -> None:
        self._typed = typed
        self._names = names

    def line(self, command: str, job: str, *options: str) -> str:
        """Return the line that runs another command on a job, where the present one found it."""
        words = (word for name in _SOURCE_OPTIONS for word in self._typed.get(name, ()))
        return shlex.join(["orch-events", command, self._names[job], *options, *words])

    def resume(self, job: str, start: int | None) -> str:
        """Return the line that goes on with the present command, from the event `start` on."""
        begin = [] if start is None or "cursor_file" in self._typed else ["--start", str(start)]
        words = (word for name, words in self._typed.items() if name not in _RUN_OPTIONS for word in words)
        return shlex.join(["orch-events", "follow", self._names[job], *begin, *words])
