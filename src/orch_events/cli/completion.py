"""`orch-events completion`: what a shell needs to complete the command."""

import click
from click.shell_completion import get_completion_class

from orch_events.cli.command import command

SHELLS = ("bash", "zsh", "fish")


@command()
@click.argument("shell", metavar="SHELL", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the completion script for SHELL: bash, zsh or fish.

    \b
    orch-events completion bash            for a file where bash looks for such
    eval "$(orch-events completion zsh)"   in ~/.zshrc; for bash in ~/.bashrc
    orch-events completion fish | source   in ~/.config/fish/config.fish
    """
    click.echo(script(shell))


def script(shell: str) -> str:
    """Return the completion script for a shell; `completions/` holds the same."""
    from orch_events.cli import cli

    kind = get_completion_class(shell)
    if kind is None:
        raise click.BadParameter(f"{shell} is not known")
    return kind(cli, {}, "orch-events", "_ORCH_EVENTS_COMPLETE").source().strip()
