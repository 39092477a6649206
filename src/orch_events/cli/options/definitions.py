"""The options that commands share, each defined once: the same option means the same in every command.

A command gets a group of options as one value, named like the group. In the help a group has a heading.
"""

from collections.abc import Callable, Sequence
from typing import Any

import click

from orch_events.cli.options.filters import filter_options, part_options, range_options, recording_option
from orch_events.cli.options.formats import event_output_options, record_option, stream_output_options
from orch_events.cli.options.groups import (
    ConnectOptions,
    DisplayOptions,
    DoctorOptions,
    EventOptions,
    ExitOptions,
    ReportOptions,
    RetryOptions,
)
from orch_events.cli.options.option import (
    Command,
    composed,
    connect_option,
    display_option,
    either,
    grouped,
    is_typed,
    origin,
    outcome_option,
    output_option,
    retry_option,
)
from orch_events.cli.options.types import FILE, duration, fail_on
from orch_events.errors import UsageError
from orch_events.wire.vocabulary import FAIL_ON

COLORS = ("auto", "always", "never")
ZONES = ("local", "utc")
EVENT_TIMES = (*ZONES, "elapsed")
JOB_TIMES = ("ago", *ZONES)
AXIS_TIMES = ("elapsed", *ZONES)


def connect_options(command: Command) -> Command:
    """Add the options that choose a server."""
    return grouped(
        "connect",
        ConnectOptions,
        connect_option("--demo", is_flag=True, help="Use the built-in simulator; needs no configuration."),
        connect_option("--service-url", metavar="URL", also=("url", "server", "host", "endpoint"),
                       help="URL of the orchestrator, as in https://pe.example.com:8143."),
        connect_option("--cacert", type=FILE, metavar="FILE", also=("ca", "insecure"),
                       help="CA certificate to trust."),
        connect_option("--token-file", type=FILE, metavar="FILE", also=("token",),
                       help="File with the access token; -: standard input."),
        connect_option("--config-file", type=FILE, metavar="FILE", also=("config",),
                       help="Read FILE instead of the user's orchestrator.conf."),
        connect_option("--connect-timeout", type=duration(0.1), metavar="DURATION", default="10s", show_default=True,
                       help="Time limit for connecting."),
        connect_option("--read-timeout", type=duration(0.1), metavar="DURATION", default="60s", show_default=True,
                       help="Time limit for each read from the server."),
        read=_read_connect,
    )(command)  # fmt: skip


archive_option = connect_option("--archive", type=FILE, metavar="DIR",
                                help="Archive of collect, for jobs that the server has deleted.")  # fmt: skip


def _read_connect(ctx: click.Context, values: dict[str, Any]) -> ConnectOptions:
    fields = [field for field in ConnectOptions._fields if field != "origins"]
    origins = {name: origin(ctx, name) for name in (field.replace("_", "-") for field in fields)}
    if values["demo"] and is_typed(ctx, "service_url"):
        if is_typed(ctx, "demo"):
            raise UsageError("--demo and --service-url can't be combined", "leave out the one that you don't mean")
        values["demo"] = False
    return ConnectOptions(**{field: values.pop(field) for field in fields}, origins=origins)


_VERBOSE = output_option("-v", "--verbose", is_flag=True, also=("debug",), help="Log each request to stderr.")
_COLOR = display_option("--color", type=click.Choice(COLORS), metavar="WHEN", default="auto", show_default=True,
                        also=("colour", "no-color", "no-colour"), help=f"Colour: {either(COLORS)}.")  # fmt: skip
_ASCII = display_option("--ascii", is_flag=True, help="Use only ASCII characters.")
_NO_PAGER = display_option("--no-pager", is_flag=True, also=("pager", "paging"),
                           help="Do not page what is longer than the terminal through $PAGER.")  # fmt: skip


def display_options(times: Sequence[str] = ZONES, *, pages: bool = True) -> Callable[[Command], Command]:
    """Add the display options; `times` are the values of --time, the default first; `pages`: through a pager."""
    words = [word + " (since the job's first event)" * (word == "elapsed") for word in times]
    default = "ago on a terminal, else local" if times[0] == "ago" else True
    return grouped(
        "display",
        DisplayOptions,
        output_option("-q", "--quiet", is_flag=True, also=("silent",), help="Show no notes and no progress."),
        _VERBOSE,
        _COLOR,
        display_option("--time", type=click.Choice(times), metavar="HOW", default=times[0], show_default=default,
                       also=("utc", "timezone", "tz"), help=f"Times: {either(words)}."),
        _ASCII,
        *([_NO_PAGER] if pages else []),
        read=_read_display,
    )  # fmt: skip


def _read_display(_: click.Context, values: dict[str, Any]) -> DisplayOptions:
    values.setdefault("no_pager", True)
    return DisplayOptions(**{field: values.pop(field) for field in DisplayOptions._fields})


def doctor_options(command: Command) -> Command:
    """Add the options of the report of `doctor`."""
    return grouped(
        "display",
        DoctorOptions,
        output_option("--json", is_flag=True, help="Print one JSON object."),
        output_option("-q", "--quiet", is_flag=True, also=("silent",), help="Show only warnings and failures."),
        _VERBOSE,
        _COLOR,
        _ASCII,
    )(command)


def retry_options(*, retry_for: str, auth_wait: str) -> Callable[[Command], Command]:
    """Add the options of retries; the arguments are the command's own defaults, as help shows them."""
    return grouped(
        "retry",
        RetryOptions,
        retry_option("--retry-for", type=duration(), metavar="DURATION", show_default=retry_for, also=("retries",),
                     help="Retry a lost connection for this long; 0: give up at once."),
        retry_option("--auth-wait", type=duration(), metavar="DURATION", show_default=auth_wait,
                     help="When the token has expired, wait this long for a new one."),
    )  # fmt: skip


def exit_options(*, on: bool) -> Callable[[Command], Command]:
    """Add the options of the exit status; `on` is the default of --exit-status."""
    return grouped(
        "exit_options",
        ExitOptions,
        outcome_option("--exit-status/--no-exit-status", default=on, show_default="on" if on else "off",
                       help="Exit with a non-zero status if the job failed."),
        outcome_option("--fail-on", type=fail_on, metavar="STATES", default="failed,errored,aborted",
                       show_default="all but skipped", help=f"Outcomes that count as failure: {', '.join(FAIL_ON)}."),
    )  # fmt: skip


def event_options(
    *own: Callable[[Any], Any],
    exit_on: bool,
    retry_for: str,
    auth_wait: str,
    live: bool = False,
) -> Callable[[Command], Command]:
    """Add the options that all commands that show events share, and in their midst a command's own."""
    return composed(
        recording_option,
        range_options,
        filter_options,
        stream_output_options if live else event_output_options,
        record_option,
        display_options(EVENT_TIMES, pages=not live),
        *own,
        exit_options(on=exit_on),
        connect_options,
        archive_option,
        retry_options(retry_for=retry_for, auth_wait=auth_wait),
        grouped("events", EventOptions),
    )


def report_options(
    *own: Callable[[Any], Any],
    filters: Callable[[Any], Any] = lambda command: command,
    output: Callable[[Any], Any],
    outcome: Callable[[Any], Any],
    times: Sequence[str] = ZONES,
) -> Callable[[Command], Command]:
    """Add the options that all commands that print reports share, around a command's own, in the order of headings."""
    return composed(
        *own,
        recording_option,
        part_options,
        filters,
        output,
        display_options(times),
        outcome,
        connect_options,
        archive_option,
        retry_options(retry_for="10s", auth_wait="0"),
        grouped("report", ReportOptions),
    )
