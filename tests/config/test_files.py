"""Files that are named in settings."""

import os
from pathlib import Path

import pytest

from orch_events.config.files import others_can_read, reads_once, written_at


@pytest.mark.parametrize(("path", "once"), [("/dev/null", True), ("/dev/fd/0", True), ("", False), ("missing", False),
                                            ("plain", False), ("fifo", True), ("a\0b", False)])  # fmt: skip
def test_what_can_be_read_only_once_is_known(*, path: str, once: bool, tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    os.mkfifo(tmp_path / "fifo")
    assert reads_once(path if path.startswith("/") else str(tmp_path / path)) is once


@pytest.mark.parametrize(("mode", "they_can"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_a_file_that_others_can_read_is_known(*, mode: int, they_can: bool, tmp_path: Path) -> None:
    (tmp_path / "token").touch(mode=0o600)
    (tmp_path / "token").chmod(mode)
    assert others_can_read(str(tmp_path / "token")) is they_can


def test_what_is_not_there_nobody_can_read(tmp_path: Path) -> None:
    assert not others_can_read(str(tmp_path / "missing"))


def test_when_a_file_was_written_is_known(tmp_path: Path) -> None:
    (tmp_path / "token").touch()
    os.utime(tmp_path / "token", (0, 1_462_477_800))
    assert written_at(str(tmp_path / "token")) == 1_462_477_800.0
    assert written_at(str(tmp_path / "missing")) is None
