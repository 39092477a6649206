"""The types of options and arguments. Each parses a text, or raises click.BadParameter with a message for the user.

Some also complete a text for a shell.
"""

import math
import os
import re
import warnings
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from orch_events.cli.options.groups import Start
from orch_events.errors import UsageError
from orch_events.library.job_ref import JobRef
from orch_events.times import Instant, SystemClock, parse_duration, parse_instant
from orch_events.wire.vocabulary import EVENT_TYPES, FAIL_ON, JOB_TYPES, PLAN_EVENT_TYPES, PLAN_TYPE

if TYPE_CHECKING:  # the simulator is imported when there is one; in an older click nothing here is generic
    from orch_events.simulator import Fault

    Item = CompletionItem[str]
    ParamType = click.ParamType[Any, Any]
else:
    ParamType = click.ParamType

_MAX_DIGITS = 19
_MAX_PORT = 65535
_MOST_SHOWN = 60
_SHORT_EVENT_TYPES = tuple(dict.fromkeys([*(name.partition("_")[2] for name in EVENT_TYPES), "message"]))


class FileType(ParamType):
    """A path that a shell completes; whether it can be used is checked when it is opened."""

    name = "file"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[Item]":  # noqa: ARG002 - click's own
        """Leave it to the shell."""
        return [CompletionItem(incomplete, type="file")]


FILE = FileType()
"""A path."""


class StreamFormat(click.Choice[str] if TYPE_CHECKING else click.Choice):  # type: ignore[misc]
    """A format of output that has no end."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 - click's own
        """Check a format; a JSON array is refused in words of its own."""
        if value == "json":
            message = "follow can't write a JSON array, because its output has no end"
            raise UsageError(message, "use --json for one object per line")
        return str(super().convert(value, param, ctx))


class Completed(ParamType):
    """A type that a shell completes.

    Args:
        name: its name.
        read: parses a text.
        offer: returns completions, given the context and the text so far.
    """

    def __init__(
        self, name: str, read: Callable[[str], Any], offer: "Callable[[click.Context, str], Iterable[Item]]"
    ) -> None:
        self.name = name
        self._read = read
        self._offer = offer

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401, ARG002 - click's own
        """Parse a text; a value that was parsed already stays as it is."""
        return self._read(value) if isinstance(value, str) else value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[Item]":  # noqa: ARG002 - click's own
        """Return completions of a text."""
        return list(self._offer(ctx, incomplete))


def _among(*words: str) -> "Callable[[click.Context, str], Iterable[Item]]":
    return lambda _, incomplete: [CompletionItem(word) for word in words if word.startswith(incomplete)]


def job(text: str) -> JobRef:
    """Parse a JOB into a JobRef; any path of an existing file is a recording."""
    try:
        return JobRef.parse(text)
    except ValueError as error:
        if os.path.exists(text):  # noqa: PTH110 - a text, of which no path can be, maybe
            return JobRef("recording", place=text)
        raise click.BadParameter(str(error)) from None


def whole(text: str) -> int:
    """Parse a whole number from 0 on."""
    return _whole_from(0, text)


def start(text: str) -> Start:
    """Parse where to start: an event id, behind it those of a plan's jobs: `70016,342=1312`."""
    first, *rest = text.split(",")
    jobs = dict(part.partition("=")[::2] for part in rest)
    if not all(number.isdecimal() and number.isascii() for number in jobs):
        raise click.BadParameter(f"{text!r} is not an event id, or one and those of a plan's jobs as in 70016,342=1312")
    return Start(whole(first), {number: whole(number_of_event) for number, number_of_event in jobs.items()})


def count(text: str) -> int:
    """Parse a whole number from 1 on."""
    return _whole_from(1, text)


def _whole_from(least: int, text: str) -> int:
    if not re.fullmatch(r"-?[0-9]+", text, re.ASCII):
        raise click.BadParameter(f"{text!r} is not a whole number")
    if text.startswith("-") or (len(text) <= _MAX_DIGITS and int(text) < least):
        raise click.BadParameter(f"{_shown(text)} is too small: the minimum is {least}")
    if len(text) > _MAX_DIGITS:
        raise click.BadParameter(f"{_shown(text)} is too large: the maximum is {'9' * _MAX_DIGITS}")
    return int(text)


def port(text: str) -> int:
    """Parse a port number."""
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > _MAX_PORT:
        raise click.BadParameter(f"{text!r} is not a port number from 0 to {_MAX_PORT}")
    return int(text)


def above_zero(text: str) -> float:
    """Parse a number above 0."""
    try:
        number = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise click.BadParameter(f"{text!r} is not a number above 0, such as 0.5 or 60")
    return number


def duration(least: float = 0.0) -> Callable[[str], float]:
    """Return a parser of durations into seconds, with a minimum."""

    def read(text: str) -> float:
        try:
            seconds = parse_duration(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
        if seconds < least:
            raise click.BadParameter(f"{text!r} is too short: the minimum is {least:g} seconds")
        return seconds

    return read


class InstantType(ParamType):
    """A point in time. It is read when the option is: `10m` is ten minutes before that, to the second."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - click's own
        """Read a text, as an Instant; one that was read stays as it is."""
        if isinstance(value, Instant):
            return value
        app = ctx.obj if ctx is not None else None
        clock = app.clock if app is not None else SystemClock()
        try:
            read = Instant(parse_instant(value, math.floor(clock.now())))
            str(read)
        except (ValueError, OverflowError) as error:
            self.fail(str(error), param, ctx)
        return read


def _shown(text: str) -> str:
    return repr(text) if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]!r}..."


instant = InstantType()
"""A point in time."""


class SinceType(InstantType):
    """A point in time, or 0 for all that there is."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - click's own
        """Read a text, as an Instant; 0 as minus infinity."""
        return -math.inf if value == "0" else super().convert(value, param, ctx)


since_or_all = SinceType()
"""A point in time, or 0."""


def regex(text: str) -> re.Pattern[str]:
    """Parse a regular expression."""
    shown = _shown(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a later Python may read it otherwise: no concern of who types it
            return re.compile(text)
    except (re.error, OverflowError) as error:
        raise click.BadParameter(f"{shown} is not a regular expression: {error}") from None
    except (RecursionError, MemoryError):
        raise click.BadParameter(f"the regular expression {shown} is too complex") from None


def _read_type(kind: str, known: Collection[str], others: Collection[str]) -> Callable[[str], str]:
    """Return a parser of types. A type that is not known must at least look like one: a server may have others.

    Args:
        kind: what has these types.
        known: those that are known.
        others: those of something else, for which they are typed by mistake.
    """

    def read(text: str) -> str:
        if text not in known and (text in others or not re.fullmatch(r"[a-z]+(_[a-z]+)+", text)):
            raise click.BadParameter(f"{text!r} is not a known {kind} type: use {', '.join(known)}")
        return text

    return read


event_type = Completed(
    "event_type",
    _read_type("event", _SHORT_EVENT_TYPES, JOB_TYPES),
    _among(*_SHORT_EVENT_TYPES, *EVENT_TYPES, *PLAN_EVENT_TYPES),
)
"""An event's type, `node_failed` or `failed`."""

job_type = Completed(
    "job_type",
    _read_type("job", (*JOB_TYPES, PLAN_TYPE), (*EVENT_TYPES, *PLAN_EVENT_TYPES)),
    _among(*JOB_TYPES, PLAN_TYPE),
)
"""A job's type."""


def _read_outcomes(text: str) -> frozenset[str]:
    states = frozenset(filter(None, (word.strip() for word in text.split(","))))
    if strange := states - set(FAIL_ON):
        raise click.BadParameter(f"{min(strange)!r} is not one of {', '.join(FAIL_ON)}")
    return states


def _offer_outcomes(_: click.Context, incomplete: str) -> "Iterable[Item]":
    before, comma, begun = incomplete.rpartition(",")
    left = [state for state in FAIL_ON if state not in before.split(",")]
    return [CompletionItem(before + comma + state) for state in left if state.startswith(begun)]


fail_on = Completed("fail_on", _read_outcomes, _offer_outcomes)
"""Outcomes that count as failures, separated by commas."""


def fault(text: str) -> "Fault":
    """Parse one of the simulator's faults."""
    from orch_events.simulator import Fault

    try:
        return Fault.parse(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
