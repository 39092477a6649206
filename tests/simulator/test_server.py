import gzip
import json
import math
import socket
import ssl
import struct
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path

import pytest
import trustme

from orch_events.simulator import Api, SimulatedTime, Simulator, tls_context
from tests.fakes import FakeClock
from tests.simulator.documented import SMALL_JOBS

_EVENTS = "/orchestrator/v1/jobs/352/events"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(Api(lambda: math.inf)) as running:
        yield running


@pytest.fixture
def connection(simulator: Simulator) -> Iterator[HTTPConnection]:
    made = HTTPConnection("127.0.0.1", simulator.server_address[1], timeout=10)
    yield made
    made.close()


def _address(simulator: Simulator) -> tuple[str, int]:
    return "127.0.0.1", int(simulator.server_address[1])


def _get(connection: HTTPConnection, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    return answer, answer.read()


def test_it_answers_what_the_api_says_and_a_newline(connection: HTTPConnection) -> None:
    answer, body = _get(connection, _EVENTS)

    assert (answer.status, answer.getheader("Content-Type")) == (200, "application/json; charset=utf-8")
    assert len(json.loads(body)["items"]) == 48
    assert body.endswith(b"\n}\n")


def test_it_listens_on_loopback_only(simulator: Simulator) -> None:
    assert simulator.server_address[0] == "127.0.0.1"
    assert simulator.url == f"http://127.0.0.1:{simulator.server_address[1]}"


@pytest.mark.parametrize("accepted", ["gzip", "deflate, gzip;q=0.8"])
def test_the_answer_is_gzip_where_that_is_accepted(connection: HTTPConnection, accepted: str) -> None:
    _, plain = _get(connection, _EVENTS)
    answer, packed = _get(connection, _EVENTS, Accept_Encoding=accepted)

    assert answer.getheader("Content-Encoding") == "gzip"
    assert len(packed) < len(plain) / 4
    assert gzip.decompress(packed) == plain


@pytest.mark.parametrize("headers", [{}, {"Accept_Encoding": "identity"}])
def test_the_answer_is_plain_where_gzip_is_not_accepted(connection: HTTPConnection, headers: dict[str, str]) -> None:
    answer, body = _get(connection, _EVENTS, **headers)

    assert answer.getheader("Content-Encoding") is None
    assert body.startswith(b"{")


def test_one_connection_carries_many_requests(connection: HTTPConnection) -> None:
    connection.connect()
    port = connection.sock.getsockname()[1]
    for job in SMALL_JOBS:
        answer, _ = _get(connection, f"/orchestrator/v1/jobs/{job}")
        assert answer.status == 200
        assert connection.sock.getsockname()[1] == port


@pytest.mark.parametrize("host", ["orchestrator.example.com:8143", "pe.example.com", "127.0.0.1:8143"])
def test_next_events_is_at_the_host_that_the_client_names(connection: HTTPConnection, host: str) -> None:
    _, body = _get(connection, _EVENTS, Host=host)

    assert json.loads(body)["next-events"]["id"] == f"http://{host}{_EVENTS}?start=1370"


def test_a_client_that_names_no_host_is_told_the_server_s_address(simulator: Simulator) -> None:
    with socket.create_connection(_address(simulator), timeout=10) as plain:
        plain.sendall(f"GET {_EVENTS} HTTP/1.0\r\n\r\n".encode())
        body = plain.makefile("rb").read().partition(b"\r\n\r\n")[2]

    assert json.loads(body)["next-events"]["id"].startswith(f"{simulator.url}/orchestrator/")


def test_a_token_is_demanded_where_one_is_set() -> None:
    with Simulator(Api(lambda: math.inf, "s3cret")) as simulator:
        connection = HTTPConnection("127.0.0.1", simulator.server_address[1], timeout=10)
        statuses = [
            _get(connection, _EVENTS)[0].status,
            _get(connection, _EVENTS, X_Authentication="wrong")[0].status,
            _get(connection, _EVENTS, X_Authentication="s3cret")[0].status,
        ]
        connection.close()

    assert statuses == [401, 401, 200]


@pytest.mark.parametrize("path", ["/orchestrator/v1/jobs/999", "/orchestrator/v1/jobs/x/events", "/"])
def test_an_error_is_json_too_and_leaves_the_connection_open(connection: HTTPConnection, path: str) -> None:
    answer, body = _get(connection, path)

    assert answer.status in (400, 404)
    assert set(json.loads(body)) == {"kind", "msg"}
    assert _get(connection, _EVENTS)[0].status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD"])
def test_nothing_but_get_is_answered(connection: HTTPConnection, method: str) -> None:
    connection.request(method, "/orchestrator/v1/command/stop")

    assert connection.getresponse().status >= 400


def test_several_clients_are_served_at_once(simulator: Simulator) -> None:
    clients = [HTTPConnection("127.0.0.1", simulator.server_address[1], timeout=10) for _ in range(4)]
    for client in clients:
        client.connect()
    statuses = [_get(client, _EVENTS)[0].status for client in reversed(clients)]
    for client in clients:
        client.close()

    assert statuses == [200] * 4


def test_a_port_that_is_taken_is_an_error(simulator: Simulator) -> None:
    with pytest.raises(OSError, match="in use"):
        Simulator(Api(lambda: math.inf), port=simulator.server_address[1])


def test_a_simulator_that_was_left_answers_no_more() -> None:
    with Simulator(Api(lambda: math.inf)) as simulator:
        address = _address(simulator)

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=10)


@pytest.fixture(scope="module")
def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server speaks TLS with, and what trusts it."""
    authority = trustme.CA()
    serving, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(serving)
    authority.configure_trust(trusting)
    return serving, trusting


def test_it_speaks_tls_with_a_certificate(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    serving, trusting = contexts
    with Simulator(Api(lambda: math.inf), tls=serving) as simulator:
        port = simulator.server_address[1]
        connection = HTTPSConnection("127.0.0.1", port, timeout=10, context=trusting)
        _, body = _get(connection, _EVENTS)
        connection.close()

    assert simulator.url == f"https://127.0.0.1:{port}"
    assert json.loads(body)["next-events"]["id"].startswith(f"{simulator.url}/orchestrator/v1/")


def test_who_never_shakes_hands_keeps_nobody_waiting(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    serving, trusting = contexts
    with (
        Simulator(Api(lambda: math.inf), tls=serving) as simulator,
        socket.create_connection(_address(simulator), timeout=10),
    ):
        connection = HTTPSConnection("127.0.0.1", simulator.server_address[1], timeout=10, context=trusting)
        status = _get(connection, _EVENTS)[0].status
        connection.close()

    assert status == 200


def test_who_goes_away_in_the_middle_leaves_the_server_well(
    simulator: Simulator, connection: HTTPConnection, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_connection(_address(simulator), timeout=10) as hasty:
        hasty.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closing resets
        hasty.sendall(b"GET /orchestrator/v1/jobs/360/events HTTP/1.1\r\n\r\n")

    assert _get(connection, _EVENTS)[0].status == 200
    assert capfd.readouterr().err == ""


def test_a_certificate_that_is_none_is_an_error(tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("not PEM", encoding="utf-8")

    with pytest.raises(OSError, match="PEM"):
        tls_context(str(nonsense), str(nonsense))


def test_simulated_time_begins_at_zero_and_passes_at_its_speed() -> None:
    clock = FakeClock()
    time = SimulatedTime(clock, 15.0)
    times = [time.now()]
    clock.sleep(2.0)
    times.append(time.now())

    assert times == [0.0, 30.0]


def test_at_infinite_speed_everything_is_over_from_the_start() -> None:
    assert SimulatedTime(FakeClock(), math.inf).now() == math.inf
