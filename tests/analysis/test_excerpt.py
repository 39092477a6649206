"""What is kept of long texts."""

from hypothesis import given
from hypothesis import strategies as st

from orch_events.analysis.excerpt import Room, excerpt


def test_of_a_long_text_the_beginning_and_the_end_are_kept_and_what_lacks_is_told() -> None:
    assert excerpt("abcdefghij", 10) == "abcdefghij"
    assert excerpt("abcdefghijkl", 8) == "ab\n[4 characters are left out here]\nghijkl"
    assert excerpt("a" * 2_000_000, 4).split("\n") == ["a", "[1,999,996 characters are left out here]", "aaa"]


@given(st.text(max_size=40), st.integers(1, 40))
def test_what_is_kept_and_what_is_left_out_are_the_text(text: str, most: int) -> None:
    begin, *told, end = (
        [*excerpt(text, most).split("\n["), ""]
        if len(text) <= most
        else [*excerpt(text, most).partition(f"\n[{len(text) - most:,} characters are left out here]\n")]
    )
    if len(text) > most:
        assert told
        assert text.startswith(begin)
        assert text.endswith(end)
        assert len(begin) + len(end) == most


def test_room_is_used_up() -> None:
    room = Room(each=4, left=10)
    assert room.cut("abcd") == "abcd"
    assert [room.takes(6), room.takes(5), room.takes(4), room.takes(1)] == [True, False, True, False]
