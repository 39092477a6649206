"""`orch-events failures`: the nodes that did not finish, grouped by cause."""

import shlex
from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.help.command import command
from orch_events.cli.job_completion import job_argument
from orch_events.cli.options.definitions import exit_options, report_option, report_options, report_output_options
from orch_events.cli.options.groups import ExitOptions, OutputOptions, ReportOptions, TypedWords
from orch_events.cli.options.job_ref import JobRef
from orch_events.cli.options.option import pass_typed
from orch_events.cli.shell_command import ShellCommand
from orch_events.errors import UsageError
from orch_events.render.toolkit.terminal import is_terminal

if TYPE_CHECKING:  # httpx and msgspec are imported when something is requested
    from orch_events.job.state import JobState

_MOST_NODES_IN_A_LINE = 100


@command(also=("errors", "why"))
@job_argument("job")
@report_options(
    report_option("--all", is_flag=True, help="All nodes of each group, not only the first ten."),
    report_option("--names", is_flag=True, help="Only the nodes' names, one a line."),
    report_option("--rerun", is_flag=True, help="Only the command that runs the job again on these nodes."),
    output=report_output_options,
    outcome=exit_options(on=False),
)
@pass_typed
@click.pass_obj
def failures(  # noqa: PLR0917 - one argument an option of its own
    app: App, job: JobRef, all: bool, names: bool, rerun: bool,  # noqa: A002, FBT001 - click's
    output: OutputOptions, exit_options: ExitOptions, report: ReportOptions, typed: TypedWords,
) -> int:  # fmt: skip
    """Show which nodes of JOB did not finish, grouped by cause.

    \b
    orch-events failures 352                   why, and which nodes
    orch-events failures 352 --rerun           the command that runs the job again on them
    orch-events failures 352 --names > nodes   for: puppet job run --nodes @nodes

    Names, numbers, ids, paths, URLs, addresses, times and quoted values in a cause make no difference to its group.
    """
    from orch_events.analysis.failures import Failures, unfinished
    from orch_events.cli.job_sources import load_job
    from orch_events.cli.reports import note_if_empty, outcome_status, write_lines, write_report
    from orch_events.render.reports.failures import failures_json, failures_text
    from orch_events.render.toolkit.text import escape_control

    if names + rerun + (output.format == "json") > 1:
        raise UsageError("--names, --rerun and --json exclude each other", "give one of them")
    app.configure_stderr(report.display)
    state = load_job(app, job, report)
    shell = ShellCommand(typed, {state.job: job.name_for(state.job)})
    nodes = [escape_control(run.name) for run in unfinished(state.runs) if state.is_over or run.state != "running"]
    if names:
        write_lines(app, nodes)
    elif rerun:
        write_lines(app, _commands(app, shell, state, nodes))
    else:
        found = Failures.from_state(state)
        write_report(
            app,
            output,
            report.display,
            lambda layout: failures_text(found, layout, whole=all),
            lambda: failures_json(found),
        )
    note_if_empty(app, state)
    if names or rerun:
        _note_if_all_is_well(app, state, nodes)
    elif nodes and is_terminal(app.stdout):
        app.stderr.note(f"next: {shell.line('failures', state.job, '--rerun')}")
    return outcome_status(state, exit_options)


def _note_if_all_is_well(app: App, state: "JobState", nodes: list[str]) -> None:
    """Note on stderr why nothing was printed, for readers of a pipe."""
    if state.events and not nodes:
        app.stderr.note(f"job {state.job} has no node that did not finish{'' if state.is_over else ', so far'}")


def _commands(app: App, shell: ShellCommand, state: "JobState", nodes: list[str]) -> list[str]:
    """Return the commands that run a job again on some nodes; very many names are written to a file first."""
    from orch_events.analysis.rerun import Rerun

    if not nodes:
        return []
    many = len(nodes) > _MOST_NODES_IN_A_LINE
    file = f"{state.job}.nodes"
    rerun = Rerun.from_record(state.record, f"@{file}" if many else ",".join(nodes)) if state.record else None
    if rerun is None:
        kind = f"is a {state.record.type}" if state.record and state.record.type else "is of an unknown type"
        raise UsageError(f"job {state.job} {kind}: no command runs it again", "--names prints the nodes")
    if rerun.lacks:
        app.stderr.warn(f"the command lacks part of what job {state.job} was given: {', '.join(rerun.lacks)}")
    names = [f"{shell.line('failures', state.job, '--names')} > {shlex.quote(file)}"] if many else []
    return [*names, shlex.join(rerun.words)]
