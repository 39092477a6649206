"""Reads an orchestrator.conf."""

import os
from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any, Generic, TypeVar

import msgspec

from orch_events.config.files import UTF16, FileReader, missing
from orch_events.errors import LocalFileError

T_co = TypeVar("T_co", covariant=True)

CONF_KEYS = ("service-url", "cacert", "token-file")
"""The keys of orchestrator.conf that are used."""
_PUPPET_KEYS = frozenset({
    "environment", "color", "noop", "token", "job-poll-interval", "job-poll-timeout", "read-timeout", "connect-timeout",
})  # fmt: skip
"""Those that only Puppet's own programs use."""

_CONF_HINT = 'write it as JSON, with all settings under the key "options"'


class Setting(msgspec.Struct, Generic[T_co], frozen=True):
    """A value and its origin: `--cacert`, `ORCH_EVENTS_CACERT`, a file's path, or `default`."""

    value: T_co
    origin: str


class ConfFile(msgspec.Struct, frozen=True):
    """An orchestrator.conf, and its contents.

    Attributes:
        path: None if there is no home directory.
        origin: what names it: `--config-file`, for example, or `default`.
        options: the settings in it that are used; None if it does not exist or can't be read.
        ignored: the keys that neither this program nor Puppet's own know, or that stand outside of "options".
        error: why it can't be read; a missing default file is not an error.
    """

    path: str | None
    origin: str
    options: Mapping[str, Setting[str]] | None = None
    ignored: Sequence[str] = ()
    error: LocalFileError | None = None


def read_conf_file(place: str | PurePath | None, origin: str, reader: FileReader) -> ConfFile:
    """Read a configuration file; one that was named must exist."""
    if place is None:
        return ConfFile(None, origin)
    path = str(place)
    if why := missing(path):
        error = LocalFileError(f"the configuration file {path} (from {origin}) {why}", "check the path")
        return ConfFile(path, origin, error=None if origin == "default" else error)
    try:
        return _read_conf(path, origin, reader)
    except LocalFileError as error:
        return ConfFile(path, origin, error=error)


def _read_conf(path: str, origin: str, reader: FileReader) -> ConfFile:
    content = _object(path, reader)
    options = content.get("options", {})
    if not isinstance(options, dict):
        raise LocalFileError(f'{path} has no "options" object', _CONF_HINT)
    wanted = {key: options[key] for key in CONF_KEYS if options.get(key) is not None}
    for key, value in wanted.items():
        if not isinstance(value, str):
            raise LocalFileError(f"{key} in {path} is not a string", "put the value in double quotes")
    used = {key: Setting(_expanded(key, value), path) for key, value in wanted.items()}
    strange = [key for key in options if key not in CONF_KEYS and key not in _PUPPET_KEYS]
    return ConfFile(path, origin, used, [key for key in content if key != "options"] + strange)


def _object(path: str, reader: FileReader) -> dict[str, Any]:
    """Read a file that is one JSON object. Raises LocalFileError."""
    try:
        text = reader.read(path).removeprefix(BOM_UTF8)
    except OSError as error:
        raise LocalFileError(
            f"{path} can't be read: {os.strerror(error.errno or 0)}", "check the permissions"
        ) from None
    if text.startswith(UTF16):
        raise LocalFileError(f"{path} is UTF-16 text", "save it as UTF-8")
    try:
        content = msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise LocalFileError(f"{path} is not valid JSON{_broken_at(text)}", _CONF_HINT) from None
    if not isinstance(content, dict):
        raise LocalFileError(f'{path} has no "options" object', _CONF_HINT)
    return content


def _broken_at(text: bytes) -> str:
    """Say where JSON is broken, for people; "" if only msgspec minds."""
    import json

    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return f": line {error.lineno}, column {error.colno}: {error.msg[0].lower()}{error.msg[1:]}"
    except (ValueError, RecursionError):
        return ""
    return ""


def _expanded(key: str, value: str) -> str:
    """Expand `~` in a path from a file, as a shell does for an option."""
    return value if key == "service-url" else os.path.expanduser(value)  # noqa: PTH111 - Path raises without a home
