"""`orch-events timeline`: a Gantt chart of a job's nodes."""

from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.help.command import command
from orch_events.cli.job_completion import job_argument
from orch_events.cli.options.definitions import AXIS_TIMES, exit_options, report_options
from orch_events.cli.options.formats import picture_output_option, sort_option
from orch_events.cli.options.groups import DisplayOptions, ExitOptions, ReportOptions
from orch_events.cli.options.option import report_option
from orch_events.library.job_ref import JobRef
from orch_events.render.toolkit.terminal import size

if TYPE_CHECKING:  # msgspec is imported when something is drawn
    from orch_events.analysis.job_report import JobReport


_HELP = """
    Draw a Gantt chart of the nodes of JOB.

    \b
    orch-events timeline 352                     in the terminal
    orch-events timeline 352 --sort duration     the slowest nodes first
    orch-events timeline 352 -o html > 352.html  a page to search and share

    A job that is still running is drawn up to its latest event. -o perfetto writes a trace for https://ui.perfetto.dev,
    -o otlp one for a collector of OpenTelemetry.
"""


@command(help=_HELP, also=("gantt", "chart", "graph"))
@job_argument("job")
@report_options(
    sort_option,
    report_option(
        "--all", "whole", is_flag=True, help="Show every node, however many there are; -o svg and html always do."
    ),
    output=picture_output_option,
    outcome=exit_options(on=False),
    times=AXIS_TIMES,
)
@click.pass_obj
def timeline(
    app: App, job: JobRef, sort: str, whole: bool, output: str, exit_options: ExitOptions,  # noqa: FBT001 - click's
    report: ReportOptions,
) -> int:  # fmt: skip
    """Run `orch-events timeline`."""
    from orch_events.cli.report_formats import WITH_OUTPUTS
    from orch_events.cli.reports import load_report, note_if_empty, outcome_status

    app.configure_stderr(report.display)
    found = load_report(app, job, report, outputs=output in WITH_OUTPUTS)
    with app.paging(wanted=not report.display.no_pager):
        _draw(app, found, report.display, output, sort, whole=whole)
    note_if_empty(app, found.state)
    return outcome_status(found.state, exit_options)


def _draw(app: App, report: "JobReport", display: DisplayOptions, output: str, sort: str, *, whole: bool) -> None:
    from orch_events.cli.report_formats import WRITERS
    from orch_events.render.timeline import page

    match output:
        case "text" | "svg":
            _draw_chart(app, report, display, output, sort, whole=whole)
        case "html":
            app.output.write(page.draw([report], display.time, sort).encode())
        case _:
            app.output.write(WRITERS[output]([report]).encode())


def _draw_chart(app: App, report: "JobReport", display: DisplayOptions, output: str, sort: str, *, whole: bool) -> None:
    from orch_events.analysis.timeline import Chart
    from orch_events.render.timeline import svg
    from orch_events.render.timeline.axis import Axis
    from orch_events.render.timeline.captions import Heading
    from orch_events.render.timeline.text import TextTimeline

    state, part = report.state, report.part
    chart = Chart.of_whole(state, part)
    heading, axis = Heading.from_state(state, chart, part), Axis(chart, display.time)
    if output == "svg":
        app.output.write(svg.draw(chart, heading, axis, sort).encode())
    else:
        text = TextTimeline(app.theme(app.stdout, display), size(app.stdout), whole=whole)
        app.output.write_text(text.draw(chart, heading, axis, sort))
