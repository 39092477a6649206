"""The way to standard output."""

import errno
import fcntl
import io
import os
import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.errors import LocalFileError
from orch_events.render.toolkit.streams import BestEffortStream, Output


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


def _non_blocking_pipe() -> tuple[int, int]:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    return reading, writing


def _read_slowly(reading: int, pieces: list[bytes]) -> None:
    while piece := os.read(reading, 5_000):
        pieces.append(piece)
        time.sleep(0.002)


class Counted(io.FileIO):
    """A stream that counts how often it was tried."""

    def __init__(self, file: int) -> None:
        """Begin at none."""
        super().__init__(file, "wb")
        self.tries = 0

    def write(self, data: Any, /) -> int:
        self.tries += 1
        return super().write(data)


@pytest.mark.parametrize("buffered", [True, False])
def test_a_non_blocking_pipe_is_waited_for_without_spinning(*, buffered: bool) -> None:
    reading, writing = _non_blocking_pipe()
    data, pieces = b"".join(b"%d\n" % number for number in range(60_000)), list[bytes]()
    thread = Thread(target=_read_slowly, args=[reading, pieces])
    thread.start()
    raw = Counted(writing)
    with io.BufferedWriter(raw, 512) if buffered else raw as stream:
        Output(cast("BinaryIO", stream)).write(data)
    thread.join()
    os.close(reading)
    assert b"".join(pieces) == data
    assert raw.tries < 1_500 * (10 if buffered else 1)


def test_best_effort_too_loses_and_repeats_nothing_where_a_pipe_is_non_blocking() -> None:
    reading, writing = _non_blocking_pipe()
    lines, pieces = [f"{number} é ✔\n" for number in range(20_000)], list[bytes]()
    thread = Thread(target=_read_slowly, args=[reading, pieces])
    thread.start()
    with os.fdopen(writing, "w", encoding="ascii") as text:
        stream = BestEffortStream(text)
        for at in range(0, len(lines), 500):
            stream.write("".join(lines[at : at + 500]))
    thread.join()
    os.close(reading)
    assert b"".join(pieces) == "".join(lines).encode("ascii", "backslashreplace")


def test_best_effort_stops_where_nobody_reads_any_more() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as text:
        stream = BestEffortStream(text)
        stream.write("x")
        stream.write("y")
    BestEffortStream(None).write("z")


def test_a_flush_sees_that_a_pipe_s_reader_went_away() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb", buffering=0) as stream:
        output = Output(stream)
        output.flush()
        os.close(reading)
        with pytest.raises(BrokenPipeError):
            output.flush()


def test_a_flush_sees_nothing_where_there_is_no_pipe(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb", buffering=0) as stream:
        Output(stream).flush()
    Output(io.BytesIO()).flush()
    Output(None).flush()


def test_where_the_system_has_no_poll_a_flush_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("select.poll")
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb", buffering=0) as stream:
        Output(stream).flush()


LINES = st.lists(st.integers(0, 3000).map(lambda length: b"x" * length), max_size=12)


class Pipe(io.FileIO):
    """The writing end of a real pipe, that remembers each write and lets nothing through."""

    def __init__(self, file: int) -> None:
        """Begin with nothing written by us, and something by somebody."""
        super().__init__(file, "wb")
        super().write(b"x")
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
    assert all(len(block) <= select.PIPE_BUF for block in stream.blocks)


@pytest.mark.parametrize(("said", "most"), [(4096, 4000), (512, 500), (None, 500)])
def test_how_much_a_pipe_takes_at_once_is_what_the_system_says(
    said: int | None, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(select, "PIPE_BUF")
    if said is not None:
        monkeypatch.setattr(select, "PIPE_BUF", said, raising=False)
    reading, writing = os.pipe()
    try:
        with Pipe(writing) as stream:
            Output(cast("BinaryIO", stream)).write((b"x" * 99 + b"\n") * 100)
    finally:
        os.close(reading)
    assert {len(block) for block in stream.blocks[:-1]} == {most}


class Passing(io.FileIO):
    """The writing end of a real pipe, that remembers the length of each write."""

    def __init__(self, file: int) -> None:
        """Begin with nothing written."""
        super().__init__(file, "wb")
        self.lengths: list[int] = []

    def write(self, data: Any, /) -> int:
        self.lengths.append(len(data))
        return super().write(data)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how much a pipe holds")
def test_an_empty_pipe_is_filled_at_once_and_never_waited_for_in_the_middle_of_a_line() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)  # what would have to wait is cut short instead
    held = fcntl.fcntl(writing, fcntl.F_GETPIPE_SZ)
    line = b"x" * 99 + b"\n"
    with Passing(writing) as stream:
        Output(cast("BinaryIO", stream)).write(line * (held // 100))
        assert stream.lengths == [held // 100 * 100]
        os.read(reading, held - 200)
        Output(cast("BinaryIO", stream)).write(line * 100)
        assert stream.lengths[1:] == [4000, 4000, 2000]
    os.close(reading)


@pytest.mark.parametrize("missing", ["fcntl.F_GETPIPE_SZ", "termios.FIONREAD"])
def test_where_the_system_does_not_tell_blocks_are_atomic(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(missing)
    reading, writing = os.pipe()
    with Passing(writing) as stream:
        Output(cast("BinaryIO", stream)).write((b"x" * 99 + b"\n") * 50)
    os.close(reading)
    assert stream.lengths == [4000, 1000]


def test_each_block_is_shielded() -> None:
    entered: list[str] = []

    @contextmanager
    def shield() -> Iterator[None]:
        entered.append("in")
        yield
        entered.append("out")

    Output(io.BytesIO(), shield=shield).write(b"x")
    assert entered == ["in", "out"]
