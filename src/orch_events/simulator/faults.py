"""Faults that are injected on request: lost connections, truncated responses, errors. The same seed, the same faults.

A fault is written `NAME` or `NAME=VALUE`, followed by `@RATE` for its probability, from 0 to 1 (1 by default).
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from threading import Lock

from orch_events.times import parse_duration

KINDS = {
    "status": ("502", "respond with this HTTP status"),
    "drop": ("", "close the connection without a response"),
    "cut": ("", "cut the response off after this many bytes, or at random"),
    "delay": ("1s", "delay the response by this long"),
    "trickle": ("1000", "send this many bytes per second"),
    "html": ("", "respond with an HTML page"),
    "redirect": ("", "redirect to another host"),
    "repeat": ("", "send all events, whatever start says"),
    "late": ("5s", "make events visible this much later, in simulated time"),
    "expire": ("30s", "reject the token after this long; TOKEN.new works from then on"),
    "restart": ("10s+5s", "go down after the first duration, for the second"),
}
"""Each fault's name, its default value, and what it does."""

_SPEC = re.compile(rf"({'|'.join(KINDS)})(?:=([\w.+]+))?(?:@(0|1|0?\.\d+|1\.0+))?", re.ASCII)


@dataclass(frozen=True)
class Fault:
    """A fault to inject.

    Attributes:
        name: one of `KINDS`.
        value: as written, or the default.
        rate: its probability, from 0 to 1.
    """

    name: str
    value: str
    rate: float

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """Read `NAME[=VALUE][@RATE]`; raises ValueError with a sentence for the user."""
        found = _SPEC.fullmatch(text)
        if not found:
            raise ValueError(f"{text!r} is not a fault: use {', '.join(KINDS)}, with =VALUE and @RATE if needed")
        fault = cls(found[1], found[2] or KINDS[found[1]][0], float(found[3] or 1))
        for part in fault.value.split("+") if fault.value else []:
            fault._number(part)
        return fault

    @property
    def seconds(self) -> float:
        """The value, as a duration."""
        return self._number(self.value.partition("+")[0])

    @property
    def more_seconds(self) -> float:
        """What follows a `+` in the value, as a duration."""
        return self._number(self.value.partition("+")[2] or "5s")

    def _number(self, text: str) -> float:
        try:
            return parse_duration(text)
        except ValueError:
            raise ValueError(f"{self.name}={self.value}: the value is not a number or a duration") from None


class Faults:
    """The faults of one simulator.

    Args:
        faults: the faults.
        seed: the random seed.

    Attributes:
        met: how often each has been injected.
    """

    def __init__(self, faults: Iterable[Fault] = (), seed: int = 0) -> None:
        self._faults = list(faults)
        self._seed = seed
        self._random = Random(seed)  # noqa: S311 - chance, no secret
        self._lock = Lock()
        self.met: Counter[str] = Counter()

    def pick(self) -> dict[str, Fault]:
        """Return the faults for the next request, by name."""
        with self._lock:
            picked = {fault.name: fault for fault in self._faults if self._random.random() < fault.rate}
            self.met.update(name for name in picked if name not in ("late", "expire", "restart"))
            return picked

    def below(self, limit: int) -> int:
        """Return a random integer from 0 up to, but not including, `limit`."""
        with self._lock:
            return int(self._random.random() * limit)

    def find(self, name: str) -> Fault | None:
        """Return the fault of this name: for those that depend on the time, not on chance."""
        return next((fault for fault in self._faults if fault.name == name), None)

    def lateness(self, event_id: int) -> float:
        """Return how many simulated seconds after its time an event becomes visible."""
        fault = self.find("late")
        chance = Random(self._seed * 1_000_003 + event_id).random()  # noqa: S311 - chance, no secret
        return fault.seconds if fault and chance < fault.rate else 0.0
