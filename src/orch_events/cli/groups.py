"""What a group of options reaches its command as: what was typed, or what stands for it."""

import re
from typing import NamedTuple


class Connect(NamedTuple):
    """Which server, and how."""

    demo: bool
    service_url: str | None
    cacert: str | None
    token_file: str | None
    config_file: str | None
    connect_timeout: float
    read_timeout: float


class Where(NamedTuple):
    """From where on."""

    start: int | None
    tail: int | None


class Select(NamedTuple):
    """Which events are shown."""

    type: tuple[str, ...]
    node: tuple[str, ...]
    failed: bool
    grep: tuple[re.Pattern[str], ...]
    since: str | None
    until: str | None


class Output(NamedTuple):
    """In which format."""

    output: str
    json: bool


class Look(NamedTuple):
    """How things are shown."""

    color: str
    time: str
    ascii: bool
    quiet: bool
    verbose: bool


class Checkup(NamedTuple):
    """How the report of `doctor` is shown."""

    json: bool
    color: str
    ascii: bool
    quiet: bool
    verbose: bool


class Bear(NamedTuple):
    """How long to bear that no good answer comes; None for the command's own."""

    retry_for: float | None
    auth_wait: float | None


class Status(NamedTuple):
    """What the exit status says."""

    exit_status: bool
    fail_on: frozenset[str]
