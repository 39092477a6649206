"""Where to resume, kept in a file."""

import errno
import json
import os
import stat
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.errors import LocalFileError
from orch_events.follow.checkpoint import Checkpoint, CheckpointFile, replace_file
from orch_events.follow.cursor import Resume

MOST = (1 << 63) - 1
SERVER = "https://pe.example.com:8143/orchestrator/v1"


@pytest.fixture
def file(tmp_path: Path) -> CheckpointFile:
    return CheckpointFile(tmp_path / "x.cursor")


def test_of_a_job_that_was_never_noted_nothing_is_known(file: CheckpointFile) -> None:
    assert file.read(SERVER, "352") is None
    file.write(SERVER, "353", Checkpoint(7))
    assert file.read(SERVER, "352") is None


def test_each_job_has_a_place_of_its_own_the_latest_that_was_noted(file: CheckpointFile) -> None:
    for job, start in (("352", 7), ("353", 9), ("352", 8)):
        file.write(SERVER, job, Checkpoint(start, showing=job == "353"))
    assert (file.read(SERVER, "352"), file.read(SERVER, "353")) == (Checkpoint(8), Checkpoint(9, showing=True))


def test_the_file_is_the_documented_json_and_for_nobody_else_to_read(file: CheckpointFile) -> None:
    file.write(SERVER, "352", Checkpoint.from_resume(Resume(1313, 1290, [1290, 1312]), showing=False))
    place = {"start": 1313, "showing": False, "since": 1290, "shown": [1290, 1312]}
    assert json.loads(file.path.read_text()) == {"jobs": {f"{SERVER} 352": place}}
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert os.listdir(file.path.parent) == ["x.cursor"]  # noqa: PTH208 - nothing is left beside it


@given(
    st.dictionaries(
        st.from_regex(r"[0-9]{1,4}", fullmatch=True), st.tuples(st.integers(0, MOST), st.booleans()), max_size=4
    )
)
def test_what_is_written_is_read(places: dict[str, tuple[int, bool]]) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        file = CheckpointFile(Path(folder, "x"))
        for job, (start, showing) in places.items():
            file.write(SERVER, job, Checkpoint(start, showing))
        assert {job: file.read(SERVER, job) for job in places} == {
            job: Checkpoint(*place) for job, place in places.items()
        }


@pytest.mark.parametrize(
    "content",
    [b"[]", b'{"jobs":{"352":{"start":-1}}}', b'{"jobs":{"352":{"start":"7"}}}', b'{"jobs":{},"x":1}', b"\xff",
     b'{"jobs":{"352":{"start":9223372036854775808}}}', b"[" * 100_000, b'{"jobs":{"352":' + b"[" * 100_000,
     b'{"x":' + b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_cursor_file_is_left_as_it_is(content: bytes, file: CheckpointFile) -> None:
    file.path.write_bytes(content)
    with pytest.raises(LocalFileError, match="is not a cursor file"):
        file.read(SERVER, "352")
    with pytest.raises(LocalFileError, match="is not a cursor file"):
        file.write(SERVER, "352", Checkpoint(1))
    assert file.path.read_bytes() == content


def test_a_folder_is_no_cursor_file(tmp_path: Path) -> None:
    with pytest.raises(LocalFileError, match="is not a file"):
        CheckpointFile(tmp_path).read(SERVER, "352")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocalFileError, match=r"nowhere/x can't be written: No such file"):
        CheckpointFile(tmp_path / "nowhere" / "x").write(SERVER, "352", Checkpoint(1))


def test_a_cursor_file_behind_a_link_is_the_one_that_is_replaced(file: CheckpointFile, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(file.path)
    CheckpointFile(link).write(SERVER, "352", Checkpoint(7))
    assert link.is_symlink()
    assert file.read(SERVER, "352") == Checkpoint(7)


def test_a_file_is_replaced_and_no_link_is_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    replace_file(link, b"new")
    assert (target.read_bytes(), link.read_bytes(), link.is_symlink()) == (b"old", b"new", False)


def test_a_file_that_can_t_be_replaced_is_still_there_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "no")

    (tmp_path / "x").write_bytes(b"old")
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PermissionError):
        replace_file(tmp_path / "x", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("x", b"old")]


@pytest.mark.parametrize(("refusals", "content"), [(0, b"new"), (1, b"new"), (3, b"new"), (4, b"old")])
def test_a_file_that_a_scanner_looks_at_is_replaced_a_moment_later(
    refusals: int, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, left = os.replace, iter(range(refusals))

    def busy(draft: Path, path: Path) -> None:
        if next(left, None) is not None:
            raise PermissionError(errno.EACCES, "in use")
        replace(draft, path)

    (tmp_path / "x").write_bytes(b"old")
    monkeypatch.setattr(os, "replace", busy)
    with pytest.raises(PermissionError) if content == b"old" else nullcontext():
        replace_file(tmp_path / "x", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("x", content)]


def test_a_draft_is_a_new_private_file_with_another_name_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, drafts = os.replace, list[tuple[Path, int]]()

    def watch(draft: Path, path: Path) -> None:
        drafts.append((Path(draft), stat.S_IMODE(Path(draft).lstat().st_mode)))
        replace(draft, path)

    monkeypatch.setattr(os, "replace", watch)
    previous = os.umask(0)
    try:
        for _ in range(2):
            replace_file(tmp_path / "x", b"new")
    finally:
        os.umask(previous)
    assert [mode for _, mode in drafts] == [0o600, 0o600]
    assert len({draft for draft, _ in drafts}) == 2


def test_a_mounted_file_that_can_t_be_replaced_is_written_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise OSError(errno.EBUSY, "mounted")

    (tmp_path / "x").write_bytes(b"old, and longer")
    monkeypatch.setattr(os, "replace", busy)
    replace_file(tmp_path / "x", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("x", b"new")]


@pytest.mark.parametrize("mode", [0o640, 0o755])
def test_an_existing_file_keeps_its_mode(mode: int, tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    (tmp_path / "x").chmod(mode)
    replace_file(tmp_path / "x", b"new", keep_mode=True)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == mode
    replace_file(tmp_path / "x", b"new")
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o600


def test_a_link_that_is_replaced_has_no_mode_to_keep(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    replace_file(tmp_path / "link", b"new", keep_mode=True)
    assert stat.S_IMODE((tmp_path / "link").lstat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["x" * 255, "日" * 85])
def test_a_file_may_have_as_long_a_name_as_the_system_allows(name: str, tmp_path: Path) -> None:
    replace_file(tmp_path / name, b"new")
    assert (tmp_path / name).read_bytes() == b"new"


def test_a_file_that_can_be_written_is_there_at_once(file: CheckpointFile) -> None:
    file.check()
    assert file.path.exists()
    file.write(SERVER, "352", Checkpoint(7))
    file.check()
    assert file.read(SERVER, "352") == Checkpoint(7)


def test_what_a_follower_knows_is_what_it_goes_on_with() -> None:
    resume = Resume(1313, 1290, [1290, 1312])
    assert Checkpoint.from_resume(resume, showing=True).resume == resume
    assert Checkpoint(1313, shown=(9, 7), since=7).resume == Resume(1313, 7, [7, 9])
    assert Checkpoint(1313).resume == Resume(1313, 1313, [])
    assert Checkpoint(1313, since=0).resume == Resume(1313, 0, [])


def test_a_source_may_have_a_space_in_its_name(file: CheckpointFile) -> None:
    file.write("a demo", "352", Checkpoint(7))
    assert file.others(SERVER, "352") == ["a demo"]


def test_a_job_of_another_server_is_another_job_and_can_be_named(file: CheckpointFile) -> None:
    file.write("demo", "352", Checkpoint(7))
    assert file.read(SERVER, "352") is None
    assert (file.others(SERVER, "352"), file.others("demo", "352"), file.others(SERVER, "353")) == (["demo"], [], [])


def test_a_file_of_version_0_1_names_no_server_and_is_taken_for_any_once(file: CheckpointFile) -> None:
    file.path.write_text('{"jobs": {"352": {"start": 1313, "showing": false}}}')
    assert file.read(SERVER, "352") == Checkpoint(1313)
    file.write(SERVER, "352", Checkpoint(1400))
    assert file.read("demo", "352") is None


def test_an_empty_file_is_one_without_entries(file: CheckpointFile) -> None:
    file.path.touch()
    assert file.read(SERVER, "352") is None


@pytest.mark.parametrize("path", ["nowhere/x", "x" * 300, "a\0b"])
def test_a_file_that_can_t_be_written_is_found_out_at_once(path: str, tmp_path: Path) -> None:
    with pytest.raises(LocalFileError, match="can't be"):
        CheckpointFile(tmp_path / path).check()


@pytest.mark.parametrize("path", ["x" * 300, "a\0b"])
def test_a_file_that_can_t_be_read_is_named(path: str, tmp_path: Path) -> None:
    with pytest.raises(LocalFileError, match="can't be read"):
        CheckpointFile(tmp_path / path).read(SERVER, "352")


def test_a_cursor_file_that_others_may_read_stays_one(file: CheckpointFile) -> None:
    file.path.touch()
    file.path.chmod(0o644)
    file.write(SERVER, "352", Checkpoint(7))
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o644


def test_a_circle_of_links_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(LocalFileError, match="can't be"):
        CheckpointFile(tmp_path / "a").check()


@pytest.mark.slow
def test_two_processes_that_write_at_once_lose_no_entry_of_each_other(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from orch_events.follow.checkpoint import Checkpoint, CheckpointFile
for number in range(60):
    CheckpointFile(Path(sys.argv[1])).write("demo", f"{sys.argv[2]}{number}", Checkpoint(number))
"""
    words = [sys.executable, "-c", program, str(tmp_path / "x")]
    both = [subprocess.Popen([*words, first]) for first in ("1", "2")]
    assert [one.wait(60) for one in both] == [0, 0]
    assert len(json.loads((tmp_path / "x").read_bytes())["jobs"]) == 120
