"""`orch-events failures`: the nodes that did not finish, grouped by cause."""

import shlex
from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.help.command import command
from orch_events.cli.job_completion import job_argument
from orch_events.cli.options.definitions import exit_options, report_options
from orch_events.cli.options.formats import report_output_options
from orch_events.cli.options.groups import ExitOptions, OutputOptions, ReportOptions, TypedWords
from orch_events.cli.options.option import one_of, pass_typed, report_option
from orch_events.cli.shell_command import ShellCommand
from orch_events.errors import UsageError
from orch_events.library.job_ref import JobRef
from orch_events.render.toolkit.terminal import is_terminal
from orch_events.wire.job_key import is_plan, spoken

if TYPE_CHECKING:  # httpx and msgspec are imported when something is requested
    from orch_events.job.state import JobState

_MOST_NODES_IN_A_LINE = 100
_MOST_STRANGE_NAMES = 10


_HELP = """
    Show the nodes of JOB that did not finish, grouped by cause.

    \b
    orch-events failures 352                   each cause, and its nodes
    orch-events failures 352 --rerun           how to rerun the job on them
    orch-events failures 352 --names > nodes   for: puppet job run --nodes @nodes

    Causes that differ only in names, numbers, ids, paths, URLs, addresses, times or quoted values form one group.
"""


@command(help=_HELP, also=("errors", "failed", "why", "--names", "--rerun"))
@job_argument("job")
@report_options(
    report_option("--all", is_flag=True, help="Show all nodes of each group, not only the first ten."),
    report_option("--names", is_flag=True, help="Print only the names of the nodes, one per line."),
    report_option("--skipped/--no-skipped", default=True, show_default="on", help="Include nodes that were skipped."),
    report_option("--rerun", is_flag=True, help="Print only the command that reruns the job on these nodes."),
    output=report_output_options,
    outcome=exit_options(on=False),
)
@pass_typed
@click.pass_obj
def failures(  # noqa: PLR0913, PLR0917 - one argument an option of its own
    app: App, job: JobRef, all: bool, names: bool, rerun: bool, skipped: bool,  # noqa: A002, FBT001 - click's
    output: OutputOptions, exit_options: ExitOptions, report: ReportOptions, typed: TypedWords,
) -> int:  # fmt: skip
    """Run `orch-events failures`."""
    from orch_events.analysis.failures import Failures, unfinished
    from orch_events.cli.loading import load_job
    from orch_events.cli.reports import note_if_empty, outcome_status, part_of, write_lines, write_report
    from orch_events.render.reports.failures import failures_json, failures_text

    wanted = one_of({"names": names, "rerun": rerun, "json": output.format == "json"}, typed)
    app.configure_stderr(report.display)
    state = load_job(app, job, report)
    shell = ShellCommand(typed, {state.job: job.name_for(state.job)})
    part = part_of(state, report)
    runs = [run for run in unfinished(part.runs, skipped=skipped) if state.is_over or run.state != "running"]
    nodes = list(dict.fromkeys(run.name for run in runs))
    if wanted == "names":
        write_lines(app, report.display, _certnames(app, nodes))
    elif wanted == "rerun":
        all_names = shell.line("failures", state.job, "--names", *_chosen(typed))
        write_lines(app, report.display, _commands(app, all_names, state, _certnames(app, nodes)))
    else:
        found = Failures.from_state(state, part, skipped=skipped)
        write_report(
            app,
            OutputOptions(wanted or "text"),
            report.display,
            lambda layout: failures_text(found, layout, whole=all),
            lambda: failures_json(found),
        )
    note_if_empty(app, state)
    if wanted in ("names", "rerun"):
        _note_if_all_is_well(app, state, nodes)
    elif nodes and is_terminal(app.stdout) and _can_rerun(state):
        app.stderr.note(f"next: {shell.line('failures', state.job, '--rerun', *_chosen(typed))}")
    return outcome_status(state, exit_options)


def _note_if_all_is_well(app: App, state: "JobState", nodes: list[str]) -> None:
    """Note on stderr why nothing was printed, for readers of a pipe."""
    if state.events and not nodes:
        app.stderr.note(f"{spoken(state.job)} has no {'unfinished nodes' if state.is_over else 'failed nodes so far'}")


def _chosen(typed: TypedWords) -> list[str]:
    """Return the options that choose nodes, for another command that is to mean the same ones."""
    return [word for name in ("node", "failed", "skipped") for word in typed.get(name, ())]


def _certnames(app: App, nodes: list[str]) -> list[str]:
    """Return the names that mean nothing but a node to another program, and warn of the others."""
    from orch_events.analysis.rerun import is_certname

    strange = [name for name in nodes if not is_certname(name)]
    if strange:
        more = f" and {len(strange) - _MOST_STRANGE_NAMES} more" if len(strange) > _MOST_STRANGE_NAMES else ""
        shown = ", ".join(map(repr, strange[:_MOST_STRANGE_NAMES]))
        app.stderr.warn(f"left out what is not the name of a node: {shown}{more}")
    return [name for name in nodes if is_certname(name)]


def _can_rerun(state: "JobState") -> bool:
    from orch_events.analysis.rerun import Rerun

    return state.record is not None and Rerun.from_record(state.record, "") is not None


def _why_not(state: "JobState") -> str:
    kind = state.record.type if state.record else ""
    if is_plan(state.job):
        return "a plan runs as a whole"
    if kind.startswith("plan_"):
        return f"it is a {kind} that a plan started"
    return f"its type is {kind}" if kind else "its record, which has its type, is not known"


def _commands(app: App, names: str, state: "JobState", nodes: list[str]) -> list[str]:
    """Return the commands that run a job again on some nodes; very many are written to a file first, by `names`."""
    from orch_events.analysis.rerun import Rerun

    if not nodes:
        return []
    many = len(nodes) > _MOST_NODES_IN_A_LINE
    file = f"{state.job}.nodes"
    rerun = Rerun.from_record(state.record, f"@{file}" if many else ",".join(nodes)) if state.record else None
    if rerun is None:
        message = f"no command can rerun {spoken(state.job)}: {_why_not(state)}"
        raise UsageError(message, "use --names to print the nodes")
    if rerun.lacks:
        app.stderr.warn(f"the command leaves out part of what {spoken(state.job)} was given: {', '.join(rerun.lacks)}")
    return [*[f"{names} > {shlex.quote(file)}"] * many, shlex.join(rerun.words)]
