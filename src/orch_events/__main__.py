"""The command `orch-events`, and `python -m orch_events`."""

import sys


def run() -> None:
    """Run the command and exit with its status, even if Ctrl-C comes during the imports."""
    try:
        from orch_events.cli.process import collect_rarely, leave, tune_click

        collect_rarely()
        tune_click()
        from orch_events.cli.main import run as run_cli

        leave(run_cli(), sys.stdout, sys.stderr)
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception:  # noqa: BLE001 - Python's own status for it is 1, which means that a job failed
        import traceback

        traceback.print_exc()
        raise SystemExit(70) from None


if __name__ == "__main__":
    run()
