"""`orch-events failures`: the nodes that did not finish, grouped by cause."""

import shlex
import sys
from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.command import command
from orch_events.cli.groups import Bear, Connect, Look, Output, Status
from orch_events.cli.options import (
    bear_options,
    connect_options,
    look_options,
    recording_option,
    report_option,
    report_output_options,
    status_options,
)
from orch_events.cli.shell_lines import ShellLines
from orch_events.cli.show import output_format
from orch_events.cli.terminal import is_terminal
from orch_events.cli.types import job as job_type
from orch_events.errors import UsageError
from orch_events.job_name import JobName

if TYPE_CHECKING:  # httpx and msgspec are imported when something is asked
    from orch_events.job import JobState

_MOST_NODES_IN_A_LINE = 100


@command(also=("errors", "why"))
@click.argument("job", metavar="JOB", type=job_type)
@report_option("--all", is_flag=True, help="All nodes of each group, not only the first ten.")
@report_option("--names", is_flag=True, help="Only the nodes' names, one a line.")
@report_option("--rerun", is_flag=True, help="Only the command that runs the job again on these nodes.")
@recording_option
@report_output_options
@look_options()
@status_options(on=False)
@connect_options
@bear_options(retry_for="0", auth_wait="0")
@click.pass_obj
def failures(  # noqa: PLR0913, PLR0917 - one argument a group of options
    app: App, job: JobName, all: bool, names: bool, rerun: bool, output: Output, look: Look,  # noqa: A002, FBT001 - click's
    recorded_job: str | None, connect: Connect, bear: Bear, status: Status,
) -> int:  # fmt: skip
    """Show which nodes of JOB did not finish, grouped by cause.

    \b
    orch-events failures 352                   why, and which nodes
    orch-events failures 352 --rerun           the command that runs the job again on them
    orch-events failures 352 --names > nodes   for: puppet job run --nodes @nodes

    Names, numbers, ids, paths, URLs, addresses, times and quoted values in a cause make no difference to its group.
    """
    from orch_events.cli.gather import gather
    from orch_events.cli.report import exit_status, say_if_empty, write_lines, write_report
    from orch_events.failures import Failures, unfinished
    from orch_events.render.reports.failures import failures_json, failures_text
    from orch_events.render.text import visible

    if names + rerun + (output_format(output, json="json") == "json") > 1:
        raise UsageError("--names, --rerun and --json exclude each other", "give one of them")
    app.dress(look)
    (state,) = gather(app, [job], connect, bear, look, recorded_job)
    shell = ShellLines(click.get_current_context(), {state.job: job.written(state.job)})
    nodes = [visible(run.name) for run in unfinished(state.runs) if state.is_over or run.state != "running"]
    if names:
        write_lines(app, nodes)
    elif rerun:
        write_lines(app, _commands(app, shell, state, nodes))
    else:
        found = Failures.of(state)
        write_report(
            app, output, look, lambda sheet: failures_text(found, sheet, whole=all), lambda: failures_json(found)
        )
    say_if_empty(app, state)
    if names or rerun:
        _say_if_all_is_well(app, state, nodes)
    elif nodes and is_terminal(sys.stdout):
        app.talk.note(f"next: {shell.line('failures', state.job, '--rerun')}")
    return exit_status(state, status)


def _say_if_all_is_well(app: App, state: "JobState", nodes: list[str]) -> None:
    """Say why nothing was printed: whoever pipes it on should know."""
    if state.events and not nodes:
        app.talk.note(f"job {state.job} has no node that did not finish{'' if state.is_over else ', so far'}")


def _commands(app: App, shell: ShellLines, state: "JobState", nodes: list[str]) -> list[str]:
    """Return the lines that run a job again on some nodes; of very many, the names go into a file first."""
    from orch_events.rerun import Rerun

    if not nodes:
        return []
    many = len(nodes) > _MOST_NODES_IN_A_LINE
    file = f"{state.job}.nodes"
    rerun = Rerun.of(state.record, f"@{file}" if many else ",".join(nodes)) if state.record else None
    if rerun is None:
        kind = f"is a {state.record.type}" if state.record and state.record.type else "is of an unknown type"
        raise UsageError(f"job {state.job} {kind}: no command runs it again", "--names prints the nodes")
    if rerun.lacks:
        app.talk.warn(f"the command is not all that job {state.job} was given: it lacks {', '.join(rerun.lacks)}")
    names = [f"{shell.line('failures', state.job, '--names')} > {shlex.quote(file)}"] if many else []
    return [*names, shlex.join(rerun.words)]
