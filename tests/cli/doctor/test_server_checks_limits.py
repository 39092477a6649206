"""`doctor` where this system is at its limits: each check says so by itself, and the report goes on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orch_events.cli.doctor import server_checks
from orch_events.client import client, probe, tls
from orch_events.errors import SystemLimit
from tests.certificates import TOKEN, Authority, serving
from tests.cli.command import Done
from tests.cli.examined import examined, write_conf, write_token

LIMIT = SystemLimit("this process has too many open files", "raise the limit")


def raise_limit(*_: object, **__: object) -> object:
    raise LIMIT


@pytest.mark.parametrize(
    ("place", "name", "check"),
    [
        (tls, "context", "cacert"),
        (probe, "resolve", "resolution"),
        (server_checks, "read_ahead", "resolution"),
        (probe, "connect", "connection"),
        (probe, "tls_handshake", "tls"),
        (client.Client, "jobs", "answer"),
        (client, "network_transport", "answer"),
    ],
)
def test_a_limit_of_this_system_is_what_the_check_says_that_met_it(
    place: object,
    name: str,
    check: str,
    call: Callable[..., Done],
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_token(TOKEN)
    with serving(authority.issue()) as simulator:
        write_conf(service_url=simulator.url, cacert=str(authority.pem))
        monkeypatch.setattr(place, name, raise_limit)
        done = call("doctor", "--json")
    found = examined(done)[check]
    assert done.status == 8
    assert (found.status, found.exit_status, found.hint) == ("failure", 8, LIMIT.hint)
    assert found.found.startswith(LIMIT.message)


def test_a_key_log_that_can_t_be_written_is_told_where_tls_is_set_up(
    call: Callable[..., Done], authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_conf(service_url="https://127.0.0.1:8143", cacert=str(authority.pem))
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path))
    done = call("doctor", "--json")
    assert done.status == 8
    assert "SSLKEYLOGFILE" in examined(done)["cacert"].hint
