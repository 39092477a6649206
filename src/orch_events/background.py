"""A source that never keeps its reader waiting.

What it stands before is asked in a thread of its own. While nothing comes, a fetch yields empty runs of events: the
reader can look at its clock, redraw, see to other jobs, and hear Ctrl-C, even while a name is being resolved.
"""

from collections.abc import Callable, Iterator, Sequence
from queue import Empty, Full, Queue
from threading import Event as Flag
from threading import Thread
from typing import TypeVar

from orch_events.errors import CutAnswer
from orch_events.events import Fetched
from orch_events.records import JobRecord, NodeRecord
from orch_events.source import JobSource

T = TypeVar("T")

_MOMENT_SECONDS = 0.1
_LONGEST_SECONDS = 30.0
_PIECES_AHEAD = 4


class Background:
    """Asks `source` in the background, one thread a request, a few pieces ahead of the reader."""

    def __init__(self, source: JobSource) -> None:
        self._source = source

    def fetch(self, job: str, start: int | None) -> Iterator[Fetched]:
        """Yield what the source yields, and an empty run of events for each moment in which it yields nothing."""
        for fetched in _read_ahead(lambda: self._source.fetch(job, start)):
            yield [] if fetched is None else fetched

    def record(self, job: str) -> JobRecord:
        """Return the job's record."""
        return _result(lambda: self._source.record(job))

    def nodes(self, job: str) -> Sequence[NodeRecord]:
        """Return a snapshot of the job's nodes."""
        return _result(lambda: self._source.nodes(job))


def _result(call: Callable[[], T]) -> T:
    """Call in the background and wait for what comes of it, in moments; an answer that trickles is not waited for."""
    for moment, result in enumerate(_read_ahead(lambda: iter([call()]))):
        if result is not None:
            return result
        if moment * _MOMENT_SECONDS >= _LONGEST_SECONDS:
            break
    raise CutAnswer(f"the job's record or its nodes took more than {_LONGEST_SECONDS:g} s to arrive")


def _read_ahead(begin: Callable[[], Iterator[T]]) -> Iterator[T | None]:
    """Iterate in the background; yield its items, and None for each moment without one."""
    items: Queue[T | _End] = Queue(_PIECES_AHEAD)
    abandoned = Flag()
    Thread(target=_deliver, args=(begin, items, abandoned), daemon=True).start()
    try:
        while True:
            try:
                item = items.get(timeout=_MOMENT_SECONDS)
            except Empty:
                yield None
                continue
            if not isinstance(item, _End):
                yield item
            elif item.error is not None:
                raise item.error
            else:
                return
    finally:
        abandoned.set()


class _End:
    """The last thing that is delivered: that there is no more, or why."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def _deliver(begin: Callable[[], Iterator[T]], items: "Queue[T | _End]", abandoned: Flag) -> None:
    try:
        for item in begin():
            if not _put(items, item, abandoned):
                return
        end = _End(None)
    except BaseException as error:  # noqa: BLE001 - it is raised where the reader is
        end = _End(error)
    _put(items, end, abandoned)


def _put(items: "Queue[T | _End]", item: T | _End, abandoned: Flag) -> bool:
    """Put an item into the queue; False if nobody reads it any more."""
    while not abandoned.is_set():
        try:
            items.put(item, timeout=_MOMENT_SECONDS)
        except Full:
            continue
        return True
    return False
