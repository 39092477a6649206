"""The options of the output: its format, its order, and a file that it is recorded in."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from orch_events.cli.options.groups import OutputOptions, ReportFile, ReportFileOptions
from orch_events.cli.options.option import (
    Command,
    afterwards_option,
    either,
    grouped,
    is_typed,
    output_option,
    report_option,
)
from orch_events.cli.options.types import FILE, Completed, StreamFormat
from orch_events.errors import UsageError

if TYPE_CHECKING:  # in an older click it is not generic
    Item = CompletionItem[str]


class FileFormat(NamedTuple):
    """A format of `--report`.

    Attributes:
        command: the command whose -o writes the same.
        file: a name for the file, which completion offers.
    """

    command: str
    file: str


FILE_FORMATS = {
    "junit": FileFormat("nodes", "junit.xml"),
    "markdown": FileFormat("summary", "summary.md"),
    "html": FileFormat("timeline", "job.html"),
    "json": FileFormat("summary", "summary.json"),
    "csv": FileFormat("nodes", "nodes.csv"),
    "perfetto": FileFormat("timeline", "trace.json"),
    "otlp": FileFormat("timeline", "otlp.json"),
}


def _with_files(command: str, *formats: str) -> tuple[str, ...]:
    """Return a command's formats, and behind them those that it has in common with `--report`."""
    return tuple(dict.fromkeys([*formats, *(name for name, one in FILE_FORMATS.items() if one.command == command)]))


EVENT_FORMATS = ("table", "jsonl", "json", "csv")
NODE_FORMATS = _with_files("nodes", *EVENT_FORMATS)
JOB_FORMATS = (*EVENT_FORMATS, "name")
STREAM_FORMATS = ("table", "jsonl", "csv")
REPORT_FORMATS = ("text", "json")
SUMMARY_FORMATS = _with_files("summary", *REPORT_FORMATS)
NODE_ORDERS = ("start", "duration", "name", "state")
OUTPUT_FORMATS = ("text", "jsonl")
PICTURE_FORMATS = _with_files("timeline", "text", "svg")


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
                         show_default=True, also=("format",), help=f"Output format: {either(formats)}.")  # fmt: skip


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


def node_output_options(command: Command) -> Command:
    """Add the options of the format of nodes."""
    return output_options(NODE_FORMATS, json="jsonl", help_text="Same as -o jsonl: an object per node and line.")(
        command
    )


def summary_output_options(command: Command) -> Command:
    """Add the options of the format of a summary."""
    return output_options(SUMMARY_FORMATS, json="json", help_text="Same as -o json: one JSON object.")(command)


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


def _read_report(text: str) -> ReportFile:
    """Parse FORMAT:FILE."""
    name, colon, path = text.partition(":")
    if name not in FILE_FORMATS or not colon:
        raise click.BadParameter(f"{text!r} does not begin with a format and a colon: use {', '.join(FILE_FORMATS)}")
    if path in ("", "-"):
        what = "names no file" if not path else "can't go to standard output, where the events are"
        raise UsageError(f"the {name} report {what}", f"give it a file, as in {name}:{FILE_FORMATS[name].file}")
    return ReportFile(name, path)


def _offer_reports(_: click.Context, incomplete: str) -> "Iterable[Item]":
    """Offer each format with a file; behind the colon, files."""
    if ":" in incomplete:
        return [CompletionItem(incomplete, type="file")]
    values = {f"{name}:{one.file}": f"same as {one.command} -o {name}" for name, one in FILE_FORMATS.items()}
    return [CompletionItem(value, help=text) for value, text in values.items() if value.startswith(incomplete)]


def report_file_options(command: Command) -> Command:
    """Add the options of reports that are written when following ends."""
    return grouped(
        "reports",
        ReportFileOptions,
        afterwards_option("--report", "files", multiple=True, type=Completed("report", _read_report, _offer_reports),
                      metavar="FORMAT:FILE", also=("junit", "html", "markdown", "artifact"),
                      help=f"When following ends, write a report to FILE: {either(tuple(FILE_FORMATS))}."),
        afterwards_option("--annotate", is_flag=True, also=("annotations",),
                      help="Under GitHub Actions, annotate causes of failure and fold the log; --report does so too."),
    )(command)  # fmt: skip
