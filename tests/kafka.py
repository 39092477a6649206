"""librdkafka's own mock cluster: brokers on loopback ports that can be stopped. The library comes with confluent-kafka.

What the Python binding does not have of it is called by its name in C.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import confluent_kafka

TOPIC = "puppet"
_PARTITIONS = 3


def _library() -> ctypes.CDLL:
    (path,) = Path(confluent_kafka.__file__).parent.with_name("confluent_kafka.libs").glob("librdkafka*")
    library = ctypes.CDLL(str(path))
    pointer = ctypes.c_void_p
    library.rd_kafka_conf_new.restype = library.rd_kafka_new.restype = pointer
    library.rd_kafka_conf_set.argtypes = [pointer, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t]
    library.rd_kafka_new.argtypes = [ctypes.c_int, pointer, ctypes.c_char_p, ctypes.c_size_t]
    library.rd_kafka_destroy.argtypes = library.rd_kafka_mock_cluster_destroy.argtypes = [pointer]
    library.rd_kafka_mock_cluster_new.restype = pointer
    library.rd_kafka_mock_cluster_new.argtypes = [pointer, ctypes.c_int]
    library.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
    library.rd_kafka_mock_cluster_bootstraps.argtypes = [pointer]
    library.rd_kafka_mock_topic_create.argtypes = [pointer, ctypes.c_char_p, ctypes.c_int, ctypes.c_int]
    for name in ("down", "up"):
        getattr(library, f"rd_kafka_mock_broker_set_{name}").argtypes = [pointer, ctypes.c_int32]
    library.rd_kafka_mock_partition_set_leader.argtypes = [pointer, ctypes.c_char_p, ctypes.c_int32, ctypes.c_int32]
    return library


class MockCluster:
    """Three brokers and a topic.

    Attributes:
        brokers: where they are.
    """

    def __init__(self, library: ctypes.CDLL, cluster: int) -> None:
        self._library = library
        self._cluster = cluster
        self.brokers = library.rd_kafka_mock_cluster_bootstraps(cluster).decode()

    def stop(self, *numbers: int) -> None:
        """Stop brokers, from 1 to 3; the others take over what they led, as in a real cluster."""
        for number in numbers:
            self._library.rd_kafka_mock_broker_set_down(self._cluster, number)
        left = [number for number in (1, 2, 3) if number not in numbers]
        for partition in range(_PARTITIONS if left else 0):
            leader = left[partition % len(left)]
            self._library.rd_kafka_mock_partition_set_leader(self._cluster, TOPIC.encode(), partition, leader)

    def start(self) -> None:
        """Start all brokers."""
        for number in (1, 2, 3):
            self._library.rd_kafka_mock_broker_set_up(self._cluster, number)

    def messages(self, quiet_seconds: float = 3.0) -> list[confluent_kafka.Message]:
        """Return all messages of the topic."""
        consumer = confluent_kafka.Consumer(
            {"bootstrap.servers": self.brokers, "group.id": "test", "auto.offset.reset": "earliest"}
        )
        beginning = [confluent_kafka.TopicPartition(TOPIC, number, 0) for number in range(_PARTITIONS)]
        consumer.assign(beginning)
        found: list[confluent_kafka.Message] = []
        while (message := consumer.poll(quiet_seconds)) is not None:
            if message.error() is None:
                found.append(message)
        consumer.close()
        return found


@contextmanager
def mock_cluster() -> Iterator[MockCluster]:
    """Run a cluster."""
    library, error = _library(), ctypes.create_string_buffer(512)
    configuration = library.rd_kafka_conf_new()
    library.rd_kafka_conf_set(configuration, b"log_level", b"0", error, 512)
    client = library.rd_kafka_new(0, configuration, error, 512)
    cluster = library.rd_kafka_mock_cluster_new(client, 3)
    library.rd_kafka_mock_topic_create(cluster, TOPIC.encode(), _PARTITIONS, 3)
    try:
        yield MockCluster(library, cluster)
    finally:
        library.rd_kafka_mock_cluster_destroy(cluster)
        library.rd_kafka_destroy(client)
