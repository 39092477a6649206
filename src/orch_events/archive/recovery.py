"""Brings the index in step with the files, when an archive is opened: what the files hold counts as written.

1. A file is read on from where the index knows it: that is what a crash left between a file and the index. The first
   damaged line there, and whatever is behind it, was never counted as written by anybody: it is cut off.
2. If the index is missing, damaged, or tells of other files than there are, it is made anew, from all files. Damaged
   lines stay where they are, as nobody's.
3. A file that is gone was pruned.
4. A new index does not know which jobs were followed to their end: those that were over two days before the day of a
   later file count as such.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from orch_events.archive.database import BrokenIndexError, transaction
from orch_events.archive.days import DayFile, day_files, day_path, sync_directory
from orch_events.archive.folding import fold
from orch_events.archive.index import Index, Piece
from orch_events.archive.pruning import forget_day
from orch_events.archive.spans import PIECE_BYTES, Span, unzipped_with_places
from orch_events.wire.keyed import is_record, read_record, split_job
from orch_events.wire.lines import read_each

_SURELY_DONE_DAYS = 2
_FOLD_RUNS = 200_000


def recover(directory: Path, connection: sqlite3.Connection, index: Index, note: Callable[[str], None]) -> None:
    """Bring index and files in step.

    Args:
        directory: the archive.
        connection: its index, open.
        index: the same.
        note: is told what was found.

    Raises:
        BrokenIndexError: the index is to be made anew.
        LocalFileError: a file can't be cut.
        OSError: a file can't be read.
    """
    _finish_compressing(directory, connection)
    known = {day: (size, bool(zipped)) for day, size, zipped in connection.execute("SELECT * FROM days")}
    files = day_files(directory)
    for day in sorted(known.keys() - files.keys()):
        note(f"{day_path(directory, day).name} is gone; it counts as pruned")
        for _ in forget_day(connection, day):
            pass
    for day, zipped in files.items():
        path = day_path(directory, day, zipped=zipped)
        size, was_zipped = known.get(day, (0, zipped))
        if was_zipped != zipped or path.stat().st_size < size or (zipped and path.stat().st_size > size > 0):
            raise BrokenIndexError(f"does not match {path.name}")
        if path.stat().st_size > size:
            _read_day(path, connection, index, day, size, note)
            _fold_many(connection)


def _fold_many(connection: sqlite3.Connection) -> None:
    """Fold runs if they are many: the more at once, the less often is each chunk packed again."""
    (runs,) = connection.execute("SELECT count(*) FROM recent").fetchone()
    for _ in fold(connection) if runs >= _FOLD_RUNS else ():
        pass


def _finish_compressing(directory: Path, connection: sqlite3.Connection) -> None:
    """Remove what compressing left behind: the plain file if the index has the compressed one, else that."""
    zipped = {day for (day,) in connection.execute("SELECT day FROM days WHERE zipped")}
    for day in day_files(directory):
        both = [day_path(directory, day), day_path(directory, day, zipped=True)]
        if all(path.exists() for path in both):
            both[0 if day in zipped else 1].unlink()
    for name in os.listdir(directory):  # noqa: PTH208 - names
        if name.endswith(".draft"):
            (directory / name).unlink()
    sync_directory(directory)


def _read_day(
    path: Path, connection: sqlite3.Connection, index: Index, day: int, begin: int, note: Callable[[str], None]
) -> None:
    """Read a file from `begin` on into the index; what follows a damaged line there is cut off."""
    zipped, end = path.suffix == ".gz", begin
    with transaction(connection):
        for start, lines in _blocks(path, day, begin):
            for piece, at in _pieces(lines):
                if piece.job is None and begin and not zipped:
                    break
                index.add(piece, start.part(at, piece.size, zipped=zipped))
                end += piece.size
            else:
                continue
            break
        index.set_day(day, path.stat().st_size if zipped else end, zipped=zipped)
        connection.execute("UPDATE jobs SET done = 1 WHERE over AND last_day < ?", (day - _SURELY_DONE_DAYS,))
    if not zipped and end < path.stat().st_size:
        note(f"{path.name}: the last line is not whole and was cut off")
        file = DayFile(path)
        file.cut(end)
        file.close()


def _blocks(path: Path, day: int, begin: int) -> Iterator[tuple[Span, list[bytes]]]:
    """Yield some whole lines at a time, each with its newline, and where they begin."""
    zipped, held = path.suffix == ".gz", list[bytes]()
    start = Span(day, begin, 0, 0)
    for member, at, piece in _placed(path, begin):
        here = Span(day, member, at, 0)
        start = start if held else here
        whole, newline, rest = piece.rpartition(b"\n")
        if newline:
            yield start, [line + newline for line in b"".join([*held, whole]).split(newline)]
            start = here.part(len(whole) + 1, 0, zipped=zipped)
            held.clear()
        held += [rest] * bool(rest)
    if held and zipped:
        yield start, [b"".join(held)]


def _placed(path: Path, begin: int) -> Iterator[tuple[int, int, bytes]]:
    with path.open("rb") as file:
        file.seek(begin)
        if path.suffix == ".gz":
            yield from unzipped_with_places(file)
            return
        while piece := file.read(PIECE_BYTES):
            yield file.tell() - len(piece), 0, piece


def _pieces(lines: list[bytes]) -> Iterator[tuple[Piece, int]]:
    """Yield the pieces that lines amount to, each with the number of bytes before it."""
    current, at = None, 0
    for line, found in zip(lines, read_each([line.rstrip(b"\n") for line in lines]), strict=True):
        job, event = split_job(found) if found else (None, None)
        record = read_record(event) if job is not None and event and is_record(event) else None
        if current is None or current.job != job or record is not None:
            if current is not None:
                yield current, at
                at += current.size
            current = Piece(job, record, [], 0, len(line) if record is not None else 0)
        current.size += len(line)
        if job is not None and event is not None and record is None:
            current.events.append(event)
    if current is not None:
        yield current, at
