"""`doctor` on this machine: versions, variables, settings and files. Nothing is asked of any server here."""

import os
import platform
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from tests.certificates import OLD_CA, Authority
from tests.cli.command import Done, run
from tests.cli.examined import examined, home, write_conf, write_token

Call = Callable[..., Done]

_GONE = "https://127.0.0.1:1"
_SECRET = "0SecretWord0"


def test_the_versions_of_everything_are_told(call: Call) -> None:
    found = examined(call("doctor", "--json"))["versions"].found
    for word in (
        "orch-events",
        f"Python {platform.python_version()}",
        "click 8",
        "httpx 0",
        "msgspec",
        "rich",
        "OpenSSL",
    ):
        assert word in found


def test_a_library_without_its_metadata_is_no_reason_to_fall(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("orch_events.cli.doctor.local_checks.version", unknown)
    assert "httpx ?" in examined(call("doctor", "--json"))["versions"].found


def test_without_any_configuration_it_says_what_to_write_and_checks_what_it_can(call: Call) -> None:
    done = call("doctor", "--json")
    found = examined(done)

    assert done.status == 8
    assert found["service-url"].found == "no orchestrator is configured"
    assert "--service-url" in found["service-url"].hint
    assert found["config-file"].found.endswith("orchestrator.conf (default) does not exist")
    assert found["token-file"].status == "warning"
    assert {found[name].found for name in ("proxy", "tls", "clock")} == {"skipped until service-url is fixed"}


def test_each_setting_is_told_with_where_it_comes_from(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    conf = write_conf(service_url=_GONE, token_file="~/.puppetlabs/token", environment="production")
    token = write_token(_SECRET)
    monkeypatch.setenv("ORCH_EVENTS_CACERT", str(authority.pem))
    monkeypatch.setenv("ORCH_EVENTS_READ_TIMEOUT", "2m")
    found = examined(call("doctor", "--json", "--connect-timeout", "500ms"))

    assert found["environment"].found == "ORCH_EVENTS_CACERT, ORCH_EVENTS_READ_TIMEOUT"
    assert found["config-file"].found == f"{conf} (default) sets service-url, token-file"
    assert found["service-url"].found == f"{_GONE} ({conf}): {_GONE}/orchestrator/v1"
    assert found["cacert"].found == f"{authority.pem} (ORCH_EVENTS_CACERT): 1 certificate"
    assert found["token-file"].found == f"{token} ({conf}): present, 12 characters, written 20m ago"
    assert found["connect-timeout"].found == "0.5 s (--connect-timeout)"
    assert found["read-timeout"].found == "120 s (ORCH_EVENTS_READ_TIMEOUT)"


def test_a_bare_host_is_told_with_what_becomes_of_it(call: Call) -> None:
    found = examined(call("doctor", "--json", "--service-url", "127.0.0.1:1"))
    assert found["service-url"].found == "127.0.0.1:1 (--service-url): https://127.0.0.1:1/orchestrator/v1"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("ORCH_EVENTS_CA_CERT", "did you mean ORCH_EVENTS_CACERT?"),
        ("ORCH_EVENTS_COLOUR", "did you mean ORCH_EVENTS_COLOR?"),
        ("ORCH_EVENTS_TOKEN", "did you mean ORCH_EVENTS_TOKEN_FILE?"),
        ("ORCH_EVENTS_XYZZY", "variables are named after options, as in ORCH_EVENTS_CACERT"),
    ],
)
def test_a_variable_that_no_option_has_is_told_with_the_nearest_name(
    name: str, hint: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, _SECRET)
    monkeypatch.setenv("ORCH_EVENTS_SPEED", "2")
    done = call("doctor", "--json")
    told = examined(done)["environment"]

    assert (told.status, told.found, told.hint) == ("warning", f"no option reads {name}", hint)
    assert _SECRET not in done.out + done.err


@pytest.mark.parametrize(
    ("name", "value", "found", "hint"),
    [
        ("ORCH_EVENTS_OUTPUT", "csv",
         "the value of ORCH_EVENTS_OUTPUT is ignored by output, summary, failures, timeline, compare",
         "see: orch-events help environment"),
        ("ORCH_EVENTS_TIME", "elapsed",
         "the value of ORCH_EVENTS_TIME is ignored by jobs, output, summary, failures, compare, history, collect",
         "see: orch-events help environment"),
        ("ORCH_EVENTS_TIMEOUT", "soon", "no command can use the value of ORCH_EVENTS_TIMEOUT",
         "see: orch-events help environment"),
        ("ORCH_EVENT_TIMEOUT", "1h", "no option reads ORCH_EVENT_TIMEOUT", "did you mean ORCH_EVENTS_TIMEOUT?"),
        ("orch_events_cacert", "x", "no option reads orch_events_cacert", "did you mean ORCH_EVENTS_CACERT?"),
    ],
)  # fmt: skip
def test_a_variable_that_some_command_ignores_is_told(
    name: str, value: str, found: str, hint: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    told = examined(call("doctor", "--json"))["environment"]
    assert (told.status, told.found, told.hint) == ("warning", found, hint)


@pytest.mark.parametrize(
    ("content", "ignored", "hint"),
    [
        ('{"options": {"service_url": "x"}}', "service_url", "did you mean service-url?"),
        ('{"options": {"cacerts": "x", "noop": true}}', "cacerts", "did you mean cacert?"),
        ('{"service-url": "x"}', "service-url", 'settings are read below the key "options" only'),
        ('{"options": {"xyzzy": 1}}', "xyzzy", "keys that are used: service-url, cacert, token-file"),
    ],
)
def test_a_key_that_is_ignored_is_told_with_what_was_meant(content: str, ignored: str, hint: str, call: Call) -> None:
    path = home("client-tools", "orchestrator.conf")
    path.write_text(content, encoding="utf-8")
    told = examined(call("doctor", "--json"))["config-file"]
    assert (told.status, told.hint) == ("warning", hint)
    assert told.found == f"{path} (default) sets nothing that is used here; ignored: {ignored}"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ('{"options": {"cacert": "x",}}', "line 1, column 28: illegal trailing comma before end of object"),
        ('{\n  "options": {\n    "cacert": x\n', "line 3, column 15: expecting value"),
    ],
)
def test_where_json_is_broken_is_told(content: str, place: str, call: Call) -> None:
    path = home("client-tools", "orchestrator.conf")
    path.write_text(content, encoding="utf-8")
    found = examined(call("doctor", "--json"))["config-file"].found
    assert found.startswith(f"{path} is not valid JSON: {place.partition(': ')[0]}")


@pytest.mark.parametrize("content", ["not JSON", "[]", '{"options": 7}', f'{{"options": {{"token": "{_SECRET}"'])
def test_a_configuration_file_that_is_misread_fails_and_the_rest_is_checked(content: str, call: Call) -> None:
    path = home("client-tools", "orchestrator.conf")
    path.write_text(content, encoding="utf-8")
    done = call("doctor", "--json")
    found = examined(done)

    assert done.status == 8
    assert str(path) in found["config-file"].found
    assert (found["service-url"].status, found["service-url"].found) == (
        "not checked",
        "skipped until config-file is fixed",
    )
    assert found["token-file"].status == "warning"
    assert _SECRET not in done.out


def test_with_a_configuration_file_that_is_misread_a_url_that_was_typed_is_tried(call: Call) -> None:
    home("client-tools", "orchestrator.conf").write_text("not JSON", encoding="utf-8")
    done = call("doctor", "--json", "--service-url", _GONE)

    assert done.status == 8
    assert examined(done)["connection"].exit_status == 6


def test_a_directory_is_no_configuration_file(call: Call, tmp_path: Path) -> None:
    found = examined(call("doctor", "--json", "--config-file", str(tmp_path)))
    assert found["config-file"].found == f"{tmp_path} can't be read: Is a directory"


@pytest.mark.parametrize(("option", "check"), [("--config-file", "config-file"), ("--cacert", "cacert")])
def test_a_file_that_was_named_must_be_there(option: str, check: str, call: Call) -> None:
    done = call("doctor", "--json", "--service-url", _GONE, option, "/nowhere/file")

    told = examined(done)[check]
    assert (done.status, told.status) == (8, "failure")
    assert f"/nowhere/file (from {option}) does not exist" in told.found


@pytest.mark.parametrize("url", ["https://ann:0SecretWord0@pe", "https://pe?token=0SecretWord0", "0SecretWord0@pe"])
def test_credentials_in_a_url_are_not_repeated(url: str, call: Call) -> None:
    done = call("doctor", "--json", "--service-url", url)

    assert done.status == 8
    assert examined(done)["service-url"].found == "service-url is not a valid address (from --service-url)"
    assert _SECRET not in done.out + done.err


@pytest.mark.parametrize(
    ("mode", "seconds", "told", "hints"),
    [
        (0o600, 30, "written 30s ago", ""),
        (0o600, -3600, "written 5s ago", ""),
        (0o600, 3540, "written 59m ago", ""),
        (
            0o600,
            7200,
            "written 2h 00m ago",
            "tokens expire after one hour by default; for a new one, run: puppet access login",
        ),
        (0o640, 30, "written 30s ago, readable by other users", "run: chmod 600 {path}"),
        (
            0o604,
            90_000,
            "written 25h 00m ago, readable by other users",
            "run: chmod 600 {path}; tokens expire after one hour by default; for a new one, run: puppet access login",
        ),
    ],
)
def test_a_token_file_is_told_with_its_age_and_who_can_read_it(
    mode: int, seconds: float, told: str, hints: str, call: Call
) -> None:
    path = write_token(_SECRET, mode=mode, seconds=seconds)
    done = call("doctor", "--json")
    found = examined(done)["token-file"]

    assert found.found == f"{path} (default): present, 12 characters, {told}"
    assert found.hint == hints.format(path=path)
    assert _SECRET not in done.out + done.err


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("\ufeff", "is empty"),
        ("two\nlines", "contains more than one line"),
        ("a\x07b", "contains control characters"),
        ("tokén", "contains characters that are not ASCII"),
    ],
)
def test_a_token_file_without_a_token_fails(content: str, wrong: str, call: Call) -> None:
    path = write_token(content)
    done = call("doctor", "--json", "--service-url", _GONE)
    found = examined(done)["token-file"]

    assert (done.status, found.status) == (8, "failure")
    assert found.found == f"the token in {path} {wrong} (from default)"


def test_a_token_file_that_was_named_and_is_not_there_fails(call: Call) -> None:
    found = examined(call("doctor", "--json", "--token-file", "/nowhere/token"))["token-file"]
    assert found.found == "the token file /nowhere/token does not exist (from --token-file)"
    assert found.exit_status == 8


@pytest.mark.slow
def test_a_token_of_standard_input_is_counted() -> None:
    done = run("doctor", "--json", "--token-file", "-", stdin=f"{_SECRET}\n")
    assert examined(done)["token-file"].found == "standard input (--token-file): 12 characters"


@pytest.mark.slow
def test_without_a_home_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    found = examined(run("doctor", "--json", "--service-url", _GONE))

    assert found["config-file"].found == "no home directory to look in"
    assert (found["token-file"].status, found["token-file"].found) == ("warning", "no home directory to look in")


def test_the_system_s_cas_are_told_where_there_is_no_other(call: Call) -> None:
    found = examined(call("doctor", "--json", "--service-url", _GONE))["cacert"]
    assert found.found == "the system's CAs (default), because /etc/puppetlabs/puppet/ssl/certs/ca.pem does not exist"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://pe.example.com"])
def test_over_plain_http_no_ca_is_used(url: str, call: Call, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not PEM")
    found = examined(call("doctor", "--json", "--service-url", url, "--cacert", str(tmp_path / "ca.pem")))["cacert"]
    assert (found.status, found.found) == ("ok", f"{tmp_path}/ca.pem (--cacert): not used over plain http")


def test_a_ca_file_is_told_with_how_many_certificates_and_how_many_expired(call: Call, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_text(OLD_CA + Authority(tmp_path).pem.read_text())
    found = examined(call("doctor", "--json", "--cacert", str(both)))["cacert"]

    assert found.status == "warning"
    assert found.found == f"{both} (--cacert): 2 certificates, 1 of them expired: An old CA"
    assert "ca.pem" in found.hint


@pytest.mark.parametrize("content", [b"", b"not PEM"])
def test_a_ca_file_that_holds_no_certificate_fails(content: bytes, call: Call, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(content)
    done = call("doctor", "--json", "--service-url", _GONE, "--cacert", str(tmp_path / "ca.pem"))
    found = examined(done)

    assert done.status == 8
    assert found["cacert"].found == f"the CA file {tmp_path}/ca.pem contains no certificate (from --cacert)"
    assert found["connection"].exit_status == 6, "what does not need the CA is checked all the same"


def test_a_ca_file_that_nobody_can_read_fails(call: Call, tmp_path: Path) -> None:
    found = examined(call("doctor", "--json", "--cacert", str(tmp_path)))["cacert"]
    assert found.exit_status == 8
    assert found.found == f"the CA file {tmp_path} can't be read: Is a directory (from --cacert)"


@pytest.mark.slow
def test_paths_that_are_no_unicode_are_shown_as_escapes() -> None:
    done = run("doctor", "--json", "--token-file", os.fsdecode(b"/nowhere/\xff\x1b[31m"))
    assert "/nowhere/\\udcff\\x1b[31m does not exist" in examined(done)["token-file"].found
