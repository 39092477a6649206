"""What a group of options reaches its command as: what was typed, or what stands for it, and where that came from.

Everything that click knows of a command line is captured here, when the options are parsed; nothing below asks click.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

TypedWords = Mapping[str, Sequence[str]]
"""The options that were typed, each as the words that would type it again, by its parameter's name."""


class ConnectOptions(NamedTuple):
    """Which server, and how.

    Attributes:
        origins: where each value comes from, by the option's name: `--cacert`, `ORCH_EVENTS_CACERT` or `default`.
    """

    demo: bool
    service_url: str | None
    cacert: str | None
    token_file: str | None
    config_file: str | None
    connect_timeout: float
    read_timeout: float
    origins: Mapping[str, str]


class RangeOptions(NamedTuple):
    """Which part of the events is read, or shown."""

    start: int | None
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
    """In which format."""

    format: str


class DisplayOptions(NamedTuple):
    """How things are shown."""

    color: str
    time: str
    ascii: bool
    quiet: bool
    verbose: bool


class DoctorOptions(NamedTuple):
    """How the report of `doctor` is shown."""

    json: bool
    color: str
    ascii: bool
    quiet: bool
    verbose: bool


class RetryOptions(NamedTuple):
    """For how long what is retried; None for the command's own."""

    retry_for: float | None
    auth_wait: float | None


class ExitOptions(NamedTuple):
    """What the exit status tells."""

    exit_status: bool
    fail_on: frozenset[str]


class EventOptions(NamedTuple):
    """All that the commands have in common that show events."""

    range: RangeOptions
    filters: FilterOptions
    output: OutputOptions
    display: DisplayOptions
    record: str | None
    recorded_job: str | None
    exit_options: ExitOptions
    connect: ConnectOptions
    retry: RetryOptions


class ReportOptions(NamedTuple):
    """All that the commands have in common that report on jobs."""

    recorded_job: str | None
    display: DisplayOptions
    connect: ConnectOptions
    retry: RetryOptions
