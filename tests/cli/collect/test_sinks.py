"""Kafka, against librdkafka's mock cluster of three brokers."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Timer

import pytest

from orch_events.cli.collect.handover import Entry, NotHandedOverError
from orch_events.cli.collect.sinks import Kafka, read_properties
from orch_events.errors import LocalFileError
from orch_events.times import SystemClock
from orch_events.wire.records import JobRecord
from tests.build import event_from
from tests.kafka import TOPIC, MockCluster, mock_cluster


@pytest.fixture
def cluster() -> Iterator[MockCluster]:
    with mock_cluster() as cluster:
        yield cluster


def kafka(brokers: str, said: list[str], **properties: str) -> Kafka:
    named = {name.replace("_", "."): value for name, value in properties.items()}
    return Kafka(brokers, TOPIC, named, SystemClock(), said.append, said.append)


def entries(first: int, count: int) -> list[Entry]:
    return [
        Entry(str(350 + number % 5), [event_from({"id": str(number), "type": "node_running"})])
        for number in range(first, first + count)
    ]


def ids(cluster: MockCluster) -> list[int]:
    return sorted(int(json.loads(message.value() or b"{}")["id"]) for message in cluster.messages())


@pytest.mark.slow
def test_a_message_is_a_line_whose_key_is_the_job_and_whose_headers_tell_id_and_type(cluster: MockCluster) -> None:
    record = Entry("352", (), JobRecord("new", raw=b'{"name":"352"}'))
    event = Entry("352", [event_from({"id": "7", "type": "node_running"})])
    kafka(cluster.brokers, []).write([record, event], lambda: True)
    messages = cluster.messages()
    assert [(message.key(), message.value()) for message in messages] == [
        (b"352", b'{"job":"352","record":{"name":"352"}}'),
        (b"352", b'{"job":"352","id":"7","type":"node_running"}'),
    ]
    assert [message.headers() for message in messages] == [
        [("type", b"record")],
        [("type", b"node_running"), ("id", b"7")],
    ]


@pytest.mark.slow
def test_with_a_broker_stopped_on_the_way_every_message_is_delivered_once(cluster: MockCluster) -> None:
    sink = kafka(cluster.brokers, [])
    sink.write(entries(0, 500), lambda: True)
    Timer(0.01, cluster.stop, [1]).start()
    for first in range(500, 3000, 500):
        sink.write(entries(first, 500), lambda: True)
    cluster.start()
    assert ids(cluster) == list(range(3000))


@pytest.mark.slow
def test_with_all_brokers_down_it_waits_and_says_so_and_goes_on_when_they_are_back(cluster: MockCluster) -> None:
    said = list[str]()
    sink = kafka(cluster.brokers, said)
    sink.write(entries(0, 10), lambda: True)
    cluster.stop(1, 2, 3)
    Timer(4.5, cluster.start).start()
    sink.write(entries(10, 10), lambda: True)
    assert said[0].startswith("Kafka takes no messages (")
    assert said[0].endswith("; reading waits, nothing is lost")
    assert said[1].startswith("Kafka takes messages again after ")
    assert ids(cluster) == list(range(20))


@pytest.mark.slow
def test_who_is_to_leave_does_not_wait_for_brokers() -> None:
    asked = iter([True, True, False])
    with pytest.raises(NotHandedOverError):
        kafka("127.0.0.1:1", []).write(entries(0, 1), lambda: next(asked))


@pytest.mark.slow
def test_a_message_that_the_cluster_refuses_is_an_error(cluster: MockCluster) -> None:
    sink = kafka(cluster.brokers, [], message_max_bytes="2000")
    large = Entry("352", [event_from({"id": "1", "message": "x" * 5000})])
    with pytest.raises(LocalFileError, match=f"Kafka refuses a message for the topic {TOPIC}: .*too large"):
        sink.write([large], lambda: True)


def test_a_property_that_is_none_is_named_without_its_value() -> None:
    with pytest.raises(LocalFileError, match="Kafka can't be set up: ") as caught:
        kafka("127.0.0.1:1", [], no_such_thing="s3cret")
    assert "no.such.thing" in caught.value.message
    assert "s3cret" not in caught.value.message


def test_without_the_library_the_way_to_install_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    with pytest.raises(LocalFileError, match="which is not installed") as caught:
        kafka("127.0.0.1:1", [])
    assert caught.value.hint == "install it with: pip install 'orch-events[kafka]'"


def test_properties_are_lines_and_comments_are_none(tmp_path: Path) -> None:
    path = tmp_path / "kafka.properties"
    path.write_text("# TLS\nsecurity.protocol = SASL_SSL\n\nsasl.password=a=b c\n")
    assert read_properties(str(path)) == {"security.protocol": "SASL_SSL", "sasl.password": "a=b c"}
    assert read_properties(None) == {}


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda path: path.write_text("secret\n"), "line 1 of .* is not name=value"),
        (lambda path: path.write_bytes(b"\xff"), "can't be read: not a text"),
        (lambda _: None, "can't be read: No such file"),
    ],
)
def test_a_file_of_properties_that_can_not_be_read_is_named(
    write: Callable[[Path], object], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "kafka.properties"
    write(path)
    with pytest.raises(LocalFileError, match=message) as caught:
        read_properties(str(path))
    assert "secret" not in caught.value.message
