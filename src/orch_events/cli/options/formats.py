"""The options of the output: its format, its order, and a file that it is recorded in."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from orch_events.cli.options.groups import OutputOptions
from orch_events.cli.options.option import Command, either, grouped, is_typed, output_option, report_option
from orch_events.cli.options.types import FILE, StreamFormat

FILE_FORMATS = {
    "junit": "nodes",
    "markdown": "summary",
    "html": "timeline",
    "json": "summary",
    "csv": "nodes",
    "perfetto": "timeline",
    "otlp": "timeline",
}
"""The formats of `--report`, each with the command whose -o writes the same."""


def _with_files(command: str, *formats: str) -> tuple[str, ...]:
    """Return a command's formats, and behind them those that it has in common with `--report`."""
    return tuple(dict.fromkeys([*formats, *(name for name, other in FILE_FORMATS.items() if other == command)]))


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
