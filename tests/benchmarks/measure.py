"""How long a command takes, and how much it needs: as a whole process, by the system's own account."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

OURS = str(Path(sys.executable).with_name("orch-events"))


class Cost(NamedTuple):
    """What one run took.

    Attributes:
        wall: seconds from start to end.
        cpu: seconds of processor time, of all its processes.
        peak: megabytes that the largest of its processes had.
    """

    wall: float
    cpu: float
    peak: float


class Row(NamedTuple):
    """What was measured.

    Attributes:
        name: what we do.
        against: what that was measured against.
        ratio: of ours to that, by the clock on the wall.
        cpu: the same by the processor's time; None where nothing is compared.
        goal: what the ratio may be at most; None where it is only of interest.
        values: ours and that, medians.
        peaks: megabytes of both, at most.
        reached: whether the goals are.
    """

    name: str
    against: str
    ratio: float
    cpu: float | None
    goal: float | None
    values: str
    peaks: str
    reached: bool


def shell(line: str) -> list[str]:
    """Return the words that run a pipeline."""
    return ["bash", "-c", f"set -o pipefail; {line}"]


def run(words: Sequence[str], *, columns: int = 0, statuses: Sequence[int] = (0,)) -> Cost:
    """Run a command to its end, its output read and thrown away; on a terminal if it is to have `columns`."""
    launch = [sys.executable, "-IS", str(Path(__file__).with_name("launch.py")), str(columns), *words]
    done = subprocess.run(launch, stdout=subprocess.PIPE, env=_environment(), check=True)
    status, *cost = json.loads(done.stdout)
    if status not in statuses:
        raise RuntimeError(f"{' '.join(words)} ended with {status}")
    return Cost(*cost)


def _environment() -> dict[str, str]:
    """Leave Python as it is for users: it may write and read compiled modules."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | {"TERM": "xterm"}
