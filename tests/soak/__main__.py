"""The soak for as long as one likes: `python -m tests.soak [--minutes N] [--seed N]`.

It prints what there was, and exits with 1 if an event was lost or repeated, or a status was wrong.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import click

from tests.soak.runs import Run, run

_WORKERS = 6
_AT_ONCE = 24


def soak(first_seed: int, seconds: float, most: int = 10**9) -> list[Run]:
    """Run seeds from the first one on, for so many seconds, or so many of them."""
    until = time.monotonic() + seconds
    done: list[Run] = []
    with ThreadPoolExecutor(_WORKERS) as pool:
        for seeds in _batches(first_seed, most):
            done += pool.map(run, seeds)
            if time.monotonic() >= until:
                break
    return done


def _batches(first: int, most: int) -> Iterator[range]:
    for begin in count(first, _AT_ONCE):
        if begin >= first + most:
            return
        yield range(begin, min(begin + _AT_ONCE, first + most))


def told(runs: Sequence[Run]) -> str:
    """Tell what there was."""
    faults = sum((one.faults for one in runs), Counter[str]())
    kinds = ", ".join(f"{number} {name}" for name, number in sorted(faults.items()))
    bad = [
        f"seed {one.seed}: job {one.job}, lost {one.lost}, repeated {one.repeated}, status {one.wrong or 'right'}"
        for one in runs
        if not one.is_right
    ]
    lines = [
        f"soak: seeds {runs[0].seed} to {runs[-1].seed}, {len(runs)} runs, {sum(one.stops for one in runs)} restarts",
        f"soak: {faults.total()} faults ({kinds})",
        (
            f"soak: {sum(one.events for one in runs)} events, lost {sum(one.lost for one in runs)}, "
            f"repeated {sum(one.repeated for one in runs)}, wrong status {sum(bool(one.wrong) for one in runs)}"
        ),
        *bad,
    ]
    return "\n".join(lines)


@click.command()
@click.option("--minutes", default=60.0, show_default=True, help="How long to run.")
@click.option("--seed", default=0, show_default=True, help="The first seed.")
def main(minutes: float, seed: int) -> None:
    """Follow jobs through faults and restarts."""
    runs = soak(seed, minutes * 60)
    print(told(runs))
    sys.exit(not all(one.is_right for one in runs))


if __name__ == "__main__":
    main()
