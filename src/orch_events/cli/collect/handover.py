"""What was read is handed over in batches, and only then counted as done.

    standard output, Kafka → the archive → how far each job was followed

1. Whoever takes a batch has it for good before the next in this line gets it. So a crash at any moment repeats
   something in standard output and in Kafka at most, and loses nothing: what is in the archive, the others had.
2. While somebody can't take a batch, nothing more is read, so memory is bounded.
3. A batch is handed over when it has `_MOST_BYTES`, or is `_SECONDS` old.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from orch_events.errors import LocalFileError
from orch_events.follow.cursor import Resume
from orch_events.times import Clock
from orch_events.wire.event import Event
from orch_events.wire.keyed import with_job, wrap_record
from orch_events.wire.records import JobRecord

_MOST_BYTES = 4 << 20
_SECONDS = 0.5
_AGAIN_SECONDS = 5.0


class Entry(NamedTuple):
    """Some events of a job, or its record."""

    job: str
    events: Sequence[Event]
    record: JobRecord | None = None

    def objects(self) -> Sequence[Event]:
        """Return what becomes a line each."""
        return self.events if self.record is None else [wrap_record(self.record)]


def lines(entries: Sequence[Entry]) -> bytes:
    """Return the lines of a batch."""
    return b"".join([with_job(event.raw, entry.job) + b"\n" for entry in entries for event in entry.objects()])


class Reached(NamedTuple):
    """How far a job was followed; see `library.collector.Receiver`."""

    resume: Resume | None
    created: float | None
    done: bool


class Sink(Protocol):
    """Somebody who takes lines, at least once."""

    def write(self, entries: Sequence[Entry], wait: Callable[[], bool]) -> None:
        """Take a batch, and return when it is kept for good.

        Args:
            entries: the batch.
            wait: called while it can't be taken, at least once a second; returns False if it is not to be tried longer.

        Raises:
            OrchEventsError: it can't be taken.
            BrokenPipeError: nobody reads any more.
        """
        ...


class Keeper(Protocol):
    """Knows what was handed over."""

    def take(self, entries: Sequence[Entry], reached: dict[str, Reached]) -> None:
        """Take a batch, and how far its jobs were followed; it counts with the next `commit`."""
        ...

    def commit(self) -> None:
        """Keep all that was taken, for good. May be tried again if it fails. Raises LocalFileError."""
        ...


class NotHandedOverError(Exception):
    """The program is to end, and a batch could not be handed over: it will be read again."""


class Handover:
    """Collects what is read, and hands it over.

    Args:
        sinks: who takes lines.
        keeper: knows what was handed over.
        clock: what time it is.
        warn: is told that a full disk is waited for.
        note: is told that it is over.
        goes_on: whether to wait for somebody who can't take a batch.
    """

    def __init__(
        self,
        sinks: Sequence[Sink],
        keeper: Keeper,
        clock: Clock,
        warn: Callable[[str], None],
        note: Callable[[str], None],
        goes_on: Callable[[], bool],
    ) -> None:
        self._sinks = sinks
        self._keeper = keeper
        self._clock = clock
        self._warn = warn
        self._note = note
        self._goes_on = goes_on
        self._entries: list[Entry] = []
        self._reached: dict[str, Reached] = {}
        self._bytes = 0
        self._since_at = 0.0

    def record(self, job: str, record: JobRecord) -> None:
        """Take a job's record."""
        self._add(Entry(job, (), record), len(record.raw))

    def events(self, job: str, events: Sequence[Event]) -> None:
        """Take new events of a job."""
        self._add(Entry(job, events), sum([len(event.source) for event in events]))

    def reached(self, job: str, resume: Resume | None, *, created: float | None, done: bool) -> None:
        """Take where following a job goes on."""
        self._begin()
        self._reached[job] = Reached(resume, created, done)

    def _add(self, entry: Entry, size: int) -> None:
        self._begin()
        self._entries.append(entry)
        self._bytes += size

    def _begin(self) -> None:
        if not self._entries and not self._reached:
            self._since_at = self._clock.monotonic()

    def hand_over_if_due(self) -> None:
        """Hand the batch over if it is large, or old, enough. Raises as `hand_over`."""
        is_old = self._clock.monotonic() - self._since_at >= _SECONDS
        if self._bytes >= _MOST_BYTES or (is_old and (self._entries or self._reached)):
            self.hand_over()

    def hand_over(self) -> None:
        """Hand the batch over.

        Raises:
            OrchEventsError: somebody can't take it.
            BrokenPipeError: nobody reads standard output any more.
            NotHandedOverError: it is not to be waited for any longer.
        """
        for sink in self._sinks:
            if self._entries:
                sink.write(self._entries, self._goes_on)
        self._keeper.take(self._entries, self._reached)
        self._entries, self._reached, self._bytes = [], {}, 0
        self._commit()

    def _commit(self) -> None:
        """Let the keeper keep it, however long the disk is full."""
        waited = False
        while True:
            try:
                self._keeper.commit()
            except LocalFileError as error:
                if not waited:
                    self._warn(f"{error.message}; reading waits, nothing is lost")
                waited = True
                self._wait(error)
            else:
                break
        if waited:
            self._note("writing succeeds again")

    def _wait(self, error: LocalFileError) -> None:
        until = self._clock.monotonic() + _AGAIN_SECONDS
        while self._clock.monotonic() < until:
            if not self._goes_on():
                raise error
            self._clock.sleep(0.2)
