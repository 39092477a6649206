"""The command `orch-events`, and `python -m orch_events`."""

import sys


def run() -> None:
    """Run the command and exit with its status, even if Ctrl-C comes during the imports."""
    try:
        from orch_events.cli.main import run as run_cli
        from orch_events.cli.process import leave

        leave(run_cli(), sys.stdout, sys.stderr)
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    run()
