"""`orch-events timeline`: a Gantt chart of a job's nodes."""

import sys
from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.command import command
from orch_events.cli.groups import Bear, Connect, Look, Status
from orch_events.cli.options import (
    AXIS_TIMES,
    bear_options,
    connect_options,
    look_options,
    picture_output_option,
    recording_option,
    report_option,
    status_options,
)
from orch_events.cli.terminal import size
from orch_events.cli.types import job as job_type
from orch_events.job_name import JobName

if TYPE_CHECKING:  # msgspec is imported when something is drawn
    from orch_events.job import JobState

_SORTS = ("start", "duration", "name", "state")


@command(also=("gantt", "chart", "graph"))
@click.argument("job", metavar="JOB", type=job_type)
@report_option(
    "--sort",
    type=click.Choice(_SORTS),
    metavar="ORDER",
    default=_SORTS[0],
    show_default=True,
    help="Rows by start, duration, name or state: the first, the longest, or the worst first.",
)
@report_option("--all", "whole", is_flag=True, help="A row for each node, however many; -o html always has them.")
@recording_option
@picture_output_option
@look_options(AXIS_TIMES)
@status_options(on=False)
@connect_options
@bear_options(retry_for="0", auth_wait="0")
@click.pass_obj
def timeline(  # noqa: PLR0913, PLR0917 - one argument a group of options
    app: App, job: JobName, sort: str, whole: bool, output: str, look: Look,  # noqa: FBT001 - click's order
    recorded_job: str | None, connect: Connect, bear: Bear, status: Status,
) -> int:  # fmt: skip
    """Draw when each node of JOB began and ended.

    \b
    orch-events timeline 352                     in the terminal
    orch-events timeline 352 --sort duration     the slowest nodes first
    orch-events timeline 352 -o html > 352.html  a page to search and to share

    A job that is not over is drawn as far as its events go.
    """
    from orch_events.cli.gather import gather

    app.dress(look)
    (state,) = gather(app, [job], connect, bear, look, recorded_job)
    _draw(app, state, look, output, sort, whole=whole)
    if not state.events:
        app.talk.note(f"job {state.job} has no events yet")
    return state.outcome().exit_status(status.fail_on) if status.exit_status and state.is_over else 0


def _draw(app: App, state: "JobState", look: Look, output: str, sort: str, *, whole: bool) -> None:
    from orch_events.chart import Chart
    from orch_events.render.timeline import page, svg
    from orch_events.render.timeline.axis import Axis
    from orch_events.render.timeline.heading import Heading
    from orch_events.render.timeline.text import TextTimeline

    chart = Chart.of(state)
    heading, axis = Heading.of(state, chart), Axis(chart, look.time)
    match output:
        case "svg":
            app.output.write(svg.draw(chart, heading, axis, sort, whole=whole).encode())
        case "html":
            app.output.write(page.draw(chart, heading, axis, sort).encode())
        case _:
            text = TextTimeline(app.theme(sys.stdout, look), size(sys.stdout), whole=whole)
            app.output.write_text(text.draw(chart, heading, axis, sort))
