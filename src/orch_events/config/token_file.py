"""Reads the token."""

import os
from codecs import BOM_UTF8
from collections.abc import Callable
from typing import BinaryIO

from orch_events.config.conf_file import Setting
from orch_events.config.files import UTF16, FileReader, reads_once
from orch_events.errors import SystemLimit, TokenFileError


def token_source(
    setting: Setting[str | None], stdin: BinaryIO | None, reader: FileReader | None = None
) -> Callable[[], str | None]:
    """Return a function that reads the token each time it is called; once and now if it can be read only once.

    The function returns None if there is no token: a missing default file is not an error. It raises LocalFileError if
    a file that was named does not exist, or if a file has no token in it.
    """
    path, reader = setting.value, reader or FileReader()
    if path is None:
        return lambda: None
    if path == "-":
        token = _token_of_stdin(stdin, reader)
        return lambda: token
    if reads_once(path):
        token_of_pipe = _read_token(path, reader, named=True)
        return lambda: token_of_pipe
    return lambda: _read_token(path, reader, named=setting.origin != "default")


def token_itself(token: str) -> Callable[[], str]:
    """Return a function that returns a token that was given as such. Raises LocalFileError for what can't be one."""
    checked = _checked(token.encode(), "the argument")
    return lambda: checked


def _token_of_stdin(stdin: BinaryIO | None, reader: FileReader) -> str:
    try:
        return _checked(reader.first_line(stdin), "standard input")
    except OSError as error:
        raise TokenFileError(f"standard input can't be read: {os.strerror(error.errno or 0)}") from None


def _read_token(path: str, reader: FileReader, *, named: bool) -> str | None:
    try:
        return _checked(reader.read(path), path)
    except FileNotFoundError:
        if not named:
            return None
        raise TokenFileError(f"the token file {path} does not exist") from None
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise SystemLimit.behind(error) or TokenFileError(f"the token file {path} can't be read: {reason}") from None
    except ValueError:  # a NUL in it
        raise TokenFileError(f"the token file {path} does not exist") from None


def _checked(content: bytes, place: str) -> str:
    if content.startswith(UTF16):
        raise TokenFileError(f"the token in {place} is UTF-16 text", "save it as UTF-8, or run: puppet access login")
    try:
        token = content.removeprefix(BOM_UTF8).decode("ascii").strip()
    except UnicodeDecodeError:
        raise TokenFileError(f"the token in {place} contains characters that are not ASCII") from None
    if not token:
        raise TokenFileError(f"the token in {place} is empty")
    if not token.isprintable():
        what = "more than one line" if "\n" in token else "control characters"
        raise TokenFileError(f"the token in {place} contains {what}")
    return token
