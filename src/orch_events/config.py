"""Settings, and where each value comes from.

Precedence, highest first: option, environment variable, the user's orchestrator.conf, the global one, default. The
files are Puppet's own; they are read and never written. No message quotes a file's content.
"""

import os
import stat
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any, BinaryIO, Generic, TypeVar

import msgspec

from orch_events.errors import LocalFileError, SystemLimit, TokenFileError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_DESCRIPTORS = ("/dev/", "/proc/")
"""What is found there may be an open descriptor, which some systems let be read only once."""


def reads_once(path: str) -> bool:
    """Whether a file may give its content only once: a pipe, as of `<(...)`, a device, a descriptor."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - a text
    except (OSError, ValueError):
        return False
    return path.startswith(_DESCRIPTORS) or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


class FileReader:
    """Reads files afresh each time; the content of one that can be read only once is kept."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def read(self, path: str) -> bytes:
        """Return the content of a file. Raises OSError, and ValueError for what can't be a path."""
        if path in self._kept:
            return self._kept[path]
        once = reads_once(path)
        content = Path(path).read_bytes()
        if once:
            self._kept[path] = content
        return content

    def first_line(self, stdin: BinaryIO | None) -> bytes:
        """Return the first line of standard input, which is kept too. Raises OSError."""
        if "-" not in self._kept:
            self._kept["-"] = stdin.readline() if stdin else b""
        return self._kept["-"]


class Setting(msgspec.Struct, Generic[T_co], frozen=True):
    """A value and its origin: `--cacert`, `ORCH_EVENTS_CACERT`, a file's path, or `default`."""

    value: T_co
    origin: str


class Places(msgspec.Struct, frozen=True):
    """Where Puppet keeps its files on this machine; None if there is no home directory."""

    user_conf: PurePath | None
    global_conf: PurePath
    token_file: PurePath | None
    cacert: PurePath

    @classmethod
    def from_environ(cls, platform: str, environ: Mapping[str, str]) -> "Places":
        """Find them by `sys.platform` and environment variables."""
        kind: type[PurePath] = PureWindowsPath if platform == "win32" else PurePosixPath
        home = environ.get("USERPROFILE" if platform == "win32" else "HOME")
        own = kind(home) / ".puppetlabs" if home else None
        if platform == "win32":
            shared = kind("C:/ProgramData/PuppetLabs/client-tools")
            cacert = kind("C:/ProgramData/PuppetLabs/puppet/etc/ssl/certs/ca.pem")
        else:
            shared = kind("/etc/puppetlabs/client-tools")
            cacert = kind("/etc/puppetlabs/puppet/ssl/certs/ca.pem")
        return cls(
            user_conf=own / "client-tools" / "orchestrator.conf" if own else None,
            global_conf=shared / "orchestrator.conf",
            token_file=own / "token" if own else None,
            cacert=cacert,
        )


class Settings(msgspec.Struct, frozen=True):
    """The settings of a connection.

    Attributes:
        service_url: as written; None if there is none.
        cacert: the CA to trust; None for the system's.
        token_file: the file with the token; "-" for standard input; None if there is no default one.
    """

    service_url: Setting[str | None]
    cacert: Setting[str | None]
    token_file: Setting[str | None]


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


class Survey(msgspec.Struct, frozen=True):
    """All settings, and what is wrong with them.

    Attributes:
        settings: the effective settings, as far as they can be read.
        conf_files: the user's configuration file, or the one that replaces it, and the global one.
        cacert_error: why the CA file can't be used.
    """

    settings: Settings
    conf_files: tuple[ConfFile, ConfFile]
    cacert_error: LocalFileError | None


def load(typed: Mapping[str, Setting[str]], places: Places, reader: FileReader | None = None) -> Settings:
    """Load the settings.

    Args:
        typed: options and environment variables: service-url, cacert, token-file, config-file.
        places: where Puppet's files are.
        reader: reads the files; None for a new one.

    Raises:
        LocalFileError: a file that was named does not exist, or a file can't be read.
    """
    found = survey(typed, places, reader)
    for error in (*(file.error for file in found.conf_files), found.cacert_error):
        if error is not None:
            raise error
    return found.settings


def survey(typed: Mapping[str, Setting[str]], places: Places, reader: FileReader | None = None) -> Survey:
    """Load the settings, whatever is wrong with them; the arguments are those of `load`."""
    reader = reader or FileReader()
    named = typed.get("config-file")
    place, origin = (named.value, named.origin) if named else (places.user_conf, "default")
    conf_files = _conf_file(place, origin, reader), _conf_file(places.global_conf, "default", reader)
    layers = [typed, *(file.options for file in conf_files if file.options is not None)]

    def find(key: str, default: str | None) -> Setting[str | None]:
        return next((layer[key] for layer in layers if key in layer), Setting(default, "default"))

    cacert = find("cacert", None if _missing(places.cacert) else str(places.cacert))
    error = None
    if cacert.value is not None and (missing := _missing(cacert.value)):
        error = LocalFileError(f"the CA file {cacert.value} (from {cacert.origin}) {missing}", _CACERT_HINT)
    token_file = find("token-file", str(places.token_file) if places.token_file else None)
    return Survey(Settings(find("service-url", None), cacert, token_file), conf_files, error)


_CACERT_HINT = "copy ca.pem from the primary server, and give its path with --cacert"


def _conf_file(place: str | PurePath | None, origin: str, reader: FileReader) -> ConfFile:
    """Read a configuration file; one that was named must exist."""
    if place is None:
        return ConfFile(None, origin)
    path = str(place)
    if missing := _missing(path):
        error = LocalFileError(f"the configuration file {path} (from {origin}) {missing}", "check the path")
        return ConfFile(path, origin, error=None if origin == "default" else error)
    try:
        return _read_conf(path, origin, reader)
    except LocalFileError as error:
        return ConfFile(path, origin, error=error)


def _missing(path: str | PurePath) -> str | None:
    """Say why there is no such file, or why nobody may look; None where it is there."""
    try:
        os.stat(path)  # noqa: PTH116 - a text
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return "does not exist"
    except OSError as error:
        return f"can't be read: {os.strerror(error.errno or 0)}"
    return None


CONF_KEYS = ("service-url", "cacert", "token-file")
"""The keys of orchestrator.conf that are used."""
_PUPPET_KEYS = frozenset({
    "environment", "color", "noop", "token", "job-poll-interval", "job-poll-timeout", "read-timeout", "connect-timeout",
})  # fmt: skip
"""Those that only Puppet's own programs use."""


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


_CONF_HINT = 'write it as JSON, with all settings under the key "options"'


def _object(path: str, reader: FileReader) -> dict[str, Any]:
    """Read a file that is one JSON object. Raises LocalFileError."""
    try:
        text = reader.read(path).removeprefix(BOM_UTF8)
    except OSError as error:
        raise LocalFileError(
            f"{path} can't be read: {os.strerror(error.errno or 0)}", "check the permissions"
        ) from None
    if text.startswith(_UTF16):
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


_UTF16 = (BOM_UTF16_LE, BOM_UTF16_BE)


def _expanded(key: str, value: str) -> str:
    """Expand `~` in a path from a file, as a shell does for an option."""
    return value if key == "service-url" else os.path.expanduser(value)  # noqa: PTH111 - Path raises without a home


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
    if content.startswith(_UTF16):
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


def written_at(path: str) -> float | None:
    """When a file was last written, in seconds since the epoch; None if it does not exist or can't be accessed."""
    try:
        return os.stat(path).st_mtime  # noqa: PTH116 - a text
    except (OSError, ValueError):
        return None


def others_can_read(path: str) -> bool:
    """Whether users other than its owner can read a file; False if it does not exist or can't be accessed."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - a text
    except (OSError, ValueError):
        return False
    return os.name == "posix" and stat.S_ISREG(mode) and bool(mode & 0o077)
