"""The proxy that the environment names for a server."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.errors import LocalFileError
from orch_events.proxy import Proxy
from orch_events.service_url import ServiceUrl

_URL = "https://pe.example.com:8143"
_PROXY = "http://proxy.example.com:3128"


def _set(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_of_the_environment_carries_tls(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, **{name: _PROXY})
    assert Proxy.of(ServiceUrl.parse(_URL)) == Proxy(_PROXY, _PROXY)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8143", "http://pe.example.com"])
def test_no_proxy_carries_what_is_not_encrypted(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, HTTPS_PROXY=_PROXY, HTTP_PROXY=_PROXY, ALL_PROXY=_PROXY)
    assert Proxy.of(ServiceUrl.parse(url)) is None


def test_a_proxy_for_plain_http_is_none_for_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, HTTP_PROXY=_PROXY)
    assert Proxy.of(ServiceUrl.parse(_URL)) is None


@pytest.mark.parametrize(
    ("url", "names"),
    [
        (_URL, "*"),
        (_URL, "pe.example.com"),
        (_URL, "PE.example.com"),
        (_URL, "pe.example.com:8143"),
        (_URL, "other.example.org, .example.com"),
        (_URL, "example.com"),
        ("https://10.0.0.1", "10.0.0.1"),
        ("https://[::1]:8143", "::1"),
    ],
)
def test_no_proxy_names_servers_that_need_none(url: str, names: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, HTTPS_PROXY=_PROXY, NO_PROXY=names)
    assert Proxy.of(ServiceUrl.parse(url)) is None


@pytest.mark.parametrize("names", ["", "ample.com", "pe.example.com:443", "example.com.org"])
def test_no_proxy_means_no_others(names: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, HTTPS_PROXY=_PROXY, NO_PROXY=names)
    assert Proxy.of(ServiceUrl.parse(_URL)) is not None


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("proxy.example.com", "http://proxy.example.com"),
        ("proxy.example.com:3128", "http://proxy.example.com:3128"),
        ("https://ann:SECRET@proxy.example.com:3128/SECRET?SECRET", "https://proxy.example.com:3128"),
        ("http://[::1]:3128", "http://[::1]:3128"),
    ],
)
def test_what_is_shown_of_a_proxy_is_its_origin(text: str, origin: str) -> None:
    assert Proxy.parse(text).origin == origin


@pytest.mark.parametrize(
    "text",
    [
        "socks5://SECRET:1080",
        "ftp://SECRET",
        "http://",
        "http://SECRET:port",
        "http://ann:SECRET@h\x01",
        "http://[SECRET",
    ],
)
def test_a_proxy_that_can_t_be_used_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(LocalFileError) as raised:
        Proxy.parse(text)
    assert "SECRET" not in raised.value.message + raised.value.hint
    assert "HTTPS_PROXY" in raised.value.hint


@given(st.sampled_from(["", "http://", "https://", "socks5://"]), st.text("aZ09.-_:@[]/%?#\\~!é\x01 xn", max_size=20))
def test_what_is_taken_for_a_proxy_httpx_takes_too(scheme: str, text: str) -> None:
    try:
        proxy = Proxy.parse(scheme + text)
    except LocalFileError:
        return
    assert httpx.Proxy(proxy.url).url.scheme in ("http", "https")
