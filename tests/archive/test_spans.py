"""Where lines stand in a file, and how they are read."""

import gzip
import zlib
from pathlib import Path

import pytest

from orch_events.archive import spans
from orch_events.archive.spans import Span, read_span, unzipped_with_places

MEMBERS = [b"one\ntwo\n", b"three\n" * 50, b"", b"four\n"]
ZIPPED = [gzip.compress(member, mtime=0) for member in MEMBERS]


@pytest.fixture(params=[1, 7, 1 << 18])
def piece_bytes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "PIECE_BYTES", request.param)


@pytest.mark.usefixtures("piece_bytes")
def test_a_span_of_a_plain_file_is_read_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(MEMBERS))
    assert b"".join(read_span(path, Span(1, 4, 0, 10))) == b"two\nthree\n"


@pytest.mark.usefixtures("piece_bytes")
@pytest.mark.parametrize(
    ("member", "skip", "length", "lines"),
    [(0, 0, 4, b"one\n"), (0, 4, 10, b"two\nthree\n"), (1, 294, 11, b"three\nfour\n"), (3, 0, 5, b"four\n")],
)
def test_a_span_of_a_compressed_file_is_read_from_its_member_on(
    tmp_path: Path, member: int, skip: int, length: int, lines: bytes
) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(b"".join(ZIPPED))
    offset = sum(map(len, ZIPPED[:member]))
    assert b"".join(read_span(path, Span(1, offset, skip, length))) == lines


@pytest.mark.usefixtures("piece_bytes")
def test_each_piece_says_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(b"".join(ZIPPED))
    with path.open("rb") as file:
        for member, at, piece in unzipped_with_places(file):
            assert b"".join(read_span(path, Span(1, member, at, len(piece)))) == piece


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_file_that_ends_before_is_an_error(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(ZIPPED[0] if suffix else MEMBERS[0])
    with pytest.raises(EOFError):
        list(read_span(path, Span(1, 0, 4, 100)))


def test_a_member_that_breaks_off_or_is_none_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(ZIPPED[1][:-9])
    with pytest.raises(EOFError):
        list(read_span(path, Span(1, 0, 0, 300)))
    with pytest.raises(zlib.error):
        list(read_span(path, Span(1, 3, 0, 300)))
