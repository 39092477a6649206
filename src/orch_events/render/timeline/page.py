"""The timeline as an HTML page: causes and outputs of failures, and all nodes, to search and sort.

It loads nothing from anywhere.

The rows are written here. The page's script only hides and moves them, so the page can be read without it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files

from orch_events.analysis.failures import Failures, Group
from orch_events.analysis.folding import fold
from orch_events.analysis.job_report import JobReport
from orch_events.analysis.output import OutputGroup, grouped
from orch_events.analysis.summary import Summary
from orch_events.analysis.timeline import SORTS, Chart, Row, ordered
from orch_events.render.timeline.axis import Axis
from orch_events.render.timeline.captions import Heading, counted, describe, label, mark, reasons
from orch_events.render.timeline.markup import (
    CLASSES,
    DARK,
    LIGHT,
    PLAIN,
    STRIP_CELLS,
    bar_color,
    element,
    escaped,
    number,
    outline,
    script_json,
    state_class,
    widest,
)
from orch_events.render.toolkit.text import escape_control
from orch_events.times import format_duration
from orch_events.wire.job_key import spoken
from orch_events.wire.text import Text, whole

_MOST_NAME_CELLS = 48
_LEAST_LABEL_CELLS = 12
_MOST_TICKS = 12
_FEW_OUTPUTS = 10
_PLACE = re.compile(r"\{\{(\w+)\}\}")


def draw(reports: Sequence[JobReport], time: str = "elapsed", sort: str = SORTS[0]) -> str:
    """Return the page of a job; of a plan, or of several jobs, its rows are jobs.

    Args:
        reports: the jobs.
        time: the labels of the axis, as `Axis` takes it.
        sort: the order of the rows at first; they can be sorted otherwise.
    """
    chart, heading = _chart_of(reports)
    axis, rows = Axis(chart, time), ordered(chart.rows, sort)
    names, labels = widest(rows)
    return _filled(
        title=escaped(heading.sentence),
        began=escaped(f"started {axis.began}" if axis.began else "start time unknown"),
        about="\n".join(line for report in reports for line in _about(report, several=len(reports) > 1)),
        light=_variables(LIGHT),
        dark=_variables(DARK),
        classes="\n".join(f".{kind} {{ --state: var(--{kind}); --bar: var(--{bar_color(kind)}) }}" for kind in CLASSES),
        names=str(min(names, _MOST_NAME_CELLS) + 2),
        labels=str(max(labels, _LEAST_LABEL_CELLS) + 2),
        states="\n".join(_states(heading, rows)),
        sorts="".join(element("option", name, **{"selected": ""} if name == sort else {}) for name in SORTS),
        nodes=heading.nodes,
        causes=_causes(
            [group for report in reports for group in Failures.from_state(report.state, report.part).groups]
        ),
        outputs=_outputs(
            [group for report in reports for group in grouped(report.outputs.values(), report.state.runs)]
        ),
        chart="\n".join(_chart(chart, axis, rows)) if rows else element("p", "No events yet."),
        orders=script_json(_orders(chart.rows, rows)),
    )


def _chart_of(reports: Sequence[JobReport]) -> tuple[Chart, Heading]:
    if len(reports) > 1:
        states = [report.state for report in reports]
        return Chart.of_jobs(states), Heading.from_states(states)
    (report,) = reports
    chart = Chart.of_whole(report.state, report.part)
    return chart, Heading.from_state(report.state, chart, report.part)


def _filled(**texts: str) -> str:
    """Fill the template: each text replaces its name in double braces."""
    template = files(__package__).joinpath("page.html").read_text("utf-8")
    return _PLACE.sub(lambda found: texts[found[1]], template)


def _variables(colors: Mapping[str, str]) -> str:
    return "; ".join(f"--{name}: {color}" for name, color in colors.items())


def _states(heading: Heading, rows: Sequence[Row]) -> Iterator[str]:
    """Yield how many nodes are in each state; a state that has rows is a button, which the script enables."""
    drawn = {escape_control(row.run.state) for row in rows}
    for state, count in heading.counts.items():
        text = element("b", escaped(mark(state, PLAIN)), class_=state_class(state)) + escaped(f"{count:,} {state}")
        button = {"type": "button", "value": state, "aria-pressed": "false", "disabled": ""}
        yield element("li", element("button", text, **button) if state in drawn else element("span", text))


def _causes(groups: Sequence[Group]) -> str:
    """Return a list of why nodes did not finish; nothing if no cause is known."""
    items = [
        element("li", element("b", escaped(f"{mark(group.state, PLAIN)}{counted(len(group.runs))} {group.state}: "),
                              class_=state_class(group.state)) + escaped(group.cause))
        for group in groups if group.cause
    ]  # fmt: skip
    return element("ul", items, class_="causes", **{"aria-label": "Causes"}) if items else ""


def _about(report: JobReport, *, several: bool) -> Iterator[str]:
    """Yield that a report is partial, and how long the nodes of its job took, if any has ended."""
    state, job = report.state, f"{spoken(report.state.job)}: " if several else ""
    if several:
        yield element("p", escaped(Heading.from_state(state, Chart.of_whole(state, report.part), report.part).sentence))
    if report.partial:
        yield element("p", escaped(f"{job}this page is partial: {report.partial}"))
    if spread := Summary.from_state(state, report.part).spread:
        names = ("p50", "p90", "p99", "maximum")
        figures = ", ".join(f"{name} {format_duration(getattr(spread, name))}" for name in names)
        yield element("p", f"{escaped(job)}durations of {counted(spread.count)}: {figures}")


def _outputs(groups: Sequence[OutputGroup]) -> str:
    """Return what nodes printed, the same output once; each folds out, and all of them where there are many."""
    if len(groups) <= _FEW_OUTPUTS:
        return "\n".join(map(_output, groups))
    nodes = sum(len(group.names) for group in groups)
    summary = element("summary", f"what {counted(nodes)} printed, in {len(groups):,} groups")
    return element("details", "\n".join([summary, *map(_output, groups)]))


def _output(group: OutputGroup) -> str:
    one = group.example
    exited = "" if one.exit_code is None else f", exit code {one.exit_code}"
    told = element("b", escaped(f"{mark(one.state, PLAIN)}{counted(len(group.names))} {one.state}{exited}: "))
    summary = element("summary", told + escaped(", ".join(fold(group.names))), class_=state_class(one.state))
    texts = (one.printed.output, one.printed.stderr, one.printed.value, one.error)
    return element("details", [summary, *(element("pre", _lines(text)) for text in texts if text)])


def _lines(text: Text) -> str:
    """Escape the lines of a text."""
    return "\n".join(escaped(line.removesuffix("\r").expandtabs()) for line in whole(text).rstrip("\n").split("\n"))


def _chart(chart: Chart, axis: Axis, rows: Sequence[Row]) -> Iterator[str]:
    """Yield the chart: its header, which stays visible, a line for each tick, and the rows."""
    path, most = outline(chart)
    box = {"viewBox": f"0 0 {STRIP_CELLS} 1", "preserveAspectRatio": "none", "aria-hidden": "true"}
    ticks = [(f"--b:{number(tick.second * 100 / chart.seconds)}", tick.label) for tick in axis.ticks(_MOST_TICKS)]
    head = [
        element("span", "running at once", class_="above"),
        element("svg", element("path", d=path), class_="above", **box),
        element("span", f"at most {most:,}", class_="above most"),
        element("span", axis.title),
        *[element("span", text, class_=f"at{' odd' * (i % 2)}", style=at) for i, (at, text) in enumerate(ticks)],
    ]
    yield '<div class="chart">'
    yield element("div", head, class_="head")
    yield element("div", [element("span", class_="at", style=at) for at, _ in ticks], class_="grid")
    yield '<ol role="list">'
    yield from (_row(row, chart.seconds, axis) for row in rows)
    yield "</ol></div>"


def _row(row: Row, seconds: float, axis: Axis) -> str:
    """Return a row: name, bar, label, and a description for tooltips and screen readers."""
    state, at = row.run.state, number((row.at or 0.0) * 100 / seconds)
    place = f"--b:{at}" if row.seconds is None else f"--b:{at};--w:{number(row.seconds * 100 / seconds)}"
    text = "".join(f"<p>{escaped(line)}</p>" for line in (describe(row, axis), *reasons(row)))
    bar = "" if row.seconds is None else "<i></i>"
    return (
        f'<li class="{state_class(state)}" data-state="{escaped(state)}" style="{place}"><b>{escaped(row.run.name)}</b>'
        f'{bar}<em aria-hidden="true">{escaped(label(row, PLAIN))}</em>{text}</li>'
    )


def _orders(rows: Sequence[Row], drawn: Sequence[Row]) -> dict[str, list[int]]:
    """Return, for each order, the indexes of its rows among those drawn."""
    places = {row.run.name: place for place, row in enumerate(drawn)}
    return {sort: [places[row.run.name] for row in ordered(rows, sort)] for sort in SORTS}
