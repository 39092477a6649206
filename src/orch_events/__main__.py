"""The command `orch-events`, and `python -m orch_events`."""

import sys


def run() -> None:
    """Run the command and leave with its exit status, also when Ctrl-C comes before anything is there."""
    try:
        from orch_events.cli.main import run as run_cli
        from orch_events.cli.process import leave

        leave(run_cli(), sys.stdout, sys.stderr)
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    run()
