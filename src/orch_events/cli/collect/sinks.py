"""Who takes lines beside the archive: standard output, and Kafka."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orch_events.cli.collect.handover import Entry, NotHandedOverError, lines
from orch_events.errors import LocalFileError
from orch_events.render.toolkit.streams import Output
from orch_events.times import Clock, format_duration
from orch_events.wire.keyed import with_job

if TYPE_CHECKING:
    from confluent_kafka import KafkaError, Message, Producer

Headers = list[tuple[str, str | bytes | None]]

_QUIET_SECONDS = 3.0
"""For how long nothing is said of brokers that don't answer."""

_POLL_SECONDS = 0.2
_INSTALL = "install it with: pip install 'orch-events[kafka]'"


class StandardOutput:
    """JSON Lines on standard output.

    Args:
        output: the stream.
        make_room: called before anything is written.
    """

    def __init__(self, output: Output, make_room: Callable[[], None]) -> None:
        self._output = output
        self._make_room = make_room

    def write(self, entries: Sequence[Entry], _: Callable[[], bool]) -> None:
        """Write a batch; nothing is buffered."""
        self._make_room()
        self._output.write(lines(entries))


class Kafka:
    """Messages to Kafka, by confluent-kafka's idempotent producer: the key is the job, headers tell id and type.

    Args:
        brokers: where the brokers are, as librdkafka's bootstrap.servers.
        topic: the topic.
        properties: more of librdkafka's own properties; they are never shown.
        clock: what time it is.
        warn: is told that the brokers don't take messages.
        note: is told that they do again.

    Raises:
        LocalFileError: confluent-kafka is not installed, or a property is none.
    """

    def __init__(
        self,
        brokers: str,
        topic: str,
        properties: Mapping[str, str],
        clock: Clock,
        warn: Callable[[str], None],
        note: Callable[[str], None],
    ) -> None:
        self._topic = topic
        self._clock = clock
        self._warn = warn
        self._note = note
        self._left = 0
        self._refused: KafkaError | None = None
        self._reason = ""
        self._warned = False
        self._producer, self._producer_error = _producer(
            {
                "bootstrap.servers": brokers,
                "client.id": "orch-events",
                "compression.type": "lz4",
                "linger.ms": 5,
                **properties,
                "enable.idempotence": True,
                "message.timeout.ms": 0,  # for ever: reading waits
                "error_cb": self._on_error,
                "logger": _Silent(),
            }
        )

    def write(self, entries: Sequence[Entry], wait: Callable[[], bool]) -> None:
        """Send a batch, and wait until each message of it was delivered."""
        began_at = self._clock.monotonic()
        for entry in entries:
            key = entry.job.encode()
            for event in entry.objects():
                headers: Headers = [("type", (event.type if entry.record is None else "record").encode())]
                if event.id is not None:
                    headers.append(("id", str(event.id).encode()))
                self._send(key, with_job(event.raw, entry.job), headers, began_at, wait)
        while self._left:
            self._poll(began_at, wait)
        if self._warned:
            self._warned = False
            self._note(f"Kafka takes messages again after {format_duration(self._clock.monotonic() - began_at)}")

    def _send(self, key: bytes, value: bytes, headers: "Headers", began_at: float, wait: Callable[[], bool]) -> None:
        """Put a message into the producer's queue; wait while that is full."""
        while True:
            try:
                self._producer.produce(self._topic, value, key, headers=headers, on_delivery=self._on_delivery)
            except BufferError:
                self._poll(began_at, wait)
            except self._producer_error as error:
                raise self._refusal(error.args[0]) from None
            else:
                self._left += 1
                return

    def _poll(self, began_at: float, wait: Callable[[], bool]) -> None:
        """Let the producer work for a moment, and say what holds it up."""
        self._producer.poll(_POLL_SECONDS)
        if self._refused is not None:
            raise self._refusal(self._refused)
        seconds = self._clock.monotonic() - began_at
        if seconds > _QUIET_SECONDS and not self._warned:
            self._warned = True
            why = f" ({self._reason})" if self._reason else ""
            self._warn(f"Kafka takes no messages{why}; reading waits, nothing is lost")
        if not wait():
            raise NotHandedOverError

    def _refusal(self, error: "KafkaError") -> LocalFileError:
        message = f"Kafka refuses a message for the topic {self._topic}: {error.str()}"
        return LocalFileError(message, "change the topic's settings, or give librdkafka's own in --kafka-config")

    def _on_delivery(self, error: "KafkaError | None", _: "Message") -> None:
        self._left -= 1
        self._refused = self._refused or error

    def _on_error(self, error: "KafkaError") -> None:
        self._reason = error.str()


class _Silent:
    """A logger that drops what librdkafka would write to stderr by itself."""

    def log(self, *_: object) -> None:
        """Do nothing."""


def _producer(config: Mapping[str, object]) -> "tuple[Producer, type[Exception]]":
    """Make a producer; return what it raises, too."""
    try:
        from confluent_kafka import KafkaException, Producer
    except ImportError:
        raise LocalFileError("--kafka needs confluent-kafka, which is not installed", _INSTALL) from None
    try:
        return Producer(dict(config)), KafkaException
    except (KafkaException, TypeError, ValueError) as error:
        raise LocalFileError(f"Kafka can't be set up: {_without_values(error, config)}", "see --kafka-config") from None


def _without_values(error: Exception, config: Mapping[str, object]) -> str:
    """Return what librdkafka says of a configuration, without any value in it: one may be a password."""
    text = getattr(error.args[0], "str", lambda: str(error))() if error.args else str(error)
    for value in sorted((str(value) for value in config.values()), key=len, reverse=True):
        text = text.replace(value, "***") if value else text
    return text


def read_properties(path: str | None) -> dict[str, str]:
    """Read librdkafka's own properties, `name=value` a line; # begins a comment. Raises LocalFileError."""
    if path is None:
        return {}
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a text"
        raise LocalFileError(f"{path} can't be read: {reason}", "check the path and its permissions") from None
    properties = dict[str, str]()
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        name, equals, value = line.partition("=")
        if line and not line.startswith("#"):
            if not equals:
                raise LocalFileError(f"line {number} of {path} is not name=value", "write a property a line")
            properties[name.strip()] = value.strip()
    return properties
