"""Commands suggested to the user, for the same server or recording as the current one."""

import shlex
from collections.abc import Mapping

from orch_events.cli.options.groups import TypedWords

_SOURCE_OPTIONS = ("demo", "service_url", "cacert", "token_file", "config_file", "archive", "recorded_job")
_RUN_OPTIONS = ("start", "tail", "timeout", "fail_fast")


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

    def resume(self, job: str, *begin: str) -> str:
        """Return the line that continues the current command, from where `begin` says unless a cursor file does.

        Args:
            job: the job's number.
            begin: `--start` or `--since`, and its value.
        """
        begin = () if "cursor_file" in self._typed else begin
        left_out = (*_RUN_OPTIONS, *(name.removeprefix("--") for name in begin[:1]))
        words = (word for name, words in self._typed.items() if name not in left_out for word in words)
        return shlex.join(["orch-events", "follow", self._names[job], *begin, *words])
