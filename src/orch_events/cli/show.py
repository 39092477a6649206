"""From the options of look and selection to a renderer."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.groups import Look, Output, Select
from orch_events.cli.terminal import columns
from orch_events.errors import OrchEventsError
from orch_events.times import parse_instant

if TYPE_CHECKING:  # rich and msgspec are imported when something is drawn
    from orch_events.job import JobState
    from orch_events.render.renderer import Renderer
    from orch_events.render.sieves import Selected
    from orch_events.selection import Selection


def output_format(output: Output, *, json: str) -> str:
    """Return the format that is wanted: --json is the one called `json`, unless only the environment says so."""
    from click.core import ParameterSource

    typed = click.get_current_context().get_parameter_source
    overruled = typed("json") is ParameterSource.ENVIRONMENT and typed("output") is ParameterSource.COMMANDLINE
    return json if output.json and not overruled else output.output


def renderer(
    app: App, output: Output, look: Look, chosen: "Selection", states: "Mapping[str, JobState]", *, tail: int | None
) -> "Selected":
    """Build what shows the events of jobs: sieves, and behind them the format."""
    from orch_events.render.sieves import Selected, Tail

    if output_format(output, json="jsonl") == "table":
        shown: Renderer = _table(app, look, chosen, states)
    else:
        shown = _format(app, output, name_job=len(states) > 1)
    if tail is not None:
        shown = Tail(tail, shown)
    return Selected(chosen, shown)


def _format(app: App, output: Output, *, name_job: bool) -> "Renderer":
    from orch_events.render.machine import Csv, JsonArray, JsonLines

    match output_format(output, json="jsonl"):
        case "json":
            return JsonArray(app.output)
        case "csv":
            return Csv(app.output, name_job=name_job)
        case _:
            return JsonLines(app.output, name_job=name_job)


def _table(app: App, look: Look, chosen: "Selection", states: "Mapping[str, JobState]") -> "Renderer":
    from orch_events.render.marks import Marks
    from orch_events.render.stamp import Stamp
    from orch_events.render.table import Table

    theme = app.theme(sys.stdout, look)
    stamp = Stamp(look.time, lambda job: states[job].began_at)
    marks = Marks(chosen.grep, theme) if chosen.grep else None
    return Table(app.output, theme, stamp, terminal=lambda: columns(sys.stdout), name_job=len(states) > 1, marks=marks)


def selection(app: App, select: Select) -> "Selection":
    """Build the selection; raises click.BadParameter for a time that is none."""
    from orch_events.selection import Selection

    return Selection(
        types=select.type,
        nodes=select.node,
        failed=select.failed,
        grep=select.grep,
        since=_instant(app, "--since", select.since),
        until=_instant(app, "--until", select.until),
    )


def _instant(app: App, name: str, text: str | None) -> float | None:
    try:
        return parse_instant(text, app.clock.now()) if text is not None else None
    except ValueError as error:
        raise click.BadParameter(str(error), click.get_current_context(), param_hint=name) from None


@contextmanager
def finishing(shown: "Renderer") -> Iterator[None]:
    """Finish what is shown also when an error or Ctrl-C cuts it short, so that a JSON array is whole."""
    try:
        yield
    except (OrchEventsError, KeyboardInterrupt):
        shown.finish(whole=False)
        raise
    shown.finish()
