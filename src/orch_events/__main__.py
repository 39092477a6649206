"""The command `orch-events`, and `python -m orch_events`."""

import os
import sys
from contextlib import suppress


def run() -> None:
    """Run the command and leave with its exit status, also when Ctrl-C comes before anything is there.

    The interpreter is not taken apart: all that was opened is closed by then, and that alone would take as long as
    starting Python does.
    """
    try:
        from orch_events.cli import run as run_cli

        status = run_cli()
    except KeyboardInterrupt:
        status = 130
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # full, gone, closed, or never there
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    run()
