"""What an option's or argument's text can be. Each reads a text, or says in a sentence why it can't."""

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from orch_events.job_name import JobName
from orch_events.states import EVENT_TYPES, FAIL_ON, JOB_TYPES
from orch_events.times import parse_duration

if TYPE_CHECKING:  # the simulator is imported when there is one
    from orch_events.simulator import Fault

_MAX_DIGITS = 19
_MAX_PORT = 65535


def job(text: str) -> JobName:
    """Read what a job is called."""
    try:
        return JobName.parse(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def whole(text: str) -> int:
    """Read a whole number from 0 on."""
    if not re.fullmatch(rf"[0-9]{{1,{_MAX_DIGITS}}}", text):
        raise click.BadParameter(f"{text!r} is not a whole number from 0 on")
    return int(text)


def port(text: str) -> int:
    """Read the number of a port."""
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > _MAX_PORT:
        raise click.BadParameter(f"{text!r} is not a port: a number up to {_MAX_PORT}")
    return int(text)


def above_zero(text: str) -> float:
    """Read a number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not number > 0:
        raise click.BadParameter(f"{text!r} is not a number above 0")
    return number


def count(text: str) -> int:
    """Read how many, at least one."""
    if not (number := whole(text)):
        raise click.BadParameter(f"{text!r} is not a whole number from 1 on")
    return number


def duration(least: float = 0.0) -> Callable[[str], float]:
    """Return what reads a duration of at least so many seconds, into seconds."""

    def read(text: str) -> float:
        try:
            seconds = parse_duration(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
        if seconds < least:
            raise click.BadParameter(f"{text!r} is too short: at least {least:g} seconds")
        return seconds

    return read


def regex(text: str) -> re.Pattern[str]:
    """Read a regular expression."""
    try:
        return re.compile(text)
    except re.error as error:
        raise click.BadParameter(f"{text!r} is not a regular expression: {error}") from None


def event_type(text: str) -> str:
    """Read an event's type. A word that is not known must at least look like one: a server may have others."""
    words = {name.partition("_")[2] for name in EVENT_TYPES}
    if text not in words and not re.fullmatch(r"[a-z]+(_[a-z]+)+", text):
        raise click.BadParameter(f"{text!r} is not a type of event; there are {', '.join(sorted(words))}")
    return text


def job_type(text: str) -> str:
    """Read a type of job. A word that is not known must at least look like one: a server may have others."""
    if text not in JOB_TYPES and not re.fullmatch(r"[a-z]+(_[a-z]+)+", text):
        raise click.BadParameter(f"{text!r} is not a type of job; there are {', '.join(JOB_TYPES)}")
    return text


def fail_on(text: str) -> frozenset[str]:
    """Read which outcomes are no success, between commas."""
    states = frozenset(filter(None, (word.strip() for word in text.split(","))))
    if strange := states - set(FAIL_ON):
        raise click.BadParameter(f"{min(strange)!r} is none of {', '.join(FAIL_ON)}")
    return states


def fault(text: str) -> "Fault":
    """Read one of the simulator's faults."""
    from orch_events.simulator import Fault

    try:
        return Fault.parse(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
