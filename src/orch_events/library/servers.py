"""From settings to an open server: a configured one, or the built-in simulator.

httpx is imported when a client is made: the command line tunes it before.
"""

import os
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from orch_events.client.url import ServiceUrl
from orch_events.config.files import FileReader, others_can_read, reads_once
from orch_events.config.settings import Places, Settings
from orch_events.config.token_file import token_itself, token_source
from orch_events.errors import LocalFileError
from orch_events.times import Clock

if TYPE_CHECKING:
    from orch_events.client.client import Client, Exchange, ReadAhead


_TO_SEE = "; to see what is configured: orch-events doctor"


class Server(NamedTuple):
    """How to reach a server.

    Attributes:
        url: where its API is.
        token: reads the token each time it is called; returns None for none.
        cacert: the CA to trust; None for the system's.
        token_file: the file in which a new token may appear; None if there is none.
    """

    url: ServiceUrl
    token: Callable[[], str | None]
    cacert: str | None = None
    token_file: str | None = None


class OpenServer(NamedTuple):
    """An open server.

    Attributes:
        client: its client, which reads in the background.
        token_version: returns a value that changes with the token file; None if there will be no other token.
        url: where it is; None for the built-in simulator, which takes the place of any server.
    """

    client: "Client"
    token_version: Callable[[], object] | None
    url: ServiceUrl | None

    @classmethod
    def from_client(cls, client: "Client", server: Server, *, demo: bool) -> "OpenServer":
        """Describe a server that a client was made for; `demo`: it is the built-in simulator."""
        version = partial(token_version, server.token_file) if server.token_file else None
        return cls(client, version, None if demo else server.url)


class Timeouts(NamedTuple):
    """How many seconds connecting may take, and each read from the server."""

    connect_seconds: float = 10.0
    read_seconds: float = 60.0


def open_client(
    server: Server,
    clock: Clock,
    timeouts: Timeouts,
    reader: FileReader,
    observe: "Callable[[Exchange], None]" = lambda _: None,
    read_ahead: "ReadAhead | None" = None,
) -> "Client":
    """Make a client; `observe` gets each exchange. Raises LocalFileError.

    It reads with `read_ahead`; by default in the background, a thread a response.
    """
    from orch_events.client import stream
    from orch_events.client.client import Client

    with openable(server.cacert, reader) as cacert:
        return Client(
            server.url,
            server.token,
            clock,
            cacert=cacert,
            connect_timeout=timeouts.connect_seconds,
            read_timeout=timeouts.read_seconds,
            observe=observe,
            read_ahead=read_ahead or stream.read_ahead,
        )


def token_version(token_file: str) -> object:
    """Return a value that changes when a token file is written; None if it does not exist."""
    try:
        status = os.stat(token_file)  # noqa: PTH116 - a text
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


@contextmanager
def demo(clock: Clock, speed: float) -> Iterator[Server]:
    """Run the built-in simulator, `speed` times as fast as real time. Raises LocalFileError."""
    from orch_events.simulator import Api, SimulatedTime, Simulator

    try:
        simulator = Simulator(Api(SimulatedTime(clock, speed).now), clock=clock)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise LocalFileError(f"the built-in simulator can't listen: {reason}", "check this machine's limits") from None
    with simulator:
        yield Server(ServiceUrl.parse(simulator.url), lambda: None)


def configured(
    settings: Settings,
    places: Places,
    stdin: BinaryIO | None,
    reader: FileReader,
    warn: Callable[[str], None],
    *,
    token: str | None = None,
) -> Server:
    """Return how to reach the server that the settings name.

    Args:
        settings: the settings.
        places: where Puppet's files are, for the hint if there is no server.
        stdin: standard input, which may have the token.
        reader: reads the files.
        warn: is told of a token that is not sent, or that others can read.
        token: the token itself; None for that of the settings.

    Raises:
        LocalFileError: no server is configured, or the token can't be read.
    """
    url = service_url(settings, places)
    source = token_source(settings.token_file, stdin, reader) if token is None else token_itself(token)
    if not url.encrypted and not url.loopback and source() is not None:
        warn(f"the token is not sent, because {url.origin} is not encrypted")
    file = settings.token_file.value if token is None else None
    if file == "-" or (file is not None and reads_once(file)):
        file = None  # no other token will come
    if file is not None and others_can_read(file):
        warn(f"the token file {file} is readable by other users; run: chmod 600 {shlex.quote(file)}")
    return Server(url, source, settings.cacert.value if url.encrypted else None, file)


def service_url(settings: Settings, places: Places, *, to_see: str = _TO_SEE) -> ServiceUrl:
    """Return where the API is.

    Args:
        settings: the settings.
        places: where service-url can be set.
        to_see: the end of the hint: what shows the settings.

    Raises:
        LocalFileError: service-url is missing, or is no address.
    """
    if settings.service_url.value is None:
        raise LocalFileError(
            "no orchestrator is configured",
            "use --service-url URL or ORCH_EVENTS_SERVICE_URL, or set service-url in "
            f"{places.user_conf or 'orchestrator.conf'}, or try --demo{to_see}",
        )
    return ServiceUrl.parse(settings.service_url.value)


@contextmanager
def openable(cacert: str | None, reader: FileReader) -> Iterator[str | None]:
    """Yield a path at which a CA can be opened: of one that can be read only once, that of a copy.

    Raises:
        LocalFileError: it can't be read, or copied. No message names the copy.
    """
    if cacert is None or not reads_once(cacert):
        yield cacert
        return
    from tempfile import NamedTemporaryFile

    try:
        with NamedTemporaryFile(buffering=0) as copy:
            copy.write(reader.read(cacert))
            yield copy.name
    except LocalFileError as error:
        raise LocalFileError(error.message.replace(copy.name, cacert), error.hint) from None
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise LocalFileError(f"the CA file {cacert} can't be read and copied: {reason}", "give a plain file") from None
