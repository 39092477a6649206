"""The cursor: each event once, in order, and never backwards."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.follow.cursor import Cursor, Resume
from orch_events.wire.event import Event
from tests.build import event, event_from, ids


def taken(cursor: Cursor, *events: Event) -> list[Event]:
    """Let a cursor take events, and return all that it lets go."""
    return [*cursor.accept(events), *cursor.drain()]


def end(cursor: Cursor, next_start: int | None = None, at: float = 0.0) -> None:
    """End a page that was asked for and answered at a time."""
    cursor.end_page(next_start, at, at)


def test_the_next_page_begins_behind_the_highest_id() -> None:
    cursor = Cursor()
    assert cursor.start is None
    taken(cursor, event(5), event(9))
    assert cursor.start is None
    end(cursor)
    assert cursor.start == 10


def test_what_was_shown_is_not_shown_again() -> None:
    cursor = Cursor()
    assert ids(taken(cursor, event(5), event(9), event(5))) == [5, 9]
    assert ids(taken(cursor, event(5), event(9), event(10))) == [10]


def test_an_older_event_that_was_not_shown_is_shown_and_moves_nothing_back() -> None:
    cursor = Cursor()
    taken(cursor, event(9))
    end(cursor)
    assert ids(taken(cursor, event(5))) == [5]
    end(cursor)
    assert cursor.start == 10


def test_events_before_the_start_are_not_wanted() -> None:
    cursor = Cursor(start=7)
    assert ids(taken(cursor, event(6), event(7), event(8))) == [7, 8]


def test_a_truncated_page_moves_behind_what_had_arrived() -> None:
    cursor = Cursor()
    taken(cursor, event(5), event(9))
    cursor.page_truncated()
    assert cursor.start == 10


@pytest.mark.parametrize("numbers", [(5, 9), (9, 5)])
def test_what_was_shown_of_a_truncated_page_is_not_shown_again_after_a_restart(numbers: tuple[int, ...]) -> None:
    cursor = Cursor()
    taken(cursor, event(3))
    end(cursor)
    version = cursor.version
    for number in numbers:
        taken(cursor, event(number))
    cursor.page_truncated()
    assert cursor.version != version
    again = Cursor(resume=cursor.resume)
    assert ids(taken(again, event(3), event(5), event(9), event(11))) == [11]


def test_a_truncated_page_with_an_event_without_an_id_moves_behind_the_others() -> None:
    cursor = Cursor()
    taken(cursor, event(5), event_from({"type": "node_failed"}), event(9))
    cursor.page_truncated()
    assert cursor.start == 10


def test_a_truncated_page_that_was_once_out_of_order_is_asked_for_again() -> None:
    cursor = Cursor()
    taken(cursor, event(9), event(5), event(12))
    cursor.page_truncated()
    assert cursor.start is None


def test_a_truncated_page_that_was_out_of_order_is_asked_for_again() -> None:
    cursor = Cursor()
    taken(cursor, event(3))
    end(cursor)
    taken(cursor, event(9), event(5))
    cursor.page_truncated()
    assert cursor.start == 4
    assert ids(taken(cursor, event(5), event(7), event(9))) == [7]
    cursor.page_truncated()
    assert cursor.start == 4
    taken(cursor, event(10))
    cursor.page_truncated()
    assert cursor.start == 11


def test_a_rewound_page_that_is_cut_before_any_event_is_asked_for_again() -> None:
    cursor = Cursor()
    taken(cursor, event(5), event(9))
    end(cursor)
    cursor.rewind()
    cursor.page_truncated()
    assert cursor.request_start is None
    taken(cursor, event(3))
    cursor.page_truncated()
    assert cursor.request_start is None
    assert cursor.start == 10


def test_rewound_the_cursor_asks_once_for_what_is_not_proven_and_shows_nothing_twice() -> None:
    cursor = Cursor(start=4)
    taken(cursor, event(5), event(9))
    end(cursor)
    cursor.rewind()
    assert (cursor.request_start, cursor.start) == (4, 10)
    assert ids(taken(cursor, event(3), event(5), event(7), event(9))) == [7]
    end(cursor)
    assert (cursor.request_start, cursor.start) == (10, 10)


def test_a_pages_own_word_counts_only_while_no_event_was_seen() -> None:
    cursor = Cursor()
    end(cursor, 7)
    assert cursor.start == 7
    end(cursor, 3)
    end(cursor)
    assert cursor.start == 7
    taken(cursor, event(9))
    end(cursor, 100)
    assert cursor.start == 10


def test_zero_is_an_id() -> None:
    cursor = Cursor()
    taken(cursor, event(0))
    end(cursor, 100)
    assert cursor.start == 1
    without_id = event_from({"type": "node_failed"})
    assert ids(taken(Cursor(), event(1), without_id, event(0))) == [None, 0, 1]


def test_resumed_before_anything_was_shown_a_page_s_own_word_counts() -> None:
    cursor = Cursor(resume=Resume(7, 7))
    assert cursor.request_start == 7
    end(cursor, 9)
    assert cursor.start == 9


def test_a_first_page_that_is_cut_at_once_is_asked_for_again() -> None:
    cursor = Cursor()
    cursor.page_truncated()
    assert cursor.request_start is None


@pytest.mark.parametrize(("start", "lacking"), [(None, [1, 2, 4]), (2, [2, 4])])
def test_what_is_wanted_and_was_not_seen_is_lacking(start: int | None, lacking: list[int]) -> None:
    cursor = Cursor(start)
    taken(cursor, event(3))
    assert [number for number in (1, 2, 3, 4) if cursor.lacks(number)] == lacking


def test_an_event_without_an_id_is_shown_once() -> None:
    without_id = Event.read(b'{"type":"node_failed"}')
    other = Event.read(b'{"type":"node_running"}')
    cursor = Cursor()
    assert taken(cursor, without_id, event(1)) == [without_id, event(1)]
    assert taken(cursor, without_id, other) == [other]
    end(cursor)
    assert cursor.start == 2


def test_of_events_without_ids_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orch_events.follow.cursor._MAX_WITHOUT_ID", 3)
    one, two, three = (event_from({"type": kind}) for kind in ("a", "b", "c"))
    cursor = Cursor()
    assert taken(cursor, one, two, one, two, three) == [one, two, three]
    assert taken(cursor, one) == [one]  # all are forgotten
    assert taken(cursor, one, two) == [two]


def cursor_at(*pages: tuple[float, Sequence[int]], resume: Resume | None = None) -> Cursor:
    """Return a cursor that has seen pages, each asked for and answered at a time; the highest id again: read again."""
    cursor = Cursor(resume=resume)
    for at, numbers in pages:
        if cursor.start is not None and cursor.start - 1 in numbers:
            cursor.rewind()
        taken(cursor, *(event(number) for number in numbers))
        end(cursor, at=at)
    return cursor


@pytest.mark.parametrize(
    ("pages", "resume"),
    [
        ([(0, [5, 9])], Resume(10, 0, [5, 9])),
        ([(0, [5, 9]), (99, [12])], Resume(13, 0, [5, 9, 12])),  # nothing was read again
        ([(0, [5, 9]), (14.9, [5, 9])], Resume(10, 0, [5, 9])),  # too early
        ([(0, [5, 9]), (15, [5, 9])], Resume(10, 9, [9])),
        ([(0, [5, 9]), (2, [12]), (16, [5, 9, 12])], Resume(13, 9, [9, 12])),
        ([(0, [5, 9]), (2, [12]), (16, [5, 9, 12]), (17, [9, 12])], Resume(13, 12, [12])),
        ([(0, [5, 9]), (2, []), (16, [5, 9])], Resume(10, 9, [9])),  # a page without news changes nothing
    ],
)
def test_what_was_read_again_after_a_while_is_proven_and_all_else_is_remembered(
    pages: list[tuple[float, list[int]]], resume: Resume
) -> None:
    assert Cursor().resume is None
    assert cursor_at(*pages).resume == resume
    assert resume.has_gaps is (resume.since != resume.shown[-1])


def test_where_nothing_was_shown_there_are_no_gaps() -> None:
    assert not Resume(0, 0).has_gaps


def test_proven_ids_are_not_asked_for_again() -> None:
    cursor = cursor_at((0, [5, 9]), (15, [5, 9]), (16, [12]))
    cursor.rewind()
    assert cursor.request_start == 9


def test_at_the_end_all_is_proven() -> None:
    cursor = cursor_at((0, [5, 9]), (1, [12]))
    version = cursor.version
    cursor.settle()
    assert cursor.resume == Resume(13, 12, [12])
    assert cursor.version > version
    cursor = cursor_at((100, [5, 9]))
    cursor.settle()
    assert cursor.resume == Resume(10, 9, [9])


def test_at_the_end_of_a_job_without_events_nothing_is_proven() -> None:
    cursor = Cursor()
    cursor.settle()
    assert (cursor.resume, cursor.version) == (None, 0)


def test_resumed_the_first_request_asks_for_what_was_not_proven() -> None:
    cursor = Cursor(resume=Resume(13, 5, [5, 9, 12]))
    assert (cursor.request_start, cursor.start) == (5, 13)
    assert cursor.resume == Resume(13, 5, [5, 9, 12])
    assert ids(taken(cursor, *(event(number) for number in (4, 5, 7, 9, 12, 14)))) == [7, 14]
    end(cursor)
    assert cursor.request_start == cursor.start == 15


@given(
    st.lists(st.tuples(st.floats(0, 40), st.lists(st.integers(0, 300_000), max_size=9, unique=True)), max_size=12),
    st.integers(0, 12),
)
def test_stopped_and_resumed_anywhere_nothing_is_new_twice(pages: list[tuple[float, list[int]]], stop: int) -> None:
    def numbers(more: list[tuple[float, list[int]]]) -> list[list[int]]:
        return [sorted(some) for _, some in more]

    at, timed = 0.0, list[tuple[float, list[int]]]()
    for seconds, some in pages:
        at += seconds
        timed.append((at, sorted(some)))
    before = cursor_at(*timed[:stop])
    resumed = Cursor(resume=before.resume)
    seen = {number for some in numbers(timed[:stop]) for number in some}
    again = taken(resumed, *(event(number) for number in sorted(seen)))
    resume = before.resume
    assert resume is None or not [one for one in again if one.id is not None and one.id >= resume.since]


def test_the_version_changes_with_what_is_new() -> None:
    cursor = cursor_at((0, []))
    assert cursor.version == 0
    taken(cursor, event(5))
    taken(cursor, event(5))
    end(cursor)
    assert cursor.version == 1
    taken(cursor, event(5))
    end(cursor)
    assert cursor.version == 1
    taken(cursor, event(4))
    end(cursor)
    assert cursor.version == 2


def test_of_very_many_ids_the_latest_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orch_events.follow.cursor._MAX_RESUMED", 100)
    resume = cursor_at((0, range(150))).resume
    assert resume
    assert (resume.since, len(resume.shown), resume.shown[-1]) == (50, 100, 149)
    resume = cursor_at((0, range(50, 150))).resume
    assert resume
    assert (resume.since, len(resume.shown), resume.shown[0]) == (0, 100, 50)


def test_of_very_many_pages_some_are_proven_a_little_later() -> None:
    cursor = cursor_at(*((float(at), [at]) for at in range(1100)))
    cursor.rewind()
    assert cursor.request_start is None
    end(cursor, at=114.0)
    cursor.rewind()
    assert cursor.request_start is None  # the marks of the first hundred pages are gone
    end(cursor, at=1000.0)
    cursor.rewind()
    assert cursor.request_start == 985


def test_pages_without_news_do_not_delay_what_is_proven() -> None:
    cursor = cursor_at((0.0, [5]), (0.0, [6]), *((0.001 * number, []) for number in range(1100)))
    cursor.rewind()
    end(cursor, at=15.0)
    cursor.rewind()
    assert cursor.request_start == 6
