"""The checks of this machine: versions, environment variables, settings and the files that they name."""

import platform
import re
import shlex
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from msgspec.structs import replace

from orch_events import __version__
from orch_events.cli.app import App
from orch_events.cli.connection import typed_settings
from orch_events.cli.doctor.checks import Check, Checking, blocked, failure, not_checked, ok, warning
from orch_events.cli.options.groups import ConnectOptions
from orch_events.client import tls
from orch_events.client.probe import trusted_authorities
from orch_events.client.url import ServiceUrl
from orch_events.config.conf_file import CONF_KEYS, ConfFile, Setting
from orch_events.config.files import others_can_read, written_at
from orch_events.config.settings import Places, Survey, survey
from orch_events.config.token_file import token_source
from orch_events.errors import LocalFileError, OrchEventsError, TokenFileError
from orch_events.library.servers import Server, openable, service_url
from orch_events.times import format_roughly

_LIBRARIES = ("click", "httpx", "msgspec", "rich")
_PREFIX = "ORCH_EVENTS_"
_OURS = re.compile(r"ORCH_?EVENTS?_*", re.IGNORECASE)
"""Any name that was meant to begin with the prefix."""
_MISTAKEN = "TOKEN"
"""A variable of `simulate` only: whoever sets it elsewhere believes that the token is read from it."""
_TOKEN_SECONDS = 3600


class Local(NamedTuple):
    """What the checks of the server need of those of this machine.

    Attributes:
        url: where the API is; None if it is not configured.
        cacert: the CA to trust; None for the system's.
        context: the TLS context; None if there is no usable CA.
        token: returns the token, or None for none; None if it can't be read.
    """

    url: ServiceUrl | None
    cacert: str | None
    context: ssl.SSLContext | None
    token: Callable[[], str | None] | None


def versions() -> Check:
    """Report the versions of the program, Python and the libraries."""
    libraries = ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES)
    python = f"Python {platform.python_version()}"
    return ok(
        "versions", f"orch-events {__version__}, {python}, {libraries}, {ssl.OPENSSL_VERSION}, {platform.platform()}"
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # installed without metadata
        return "?"


class Variable(NamedTuple):
    """A variable that options read.

    Attributes:
        takers: the commands that can use its value, or would if it were set.
        refusers: those that can't.
    """

    takers: list[str]
    refusers: list[str]


def environment(environ: Iterable[str], known: Mapping[str, Variable]) -> Check:
    """Check the environment variables: that options read them, and that each of these can use the value."""
    words = sorted({name.removeprefix(_PREFIX) for name in known} - {_MISTAKEN})
    ours = sorted(name for name in environ if _OURS.match(name))
    strange = [name for name in ours if name.removeprefix(_PREFIX) not in words]
    problems = [f"no option reads {', '.join(strange)}"] if strange else []
    problems += [text for name in ours if name not in strange and (text := _ignored(name, known[name]))]
    if not problems:
        return ok("environment", ", ".join(ours) or f"no {_PREFIX} variable is set")
    return warning("environment", "; ".join(problems), _environment_hint(strange, words))


def _ignored(name: str, variable: Variable) -> str:
    """Say which commands ignore a variable, or refuse to run, because of its value; "" if none does."""
    if not variable.refusers:
        return ""
    if not variable.takers:
        return f"no command can use the value of {name}"
    return f"the value of {name} is ignored by {', '.join(variable.refusers)}"


def _environment_hint(strange: Sequence[str], words: Sequence[str]) -> str:
    if not strange:
        return "see: orch-events help environment"
    bare = [_OURS.sub("", name).upper() for name in strange]
    nearest = [near[0] for word in bare if (near := get_close_matches(word, words, 1))]
    if nearest:
        return f"did you mean {_variables(nearest)}?"
    return f"variables are named after options, as in {_PREFIX}CACERT"


def _variables(words: Iterable[str]) -> str:
    return ", ".join(_PREFIX + word for word in words)


def configuration(app: App, connect: ConnectOptions) -> Checking[Local]:
    """Check each setting, and the file that it names."""
    places = Places.from_environ(app.platform, app.environ)
    found = survey(typed_settings(connect), places, app.reader)
    yield from map(_conf_file, ("config-file", "global-conf"), found.conf_files)
    url = yield from _service_url(found, places)
    context = yield from _cacert(app, found, places, url)
    token = yield from _token_file(app, found.settings.token_file)
    yield from _timeouts(connect)
    return Local(url, found.settings.cacert.value, context, token)


def demo_configuration(connect: ConnectOptions, server: Server) -> Checking[Local]:
    """Check what applies if the built-in simulator takes the place of a server."""
    none = "--demo needs no configuration"
    yield from (not_checked(name, none) for name in ("config-file", "global-conf"))
    yield ok("service-url", f"{server.url.origin} ({connect.origins['demo']})")
    yield from (not_checked(name, none) for name in ("cacert", "token-file"))
    yield from _timeouts(connect)
    return Local(server.url, None, None, server.token)


def _timeouts(connect: ConnectOptions) -> Iterator[Check]:
    for key, seconds in (("connect-timeout", connect.connect_timeout), ("read-timeout", connect.read_timeout)):
        yield ok(key, f"{seconds:g} s ({connect.origins[key]})")


def _conf_file(name: str, file: ConfFile) -> Check:
    if file.error is not None:
        return failure(name, file.error)
    if file.path is None:
        return ok(name, "no home directory to look in")
    if file.options is None:
        return ok(name, f"{file.path} ({file.origin}) does not exist")
    text = f"{file.path} ({file.origin}) sets {', '.join(file.options) or 'nothing that is used here'}"
    if file.ignored:
        return warning(name, f"{text}; ignored: {', '.join(file.ignored)}", _conf_hint(file.ignored))
    return ok(name, text)


def _conf_hint(ignored: Iterable[str]) -> str:
    """Say what was meant by keys that are ignored: another one, or the same in its place."""
    if any(key in CONF_KEYS for key in ignored):
        return 'settings are read below the key "options" only'
    nearest = [near[0] for key in ignored if (near := get_close_matches(key.replace("_", "-").lower(), CONF_KEYS, 1))]
    return f"did you mean {', '.join(nearest)}?" if nearest else f"keys that are used: {', '.join(CONF_KEYS)}"


def _service_url(found: Survey, places: Places) -> Checking[ServiceUrl | None]:
    setting, name = found.settings.service_url, "service-url"
    broken = [name for name, file in zip(("config-file", "global-conf"), found.conf_files, strict=True) if file.error]
    if setting.value is None and broken:
        yield blocked(name, broken)
        return None
    try:
        url = service_url(found.settings, places, to_see="")
    except LocalFileError as error:
        yield _failure(name, error, setting)
        return None
    yield ok(name, f"{setting.value} ({setting.origin}): {url.base}")
    return url


def _cacert(app: App, found: Survey, places: Places, url: ServiceUrl | None) -> Checking[ssl.SSLContext | None]:
    setting, name = found.settings.cacert, "cacert"
    if found.cacert_error is not None:
        yield failure(name, found.cacert_error)
        return None
    if url is not None and not url.encrypted:
        yield ok(name, f"{setting.value or 'none'} ({setting.origin}): not used over plain http")
        return None
    try:
        with openable(setting.value, app.reader) as path:
            context = tls.context(path)
    except OrchEventsError as error:
        yield _failure(name, error, setting)
        return None
    if setting.value is None:
        yield ok(name, f"the system's CAs (default), because {places.cacert} does not exist")
    else:
        yield _authorities(setting, context, app.clock.now())
    return context


def _authorities(setting: Setting[str | None], context: ssl.SSLContext, now: float) -> Check:
    count = context.cert_store_stats()["x509"]
    text = f"{setting.value} ({setting.origin}): {count} certificate{'s' * (count != 1)}"
    expired = [
        one.issuer for one in trusted_authorities(context) if one.expires_at is not None and one.expires_at < now
    ]
    if expired:
        hint = "copy a new ca.pem from the primary server"
        return warning("cacert", f"{text}, {len(expired)} of them expired: {expired[0]}", hint)
    return ok("cacert", text)


def _token_file(app: App, setting: Setting[str | None]) -> Checking[Callable[[], str | None] | None]:
    name = "token-file"
    try:
        token = token_source(setting, app.stdin_bytes, app.reader)()
    except TokenFileError as error:
        yield _failure(name, error, setting)
        return None
    if setting.value is None:
        yield warning(name, "no home directory to look in", "give a token file with --token-file")
    elif token is None:
        yield warning(
            name, f"{setting.value} ({setting.origin}) does not exist: no token is sent", "run: puppet access login"
        )
    else:
        yield _token(setting.value, setting.origin, len(token), app.clock.now())
    return lambda: token


def _token(path: str, origin: str, characters: int, now: float) -> Check:
    if path == "-":
        return ok("token-file", f"standard input ({origin}): {characters} characters")
    text = f"{path} ({origin}): present, {characters} characters"
    hints: list[str] = []
    if (at := written_at(path)) is not None:
        text += f", written {format_roughly(now - at)} ago"
        if now - at > _TOKEN_SECONDS:
            hints.append("tokens expire after one hour by default; for a new one, run: puppet access login")
    if others_can_read(path):
        text += ", readable by other users"
        hints.insert(0, f"run: chmod 600 {shlex.quote(path)}")
    return warning("token-file", text, "; ".join(hints)) if hints else ok("token-file", text)


def _failure(name: str, error: OrchEventsError, setting: Setting[str | None]) -> Check:
    """Return a failure that also names the origin of a setting."""
    check = failure(name, error)
    return check if setting.value is None else replace(check, found=f"{check.found} (from {setting.origin})")
