"""The command `orch-events`, and `python -m orch_events`.

Until the command handles signals itself, Ctrl-C ends the process at once: an exception during the imports would show
a traceback, or be lost in one of them.
"""

import os
import signal
import sys

_SIGINT_STATUS = 130

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # nobody has it ignored
    signal.signal(signal.SIGINT, lambda *_: os._exit(_SIGINT_STATUS))


def run() -> None:
    """Run the command and exit with its status."""
    try:
        from orch_events.cli.process import collect_rarely, leave, tune_click

        collect_rarely()
        tune_click()
        from orch_events.cli.main import run as run_cli

        leave(run_cli(), sys.stdout, sys.stderr)
    except KeyboardInterrupt:
        raise SystemExit(_SIGINT_STATUS) from None
    except Exception:  # noqa: BLE001 - Python's own status for it is 1, which means that a job failed
        import traceback

        traceback.print_exc()
        raise SystemExit(70) from None


if __name__ == "__main__":
    run()
