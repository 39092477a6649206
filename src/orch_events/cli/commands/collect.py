"""`orch-events collect`: every job of the server, into an archive, a pipe or Kafka."""

import functools
import math
from pathlib import Path

import click

from orch_events.cli.app import App
from orch_events.cli.connection import retry_policy
from orch_events.cli.help.command import command
from orch_events.cli.options.definitions import ZONES, connect_options, display_options, retry_options
from orch_events.cli.options.groups import ConnectOptions, DisplayOptions, RetryOptions
from orch_events.cli.options.option import filter_option, option, output_option
from orch_events.cli.options.types import FILE, above_zero, duration, job_type, since_or_all
from orch_events.errors import UsageError

_collect_option = functools.partial(option, heading="Collect")
_kafka_option = functools.partial(option, heading="Kafka")
_archive_option = functools.partial(option, heading="Archive")

_HELP = """
    Collect the events of all jobs, for as long as it runs.

    \b
    orch-events collect --archive events             into a directory, each event once
    orch-events collect --archive events --once      what there is so far, from cron
    orch-events collect --json --state seen | cat    into a pipe, each event at least once

    Jobs and plan jobs are found as they are started, and followed to their end; --kafka sends them to Kafka. SIGTERM
    writes out what was read, and ends it with 0.
"""


@command(
    help=_HELP,
    also=("archive", "ship", "forward", "export", "sync", "daemon", "kafka", "--archive", "--kafka"),
)
@_collect_option("--since", type=since_or_all, metavar="TIME", show_default="since the last time, else 24h",
        also=("after", "from"), help="Only jobs that run, or ended since TIME; 0: all of the server's.")  # fmt: skip
@filter_option("--type", "types", multiple=True, type=job_type, metavar="TYPE",
        help="Only jobs of this type, such as deploy, task or plan_task; plan for plan jobs.")  # fmt: skip
@_collect_option(
    "--once",
    is_flag=True,
    also=("one-shot",),
    help="Read what there is so far, and leave; an outage is waited for 10s, a token not at all.",
)
@_collect_option("--interval", type=duration(0.1), metavar="DURATION", default="5s", show_default=True,
        also=("poll", "every"), help="Polling interval; of a job, up to a minute while no events come.")  # fmt: skip
@_collect_option("--max-rate", type=above_zero, metavar="N", default="10", show_default=True, also=("rate", "limit"),
        help="At most N requests a second in all.")  # fmt: skip
@_collect_option("--metrics-file", type=FILE, metavar="FILE", also=("metrics", "prometheus"),
        help="Keep figures in FILE, for node_exporter's textfile collector.")  # fmt: skip
@output_option("--json", is_flag=True, help="Write events and records to standard output, one per line.")
@output_option("--state", type=FILE, metavar="FILE", envvar="ORCH_EVENTS_STATE_FILE",
        help="Keep in FILE what was handed over, where there is no archive.")  # fmt: skip
@_archive_option("--archive", type=FILE, metavar="DIR", help="Keep everything in DIR, a file a day, and an index.")
@_archive_option("--keep", type=duration(86_400.0), metavar="DURATION", default="400d", show_default=True,
        help="Remove the archive's files after this long.")  # fmt: skip
@_archive_option("--compress-after", type=duration(), metavar="DURATION", default="2d", show_default=True,
        help="Compress the archive's files after this long.")  # fmt: skip
@_archive_option("--reindex", is_flag=True, help="Make the archive's index anew from its files, and leave.")
@_kafka_option("--kafka", "brokers", metavar="BROKERS", help="Send to Kafka, as in broker1:9092,broker2:9092.")
@_kafka_option("--topic", metavar="NAME", help="The topic.")
@_kafka_option("--kafka-config", type=FILE, metavar="FILE",
        help="More of librdkafka's own properties, name=value a line: TLS, SASL.")  # fmt: skip
@display_options(ZONES, pages=False)
@connect_options
@retry_options(retry_for="for ever", auth_wait="for ever")
@click.pass_obj
def collect(  # noqa: PLR0913, PLR0917 - one argument an option of its own
    app: App, since: float | None, types: tuple[str, ...], once: bool, interval: float, max_rate: float,  # noqa: FBT001 - click's
    metrics_file: str | None, json: bool, state: str | None, archive: str | None, keep: float,  # noqa: FBT001 - click's
    compress_after: float, reindex: bool, brokers: str | None, topic: str | None, kafka_config: str | None,  # noqa: FBT001 - click's
    display: DisplayOptions, connect: ConnectOptions, retry: RetryOptions,
) -> int:  # fmt: skip
    """Run `orch-events collect`."""
    if reindex:
        return _reindex(app, archive, display)
    _check_targets(archive=archive, json=json, state=state, brokers=brokers, topic=topic)
    from orch_events.cli.collect.session import Limits, Targets
    from orch_events.cli.collect.session import collect as run

    targets = Targets(archive, json, state, brokers, topic, kafka_config, metrics_file, keep, compress_after)
    wait = {} if once else {"retry_seconds": math.inf, "auth_wait_seconds": math.inf}
    limits = Limits(since, types, interval, once, max_rate)
    return run(app, targets, limits, connect, display, retry_policy(retry, **wait))


def _check_targets(
    *, archive: str | None, json: bool, state: str | None, brokers: str | None, topic: str | None
) -> None:
    """See that there is somewhere to collect to. Raises UsageError."""
    if not (archive or json or brokers):
        raise UsageError("collect needs to know where to", "use --archive DIR, --json or --kafka BROKERS --topic NAME")
    if (brokers is None) != (topic is None):
        raise UsageError("--kafka and --topic must be used together")
    if archive and state:
        raise UsageError("--state and --archive can't be combined", "an archive knows what was handed over")


def _reindex(app: App, archive: str | None, display: DisplayOptions) -> int:
    if not archive:
        raise UsageError("--reindex needs an archive", "add --archive DIR")
    from orch_events.archive import reindex

    app.configure_stderr(display)
    reindex(Path(archive), app.stderr.note)
    return 0
