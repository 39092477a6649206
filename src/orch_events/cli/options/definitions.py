"""The options that commands share, each defined once: the same option means the same in every command.

A command gets a group of options as one value, named like the group. In the help a group has a heading.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import click

from orch_events.cli.options.groups import (
    ConnectOptions,
    DisplayOptions,
    DoctorOptions,
    EventOptions,
    ExitOptions,
    FilterOptions,
    OutputOptions,
    PartOptions,
    RangeOptions,
    ReportOptions,
    RetryOptions,
)
from orch_events.cli.options.option import Command, grouped, is_typed, option, origin
from orch_events.cli.options.types import FILE, StreamFormat, duration, event_type, fail_on, instant, regex, whole
from orch_events.errors import UsageError
from orch_events.wire.vocabulary import FAIL_ON

EVENT_FORMATS = ("table", "jsonl", "json", "csv")
JOB_FORMATS = (*EVENT_FORMATS, "name")
STREAM_FORMATS = ("table", "jsonl", "csv")
REPORT_FORMATS = ("text", "json")
NODE_ORDERS = ("start", "duration", "name", "state")
OUTPUT_FORMATS = ("text", "jsonl")
COLORS = ("auto", "always", "never")
PICTURE_FORMATS = ("text", "svg", "html")
ZONES = ("local", "utc")
EVENT_TIMES = (*ZONES, "elapsed")
JOB_TIMES = ("ago", *ZONES)
AXIS_TIMES = ("elapsed", *ZONES)


def _either(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


range_option = functools.partial(option, heading="Range")
filter_option = functools.partial(option, heading="Filter")
output_option = functools.partial(option, heading="Output")
display_option = functools.partial(option, heading="Display")
outcome_option = functools.partial(option, heading="Outcome")
connect_option = functools.partial(option, heading="Connect")
report_option = functools.partial(option, heading="Report")
retry_option = functools.partial(option, heading="Retries")


def composed(*decorators: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Compose decorators, which add their options in this order."""
    return lambda command: functools.reduce(lambda made, add: add(made), reversed(decorators), command)


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


def _read_connect(ctx: click.Context, values: dict[str, Any]) -> ConnectOptions:
    fields = [field for field in ConnectOptions._fields if field != "origins"]
    origins = {name: origin(ctx, name) for name in (field.replace("_", "-") for field in fields)}
    if values["demo"] and is_typed(ctx, "service_url"):
        if is_typed(ctx, "demo"):
            raise UsageError("--demo and --service-url can't be combined", "leave out the one that you don't mean")
        values["demo"] = False
    return ConnectOptions(**{field: values.pop(field) for field in fields}, origins=origins)


def range_options(command: Command) -> Command:
    """Add the options that choose a range of events."""
    return grouped(
        "range",
        RangeOptions,
        range_option("--start", metavar="ID", type=whole, help="Start at this event id."),
        range_option("--tail", metavar="N", type=whole, also=("lines", "last", "limit"),
                     help="Of the events so far, show only the last N."),
    )(command)  # fmt: skip


def recording_option(command: Command) -> Command:
    """Add the option that chooses among the jobs of a recording."""
    return range_option("--job", "recorded_job", metavar="NUMBER",
                        help="The job to read from a recording of several.")(command)  # fmt: skip


def filter_options(command: Command) -> Command:
    """Add the options that filter events."""
    return grouped(
        "filters",
        FilterOptions,
        filter_option("-t", "--type", multiple=True, type=event_type, metavar="TYPE",
                      help="Only events of this type, such as failed or node_failed."),
        filter_option("-n", "--node", multiple=True, metavar="GLOB", also=("nodes", "host", "certname"),
                      help="Only events of nodes whose name matches, as in 'web*'."),
        filter_option("--failed", is_flag=True, also=("errors", "failures"),
                      help="Only events of nodes that failed or errored."),
        filter_option("-g", "--grep", multiple=True, type=regex, metavar="REGEX", also=("filter", "search"),
                      help="Only events whose message, node or details match; matches are highlighted."),
        filter_option("--since", type=instant, metavar="TIME", also=("after", "from"),
                      help="Only events since TIME, as in 10m (ago) or 2016-05-05; see: orch-events help time."),
        filter_option("--until", type=instant, metavar="TIME", also=("before", "to"), help="Only events until TIME."),
    )(command)  # fmt: skip


def part_options(command: Command) -> Command:
    """Add the options that choose the nodes that a report speaks of."""
    return grouped(
        "part",
        PartOptions,
        filter_option("-n", "--node", multiple=True, metavar="GLOB", also=("nodes", "host", "certname"),
                      help="Only nodes whose name matches, as in 'web*'."),
        filter_option("--failed", is_flag=True, also=("errors", "failures"),
                      help="Only nodes that failed or errored."),
    )(command)  # fmt: skip


def output_options(
    formats: Sequence[str], *, json: str, help_text: str, kind: "type[click.Choice[str]]" = click.Choice
) -> Callable[[Command], Command]:
    """Add the options of the output format, whose default is the first; --json means the one called `json`."""
    safe = output_option("--csv-safe", is_flag=True,
                         help="In CSV, put ' before what a spreadsheet would compute.")  # fmt: skip

    def read(ctx: click.Context, values: dict[str, Any]) -> OutputOptions:
        chosen = _chosen_format(ctx, values.pop("output"), values.pop("json"), json)
        return OutputOptions(chosen, values.pop("csv_safe", False))

    return grouped(
        "output",
        OutputOptions,
        _format_option(formats, kind),
        output_option("--json", is_flag=True, help=help_text),
        *[safe] * ("csv" in formats),
        read=read,
    )


def _chosen_format(ctx: click.Context, output: str, wants_json: bool, json: str) -> str:  # noqa: FBT001 - an option
    """Return the chosen format: a typed -o overrides a --json from the environment."""
    overruled = is_typed(ctx, "output") and not is_typed(ctx, "json")
    return json if wants_json and not overruled else output


def _format_option(
    formats: Sequence[str], kind: "type[click.Choice[str]]" = click.Choice
) -> Callable[[Command], Command]:
    return output_option("-o", "--output", type=kind(formats), metavar="FORMAT", default=formats[0],
                         show_default=True, also=("format",), help=f"Output format: {_either(formats)}.")  # fmt: skip


sort_option = report_option(
    "--sort",
    type=click.Choice(NODE_ORDERS),
    metavar="ORDER",
    default=NODE_ORDERS[0],
    show_default=True,
    help="Sort by start, duration (longest first), name or state (worst first).",
)


def picture_output_option(command: Command) -> Command:
    """Add the option of a drawing's format."""
    return _format_option(PICTURE_FORMATS)(command)


_JSON_LINES = "Same as -o jsonl: the server's own objects, one per line."


def event_output_options(command: Command) -> Command:
    """Add the options of the format of events."""
    return output_options(EVENT_FORMATS, json="jsonl", help_text=_JSON_LINES)(command)


def stream_output_options(command: Command) -> Command:
    """Add the options of the format of events that go on."""
    return output_options(STREAM_FORMATS, json="jsonl", help_text=_JSON_LINES, kind=StreamFormat)(command)


def report_output_options(command: Command) -> Command:
    """Add the options of the format of a report."""
    return output_options(REPORT_FORMATS, json="json", help_text="Same as -o json: one JSON object.")(command)


def record_option(command: Command) -> Command:
    """Add the option that records the events in a file."""
    return output_option("--record", type=FILE, metavar="FILE", also=("save", "tee"),
                         help="Also append all events and the job's record to FILE.")(command)  # fmt: skip


_VERBOSE = output_option("-v", "--verbose", is_flag=True, also=("debug",), help="Log each request to stderr.")
_COLOR = display_option("--color", type=click.Choice(COLORS), metavar="WHEN", default="auto", show_default=True,
                        also=("colour", "no-color", "no-colour"), help=f"Colour: {_either(COLORS)}.")  # fmt: skip
_ASCII = display_option("--ascii", is_flag=True, help="Use only ASCII characters.")
_NO_PAGER = display_option("--no-pager", is_flag=True, also=("pager", "paging"),
                           help="Do not page what is longer than the terminal through $PAGER.")  # fmt: skip


def display_options(times: Sequence[str] = ZONES, *, pages: bool = True) -> Callable[[Command], Command]:
    """Add the display options; `times` are the values of --time, the default first; `pages`: through a pager."""
    more = {"elapsed": " (since the job's first event)", "ago": " (on a terminal; elsewhere local)"}
    words = [word + more.get(word, "") for word in times]
    return grouped(
        "display",
        DisplayOptions,
        output_option("-q", "--quiet", is_flag=True, also=("silent",), help="Show no notes and no progress."),
        _VERBOSE,
        _COLOR,
        display_option("--time", type=click.Choice(times), metavar="HOW", default=times[0], show_default=True,
                       also=("utc", "timezone", "tz"), help=f"Times: {_either(words)}."),
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
        retry_options(retry_for="10s", auth_wait="0"),
        grouped("report", ReportOptions),
    )
