"""`orch-events output`: what each node printed."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.help.command import command
from orch_events.cli.job_completion import job_argument
from orch_events.cli.options.definitions import exit_options, report_options
from orch_events.cli.options.formats import OUTPUT_FORMATS, output_options
from orch_events.cli.options.groups import ExitOptions, OutputOptions, ReportOptions, TypedWords
from orch_events.cli.options.option import filter_option, one_of, pass_typed, report_option
from orch_events.cli.options.types import regex
from orch_events.errors import UsageError
from orch_events.library.job_ref import JobRef
from orch_events.render.toolkit.terminal import is_terminal
from orch_events.wire.job_key import spoken

if TYPE_CHECKING:  # msgspec is imported when something is read
    from orch_events.analysis.output import NodeOutput
    from orch_events.analysis.part import Part
    from orch_events.job.state import JobState

_MOST_NAMES = 3

_HELP = """
    Show what each node of JOB printed.

    \b
    orch-events output 353                         the same output once, under all its nodes
    orch-events output 353 --failed --each         node by node, in the order of finishing
    orch-events output 353 --raw -n 'web-01*' > f  one node's bytes as they are

    Colours are dropped, except by --raw and --json.
"""


@command(help=_HELP, also=("stdout", "stderr", "printed", "results"))
@job_argument("job")
@report_options(
    report_option("--each", is_flag=True, help="Show node by node, in the order of finishing."),
    report_option("--raw", is_flag=True, help="Write one node's output byte for byte, into a pipe or file."),
    filters=filter_option("-g", "--grep", multiple=True, type=regex, metavar="REGEX", also=("filter", "search"),
                          help="Only nodes whose output, error or result matches."),
    output=output_options(OUTPUT_FORMATS, json="jsonl", help_text="Same as -o jsonl: one object per node and line."),
    outcome=exit_options(on=False),
)  # fmt: skip
@pass_typed
@click.pass_obj
def output(  # noqa: PLR0917 - one argument an option of its own
    app: App, job: JobRef, each: bool, raw: bool, grep: Sequence[re.Pattern[str]],  # noqa: FBT001 - click's
    output: OutputOptions, exit_options: ExitOptions, report: ReportOptions, typed: TypedWords,
) -> int:  # fmt: skip
    """Run `orch-events output`."""
    from orch_events.analysis.output import OutputCollector
    from orch_events.cli.loading import load_job
    from orch_events.cli.reports import note_if_empty, outcome_status, part_of
    from orch_events.render.reports.output import output_json

    if is_terminal(app.stdout) and raw:
        raw = _refuse_raw(typed)
    wanted = one_of({"each": each, "raw": raw, "json": output.format == "jsonl"}, typed)
    raw, as_json = wanted == "raw", wanted == "json"
    app.configure_stderr(report.display)
    collector = OutputCollector(report.part.node, failed=report.part.failed, grep=grep, exact=raw or as_json)
    state = load_job(app, job, report, collector)
    part = part_of(state, report)
    outputs = collector.outputs(part)
    if raw:
        _write_raw(app, state, outputs)
    elif as_json:
        for one in outputs:
            for piece in output_json(one, state.job):
                app.output.write(piece)
    else:
        _show(app, report, state, part, outputs, each=wanted == "each")
    note_if_empty(app, state)
    if state.runs and not outputs:
        app.stderr.note(f"no nodes match ({len(state.runs)} in {spoken(state.job)})")
    return outcome_status(state, exit_options)


def _refuse_raw(typed: TypedWords) -> bool:
    """Raise UsageError for a --raw that was typed; return False for one of the environment."""
    if "raw" in typed:
        raise UsageError("--raw writes a node's bytes as they are, so not to a terminal", "redirect it: > FILE")
    return False


def _show(
    app: App, report: ReportOptions, state: "JobState", part: "Part", outputs: "list[NodeOutput]", *, each: bool
) -> None:
    from orch_events.analysis.output import grouped
    from orch_events.analysis.progress import JobProgress
    from orch_events.render.reports.output import each_text, grouped_text
    from orch_events.render.toolkit.layout import Layout
    from orch_events.render.toolkit.terminal import columns

    layout = Layout(app.theme(app.stdout, report.display), columns(app.stdout))
    progress = JobProgress.from_state(state)
    if each:
        pieces = each_text(outputs, progress, part, layout)
    else:
        pieces = grouped_text(grouped(outputs, state.runs), progress, part, layout)
    with app.paging(wanted=not report.display.no_pager), _commands_stopped(app):
        for piece in pieces:
            app.output.write_text(piece)


@contextmanager
def _commands_stopped(app: App) -> Iterator[None]:
    """Keep GitHub Actions from obeying what looks like one of its commands: a node may print `::error::`."""
    if not app.environ.get("GITHUB_ACTIONS"):
        yield
        return
    from secrets import token_hex

    token = token_hex()
    app.output.write_text(f"::stop-commands::{token}\n")
    try:
        yield
    finally:
        app.output.write_text(f"::{token}::\n")


def _write_raw(app: App, state: "JobState", outputs: "list[NodeOutput]") -> None:
    """Write what one node printed on stdout as it is; what it printed on stderr is shown on stderr."""
    from orch_events.analysis.output import to_bytes
    from orch_events.render.toolkit.text import escape_control
    from orch_events.wire.printed import drop_colors
    from orch_events.wire.text import pieces

    if len(outputs) != 1:
        raise UsageError(_not_one(state, outputs), "name it with -n NODE")
    (one,) = outputs
    for piece in to_bytes(one.printed.output or ""):
        app.output.write(piece)
    for text in pieces(one.printed.stderr or ""):
        for line in drop_colors(text).splitlines():
            app.stderr.show(f"stderr: {escape_control(line)}\n")
    if not (one.printed.output or one.printed.stderr):
        app.stderr.note(f"{escape_control(one.name)} printed nothing: it is {escape_control(one.state)}")


def _not_one(state: "JobState", outputs: "list[NodeOutput]") -> str:
    if not outputs:
        return f"--raw needs a node, and none of {spoken(state.job)} matches"
    names = ", ".join(one.name for one in outputs[:_MOST_NAMES])
    more = f" and {len(outputs) - _MOST_NAMES} more" * (len(outputs) > _MOST_NAMES)
    return f"--raw needs one node, and {len(outputs)} of {spoken(state.job)} match: {names}{more}"
