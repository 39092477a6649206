"""Where requests go: the server's address, and the proxy on the way."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.client.url import Proxy, ServiceUrl
from orch_events.errors import LocalFileError
from tests.table import each

API = "/orchestrator/v1"


@each("path", ["", "/", API, API + "/"])
@each(
    ("text", "origin"),
    [
        ("pe.example.com", "https://pe.example.com:8143"),
        ("pe.example.com:8143", "https://pe.example.com:8143"),
        ("pe.example.com:4433", "https://pe.example.com:4433"),
        ("https://pe.example.com", "https://pe.example.com:8143"),
        ("https://pe.example.com:443", "https://pe.example.com:443"),
        ("HTTPS://PE.Example.com", "https://pe.example.com:8143"),
        ("http://127.0.0.1:8143", "http://127.0.0.1:8143"),
        ("http://pe.example.com", "http://pe.example.com"),
        ("10.0.0.1", "https://10.0.0.1:8143"),
        ("[::1]", "https://[::1]:8143"),
        ("https://[2001:db8::1]:443", "https://[2001:db8::1]:443"),
    ],
)
def test_a_host_or_url_gets_what_it_lacks(text: str, origin: str, path: str) -> None:
    url = ServiceUrl.parse(text + path)
    assert (url.origin, url.base) == (origin, origin + API)


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("https://proxy.example.com/pe", "https://proxy.example.com/pe/orchestrator/v1"),
        ("https://proxy.example.com/pe/", "https://proxy.example.com/pe/orchestrator/v1"),
        ("https://proxy.example.com/pe/orchestrator/v1", "https://proxy.example.com/pe/orchestrator/v1"),
        ("https://proxy.example.com/pe//orchestrator/v1//", "https://proxy.example.com/pe/orchestrator/v1"),
        ("proxy.example.com/pe", "https://proxy.example.com/pe/orchestrator/v1"),
        ("https://proxy.example.com:8443/pe", "https://proxy.example.com:8443/pe/orchestrator/v1"),
    ],
)
def test_a_proxy_with_a_path_keeps_it_and_its_own_port(text: str, base: str) -> None:
    url = ServiceUrl.parse(text)
    assert url.base == base
    assert url.base.startswith(url.origin + "/")


HOSTS = st.from_regex(r"[a-z][a-z0-9]{0,8}(\.[a-z]{1,5}){0,2}", fullmatch=True) | st.sampled_from(
    ["127.0.0.1", "[::1]"]
)
PORTS = st.just("") | st.integers(1, 65535).map(lambda port: f":{port}")
PATHS = st.lists(st.from_regex(r"[a-z0-9]{1,5}", fullmatch=True), max_size=2).map(
    lambda parts: "".join(map("/{}".format, parts))
)


@given(st.sampled_from(["", "https://", "http://"]), HOSTS, PORTS, PATHS, st.sampled_from(["", "/", API, API + "/"]))
def test_an_address_that_was_read_reads_as_itself(scheme: str, host: str, port: str, path: str, end: str) -> None:
    url = ServiceUrl.parse(scheme + host + port + path + end)
    assert ServiceUrl.parse(url.base) == url
    assert url.base.count(API) == 1
    assert host in url.origin


@each(
    ("text", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9:80", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("[::1]", True),
        ("0.0.0.0", False),  # noqa: S104 - nobody binds
        ("10.0.0.1", False),
        ("localhost.example.com", False),
        ("127.0.0.1.example.com", False),
    ],
)
def test_loopback_is_this_machine_and_no_name_that_looks_like_it(*, text: str, loopback: bool) -> None:
    assert ServiceUrl.parse(text).loopback is loopback


@pytest.mark.parametrize(("text", "encrypted"), [("h", True), ("https://h", True), ("http://h", False)])
def test_only_https_is_encrypted(*, text: str, encrypted: bool) -> None:
    assert ServiceUrl.parse(text).encrypted is encrypted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://",
        "//pe.example.com",
        "ftp://pe.example.com",
        "file:///etc/passwd",
        "pe.example.com:port",
        "pe.example.com:99999",
        "pe.example.com:-1",
        "::1",
        "https://[::1",
        "https://[nonsense]",
        "pe example.com",
        " pe.example.com",
        "pe.example.com\n",
        "pe.exa\tmple.com",
        "pé.example.com",
        "https://pe.example.com/\x1b[31m",
        "pe..example.com",
        ".pe.example.com",
        pytest.param(f"{'x' * 64}.example.com", id="a label of 64 letters"),
    ],
)
def test_what_is_no_address_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(LocalFileError) as raised:
        ServiceUrl.parse(text)
    assert raised.value.message == f"service-url {text!r} is not a valid address"
    assert "https://pe.example.com:8143" in raised.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "https://admin:SECRET@pe.example.com",
        "SECRET@pe.example.com",
        "ftp://admin:SECRET@pe.example.com",
        "https://admin:SECRET@pe.example.com:port",
        "https://pe.example.com?token=SECRET",
        "https://pe.example.com/?token=SECRET",
    ],
)
def test_credentials_are_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(LocalFileError) as raised:
        ServiceUrl.parse(text)
    assert "SECRET" not in str(raised.value) + raised.value.hint


@each(
    ("service_url", "place", "same"),
    [
        ("pe", "https://pe:8143", True),
        ("pe", "https://pe", True),
        ("https://PE.example.com", "https://pe.example.com:8143", True),
        ("https://pe:443", "https://pe:443", True),
        ("https://proxy/pe", "https://proxy/pe", True),
        ("https://proxy/pe", "https://proxy:443/pe", True),
        ("https://proxy/pe", "https://proxy", True),
        ("http://127.0.0.1", "http://127.0.0.1:80", True),
        ("pe", "https://other:8143", False),
        ("pe", "https://pe:8144", False),
        ("pe", "http://pe:8143", False),
        ("pe", "https://pe.evil.example.com:8143", False),
        ("https://proxy/pe", "https://proxy/other", False),
        ("pe", "https://pe:99999", False),
        ("pe", "https://[1:2]", False),
    ],
)
def test_a_place_is_this_server_by_scheme_host_port_and_path(service_url: str, place: str, *, same: bool) -> None:
    assert ServiceUrl.parse(service_url).is_of(place) is same


@pytest.mark.parametrize(
    ("place", "shared"),
    [("https://PE:4433", True), ("http://pe/x", True), ("https://p", False), ("https://[1:2]", False)],
)
def test_a_host_is_shared_whatever_the_port(place: str, *, shared: bool) -> None:
    assert ServiceUrl.parse("pe").shares_host(place) is shared


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("PE.example.com", "pe.example.com", 8143),
        ("https://proxy.example.com/pe", "proxy.example.com", 443),
        ("http://pe.example.com", "pe.example.com", 80),
        ("[2001:db8::1]:4433", "2001:db8::1", 4433),
    ],
)
def test_host_and_port_are_what_is_connected_to(text: str, host: str, port: int) -> None:
    url = ServiceUrl.parse(text)
    assert (url.host, url.port) == (host, port)


_URL = "https://pe.example.com:8143"
_PROXY = "http://proxy.example.com:3128"


def _set(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_of_the_environment_carries_tls(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, **{name: _PROXY})
    assert Proxy.from_environ(ServiceUrl.parse(_URL)) == Proxy(_PROXY, _PROXY)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8143", "http://pe.example.com"])
def test_no_proxy_carries_what_is_not_encrypted(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, HTTPS_PROXY=_PROXY, HTTP_PROXY=_PROXY, ALL_PROXY=_PROXY)
    assert Proxy.from_environ(ServiceUrl.parse(url)) is None


def test_a_proxy_for_plain_http_is_none_for_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, HTTP_PROXY=_PROXY)
    assert Proxy.from_environ(ServiceUrl.parse(_URL)) is None


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
    assert Proxy.from_environ(ServiceUrl.parse(url)) is None


@pytest.mark.parametrize("names", ["", "ample.com", "pe.example.com:443", "example.com.org"])
def test_no_proxy_means_no_others(names: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, HTTPS_PROXY=_PROXY, NO_PROXY=names)
    assert Proxy.from_environ(ServiceUrl.parse(_URL)) is not None


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


@pytest.mark.parametrize(
    "text", ["https://pe.example.com/?x", "https://pe.example.com/#x", "https://ann@pe.example.com"]
)
def test_an_address_has_no_query_no_fragment_and_no_user(text: str) -> None:
    with pytest.raises(LocalFileError, match=r"^service-url is not a valid address$"):
        ServiceUrl.parse(text)
