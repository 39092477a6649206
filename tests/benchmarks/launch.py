"""Runs a command and prints what it took, as JSON: `python -IS launch.py COLUMNS WORD ...`; 0 columns for no terminal.

It is a process of its own, and a small one: a command's peak memory is told as no less than that of what started it.
"""

import json
import os
import pty
import subprocess
import sys
import termios
import time
from threading import Thread


def main(columns: int, words: list[str]) -> None:
    """Run `words` to their end; what they print is read and thrown away."""
    output = _terminal(columns) if columns else os.open(os.devnull, os.O_WRONLY)
    began = time.perf_counter()
    process = subprocess.Popen(words, stdout=output, stderr=output if columns else None)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    print(json.dumps([process.returncode, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]))


def _terminal(columns: int) -> int:
    """Open a terminal that somebody reads; return the end to write to."""
    reader, output = pty.openpty()
    termios.tcsetwinsize(output, (40, columns))
    Thread(target=_drain, args=(reader,), daemon=True).start()
    return output


def _drain(reader: int) -> None:
    try:
        while os.read(reader, 1 << 16):
            pass
    except OSError:  # how a terminal ends
        os.close(reader)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
