"""Python programs in a process of their own."""

import os
import subprocess
import sys


def run_program(program: str) -> "subprocess.CompletedProcess[str]":
    """Run a program that looks at what was imported: without the measuring of coverage, which imports much itself."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    return subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False)
