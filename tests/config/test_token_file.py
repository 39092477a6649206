"""The token."""

import errno
import io
import os
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable
from pathlib import Path

import pytest

from orch_events.config.conf_file import Setting
from orch_events.config.files import FileReader
from orch_events.config.token_file import token_source
from orch_events.errors import LocalFileError, TokenFileError

SECRET = "0SecretWord0"


def token_of(path: object, origin: str = "--token-file") -> str | None:
    return token_source(Setting(str(path), origin), None)()


@pytest.mark.parametrize("content", ["0Ab-_.~", "0Ab-_.~\n", " \t0Ab-_.~ \r\n\n", "\ufeff0Ab-_.~\r\n"])
def test_a_token_is_read_without_the_space_around_it(content: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(content, encoding="utf-8", newline="")
    assert token_of(tmp_path / "token") == "0Ab-_.~"


def test_a_token_is_read_afresh_each_time(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("old")
    read = token_source(Setting(str(tmp_path / "token"), "--token-file"), None)
    before = read()
    (tmp_path / "token").write_text("new")
    assert (before, read()) == ("old", "new")


@pytest.mark.parametrize("content", ["", " \n", "%s\n%s", "%s\x1b[31m", "%s\0", "%s\x7f", "%sé", "%s\ufeff"])
def test_what_can_be_no_token_is_refused_and_not_repeated(content: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(content.replace("%s", SECRET), encoding="utf-8")
    with pytest.raises(LocalFileError) as raised:
        token_of(tmp_path / "token", "default")
    assert str(tmp_path / "token") in raised.value.message
    assert SECRET not in raised.value.message
    assert "puppet access login" in raised.value.hint
    assert type(raised.value) is TokenFileError


def test_a_token_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(SECRET.encode() + b"\xff\n")
    with pytest.raises(TokenFileError, match=r"token contains characters that are not ASCII$"):
        token_of(tmp_path / "token")


def test_from_a_pipe_a_token_is_read_at_once_and_kept(fifo: Callable[[bytes], str]) -> None:
    path, reader = fifo(b"0Ab\n"), FileReader()
    read = token_source(Setting(path, "--token-file"), None, reader)
    again = token_source(Setting(path, "--token-file"), None, reader)
    assert (read(), read(), again()) == ("0Ab", "0Ab", "0Ab")


def test_a_pipe_without_a_token_is_told_at_once(fifo: Callable[[bytes], str]) -> None:
    with pytest.raises(TokenFileError, match=r"fifo is empty$"):
        token_source(Setting(fifo(b""), "--token-file"), None)


def test_the_default_token_file_need_not_be_there(tmp_path: Path) -> None:
    assert token_of(tmp_path / "token", "default") is None
    assert token_source(Setting(None, "default"), None)() is None


@pytest.mark.parametrize("name", ["missing", "", "a\0b", "x" * 300], ids=["missing", "a directory", "NUL", "too long"])
def test_a_token_file_that_was_named_must_be_there(name: str, tmp_path: Path) -> None:
    path = str(tmp_path / name)
    with pytest.raises(LocalFileError) as raised:
        token_of(path)
    assert raised.value.message.startswith(f"the token file {path} ")


def test_from_standard_input_one_line_is_read_once() -> None:
    stdin, reader = io.BytesIO(b"\xef\xbb\xbf  0Ab\nnot this\n"), FileReader()
    read = token_source(Setting("-", "--token-file"), stdin, reader)
    again = token_source(Setting("-", "--token-file"), stdin, reader)
    assert (read(), read(), again(), stdin.read()) == ("0Ab", "0Ab", "0Ab", b"not this\n")


@pytest.mark.parametrize("content", [b"", b"\n", b"a\x07b\n", b"\xff\xfea\n"])
def test_a_standard_input_without_a_token_is_told(content: bytes) -> None:
    with pytest.raises(LocalFileError, match="standard input"):
        token_source(Setting("-", "--token-file"), io.BytesIO(content))


def test_a_standard_input_that_can_t_be_read_is_told() -> None:
    class Folder(io.BytesIO):
        def readline(self, _: int | None = -1, /) -> bytes:
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))

    with pytest.raises(TokenFileError, match=r"^standard input can't be read: Is a directory$"):
        token_source(Setting("-", "--token-file"), Folder())


def test_a_closed_standard_input_is_an_error() -> None:
    with pytest.raises(LocalFileError, match="standard input"):
        token_source(Setting("-", "--token-file"), None)


@pytest.mark.parametrize("mark", [BOM_UTF16_LE, BOM_UTF16_BE])
def test_utf_16_is_named_as_what_it_is(mark: bytes, tmp_path: Path) -> None:
    content = mark + f"{SECRET}\n".encode("utf-16-le" if mark == BOM_UTF16_LE else "utf-16-be")
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(TokenFileError, match=r"the token in .*/token is UTF-16 text$"):
        token_of(tmp_path / "token")
    with pytest.raises(TokenFileError, match=r"the token in standard input is UTF-16 text$"):
        token_source(Setting("-", "--token-file"), io.BytesIO(content))
