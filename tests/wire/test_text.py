"""A text of many megabytes is decoded in pieces."""

import json

from hypothesis import given
from hypothesis import strategies as st

from orch_events.wire.text import PIECE, LargeText, pieces, whole

PARTS = st.sampled_from(
    [
        "a",
        "é",
        "😀",
        "\\",
        "\\n",
        '"',
        "\n",
        "\r",
        "\x1b[31m",
        "\x1b[0m",
        "\ud83d",
        "\udc80",
        "\ude00",
        "\\u001b",
        "xyz",
    ]
)


@given(st.lists(PARTS, max_size=200).map("".join), st.integers(64, 90), st.booleans(), st.booleans())
def test_the_pieces_are_the_text(text: str, size: int, ascii_only: bool, upper: bool) -> None:
    written = json.dumps(text, ensure_ascii=ascii_only).encode("utf-8", "backslashreplace")
    written = written.replace(b"\\u001b", b"\\u001B") if upper and b"\\\\u001b" not in written else written
    found = list(LargeText(written, size).pieces())
    assert "".join(found) == json.loads(written)
    assert all(found)


def test_a_piece_ends_with_a_line_or_else_cuts_no_colour() -> None:
    lines = LargeText(json.dumps("a" * 50 + "\n" + "b" * 50 + "\\n" + "c" * 9).encode(), 64)
    assert list(lines.pieces()) == ["a" * 50 + "\n", "b" * 50 + "\\n" + "c" * 9]
    colours = LargeText(json.dumps("a" * 40 + "\x1b[31m" + "b" * 60).encode(), 64)
    assert next(iter(colours.pieces())) == "a" * 40


def test_a_short_text_has_pieces_too() -> None:
    assert list(pieces("a\nb")) == ["a\nb"]
    assert list(pieces("")) == []
    assert whole("a\n" * (1 << 20)) == "a\n" * (1 << 20)
    assert len(list(pieces("a\n" * PIECE))) == 2


def test_backslashes_without_end_are_read_in_no_time() -> None:
    for text in ("\\" * (1 << 21), "\\n" * (1 << 20), "\x1b" * (1 << 19), "\ud83d" * (1 << 19)):
        assert whole(LargeText(json.dumps(text).encode())) == text


def test_no_pair_of_surrogates_is_cut_in_two() -> None:
    for before in range(24):
        text = "a" * before + "\N{GRINNING FACE}" * 20
        assert "".join(LargeText(json.dumps(text).encode(), 64).pieces()) == text
