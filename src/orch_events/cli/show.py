"""From the options of look and selection to a renderer."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.options import Look, Select
from orch_events.cli.terminal import columns
from orch_events.errors import OrchEventsError
from orch_events.times import parse_instant

if TYPE_CHECKING:  # rich and msgspec are imported when something is drawn
    from orch_events.render.renderer import Renderer
    from orch_events.selection import Selection


def output_format(look: Look) -> str:
    """Return the format that is wanted: --json is -o jsonl, unless only the environment says so."""
    from click.core import ParameterSource

    typed = click.get_current_context().get_parameter_source
    overruled = typed("json") is ParameterSource.ENVIRONMENT and typed("output") is ParameterSource.COMMANDLINE
    return "jsonl" if look.json and not overruled else look.output


def renderer(app: App, look: Look, chosen: "Selection", *, tail: int | None, name_job: bool = False) -> "Renderer":
    """Build what shows the events: sieves, and behind them the format."""
    from orch_events.render.sieves import Selected, Tail

    shown = _format(app, look, name_job=name_job)
    if tail is not None:
        shown = Tail(tail, shown)
    return Selected(chosen, shown)


def _format(app: App, look: Look, *, name_job: bool) -> "Renderer":
    from orch_events.render.machine import Csv, JsonArray, JsonLines
    from orch_events.render.stamp import Stamp
    from orch_events.render.table import Table

    match output_format(look):
        case "jsonl":
            return JsonLines(app.output, name_job=name_job)
        case "json":
            return JsonArray(app.output)
        case "csv":
            return Csv(app.output, name_job=name_job)
        case _:
            theme = app.theme(sys.stdout, look)
            return Table(app.output, theme, Stamp(look.time), cells=columns(sys.stdout), name_job=name_job)


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
        raise click.BadParameter(str(error), param_hint=name) from None


@contextmanager
def finishing(shown: "Renderer") -> Iterator[None]:
    """Finish what is shown also when an error or Ctrl-C cuts it short, so that a JSON array is whole."""
    try:
        yield
    except (OrchEventsError, KeyboardInterrupt):
        shown.finish(whole=False)
        raise
    shown.finish()
