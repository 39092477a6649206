"""The way to standard output."""

import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.errors import LocalFileError
from orch_events.render.toolkit.streams import Output


class Full(io.BytesIO):
    """A stream that takes nothing, at once or when it is flushed."""

    def __init__(self, code: int, *, buffered: bool) -> None:
        """Fail with `code`."""
        super().__init__()
        self._error = OSError(code, os.strerror(code))
        self._buffered = buffered

    def write(self, data: Any, /) -> int:
        if not self._buffered:
            raise self._error
        return super().write(data)

    def flush(self) -> None:
        raise self._error


class Slow(io.BytesIO):
    """A stream that takes three bytes at once."""

    def write(self, data: Any, /) -> int:
        return super().write(data[:3])


class Buffered(io.BytesIO):
    """A stream that remembers what had arrived at each flush."""

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self.flushed = b""

    def flush(self) -> None:
        self.flushed = self.getvalue()


def test_what_is_written_has_left() -> None:
    stream = Buffered()
    Output(stream).write(b'{"id":"1"}\n')
    assert stream.flushed == b'{"id":"1"}\n'


@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_full_disk_is_told_in_a_sentence(*, code: int, buffered: bool) -> None:
    with pytest.raises(LocalFileError) as raised:
        Output(Full(code, buffered=buffered)).write(b"x")
    assert raised.value.message == f"can't write to standard output: {os.strerror(code)}"
    assert raised.value.hint


def test_a_reader_that_went_away_is_left_to_the_caller() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb", buffering=0) as stream, pytest.raises(BrokenPipeError):
        Output(stream).write(b"x")


@pytest.mark.parametrize("write", [lambda output: output.write(b"x"), lambda output: output.write_text("x")])
def test_without_a_standard_output_it_says_so(write: Callable[[Output], None]) -> None:
    with pytest.raises(LocalFileError, match=r"^standard output is closed$"):
        write(Output(None))


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("utf-8", "✔ é 漢".encode()),
        ("latin-1", b"\\u2714 \xe9 \\u6f22"),
        ("ascii", b"\\u2714 \\xe9 \\u6f22"),
        ("cp437", b"\\u2714 \x82 \\u6f22"),
    ],
)
def test_what_an_encoding_lacks_is_an_escape(encoding: str, written: bytes) -> None:
    stream = io.BytesIO()
    Output(stream, encoding=encoding).write_text("✔ é 漢")
    assert stream.getvalue() == written


@given(st.binary(max_size=40))
def test_what_a_stream_takes_in_pieces_is_written_whole(data: bytes) -> None:
    stream = Slow()
    Output(stream).write(data)
    assert stream.getvalue() == data


def test_a_name_other_than_standard_output_is_told() -> None:
    with pytest.raises(LocalFileError, match=r"^can't write to events.jsonl: "):
        Output(Full(errno.ENOSPC, buffered=False), "events.jsonl").write(b"x")


LINES = st.lists(st.integers(0, 3000).map(lambda length: b"x" * length), max_size=12)


class Pipe(io.FileIO):
    """The writing end of a real pipe, that remembers each write and lets nothing through."""

    def __init__(self, file: int) -> None:
        """Begin with nothing written."""
        super().__init__(file, "wb")
        self.blocks: list[bytes] = []

    def write(self, data: Any, /) -> int:
        self.blocks.append(bytes(data))
        return len(data)


@given(LINES, st.booleans())
def test_into_a_pipe_go_whole_lines_that_it_takes_at_once(lines: list[bytes], last: bool) -> None:
    data = b"\n".join(lines) + b"\n" * last
    reading, writing = os.pipe()
    try:
        with Pipe(writing) as stream:
            Output(cast("BinaryIO", stream)).write(data)
    finally:
        os.close(reading)
    assert b"".join(stream.blocks) == data
    assert all(block.endswith(b"\n") for block in stream.blocks[:-1])
    assert all(len(block) <= 4096 for block in stream.blocks)


def test_each_block_is_shielded() -> None:
    entered: list[str] = []

    @contextmanager
    def shield() -> Iterator[None]:
        entered.append("in")
        yield
        entered.append("out")

    Output(io.BytesIO(), shield=shield).write(b"x")
    assert entered == ["in", "out"]
