"""`doctor` on the way to a server."""

import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event as Flag
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.certificates import TOKEN, Authority, serving, tunnel
from tests.cli.command import Done
from tests.cli.examined import examined, write_token

Call = Callable[..., Done]

_WAY = ("proxy", "resolution", "connection", "tls")
_SAYS = ("answer", "permission", "clock")


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pe.example.com be this machine: first at an address at which nobody answers."""
    real = socket.getaddrinfo

    def found(host: str, port: int, *args: Any, **kinds: Any) -> list[Any]:
        if host != "pe.example.com":
            return real(host, port, *args, **kinds)
        return [*real("::1", port, *args, **kinds), *real("127.0.0.1", port, *args, **kinds)]

    monkeypatch.setattr(socket, "getaddrinfo", found)


def _port(url: str) -> int:
    return urlsplit(url).port or 0


def test_all_is_well_over_tls_with_the_right_ca(authority: Authority, call: Call) -> None:
    write_token(TOKEN)
    with serving(authority.issue(days=90.1)) as simulator:
        url = simulator.url
        done = call("doctor", "--json", "--service-url", url, "--cacert", str(authority.pem))
    found = examined(done)

    assert (done.status, done.err) == (0, "")
    assert {one.status for one in found.values()} == {"ok"}
    assert found["proxy"].found == "none for 127.0.0.1"
    assert found["resolution"].found.startswith("127.0.0.1, ")
    assert found["connection"].found.startswith(f"127.0.0.1 answers on port {_port(url)}, ")
    assert found["tls"].found == "TLSv1.3, certificate issued by Puppet, Puppet CA: pe.example.com, expires in 90d"
    assert found["answer"].found.startswith("HTTP 200, ")
    assert found["permission"].found == "you can view jobs"
    assert found["clock"].found == "the server's clock and this machine's agree"


def test_the_demo_needs_nothing(call: Call) -> None:
    done = call("doctor", "--json", "--demo", "--config-file", "/nowhere/x")
    found = examined(done)

    assert done.status == 0
    assert {found[name].found for name in ("config-file", "cacert", "token-file")} == {"--demo needs no configuration"}
    assert found["service-url"].found.startswith("http://127.0.0.1:")
    assert found["service-url"].found.endswith(" (--demo)")
    assert {found[name].status for name in (*_WAY, *_SAYS)} == {"ok"}


def test_a_certificate_of_an_unknown_ca_is_told_with_its_issuer(
    authority: Authority, call: Call, tmp_path: Path
) -> None:
    with serving(authority.issue()) as simulator:
        done = call("doctor", "--json", "--service-url", simulator.url, "--cacert", str(Authority(tmp_path).pem))
    found = examined(done)

    assert done.status == 8
    assert "is not trusted: unable to get local issuer certificate" in found["tls"].found
    assert "; it was issued by Puppet, Puppet CA: pe.example.com for " in found["tls"].found
    assert "--cacert" in found["tls"].hint
    assert [found[name].found for name in _SAYS] == ["skipped until tls is fixed"] * 3


def test_a_certificate_for_other_names_is_told_with_some_of_them(authority: Authority, call: Call) -> None:
    names = [f"host{number}.example.com" for number in range(12)]
    with serving(authority.issue(*names)) as simulator:
        done = call("doctor", "--json", "--service-url", simulator.url, "--cacert", str(authority.pem))
    told = examined(done)["tls"]

    assert done.status == 8
    assert "not valid for '127.0.0.1'" in told.found
    assert " for host" in told.found
    assert told.found.endswith(" and 7 more")
    assert told.hint == "use a host name that the server's certificate is valid for"


def test_a_certificate_that_has_expired_fails(authority: Authority, call: Call) -> None:
    with serving(authority.issue(days=-1)) as simulator:
        done = call("doctor", "--json", "--service-url", simulator.url, "--cacert", str(authority.pem))
    told = examined(done)["tls"]

    assert done.status == 8
    assert "expired" in told.found
    assert "clock" in told.hint


@pytest.mark.parametrize(("days", "status"), [(29.9, "warning"), (30.1, "ok")])
def test_a_certificate_that_expires_within_thirty_days_is_a_warning(
    days: float, status: str, authority: Authority, call: Call
) -> None:
    write_token(TOKEN)
    with serving(authority.issue(days=days)) as simulator:
        done = call("doctor", "--json", "--service-url", simulator.url, "--cacert", str(authority.pem))
    told = examined(done)["tls"]

    assert (done.status, told.status) == (0, status)
    assert told.found.endswith(f"expires in {int(days)}d")


def test_a_server_that_speaks_no_tls_is_7(over: str, call: Call) -> None:
    done = call("doctor", "--json", "--service-url", over.replace("http:", "https:"))
    assert done.status == 7
    assert "does not speak TLS" in examined(done)["tls"].found


@pytest.mark.usefixtures("elsewhere")
def test_the_address_that_answers_is_told_and_those_that_do_not(over: str, call: Call) -> None:
    found = examined(call("doctor", "--json", "--service-url", f"http://pe.example.com:{_port(over)}"))

    assert found["resolution"].found.startswith("::1, 127.0.0.1, ")
    assert found["connection"].found.startswith(f"127.0.0.1 answers on port {_port(over)}, ")
    assert "; ::1: " in found["connection"].found


@pytest.mark.usefixtures("elsewhere")
def test_a_token_is_not_sent_over_plain_http_and_that_is_a_warning(over: str, call: Call) -> None:
    url = f"http://pe.example.com:{_port(over)}"
    without = examined(call("doctor", "--json", "--service-url", url))["tls"]
    write_token(TOKEN)
    done = call("doctor", "--json", "--service-url", url)
    with_one = examined(done)["tls"]

    assert (without.status, without.found) == ("ok", "none: plain http, which others on the network can read")
    assert (with_one.status, with_one.found) == ("warning", "none: the token is not sent over plain http")
    assert done.status == 0


@pytest.mark.usefixtures("elsewhere")
def test_a_port_at_which_nobody_listens_is_6_with_each_reason(call: Call) -> None:
    done = call("doctor", "--json", "--service-url", "pe.example.com:1")
    found = examined(done)

    assert done.status == 6
    assert found["connection"].found.startswith("can't connect to port 1 of pe.example.com (::1: ")
    assert found["connection"].found.endswith("; 127.0.0.1: Connection refused)")
    assert {found[name].found for name in ("tls", *_SAYS)} == {"skipped until connection is fixed"}


def test_a_name_that_nobody_knows_is_6(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    done = call("doctor", "--json", "--service-url", "pe.example.com")
    found = examined(done)

    assert done.status == 6
    assert found["resolution"].found == "can't resolve pe.example.com: Name or service not known"
    assert {found[name].found for name in ("connection", "tls", *_SAYS)} == {"skipped until resolution is fixed"}


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the resolving of names take for ever."""
    flag = Flag()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: flag.wait(30))
    yield
    flag.set()


@pytest.mark.usefixtures("endless")
def test_resolving_has_a_time_out(call: Call) -> None:
    done = call("doctor", "--json", "--service-url", "pe.example.com", "--connect-timeout", "0.1s")
    assert done.status == 6
    assert examined(done)["resolution"].found == "can't resolve pe.example.com within 0.1 s"


def test_a_proxy_of_the_environment_is_told_and_what_it_does_is_not_checked(
    authority: Authority, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_token(TOKEN)
    with serving(authority.issue()) as simulator, tunnel() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://ann:0SecretWord0@{proxy}")
        done = call("doctor", "--json", "--service-url", simulator.url, "--cacert", str(authority.pem))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        straight = call("doctor", "--json", "--service-url", simulator.url, "--cacert", str(authority.pem))
    found = examined(done)

    assert (done.status, straight.status) == (0, 0)
    assert found["proxy"].found == f"requests to 127.0.0.1 go through http://{proxy}"
    assert {(found[name].status, found[name].found) for name in _WAY[1:]} == {
        ("not checked", "not possible through a proxy")
    }
    assert {found[name].status for name in _SAYS} == {"ok"}
    assert examined(straight)["tls"].status == "ok"
    assert "0SecretWord0" not in done.out


def test_a_proxy_that_is_gone_is_6_at_the_answer(
    authority: Authority, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tunnel() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy}")
    done = call("doctor", "--json", "--service-url", "https://127.0.0.1:1", "--cacert", str(authority.pem))
    found = examined(done)

    assert (done.status, found["answer"].status) == (6, "failure")
    assert (found["permission"].found, found["clock"].found) == (
        "skipped until answer is fixed",
        "skipped until answer is fixed",
    )


def test_a_proxy_that_can_t_be_used_is_8(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    done = call("doctor", "--json", "--service-url", "https://127.0.0.1:1")
    assert done.status == 8
    assert "SOCKS" in examined(done)["proxy"].hint


def test_without_a_ca_that_can_be_read_there_is_no_tls(authority: Authority, call: Call, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not PEM")
    with serving(authority.issue()) as simulator:
        done = call("doctor", "--json", "--service-url", simulator.url, "--cacert", str(tmp_path / "ca.pem"))
    found = examined(done)

    assert (done.status, found["connection"].status) == (8, "ok")
    assert {found[name].found for name in ("tls", *_SAYS)} == {"skipped until cacert is fixed"}


def test_a_certificate_that_tells_no_end_is_told_without(
    authority: Authority, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_time(_: str) -> int:
        raise ValueError("Bad time value")

    monkeypatch.setattr(ssl, "cert_time_to_seconds", no_time)
    with serving(authority.issue(), token=None) as simulator:
        done = call("doctor", "--json", "--service-url", simulator.url, "--cacert", str(authority.pem))
    assert examined(done)["tls"].found == "TLSv1.3, certificate issued by Puppet, Puppet CA: pe.example.com"
