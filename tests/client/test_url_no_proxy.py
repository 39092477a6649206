"""Who needs no proxy, by the rules of curl."""

import pytest

from orch_events.client.url import Proxy, ServiceUrl, needs_no_proxy
from orch_events.errors import LocalFileError
from tests.table import each

_PROXY = "http://proxy.example.com:3128"

DIRECT = [
    ("pe.example.com", "*"),
    ("10.1.2.3", " * "),
    ("pe.example.com", "pe.example.com"),
    ("pe.example.com", "PE.Example.COM"),
    ("pe.example.com", "example.com"),
    ("pe.example.com", ".example.com"),
    ("pe.example.com", ".pe.example.com"),
    ("pe.example.com", "example.com."),
    ("pe.example.com.", "example.com"),
    ("pe.example.com", "other.org, \t example.com"),
    ("pe.example.com", "other.org example.com"),
    ("pe.example.com", ",,other.org,,example.com,"),
    ("pe.example.com", "example.com:8143"),
    ("pe.example.com", ".example.com:8143"),
    ("localhost", "localhost"),
    ("10.1.2.3", "10.1.2.3"),
    ("10.1.2.3", "10.1.2.3:8143"),
    ("10.1.2.3", "10.0.0.0/8"),
    ("10.1.2.3", "10.1.2.3/8"),
    ("10.1.2.3", "192.168.0.0/16,10.1.2.0/30"),
    ("10.1.2.3", "10.1.2.3/32"),
    ("2001:db8::1", "2001:db8::1"),
    ("2001:db8::1", "2001:DB8:0:0::1"),
    ("2001:db8::1", "[2001:db8::1]"),
    ("2001:db8::1", "[2001:db8::1]:8143"),
    ("2001:db8::1", "2001:db8::/32"),
    ("2001:db8::1", "[2001:db8::]/32,2001:db8::/127"),
]
PROXIED = [
    ("pe.example.com", ""),
    ("pe.example.com", " , "),
    ("pe.example.com", "."),
    ("pe.example.com", "ample.com"),
    ("pe.example.com", "www.pe.example.com"),
    ("pe.example.com", "example.com.org"),
    ("pe.example.com", "example.com:443"),
    ("pe.example.com", "*.example.com"),
    ("pe.example.com", "10.0.0.0/8"),
    ("10.1.2.3", "1.2.3"),
    ("10.1.2.3", "2.3"),
    ("10.1.2.3", "10.0.0.0/16"),
    ("10.1.2.3", "10.1.2.3:443"),
    ("10.1.2.3", "10.0.0.0/99"),
    ("10.1.2.3", "10.0.0.0/x"),
    ("10.1.2.3", "10.1.2.3:" + "9" * 5000),
    ("10.1.2.3", "2001:db8::/32"),
    ("2001:db8::1", "10.0.0.0/8"),
    ("2001:db8::1", "2001:db9::/32"),
    ("2001:db8::1", "[2001:db8::1]:443"),
    ("2001:db8::1", "2001:db8::/129"),
]


@each(("host", "names"), DIRECT)
def test_a_host_that_is_named_needs_no_proxy(host: str, names: str) -> None:
    assert needs_no_proxy(host, 8143, names)


@each(("host", "names"), PROXIED)
def test_a_host_that_is_not_named_needs_one(host: str, names: str) -> None:
    assert not needs_no_proxy(host, 8143, names)


@pytest.mark.parametrize(("host", "names", "direct"), [(*it, True) for it in DIRECT] + [(*it, False) for it in PROXIED])
def test_the_environment_is_read_by_the_same_rules(
    host: str, names: str, monkeypatch: pytest.MonkeyPatch, *, direct: bool
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", _PROXY)
    monkeypatch.setenv("NO_PROXY", names)
    url = ServiceUrl.parse(f"https://{f'[{host}]' if ':' in host else host}:8143")
    assert (Proxy.from_environ(url) is None) is direct


@pytest.mark.parametrize(("bypassed", "found"), [(True, None), (False, Proxy(_PROXY, _PROXY))])
def test_without_variables_the_system_s_settings_hold(
    found: Proxy | None, monkeypatch: pytest.MonkeyPatch, *, bypassed: bool
) -> None:
    monkeypatch.setattr("orch_events.client.url.getproxies", lambda: {"https": _PROXY})
    monkeypatch.setattr("orch_events.client.url.proxy_bypass", lambda host: bypassed and host == "pe")
    assert Proxy.from_environ(ServiceUrl.parse("pe")) == found


@pytest.mark.parametrize(("host", "names", "named"), [("PE.Example.com", "pe.example.com", True), ("pe", "pe:80", True),
                                                      ("pe", "pe:80x", False), ("pe", "pe:81", False)])  # fmt: skip
def test_a_host_is_named_in_any_case_and_with_a_whole_port(host: str, names: str, *, named: bool) -> None:
    assert needs_no_proxy(host, 80, names) is named


@pytest.mark.parametrize("text", ["http://proxy:3128/a b", "http://proxy:3128/\u00e4", "http://proxy:3128/\x7f"])
def test_a_proxy_s_address_has_no_odd_characters(text: str) -> None:
    with pytest.raises(LocalFileError, match="can't be used"):
        Proxy.parse(text)
