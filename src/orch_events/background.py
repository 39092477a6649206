"""Reading in the background: who waits for a network is never kept waiting by it.

What is read is iterated in a thread of its own. While nothing comes, the reader is told so each moment: it can look at
its clock, redraw, see to other jobs, and hear Ctrl-C, even while a name is being resolved.
"""

from collections.abc import Callable, Generator, Iterator
from queue import Empty, Full, Queue
from threading import Event as Flag
from threading import Thread
from typing import TypeVar

T = TypeVar("T")

_MOMENT_SECONDS = 0.1
_ITEMS_AHEAD = 4


def read_ahead(begin: Callable[[], Iterator[T]]) -> Generator[T | None, None, None]:
    """Iterate in the background, a few items ahead; yield the items, and None for each moment without one."""
    items: Queue[T | _End] = Queue(_ITEMS_AHEAD)
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
