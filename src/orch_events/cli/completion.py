"""`orch-events completion`: what a shell needs to complete the command."""

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    orch-events completion bash > ~/.local/share/bash-completion/completions/orch-events
    orch-events completion zsh > "${fpath[1]}/_orch-events"
    orch-events completion fish > ~/.config/fish/completions/orch-events.fish
    """
    click.echo(script(shell))


def script(shell: str) -> str:
    """Return the completion script for a shell; `completions/` holds the same."""
    from orch_events.cli import cli

    kind = get_completion_class(shell)
    if kind is None:
        raise click.BadParameter(f"{shell} is not known")
    return kind(cli, {}, "orch-events", "_ORCH_EVENTS_COMPLETE").source().strip()
