"""The options that choose what is read and shown: a range, filters, a part of the nodes."""

from collections.abc import Callable
from typing import Any

from orch_events.cli.options.groups import FilterOptions, PartOptions, RangeOptions
from orch_events.cli.options.option import Command, filter_option, grouped, range_option
from orch_events.cli.options.types import event_type, instant, regex, start, whole


def range_options(command: Command) -> Command:
    """Add the options that choose a range of events."""
    return grouped(
        "range",
        RangeOptions,
        range_option("--start", metavar="ID", type=start,
                     help="Start at this event id; of a plan, ID,JOB=ID says where each job goes on."),
        range_option("--tail", metavar="N", type=whole, also=("lines", "last", "limit"),
                     help="Of the events so far, show only the last N."),
    )(command)  # fmt: skip


def recording_option(command: Command) -> Command:
    """Add the option that chooses among the jobs of a recording."""
    return range_option("--job", "recorded_job", metavar="NUMBER",
                        help="The job to read from a recording of several.")(command)  # fmt: skip


def filter_options(command: Command) -> Command:
    """Add the options that filter events."""
    return grouped(
        "filters",
        FilterOptions,
        filter_option("-t", "--type", multiple=True, type=event_type, metavar="TYPE",
                      help="Only events of this type, such as failed or node_failed."),
        *_of_nodes("events of nodes"),
        filter_option("-g", "--grep", multiple=True, type=regex, metavar="REGEX", also=("filter", "search"),
                      help="Only events whose message, node or details match; matches are highlighted."),
        filter_option("--since", type=instant, metavar="TIME", also=("after", "from"),
                      help="Only events since TIME, as in 10m (ago) or 2016-05-05; see: orch-events help time."),
        filter_option("--until", type=instant, metavar="TIME", also=("before", "to"), help="Only events until TIME."),
    )(command)  # fmt: skip


def part_options(command: Command) -> Command:
    """Add the options that choose the nodes that a report speaks of."""
    return grouped("part", PartOptions, *_of_nodes("nodes"))(command)


def _of_nodes(what: str) -> tuple[Callable[[Any], Any], ...]:
    return (
        filter_option("-n", "--node", multiple=True, metavar="GLOB", also=("nodes", "host", "certname"),
                      help=f"Only {what} whose name matches, as in 'web*'."),
        filter_option("--failed", is_flag=True, also=("errors", "failures"),
                      help=f"Only {what} that failed or errored."),
    )  # fmt: skip
