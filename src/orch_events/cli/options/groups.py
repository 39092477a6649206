"""The values of groups of options, as commands get them, with their origins where those matter.

Everything that click knows of a command line is captured here when the options are parsed; no code below uses click's
context.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

TypedWords = Mapping[str, Sequence[str]]
"""The options that were typed, by parameter name, each as the words to type it again."""


class ConnectOptions(NamedTuple):
    """How to connect, and to which server.

    Attributes:
        origins: the origin of each value, by the option's name: `--cacert`, `ORCH_EVENTS_CACERT` or `default`.
    """

    demo: bool
    service_url: str | None
    cacert: str | None
    token_file: str | None
    config_file: str | None
    connect_timeout: float
    read_timeout: float
    origins: Mapping[str, str]


class Start(NamedTuple):
    """Where to start: at an event of what was named, and of a plan's jobs, by their numbers, at events of theirs."""

    first: int | None
    jobs: Mapping[str, int] = {}


class RangeOptions(NamedTuple):
    """Which range of events is read or shown."""

    start: Start | None
    tail: int | None


class FilterOptions(NamedTuple):
    """Which events are shown; `since` and `until` are seconds since the epoch."""

    type: tuple[str, ...]
    node: tuple[str, ...]
    failed: bool
    grep: tuple[re.Pattern[str], ...]
    since: float | None
    until: float | None


class OutputOptions(NamedTuple):
    """The output format, and whether CSV is made safe for spreadsheets."""

    format: str
    csv_safe: bool = False


class ReportFile(NamedTuple):
    """A report that is written when following ends: its format, and the path of its file."""

    format: str
    path: str

    def __str__(self) -> str:
        """Write it as it is typed."""
        return f"{self.format}:{self.path}"


class ReportFileOptions(NamedTuple):
    """Which reports are written when following ends, and whether GitHub Actions is told of causes in any case."""

    files: tuple[ReportFile, ...] = ()
    annotate: bool = False


class DisplayOptions(NamedTuple):
    """How output is displayed; there is a pager unless `no_pager`."""

    color: str
    time: str
    ascii: bool
    quiet: bool
    verbose: bool
    no_pager: bool


class DoctorOptions(NamedTuple):
    """How the report of `doctor` is displayed."""

    json: bool
    color: str
    ascii: bool
    quiet: bool
    verbose: bool


class RetryOptions(NamedTuple):
    """How many seconds to retry; None for the command's own default."""

    retry_for: float | None
    auth_wait: float | None


class ExitOptions(NamedTuple):
    """Whether the exit status is that of the outcome, and which outcomes count as failures."""

    exit_status: bool
    fail_on: frozenset[str]


class EventOptions(NamedTuple):
    """The options that all commands that show events share."""

    range: RangeOptions
    filters: FilterOptions
    output: OutputOptions
    display: DisplayOptions
    record: str | None
    recorded_job: str | None
    archive: str | None
    exit_options: ExitOptions
    connect: ConnectOptions
    retry: RetryOptions


class AfterOptions(NamedTuple):
    """What is done when following has ended.

    Attributes:
        exec: the command to run; None for none.
        exec_always: whether to run it after a signal too.
        exec_timeout: for how many seconds it may run.
        bell: whether to ring the terminal's bell.
    """

    exec: str | None
    exec_always: bool
    exec_timeout: float
    bell: bool


class PartOptions(NamedTuple):
    """Of which nodes a report speaks."""

    node: tuple[str, ...]
    failed: bool


class ReportOptions(NamedTuple):
    """The options that all commands that print reports share."""

    recorded_job: str | None
    archive: str | None
    part: PartOptions
    display: DisplayOptions
    connect: ConnectOptions
    retry: RetryOptions
