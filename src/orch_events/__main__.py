"""The command `orch-events`, and `python -m orch_events`."""

import sys


def run() -> None:
    """Run the command and leave with its exit status, also when Ctrl-C comes before anything is there."""
    try:
        from orch_events.cli import run as run_cli

        status = run_cli()
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


if __name__ == "__main__":
    run()
