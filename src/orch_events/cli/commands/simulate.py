"""`orch-events simulate`: runs the simulator on a loopback port."""

import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.help.command import command
from orch_events.cli.options.groups import TypedWords
from orch_events.cli.options.option import option, pass_typed
from orch_events.cli.options.types import FILE, above_zero, count, whole
from orch_events.cli.options.types import fault as fault_type
from orch_events.cli.options.types import port as port_type
from orch_events.errors import LocalFileError, UsageError

if TYPE_CHECKING:
    from orch_events.simulator import Fault, Simulator

_PORT = "8143"


_HELP = """
    Run a local test orchestrator.

    \b
    orch-events simulate                  prints the commands to try
    orch-events simulate --now            with the times of today, as for --since 10m
    orch-events simulate --fault cut@0.2  cuts off one response in five

    Its jobs, and two plan jobs, start when it starts, and are the same every time: by their timestamps on 2016-05-05,
    as in Puppet's documentation, or, with --now, when it starts. Ctrl-C stops it.

    A fault is NAME or NAME=VALUE; add @RATE, from 0 to 1, for one that happens only now and then. Default values
    are in brackets:

    \b
    status    respond with this HTTP status [502]
    drop      close the connection without a response
    cut       cut the response off after this many bytes, or at random
    delay     delay the response by this long [1s]
    trickle   send this many bytes per second [1000]
    html      respond with an HTML page
    redirect  redirect to another host
    repeat    send all events, whatever start says
    late      make events visible this much later, in simulated time [5s]
    expire    reject the token after this long; TOKEN.new works from then on [30s]
    restart   go down after the first duration, for the second [10s+5s]
"""


@command(help=_HELP, also=("demo", "simulator", "server", "serve", "mock", "try"))
@option(
    "--port", type=port_type, metavar="N", default=_PORT, show_default=True, help="Port on 127.0.0.1; 0: any free port."
)
@option(
    "--speed",
    type=above_zero,
    metavar="N",
    default="1",
    show_default=True,
    help="Run N times as fast as real time.",
)
@option(
    "--estate",
    type=count,
    metavar="JOBS",
    help="Instead of the few jobs, a whole estate: so many jobs a day for thirty days, with the times of today.",
)
@option("--now", is_flag=True, help="Give the jobs the times of today instead of 2016-05-05.")
@option("--token", metavar="TEXT", envvar="ORCH_EVENTS_SIMULATE_TOKEN", help="Require this token, a made-up one.")
@option(
    "--fault",
    multiple=True,
    type=fault_type,
    metavar="FAULT",
    help="Inject a fault; see: orch-events help simulate.",
)
@option("--seed", type=whole, metavar="N", default="0", show_default=True, help="Random seed of the faults.")
@option("--tls-cert", type=FILE, metavar="FILE", help="Serve TLS with this certificate.")
@option("--tls-key", type=FILE, metavar="FILE", help="Private key of the certificate.")
@pass_typed
@click.pass_obj
def simulate(  # noqa: PLR0913, PLR0917 - one argument an option of its own
    app: App, port: int, speed: float, estate: int | None, now: bool,  # noqa: FBT001 - click's
    token: str | None, fault: Sequence["Fault"], seed: int,
    tls_cert: str | None, tls_key: str | None, typed: TypedWords,
) -> None:  # fmt: skip
    """Run `orch-events simulate`."""
    from orch_events.simulator import EPOCH, Api, Estate, Faults, SimulatedTime, Simulator, scripts, tls_context

    if bool(tls_cert) != bool(tls_key):
        _refuse_half_a_pair(typed)
        tls_cert = tls_key = None
    try:
        tls = tls_context(tls_cert, tls_key) if tls_cert and tls_key else None
    except (OSError, ValueError):
        _check_readable(*filter(None, [tls_cert, tls_key]))
        raise LocalFileError(f"{tls_cert} and {tls_key} are not a certificate and its key") from None
    begin = app.clock.now() - EPOCH.timestamp() if now or estate else 0.0
    jobs = {number: job.shifted(begin) for number, job in scripts().items()}
    whole_estate = Estate(estate, begin) if estate else None
    api = Api(SimulatedTime(app.clock, speed, begin).now, token, Faults(fault, seed), jobs, estate=whole_estate)
    try:
        simulator = Simulator(api, port=port, tls=tls, clock=app.clock)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise LocalFileError(f"the simulator can't listen on port {port}: {reason}", "try --port 0") from None
    with _token_file(token) as token_file, simulator:
        app.output.write_text(_lines_to_type(simulator, token_file, tls_cert, estate=bool(estate)))
        while True:
            app.clock.sleep(3600)


def _refuse_half_a_pair(typed: TypedWords) -> None:
    """Raise UsageError for half of the pair, if it was typed: one of the environment alone is ignored."""
    if typed.keys() & {"tls_cert", "tls_key"}:
        raise UsageError("--tls-cert and --tls-key must be used together", "see: orch-events simulate --help")


@contextmanager
def _token_file(token: str | None) -> Iterator[str | None]:
    """Keep the token in a file that only its owner can read, so that the lines to type need not show it."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    if token is None:
        yield None
        return
    try:
        folder = TemporaryDirectory(prefix="orch-events-")
        path = Path(folder.name, "token")
        path.touch(0o600)
        path.write_bytes(os.fsencode(token))
    except OSError as error:
        raise LocalFileError(f"can't keep the token in a file: {error.strerror}", "check TMPDIR") from None
    with folder:
        yield str(path)


def _check_readable(*paths: str) -> None:
    """See that files can be read: OpenSSL does not say which of them it could not. Raises LocalFileError."""
    for path in paths:
        try:
            with open(path, "rb"):  # noqa: PTH123 - a text
                pass
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "No such file or directory"
            raise LocalFileError(f"{path} can't be read: {reason}", "check the path and its permissions") from None


def _lines_to_type(simulator: "Simulator", token_file: str | None, certificate: str | None, *, estate: bool) -> str:
    """Return shell commands that use the simulator, and the list of its jobs."""
    curl = ["curl", "-s"]
    lines = ["# in another terminal:", f"export ORCH_EVENTS_SERVICE_URL={simulator.url}"]
    if certificate:
        lines.append(f"export ORCH_EVENTS_CACERT={shlex.quote(os.path.abspath(certificate))}")  # noqa: PTH100 - a text
        curl.append('--cacert "$ORCH_EVENTS_CACERT"')
    if token_file:
        lines.append(f"export ORCH_EVENTS_TOKEN_FILE={shlex.quote(token_file)}")
        curl.append('-H "X-Authentication: $(cat "$ORCH_EVENTS_TOKEN_FILE")"')
    lines += _lines_for_an_estate() if estate else _lines_for_jobs(f"{' '.join(curl)} '{simulator.url}")
    return "\n".join([*lines, "# Ctrl-C here stops the simulator."]) + "\n"


def _lines_for_an_estate() -> list[str]:
    return ["orch-events jobs", "orch-events follow latest"]


def _lines_for_jobs(curl: str) -> list[str]:
    from orch_events.simulator import plan_scripts, scripts

    plans, started = plan_scripts().values(), {job for plan in plan_scripts().values() for job in plan.jobs}
    jobs = [job for job in scripts().values() if job.number not in started]
    return [
        "orch-events follow 352",
        "orch-events follow plan:301",
        "orch-events list 353 --failed",
        "orch-events list 352 --json | jq -r .details.node",
        f"{curl}/orchestrator/v1/jobs/352/events?start=1300'",
        "# its jobs:",
        *[f"#   {job.number}       {job.type:7} {len(job.nodes):5} nodes  {job.description}" for job in jobs],
        "# its plan jobs:",
        *[f"#   plan:{one.number}  {one.plan:14} {len(one.jobs)} jobs  {one.description}" for one in plans],
    ]
