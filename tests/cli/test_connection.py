"""From the options to an open server."""

import os

import pytest

from orch_events.cli.app import App
from orch_events.cli.connection import find_settings, open_server, retry_policy, typed_settings
from orch_events.cli.options.groups import ConnectOptions, RetryOptions
from orch_events.config.conf_file import Setting
from orch_events.errors import LocalFileError
from orch_events.library.servers import service_url

ORIGINS = {"service-url": "--service-url", "cacert": "ORCH_EVENTS_CACERT", "token-file": "default"}


def connect(*, demo: bool = False, service_url: str | None = None, cacert: str | None = None) -> ConnectOptions:
    return ConnectOptions(demo, service_url, cacert, None, None, 5.0, 5.0, ORIGINS)


def app() -> App:
    return App(None, None, None, os.environ, "linux")


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ((None, None), (600.0, 300.0, 0.0)),
        ((0.0, 0.0), (0.0, 0.0, 0.0)),
        ((7.0, 9.0), (7.0, 9.0, 9.0)),
    ],
)
def test_what_is_retried_is_what_was_typed_or_the_command_s_own(
    typed: tuple[float | None, float | None], seconds: tuple[float, float, float]
) -> None:
    policy = retry_policy(RetryOptions(*typed), retry_seconds=600.0, auth_wait_seconds=300.0)
    assert (policy.retry_seconds, policy.auth_wait_seconds, policy.auth_wait_at_start_seconds) == seconds


def test_each_setting_that_was_given_knows_where_it_came_from() -> None:
    assert typed_settings(connect(service_url="pe", cacert="ca.pem")) == {
        "service-url": Setting("pe", "--service-url"),
        "cacert": Setting("ca.pem", "ORCH_EVENTS_CACERT"),
    }


def test_where_nothing_is_configured_the_hint_names_the_ways_to_do_it() -> None:
    with pytest.raises(LocalFileError) as raised:
        service_url(*find_settings(app(), connect()))
    assert all(way in raised.value.hint for way in ("--service-url", "--demo", "orchestrator.conf"))


def test_the_demo_is_a_server_like_any_but_has_no_url_to_show() -> None:
    with open_server(app(), connect(demo=True), verbose=False) as server:
        *_, record = server.client.record("352")
    assert record is not None
    assert (record.state, server.url, server.token_version) == ("finished", None, None)
