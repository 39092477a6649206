"""Where to resume, kept in a file."""

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.errors import LocalFileError
from orch_events.follow.checkpoint import Checkpoint, CheckpointFile, replace_file

MOST = (1 << 63) - 1


@pytest.fixture
def file(tmp_path: Path) -> CheckpointFile:
    return CheckpointFile(tmp_path / "x.cursor")


def test_of_a_job_that_was_never_noted_nothing_is_known(file: CheckpointFile) -> None:
    assert file.read("352") is None
    file.write("353", Checkpoint(7))
    assert file.read("352") is None


def test_each_job_has_a_place_of_its_own_the_latest_that_was_noted(file: CheckpointFile) -> None:
    for job, start in (("352", 7), ("353", 9), ("352", 8)):
        file.write(job, Checkpoint(start, showing=job == "353"))
    assert (file.read("352"), file.read("353")) == (Checkpoint(8), Checkpoint(9, showing=True))


def test_the_file_is_the_documented_json_and_for_nobody_else_to_read(file: CheckpointFile) -> None:
    file.write("352", Checkpoint(1313))
    assert json.loads(file.path.read_text()) == {"jobs": {"352": {"start": 1313, "showing": False}}}
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert os.listdir(file.path.parent) == ["x.cursor"]  # noqa: PTH208 - nothing is left beside it


@given(st.dictionaries(st.text(max_size=4), st.tuples(st.integers(0, MOST), st.booleans()), max_size=4))
def test_what_is_written_is_read(places: dict[str, tuple[int, bool]]) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        file = CheckpointFile(Path(folder, "x"))
        for job, (start, showing) in places.items():
            file.write(job, Checkpoint(start, showing))
        assert {job: file.read(job) for job in places} == {job: Checkpoint(*place) for job, place in places.items()}


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b'{"jobs":{"352":{"start":-1}}}', b'{"jobs":{"352":{"start":"7"}}}', b'{"jobs":{},"x":1}', b"\xff",
     b'{"jobs":{"352":{"start":9223372036854775808}}}', b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_cursor_file_is_left_as_it_is(content: bytes, file: CheckpointFile) -> None:
    file.path.write_bytes(content)
    with pytest.raises(LocalFileError, match="is not a cursor file"):
        file.read("352")
    with pytest.raises(LocalFileError, match="is not a cursor file"):
        file.write("352", Checkpoint(1))
    assert file.path.read_bytes() == content


def test_a_folder_is_no_cursor_file(tmp_path: Path) -> None:
    with pytest.raises(LocalFileError, match="is not a file"):
        CheckpointFile(tmp_path).read("352")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocalFileError, match=r"nowhere/x can't be written: No such file"):
        CheckpointFile(tmp_path / "nowhere" / "x").write("352", Checkpoint(1))


def test_a_cursor_file_behind_a_link_is_the_one_that_is_replaced(file: CheckpointFile, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(file.path)
    CheckpointFile(link).write("352", Checkpoint(7))
    assert link.is_symlink()
    assert file.read("352") == Checkpoint(7)


def test_a_file_is_replaced_and_no_link_is_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    replace_file(link, b"new")
    assert (target.read_bytes(), link.read_bytes(), link.is_symlink()) == (b"old", b"new", False)


def test_a_file_that_can_t_be_replaced_is_still_there_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, _: Path) -> Path:
        raise PermissionError(1, "no", str(self))

    (tmp_path / "x").write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(PermissionError):
        replace_file(tmp_path / "x", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("x", b"old")]
