"""`orch-events history`: how nodes fared across the archive's jobs."""

from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.archived import needed, open_archived, open_demo
from orch_events.cli.help.command import command
from orch_events.cli.options.definitions import JOB_TIMES, archive_option, display_options
from orch_events.cli.options.formats import EVENT_FORMATS, output_options
from orch_events.cli.options.groups import DisplayOptions, OutputOptions, TypedWords
from orch_events.cli.options.option import connect_option, filter_option, one_of, pass_typed
from orch_events.cli.options.types import count, instant

if TYPE_CHECKING:  # sqlite3, rich and msgspec are imported when something is read
    from collections.abc import Sequence

    from orch_events.archive import ArchiveReader, HistoryQuery
    from orch_events.job.history import NodeHistory, PastRun
    from orch_events.render.reports.history import Written

_HELP = """
    Show how nodes fared across an archive's jobs, or NODE's runs.

    \b
    orch-events history                      the nodes that fail most often
    orch-events history --flaky --since 30d  those whose outcome changes while the same runs
    orch-events history web-1.example.com    what ran there, how it ended, and why

    The nodes that fail most often come first, and of NODE the newest runs. The archive is the directory that collect
    writes. RATE is the part of runs that failed or errored; USUAL is the
    median duration of the last hundred runs that finished.
"""


@command(help=_HELP, also=("trends", "flaky", "past", "log"))
@click.argument("node", required=False)
@filter_option("--flaky", is_flag=True,
               help="Only nodes whose outcome changes while the same task or environment runs.")  # fmt: skip
@filter_option("-n", "--node", "globs", multiple=True, metavar="GLOB", also=("nodes", "host", "certname"),
               help="Only nodes whose name matches, as in 'web*'.")  # fmt: skip
@filter_option("--task", multiple=True, metavar="GLOB", help="Only runs of this task, as in 'service*'.")
@filter_option("--environment", multiple=True, metavar="GLOB", help="Only runs in this environment.")
@filter_option("--since", type=instant, metavar="TIME", also=("after", "from"),
               help="Only runs since TIME, as in 30d (ago) or 2016-05-05.")  # fmt: skip
@filter_option("-L", "--limit", type=count, metavar="N", default="20", show_default=True, also=("tail", "last"),
               help="Show at most N nodes, or runs.")  # fmt: skip
@output_options(EVENT_FORMATS, json="jsonl", help_text="Same as -o jsonl: an object for each, one per line.")
@display_options(JOB_TIMES)
@archive_option
@connect_option("--demo", is_flag=True, help="Use the built-in simulator; needs no configuration.")
@pass_typed
@click.pass_obj
def history(  # noqa: PLR0913, PLR0917 - one argument an option of its own
    app: App, node: str | None, flaky: bool, globs: tuple[str, ...], task: tuple[str, ...],  # noqa: FBT001 - click's
    environment: tuple[str, ...], since: float | None, limit: int, output: OutputOptions, display: DisplayOptions,
    archive: str | None, demo: bool, typed: TypedWords,  # noqa: FBT001 - click's
) -> None:  # fmt: skip
    """Run `orch-events history`."""
    from orch_events.archive import HistoryQuery

    app.configure_stderr(display)
    query = HistoryQuery(globs, task, environment, since)
    source = one_of({"demo": demo, "archive": archive is not None}, typed)
    opened = open_demo(app, display) if source == "demo" else open_archived(needed(archive, "history"))
    with opened as reader:
        if node is None:
            _show_nodes(app, output, display, reader.history(query).nodes(flaky=flaky, limit=limit))
        else:
            name = _meant(reader, node, query)
            _show_runs(app, output, display, name, reader.history(query).runs(name, limit=limit))


def _meant(reader: "ArchiveReader", node: str, query: "HistoryQuery") -> str:
    """Return the node's whole name, if only its beginning was typed. Raises UsageError if there is no such node."""
    from orch_events.errors import UsageError
    from orch_events.render.toolkit.text import escape_control

    history = reader.history(query)
    if history.knows(node):
        return node
    like = history.nodes_like(node)
    if len(like) == 1:
        return like[0]
    names = ", ".join(map(escape_control, like[:5])) + ", ..." * (len(like) > 5)  # noqa: PLR2004 - a line of them
    hint = f"did you mean one of {names}?" if like else "to see which nodes it has: orch-events history"
    raise UsageError(f"the archive has no node {escape_control(node)}", hint)


def _show_nodes(app: App, output: OutputOptions, display: DisplayOptions, nodes: "Sequence[NodeHistory]") -> None:
    from orch_events.cli.reports import write_lines, write_objects
    from orch_events.render.reports.history import nodes_csv, nodes_json, nodes_table
    from orch_events.render.toolkit.layout import Layout
    from orch_events.render.toolkit.terminal import columns

    match output.format:
        case "jsonl" | "json":
            write_objects(app, output, list(nodes_json(nodes)))
        case "csv":
            app.output.write("\n".join([*nodes_csv(nodes, safe=output.csv_safe), ""]).encode())
        case _:
            layout = Layout(app.theme(app.stdout, display), columns(app.stdout))
            write_lines(app, display, nodes_table(nodes, layout, _written(app, display)) if nodes else [])
    if not nodes:
        app.stderr.note("no nodes match")


def _show_runs(app: App, output: OutputOptions, display: DisplayOptions, node: str, runs: "Sequence[PastRun]") -> None:
    from orch_events.cli.reports import write_lines, write_objects
    from orch_events.render.reports.history import runs_csv, runs_json, runs_table, sparkline
    from orch_events.render.toolkit.layout import Layout
    from orch_events.render.toolkit.terminal import columns

    match output.format:
        case "jsonl" | "json":
            write_objects(app, output, list(runs_json(node, runs)))
        case "csv":
            app.output.write("\n".join([*runs_csv(node, runs, safe=output.csv_safe), ""]).encode())
        case _:
            layout = Layout(app.theme(app.stdout, display), columns(app.stdout))
            spark = [sparkline(runs, layout)] if layout.cells is not None else []
            write_lines(app, display, [*spark, *runs_table(runs, layout, _written(app, display))] if runs else [])
    if not runs:
        app.stderr.note("no runs match")


def _written(app: App, display: DisplayOptions) -> "Written":
    """Return what writes a time: how long ago, or when."""
    from datetime import UTC, datetime

    from orch_events.render.toolkit.terminal import columns
    from orch_events.render.toolkit.timestamps import TimeFormat
    from orch_events.times import format_ago

    time_format, now = TimeFormat(display.time), app.clock.now()
    ago = display.time == "ago" and columns(app.stdout) is not None

    def written(at: float | None) -> str:
        if at is None:
            return "-"
        return format_ago(now - at) if ago else " ".join(time_format.split(datetime.fromtimestamp(at, UTC).isoformat()))

    return written
