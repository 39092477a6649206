"""The options, each defined once: the same word means the same in every command.

A group of options reaches its command as one value, named like the group. In the help it stands under a heading.
"""

import functools
from collections.abc import Callable, Sequence

import click

from orch_events.cli.groups import Bear, Checkup, Connect, Look, Output, Select, Status, Where
from orch_events.cli.option import Command, grouped, option
from orch_events.cli.types import FILE, duration, event_type, fail_on, regex, whole
from orch_events.states import FAIL_ON

EVENT_FORMATS = ("table", "jsonl", "json", "csv")
REPORT_FORMATS = ("text", "json")
COLORS = ("auto", "always", "never")
PICTURE_FORMATS = ("text", "svg", "html")
ZONES = ("local", "utc")
EVENT_TIMES = (*ZONES, "elapsed")
AXIS_TIMES = ("elapsed", *ZONES)


def _either(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


where_option = functools.partial(option, heading="Where from")
select_option = functools.partial(option, heading="Select")
output_option = functools.partial(option, heading="Output")
look_option = functools.partial(option, heading="Look")
outcome_option = functools.partial(option, heading="Outcome")
connect_option = functools.partial(option, heading="Connect")
report_option = functools.partial(option, heading="Report")
patience_option = functools.partial(option, heading="Patience")


def connect_options(command: Command) -> Command:
    """Add the options that choose a server."""
    return grouped(
        "connect",
        Connect,
        connect_option("--demo", is_flag=True, help="Ask the embedded simulator, which needs no setup."),
        connect_option("--service-url", metavar="URL", also=("url", "server", "host", "endpoint"),
                       help="The orchestrator, as in https://pe.example.com:8143."),
        connect_option("--cacert", type=FILE, metavar="FILE", also=("ca", "insecure"), help="The CA to trust."),
        connect_option("--token-file", type=FILE, metavar="FILE", also=("token",),
                       help="Where the token is; - for standard input."),
        connect_option("--config-file", type=FILE, metavar="FILE", also=("config",),
                       help="Read instead of the user's orchestrator.conf."),
        connect_option("--connect-timeout", type=duration(0.1), metavar="DURATION", default="10s", show_default=True,
                       help="How long a connection may take."),
        connect_option("--read-timeout", type=duration(0.1), metavar="DURATION", default="60s", show_default=True,
                       help="How long an answer may pause."),
    )(command)  # fmt: skip


def where_options(command: Command) -> Command:
    """Add the options that say from where on."""
    return grouped(
        "where",
        Where,
        where_option("--start", metavar="ID", type=whole, help="Begin with the event of this id."),
        where_option("--tail", metavar="N", type=whole, also=("lines", "last", "limit"),
                     help="Of the events so far, show only the last N."),
    )(command)  # fmt: skip


def recording_option(command: Command) -> Command:
    """Add the option that chooses among the jobs of a recording."""
    return where_option("--job", "recorded_job", metavar="NUMBER",
                        help="Of a recording that holds several jobs, this one.")(command)  # fmt: skip


def select_options(command: Command) -> Command:
    """Add the options that select events."""
    return grouped(
        "select",
        Select,
        select_option("-t", "--type", multiple=True, type=event_type, metavar="TYPE",
                      help="Only events of this type, such as failed or node_failed."),
        select_option("-n", "--node", multiple=True, metavar="GLOB", also=("host", "certname"),
                      help="Only events of nodes with such a name, as in 'web*'."),
        select_option("--failed", is_flag=True, also=("errors", "failures"),
                      help="Only events of nodes that failed or errored."),
        select_option("-g", "--grep", multiple=True, type=regex, metavar="REGEX", also=("filter", "search"),
                      help="Only events with this in message, node or details."),
        select_option("--since", metavar="TIME", also=("after", "from"),
                      help="Only events from then on: 10m (ago), 2016-05-05; see: orch-events help time."),
        select_option("--until", metavar="TIME", also=("before", "to"), help="Only events up to then."),
    )(command)  # fmt: skip


def output_options(formats: Sequence[str], json: str) -> Callable[[Command], Command]:
    """Add the options of the format, the first of which is the usual one; `json` says what --json is."""
    return grouped(
        "output",
        Output,
        _format_option(formats),
        output_option("--json", is_flag=True, help=json),
    )


def _format_option(formats: Sequence[str]) -> Callable[[Command], Command]:
    return output_option("-o", "--output", type=click.Choice(formats), metavar="FORMAT", default=formats[0],
                         show_default=True, also=("format",), help=f"The format: {_either(formats)}.")  # fmt: skip


def picture_output_option(command: Command) -> Command:
    """Add the option of the format of what is drawn."""
    return _format_option(PICTURE_FORMATS)(command)


def event_output_options(command: Command) -> Command:
    """Add the options of the format of events."""
    return output_options(EVENT_FORMATS, "Same as -o jsonl: the server's own objects.")(command)


def report_output_options(command: Command) -> Command:
    """Add the options of the format of a report."""
    return output_options(REPORT_FORMATS, "Same as -o json: one object.")(command)


def record_option(command: Command) -> Command:
    """Add the option that keeps a record of the events."""
    return output_option("--record", type=FILE, metavar="FILE", also=("save", "tee"),
                         help="Append the events to a file too, as --json writes them.")(command)  # fmt: skip


_VERBOSE = output_option("-v", "--verbose", is_flag=True, also=("debug",), help="Tell each request on stderr.")
_COLOR = look_option("--color", type=click.Choice(COLORS), metavar="WHEN", default="auto", show_default=True,
                     also=("colour", "no-color", "no-colour"), help=f"Colour: {_either(COLORS)}.")  # fmt: skip
_ASCII = look_option("--ascii", is_flag=True, help="No glyphs, only words.")


def look_options(times: Sequence[str] = ZONES) -> Callable[[Command], Command]:
    """Add the options of look, and of how much is said; `times` says how times can be shown, the usual way first."""
    since = "; elapsed: since the job's first event" * ("elapsed" in times)
    return grouped(
        "look",
        Look,
        output_option("-q", "--quiet", is_flag=True, also=("silent",), help="No notes and no progress."),
        _VERBOSE,
        _COLOR,
        look_option("--time", type=click.Choice(times), metavar="HOW", default=times[0], show_default=True,
                    also=("utc", "timezone", "tz"),
                    help=f"Times: {_either(times)}{since}."),
        _ASCII,
    )  # fmt: skip


def checkup_options(command: Command) -> Command:
    """Add the options of the report of `doctor`."""
    return grouped(
        "look",
        Checkup,
        output_option("--json", is_flag=True, help="One JSON object."),
        output_option("-q", "--quiet", is_flag=True, also=("silent",), help="Only warnings and failures."),
        _VERBOSE,
        _COLOR,
        _ASCII,
    )(command)


def bear_options(*, retry_for: str, auth_wait: str) -> Callable[[Command], Command]:
    """Add the options of patience; the arguments say what the command's own is."""
    return grouped(
        "bear",
        Bear,
        patience_option("--retry-for", type=duration(), metavar="DURATION", show_default=retry_for, also=("retries",),
                        help="How long to try again when contact is lost; 0: not at all."),
        patience_option("--auth-wait", type=duration(), metavar="DURATION", show_default=auth_wait,
                        help="How long to wait for a new token when one has expired."),
    )  # fmt: skip


def status_options(*, on: bool) -> Callable[[Command], Command]:
    """Add the options of the exit status; `on` says whether it tells the outcome by default."""
    return grouped(
        "status",
        Status,
        outcome_option("--exit-status/--no-exit-status", default=on, show_default="on" if on else "off",
                       help="Exit with the job's outcome."),
        outcome_option("--fail-on", type=fail_on, metavar="STATES", default="failed,errored,aborted",
                       show_default="all but skipped", help=f"Which outcomes are no success: {', '.join(FAIL_ON)}."),
    )  # fmt: skip
