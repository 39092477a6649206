"""Reads a job to report on, with the options of a report."""

from typing import TYPE_CHECKING

from orch_events.cli.app import App
from orch_events.cli.connection import retry_policy
from orch_events.cli.job_sources import ReplayOptions, open_jobs
from orch_events.cli.options.groups import ReportOptions
from orch_events.library.job_ref import JobRef
from orch_events.render.toolkit.text import escape_control

if TYPE_CHECKING:  # msgspec is imported when a source is opened
    from orch_events.job.state import JobState
    from orch_events.library.jobs import OpenJob
    from orch_events.library.loading import Observer


def load_job(
    app: App, ref: JobRef, options: ReportOptions, observer: "Observer | None" = None, *, every_node: bool = False
) -> "JobState":
    """Read a job so far, and those that it started if it is a plan job; what is missing is told on stderr.

    Args:
        app: the process.
        ref: the job.
        options: how to read it.
        observer: is told of all events, and of the nodes if these were read.
        every_node: whether nodes that have not started matter too, in a job that is still running.

    Raises:
        OrchEventsError: the job can't be read.
    """
    from orch_events.library.loading import Loader

    replay, policy = ReplayOptions(options.recorded_job, archive=options.archive), retry_policy(options.retry)
    with open_jobs(app, [ref], options.connect, policy, replay, verbose=options.display.verbose) as (job,):
        state = app.finish(Loader(app.clock, observer, every_node=every_node).load(job))
        if job.recorded:
            _note_early_end(app, job, state)
        return state


def _note_early_end(app: App, job: "OpenJob", state: "JobState") -> None:
    """Say that a recording ends while a node of a job in it runs, and where the rest is, if that is known."""
    from orch_events.job.plan import PlanState

    name = "standard input" if job.name == "-" else escape_control(job.name)
    jobs = state.jobs if isinstance(state, PlanState) else ()
    for number, one in ((job.live, state), *((job.live and one.job, one) for one in jobs)):
        if one.runs and not one.is_over and not one.seen_over:
            live = f"; on the server: orch-events follow {number}" if number else ""
            app.stderr.note(f"{name} ends before the job does{live}")
