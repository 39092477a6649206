"""`orch-events timeline`: a Gantt chart of a job's nodes."""

import sys
from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.options import (
    Bear,
    Connect,
    Look,
    Status,
    axis_look_options,
    bear_options,
    connect_options,
    option,
    picture_output_option,
    status_options,
)
from orch_events.cli.terminal import size
from orch_events.cli.types import job as job_type

if TYPE_CHECKING:  # msgspec is imported when something is drawn
    from orch_events.job import JobState

_SORTS = ("start", "duration", "name", "state")


@click.command()
@click.argument("job", type=job_type)
@option(
    "--sort",
    type=click.Choice(_SORTS),
    default=_SORTS[0],
    show_default=True,
    help="The order of the rows: the first, the longest, or the worst ones come first.",
)
@option("--all", "whole", is_flag=True, help="A row for each node, however many there are; -o html always has them.")
@picture_output_option
@axis_look_options
@connect_options
@bear_options(retry_for="0", auth_wait="0")
@status_options(on=False)
@click.pass_obj
def timeline(  # noqa: PLR0917 - one argument a group of options
    app: App, job: str, sort: str, whole: bool, output: str, look: Look, connect: Connect, bear: Bear,  # noqa: FBT001 - click's order
    status: Status,
) -> int:  # fmt: skip
    """Draw when each node of JOB began and ended, and how many ran at once.

    \b
    orch-events timeline 352                       in the terminal; of many nodes the slowest and the failed
    orch-events timeline 352 --sort duration       the slowest first
    orch-events timeline 352 -o html > 352.html    a page to search, without any outside request
    orch-events timeline 352 -o svg > 352.svg      a picture

    A job that is not over is drawn as far as its events go.
    """
    from orch_events.cli.gather import gather

    app.dress(look)
    state = gather(app, job, connect, bear, look)
    _draw(app, state, look, output, sort, whole=whole)
    if not state.events:
        app.talk.note(f"job {job} has no events yet")
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
