"""`orch-events doctor`: what is configured, where from, and what is wrong with it."""

import math
import os
import shlex
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from orch_events.cli.app import App
from orch_events.cli.command import command
from orch_events.cli.connect import Server, demo, typed
from orch_events.cli.groups import Checkup, Connect
from orch_events.cli.options import checkup_options, connect_options
from orch_events.cli.terminal import columns
from orch_events.render.text import visible

if TYPE_CHECKING:  # httpx, rich and msgspec are imported when it begins
    from orch_events.check import Check


@command(also=("check", "diagnose", "config", "ping"))
@checkup_options
@connect_options
@click.pass_obj
def doctor(app: App, look: Checkup, connect: Connect) -> int:
    """Tell what is configured, and what is wrong with it.

    \b
    orch-events doctor                       from the settings to the server's answer, step by step
    orch-events doctor --quiet               only what is wrong, and what to do about it
    orch-events doctor --json | jq .checks   the same for programs

    The exit status is that of the first failure; warnings do not fail.
    """
    from orch_events.check import complete, exit_status
    from orch_events.render import checkup

    app.dress(look)
    made: list[Check] = []
    checks = _noted(complete(_checks(app, connect, verbose=look.verbose)), made)
    if look.json:
        app.output.write_text(checkup.json(checks) + "\n")
        return exit_status(made)
    theme, output = app.theme(sys.stdout, look), app.output
    for line in checkup.lines(checks, theme, cells=columns(sys.stdout), quiet=look.quiet):
        output.write_text(line + "\n")
    if not exit_status(made) and not look.quiet:
        output.write_text(f"{theme.paint('next:', 'hint')} {_next_command(connect)}\n")
    return exit_status(made)


def _noted(checks: "Iterable[Check]", made: "list[Check]") -> "Iterator[Check]":
    for check in checks:
        made.append(check)
        yield check


def _checks(app: App, connect: Connect, *, verbose: bool) -> "Iterator[Check]":
    """Make all checks, each as far as those before it let it be made."""
    from orch_events.cli import local_checks, server_checks

    yield local_checks.versions()
    yield local_checks.environment(os.environ, _variables())
    with ExitStack() as stack:
        if connect.demo:
            local = yield from local_checks.demonstration(connect, stack.enter_context(demo(app, math.inf)))
        else:
            local = yield from local_checks.configuration(app, connect)
        if local.url is None or not (yield from server_checks.way(app, connect, local, local.url)):
            return
        if local.token is not None:
            server = Server(local.url, local.token, local.cacert, None)
            yield from server_checks.answer(app, connect, server, verbose=verbose)


def _variables() -> Iterator[str]:
    """Yield the names of all variables that there are."""
    root = click.get_current_context().find_root().command
    for named in root.commands.values() if isinstance(root, click.Group) else []:
        yield from (str(parameter.envvar) for parameter in named.params if parameter.envvar)


def _next_command(connect: Connect) -> str:
    """Return what to type next, with what was typed now."""
    if connect.demo:
        return "orch-events jobs --demo"
    given = [setting for setting in typed(connect).values() if setting.origin.startswith("--")]
    return visible(" ".join(["orch-events jobs", *(f"{one.origin} {shlex.quote(one.value)}" for one in given)]))
