"""The group of commands, and the one place that turns every end of the program into an exit status.

Only the module of the command that is meant is imported, and importing this one or one of theirs imports neither httpx
nor rich nor msgspec: so completion and --version are fast.
"""

import sys
from collections.abc import Sequence

import click

from orch_events import __version__
from orch_events.cli import exit_status
from orch_events.cli.app import COMPLETION_VARIABLE, PROGRAM, App
from orch_events.cli.help.command import Group
from orch_events.cli.process import allow_deep_json
from orch_events.cli.signals import Detached
from orch_events.errors import OrchEventsError, SystemLimit


def _show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's order
    if wanted and not ctx.resilient_parsing:
        app: App = ctx.obj
        app.output.write_text(f"{PROGRAM} {__version__}\n")
        ctx.exit()


_HELP = """
    Watch Puppet Enterprise orchestrator jobs.

    \b
    orch-events follow 352 --demo         watch a job on the built-in simulator
    orch-events jobs                      recent jobs, newest first
    orch-events list 352                  the events of job 352 so far
    orch-events follow 352                the same, then live until it ends
    orch-events list 352 --json | jq .    the same for other tools
    orch-events summary 352               how long it took, and what was slow
    orch-events failures 352              which nodes did not finish, and why
    orch-events output 352                what the nodes printed
    orch-events doctor                    check configuration and connection

    Only GET requests are sent to the server; Ctrl-C never stops a job.
"""

_COMMANDS = {
    "Commands": {
        "list": "Show the events of JOB so far.",
        "follow": "Show the events of JOB so far, then live until it ends.",
        "jobs": "Show recent jobs and plan jobs, newest first.",
    },
    "Reports": {
        "nodes": "Show a row for each node of JOB.",
        "output": "Show what each node of JOB printed.",
        "summary": "Show the outcome, the times and the slowest nodes of JOB.",
        "failures": "Show the nodes of JOB that did not finish, grouped by cause.",
        "timeline": "Draw a Gantt chart of the nodes of JOB.",
        "compare": "Show what got worse and what got better between two jobs.",
        "history": "Show how nodes fared across an archive's jobs, or NODE's runs.",
    },
    "The whole estate": {
        "collect": "Collect the events of all jobs, for as long as it runs.",
    },
    "Setup and testing": {
        "doctor": "Check the configuration and the connection to the server.",
        "simulate": "Run a local test orchestrator.",
        "completion": "Print the completion script for bash, zsh or fish.",
        "help": "Show help for a command or a topic.",
    },
}
"""The commands under their headings, each with the first sentence of its help; a test compares."""


@click.group(
    cls=Group,
    named=_COMMANDS,
    help=_HELP,
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGS]...",
    context_settings={"max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the version.",
)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Run `orch-events`: all commands; without one, show the help."""
    if ctx.invoked_subcommand is None:
        app: App = ctx.obj
        app.output.write_text(ctx.get_help() + "\n")


def run() -> int:
    """Run the command line as the process's program: handle signals, and return the exit status."""
    allow_deep_json()
    app = App.from_process()
    app.signals.listen()
    return main(app=app)


def main(args: Sequence[str] | None = None, app: App | None = None) -> int:
    """Run the command line and return its exit status.

    Args:
        args: the arguments, without the program's name; None for the process's own.
        app: streams, environment, clock and signals; None for the process's own.
    """
    app = app or App.from_process()
    try:
        return _invoke(sys.argv[1:] if args is None else list(args), app)
    except OrchEventsError as error:
        return _report_error(app, error)
    except click.ClickException as error:
        from orch_events.cli.help.usage import to_usage_error

        return _report_error(app, to_usage_error(error))
    except KeyboardInterrupt as signal:
        return signal.exit_status if isinstance(signal, Detached) else exit_status.SIGINT
    except BrokenPipeError:
        return exit_status.READER_GONE
    except Exception as error:  # noqa: BLE001 - any other exception is a bug
        return _report_bug(app, error)


def _report_error(app: App, error: OrchEventsError) -> int:
    app.stderr.error(error)
    return error.exit_status


def _report_bug(app: App, error: Exception) -> int:
    """Show a traceback; but a limit of the system is no bug: it can hit whatever opens the next file, an import too."""
    if (limit := SystemLimit.behind(error)) is not None:
        return _report_error(app, limit)
    import traceback

    app.stderr.show("".join(traceback.format_exception(error)))
    return exit_status.BUG


def _invoke(args: list[str], app: App) -> int:
    """Parse the arguments and run the command, without click's handling of errors: it exits with 1 on Ctrl-C."""
    if instruction := app.environ.get(COMPLETION_VARIABLE):
        from orch_events.cli.commands.completion import complete

        return complete(cli, app, instruction)
    try:
        with cli.make_context(PROGRAM, args, obj=app) as ctx:
            status = cli.invoke(ctx)
    except click.exceptions.Exit as end:
        return end.exit_code
    return status if isinstance(status, int) else 0
