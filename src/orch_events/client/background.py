"""Reading the responses of hundreds of jobs: a few threads that are used again, and so many requests a second.

`stream.read_ahead` has a thread for each response and lets its caller wait for that one response. With hundreds of jobs
the caller must not wait for one of them: here each response yields None at once while nothing of it is there, and
`wait` returns as soon as something of any of them is.

Requests begin in the order in which they were asked for, evenly spread: never more than `rate` of them in a second.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from functools import partial
from queue import SimpleQueue
from threading import Event as Flag
from threading import Thread
from types import TracebackType
from typing import Self, TypeVar

from orch_events.client.stream import Items, start_thread
from orch_events.times import Clock

T = TypeVar("T")


class Background:
    """Reads responses in the background. A context manager: its threads end with the context.

    Args:
        clock: what time it is.
        threads: how many responses are read at once.
        rate: how many requests may begin in a second.
    """

    def __init__(self, clock: Clock, *, threads: int, rate: float) -> None:
        self._clock = clock
        self._most_threads = threads
        self._gap_seconds = 1 / rate
        self._next_at = -self._gap_seconds
        self._waiting: deque[object] = deque()
        self._tasks: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads: list[Thread] = []
        self._idle = 0
        self._arrived = Flag()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _ in self._threads:
            self._tasks.put(None)

    def read_ahead(self, begin: Callable[[], Iterator[T]]) -> Generator[T | None, None, None]:
        """Iterate in the background once a request may begin; yield the items, and None while there is none.

        Raises:
            SystemLimit: no thread can be started.
        """
        place = object()
        self._waiting.append(place)
        try:
            while self._waiting[0] is not place or self._clock.monotonic() < self._next_at:
                yield None
        finally:
            self._waiting.remove(place)
        self._next_at = self._clock.monotonic() + self._gap_seconds
        items: Items[T] = Items(self._arrived.set)
        self._start(partial(items.deliver, begin))
        yield from items.read(0.0)

    def wait(self, seconds: float) -> None:
        """Wait until something has arrived or a request may begin, but not longer than that."""
        due = self._next_at - self._clock.monotonic() if self._waiting else seconds
        self._arrived.wait(max(0.0, min(seconds, due)))
        self._arrived.clear()

    def _start(self, task: Callable[[], None]) -> None:
        self._tasks.put(task)
        if len(self._threads) < self._most_threads and self._tasks.qsize() > self._idle:
            thread = Thread(target=self._work, daemon=True)
            start_thread(thread)
            self._threads.append(thread)

    def _work(self) -> None:
        while True:
            self._idle += 1
            task = self._tasks.get()
            self._idle -= 1
            if task is None:
                return
            task()
