"""`orch-events doctor`: checks the configuration and the connection to the server."""

import math
import shlex
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.connection import typed_settings
from orch_events.cli.help.command import command
from orch_events.cli.options.definitions import connect_options, doctor_options
from orch_events.cli.options.facts import is_fact
from orch_events.cli.options.groups import ConnectOptions, DoctorOptions
from orch_events.cli.options.option import all_options
from orch_events.render.toolkit.terminal import columns
from orch_events.render.toolkit.text import escape_control

if TYPE_CHECKING:  # httpx, rich and msgspec are imported when the command runs
    from orch_events.cli.doctor.checks import Check
    from orch_events.cli.doctor.local_checks import Variable


_HELP = """
    Check the configuration and the connection to the server.

    \b
    orch-events doctor                       check everything, step by step
    orch-events doctor --quiet               only problems, and how to fix them
    orch-events doctor --json | jq .checks   the same for scripts

    The exit status is that of the first failure. Warnings do not count.
"""


@command(help=_HELP, also=("check", "diagnose", "config", "ping"))
@doctor_options
@connect_options
@click.pass_context
def doctor(ctx: click.Context, display: DoctorOptions, connect: ConnectOptions) -> int:
    """Run `orch-events doctor`."""
    from orch_events.cli.doctor import report
    from orch_events.cli.doctor.checks import complete, exit_status

    app: App = ctx.obj
    app.configure_stderr(display)
    made: list[Check] = []
    checks = _noted(complete(_checks(app, connect, _variables(ctx), verbose=display.verbose)), made)
    if display.json:
        app.output.write_text(report.json(checks) + "\n")
        return exit_status(made)
    theme, output = app.theme(app.stdout, display), app.output
    for line in report.lines(checks, theme, cells=columns(app.stdout), quiet=display.quiet):
        output.write_text(line + "\n")
    if not exit_status(made) and not display.quiet:
        output.write_text(f"{theme.paint('next:', 'hint')} {_next_command(connect)}\n")
    return exit_status(made)


def _noted(checks: "Iterable[Check]", made: "list[Check]") -> "Iterator[Check]":
    for check in checks:
        made.append(check)
        yield check


def _checks(
    app: App, connect: ConnectOptions, variables: "Mapping[str, Variable]", *, verbose: bool
) -> "Iterator[Check]":
    """Make all checks that the results of those before them allow."""
    from orch_events.cli.doctor import local_checks, server_checks
    from orch_events.library.servers import Server, demo

    yield local_checks.versions()
    yield local_checks.environment([name for name in app.environ if not is_fact(name, app.environ)], variables)
    with ExitStack() as stack:
        if connect.demo:
            local = yield from local_checks.demo_configuration(connect, stack.enter_context(demo(app.clock, math.inf)))
        else:
            local = yield from local_checks.configuration(app, connect)
        if local.url is None or not (yield from server_checks.connection_path(app, connect, local, local.url)):
            return
        if local.token is not None:
            server = Server(local.url, local.token, local.cacert)
            yield from server_checks.answer_checks(app, connect, server, verbose=verbose)


def _variables(ctx: click.Context) -> "dict[str, Variable]":
    """Return the environment variables of all options, each with the commands that take its value, or ignore it."""
    from orch_events.cli.doctor.local_checks import Variable

    found: dict[str, Variable] = {}
    for name, option in all_options(ctx):
        variable = found.setdefault(str(option.envvar), Variable([], []))
        (variable.takers if option.can_use_variable(ctx) else variable.refusers).append(name)
    return found


def _next_command(connect: ConnectOptions) -> str:
    """Return the suggested next command, with the settings that were typed."""
    if connect.demo:
        return "orch-events jobs --demo"
    given = [setting for setting in typed_settings(connect).values() if setting.origin.startswith("--")]
    return escape_control(" ".join(["orch-events jobs", *(f"{one.origin} {shlex.quote(one.value)}" for one in given)]))
