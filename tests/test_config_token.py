"""The token: where it is read from, and what is refused."""

import io
import os
import sys
from pathlib import Path

import pytest

from orch_events.config import Setting, others_can_read, token_source, written_at
from orch_events.errors import LocalFileError, TokenFileError

SECRET = "0SecretWord0"


def token_of(path: object, origin: str = "--token-file") -> str | None:
    return token_source(Setting(str(path), origin))()


@pytest.mark.parametrize("content", ["0Ab-_.~", "0Ab-_.~\n", " \t0Ab-_.~ \r\n\n"])
def test_a_token_is_read_without_the_space_around_it(content: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(content, encoding="utf-8", newline="")
    assert token_of(tmp_path / "token") == "0Ab-_.~"


def test_a_token_is_read_afresh_each_time(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("old")
    read = token_source(Setting(str(tmp_path / "token"), "--token-file"))
    before = read()
    (tmp_path / "token").write_text("new")
    assert (before, read()) == ("old", "new")


@pytest.mark.parametrize("content", ["", " \n", "%s\n%s", "%s\x1b[31m", "%s\0", "%s\x7f", "%sé", "\ufeff%s"])
def test_what_can_be_no_token_is_refused_and_not_repeated(content: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(content.replace("%s", SECRET), encoding="utf-8")
    with pytest.raises(LocalFileError) as raised:
        token_of(tmp_path / "token", "default")
    assert str(tmp_path / "token") in raised.value.message
    assert SECRET not in raised.value.message
    assert "puppet access login" in raised.value.hint
    assert type(raised.value) is TokenFileError


def test_a_token_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(f"{SECRET}\n".encode("utf-16"))
    with pytest.raises(LocalFileError, match=r"token holds no token$"):
        token_of(tmp_path / "token")


def test_the_default_token_file_need_not_be_there(tmp_path: Path) -> None:
    assert token_of(tmp_path / "token", "default") is None
    assert token_source(Setting(None, "default"))() is None


@pytest.mark.parametrize("name", ["missing", "", "a\0b", "x" * 300], ids=["missing", "a directory", "NUL", "too long"])
def test_a_token_file_that_was_named_must_be_there(name: str, tmp_path: Path) -> None:
    path = str(tmp_path / name)
    with pytest.raises(LocalFileError) as raised:
        token_of(path)
    assert raised.value.message.startswith(f"the token file {path} ")


def test_from_standard_input_one_line_is_read_once() -> None:
    stdin = io.StringIO("  0Ab\nnot this\n")
    read = token_source(Setting("-", "--token-file"), stdin)
    assert (read(), read(), stdin.read()) == ("0Ab", "0Ab", "not this\n")


@pytest.mark.parametrize("content", [b"", b"\n", b"a\x07b\n", b"\xff\xfea\n"])
def test_a_standard_input_without_a_token_is_told(content: bytes) -> None:
    with pytest.raises(LocalFileError, match="standard input"):
        token_source(Setting("-", "--token-file"), io.TextIOWrapper(io.BytesIO(content), "utf-8"))


def test_a_closed_standard_input_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(LocalFileError, match="standard input"):
        token_source(Setting("-", "--token-file"))


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
