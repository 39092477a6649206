"""The options, each defined once: the same word means the same in every command.

A group of options reaches its command as one value, named like the group. Each option has an environment variable,
`ORCH_EVENTS_` and its long name.
"""

import functools
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import click

from orch_events.cli.types import duration, event_type, fail_on, regex, whole

Command = TypeVar("Command", bound=Callable[..., Any])

EVENT_FORMATS = ("table", "jsonl", "json", "csv")
REPORT_FORMATS = ("text", "json")
PICTURE_FORMATS = ("text", "svg", "html")


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


class Bear(NamedTuple):
    """How long to bear that no good answer comes; None for the command's own."""

    retry_for: float | None
    auth_wait: float | None


class Status(NamedTuple):
    """What the exit status says."""

    exit_status: bool
    fail_on: frozenset[str]


class _Option(click.Option):
    """An option whose variable has a value a line, where it takes several: a regular expression may have spaces."""

    def value_from_envvar(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own
        value = self.resolve_envvar_value(ctx)
        return value.splitlines() if self.multiple and value else super().value_from_envvar(ctx)


def option(*names: str, **attributes: Any) -> Callable[[Command], Command]:  # noqa: ANN401 - click's own
    """Define an option with its environment variable."""
    return click.option(*names, cls=_Option, envvar=variable(names), **attributes)


def variable(names: tuple[str, ...]) -> str:
    """Return the environment variable of an option that is written so."""
    long = next(name for name in names if name.startswith("--"))
    return "ORCH_EVENTS_" + long.partition("/")[0].removeprefix("--").replace("-", "_").upper()


def _grouped(name: str, kind: type[Any], *options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Make a decorator of options whose values reach the command as one `kind`, in the argument `name`."""

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def call(*args: object, **values: object) -> object:
            group = kind(**{field: values.pop(field) for field in kind._fields})
            return command(*args, **{name: group}, **values)

        return functools.reduce(lambda made, add: add(made), reversed(options), call)  # type: ignore[return-value]

    return decorate


def connect_options(command: Command) -> Command:
    """Add the options that choose a server."""
    return _grouped(
        "connect",
        Connect,
        option("--demo", is_flag=True, help="Ask the embedded simulator; no configuration needed."),
        option("--service-url", metavar="URL", help="The orchestrator, as in https://pe.example.com:8143."),
        option("--cacert", metavar="FILE", help="The CA to trust."),
        option("--token-file", metavar="FILE", help="Where the token is; - for standard input."),
        option("--config-file", metavar="FILE", help="Stands for the user's orchestrator.conf."),
        option(
            "--connect-timeout",
            type=duration(0.1),
            metavar="DURATION",
            default="10s",
            show_default=True,
            help="For a connection.",
        ),
        option(
            "--read-timeout",
            type=duration(0.1),
            metavar="DURATION",
            default="60s",
            show_default=True,
            help="For more of an answer.",
        ),
    )(command)


def where_options(command: Command) -> Command:
    """Add the options that say from where on."""
    return _grouped(
        "where",
        Where,
        option("--start", metavar="ID", type=whole, help="The first event id that is wanted."),
        option("--tail", metavar="N", type=whole, help="Of the events so far only the last N."),
    )(command)


def select_options(command: Command) -> Command:
    """Add the options that select events."""
    return _grouped(
        "select",
        Select,
        option(
            "-t",
            "--type",
            multiple=True,
            type=event_type,
            metavar="TYPE",
            help="Events of this type: node_failed or failed.",
        ),
        option("-n", "--node", metavar="GLOB", multiple=True, help="Events of nodes with such a name."),
        option("--failed", is_flag=True, help="Nodes that failed or errored."),
        option("-g", "--grep", multiple=True, type=regex, metavar="REGEX", help="Found in message, node or details."),
        option("--since", metavar="TIME", help="Not before: 10m (ago), a date, RFC 3339, an epoch."),
        option("--until", metavar="TIME", help="Not after."),
    )(command)


def output_options(formats: Sequence[str], json: str) -> Callable[[Command], Command]:
    """Add the options of the format, the first of which is the usual one; `json` says what --json is."""
    return _grouped(
        "output",
        Output,
        _output_option(formats),
        option("--json", is_flag=True, help=json),
    )


def _output_option(formats: Sequence[str]) -> Callable[[Any], Any]:
    return option(
        "-o", "--output", type=click.Choice(formats), default=formats[0], show_default=True, help="The format."
    )


def picture_output_option(command: Command) -> Command:
    """Add the option of the format of what is drawn."""
    decorated: Command = _output_option(PICTURE_FORMATS)(command)
    return decorated


def event_output_options(command: Command) -> Command:
    """Add the options of the format of events."""
    return output_options(EVENT_FORMATS, "The same as -o jsonl: the server's objects, one a line.")(command)


def report_output_options(command: Command) -> Command:
    """Add the options of the format of a report."""
    return output_options(REPORT_FORMATS, "The same as -o json: one object.")(command)


def record_option(command: Command) -> Command:
    """Add the option that keeps a record of the events."""
    return option("--record", metavar="FILE", help="Append the events to a file too, as --json writes them.")(command)


def look_options(command: Command) -> Command:
    """Add the options of look."""
    return _look_options(("local", "utc"), "The zone of times in the table.")(command)


def axis_look_options(command: Command) -> Command:
    """Add the options of look, where times stand at an axis."""
    return _look_options(("elapsed", "local", "utc"), "What stands at the axis; elapsed: since the job's first event.")(command)


def _look_options(times: Sequence[str], time_help: str) -> Callable[[Command], Command]:
    return _grouped(
        "look",
        Look,
        option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True,
               help="Colour."),
        option("--time", type=click.Choice(times), default=times[0], show_default=True, help=time_help),
        option("--ascii", is_flag=True, help="No glyphs."),
        option("-q", "--quiet", is_flag=True, help="Only events, warnings and errors."),
        option("-v", "--verbose", is_flag=True, help="Tell each request on stderr."),
    )  # fmt: skip


def bear_options(*, retry_for: str, auth_wait: str) -> Callable[[Command], Command]:
    """Add the options of patience; the arguments say what the command's own is."""
    return _grouped(
        "bear",
        Bear,
        option("--retry-for", type=duration(), metavar="DURATION",
               show_default=retry_for, help="Try again for so long when contact is lost; 0: give up at once."),
        option("--auth-wait", type=duration(), metavar="DURATION",
               show_default=auth_wait, help="Wait so long for a new token when one has expired."),
    )  # fmt: skip


def status_options(*, on: bool) -> Callable[[Command], Command]:
    """Add the options of the exit status; `on` says whether it tells the outcome by default."""
    return _grouped(
        "status",
        Status,
        option("--exit-status/--no-exit-status", default=on, show_default=True, help="Exit with the job's outcome."),
        option("--fail-on", type=fail_on, metavar="STATES", default="failed,errored,aborted", show_default=True,
               help="Which outcomes are no success: failed, errored, skipped, aborted."),
    )  # fmt: skip
