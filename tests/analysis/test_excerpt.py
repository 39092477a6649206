"""What is kept of long texts."""

from hypothesis import given
from hypothesis import strategies as st

from orch_events.analysis.excerpt import Room, excerpt


def test_of_a_long_text_the_beginning_and_the_end_are_kept_and_what_lacks_is_told() -> None:
    assert excerpt(["abcdefghij"], 10) == "abcdefghij"
    assert excerpt(["abc", "defghi", "jkl"], 8) == "ab\n[4 characters are left out here]\nghijkl"
    assert excerpt(["a" * 500] * 4000, 4).split("\n") == ["a", "[1,999,996 characters are left out here]", "aaa"]
    assert excerpt([], 4) == ""


@given(st.lists(st.text(max_size=9), max_size=9), st.integers(1, 40))
def test_what_is_kept_and_what_is_left_out_are_the_text(pieces: list[str], most: int) -> None:
    text, found = "".join(pieces), excerpt(pieces, most)
    if len(text) <= most:
        assert found == text
        return
    begin, told, end = found.partition(f"\n[{len(text) - most:,} characters are left out here]\n")
    assert told
    assert text.startswith(begin)
    assert text.endswith(end)
    assert len(begin) + len(end) == most


def test_room_is_used_up() -> None:
    room = Room(each=4, left=10)
    assert room.cut(["ab", "cd"]) == "abcd"
    assert [room.takes(6), room.takes(5), room.takes(4), room.takes(1)] == [True, False, True, False]
