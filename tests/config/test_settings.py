"""What is configured, and where from."""

import json
import traceback
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable
from itertools import combinations
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import pytest

from orch_events.config.conf_file import ConfFile, Setting
from orch_events.config.files import FileReader
from orch_events.config.settings import Places, load, survey
from orch_events.errors import LocalFileError

KEYS = ("service-url", "cacert", "token-file")
LAYERS = ("--an-option", "user.conf", "global.conf")
SECRET = "0SecretWord0"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """Return places that hold nothing yet."""
    return Places(tmp_path / "user.conf", tmp_path / "global.conf", tmp_path / "token", tmp_path / "ca.pem")


def write(path: object, **options: Any) -> None:
    named = {key.replace("_", "-"): value for key, value in options.items()}
    Path(str(path)).write_text(json.dumps({"options": named}), encoding="utf-8")


def error_of(places: Places, **typed: str) -> LocalFileError:
    """Load what can't be loaded."""
    settings = {key.replace("_", "-"): Setting(value, "--" + key) for key, value in typed.items()}
    with pytest.raises(LocalFileError) as raised:
        load(settings, places)
    return raised.value


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (
            {"HOME": "/home/ann"},
            Places(
                PurePosixPath("/home/ann/.puppetlabs/client-tools/orchestrator.conf"),
                PurePosixPath("/etc/puppetlabs/client-tools/orchestrator.conf"),
                PurePosixPath("/home/ann/.puppetlabs/token"),
                PurePosixPath("/etc/puppetlabs/puppet/ssl/certs/ca.pem"),
            ),
        ),
        (
            {"USERPROFILE": "C:\\Users\\Ann", "HOME": "/c/Users/Git"},
            Places(
                PureWindowsPath("C:/Users/Ann/.puppetlabs/client-tools/orchestrator.conf"),
                PureWindowsPath("C:/ProgramData/PuppetLabs/client-tools/orchestrator.conf"),
                PureWindowsPath("C:/Users/Ann/.puppetlabs/token"),
                PureWindowsPath("C:/ProgramData/PuppetLabs/puppet/etc/ssl/certs/ca.pem"),
            ),
        ),
    ],
    ids=["linux", "win32"],
)
def test_puppet_keeps_things_in_places_of_the_platform(
    environ: dict[str, str], expected: Places, request: pytest.FixtureRequest
) -> None:
    assert Places.from_environ(request.node.callspec.id, environ) == expected


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("environ", [{}, {"HOME": "", "USERPROFILE": ""}])
def test_without_a_home_there_are_the_global_places_only(platform: str, environ: dict[str, str]) -> None:
    places = Places.from_environ(platform, environ)
    assert (places.user_conf, places.token_file) == (None, None)
    assert load({}, places).token_file == Setting(None, "default")


@pytest.mark.parametrize("given", [some for size in (1, 2, 3) for some in combinations(LAYERS, size)])
@pytest.mark.parametrize("key", KEYS)
def test_an_option_beats_the_user_s_file_and_that_the_global_one(
    key: str, given: tuple[str, ...], places: Places, tmp_path: Path
) -> None:
    for layer in LAYERS:
        (tmp_path / f"its value in {layer}").touch()
    values = {layer: str(tmp_path / f"its value in {layer}") for layer in given}
    for layer, value in values.items():
        if layer.endswith(".conf"):
            write(tmp_path / layer, **{key: value})
    typed = {key: Setting(values["--an-option"], "--an-option")} if "--an-option" in values else {}
    settings = load(typed, places)
    found = {"service-url": settings.service_url, "cacert": settings.cacert, "token-file": settings.token_file}[key]
    origin = given[0] if given[0] == "--an-option" else str(tmp_path / given[0])
    assert found == Setting(values[given[0]], origin)


def test_files_are_merged_key_by_key(places: Places) -> None:
    write(places.user_conf, service_url="user.example.com", token_file=None)
    write(places.global_conf, service_url="global.example.com", token_file="/srv/token")
    settings = load({}, places)
    assert settings.service_url == Setting("user.example.com", str(places.user_conf))
    assert settings.token_file == Setting("/srv/token", str(places.global_conf))


def test_without_any_file_the_defaults_hold(places: Places) -> None:
    settings = load({}, places)
    assert settings.service_url == Setting(None, "default")
    assert settings.cacert == Setting(None, "default"), "it is not there"
    assert settings.token_file == Setting(str(places.token_file), "default")


def test_puppet_s_own_ca_is_taken_where_it_is(places: Places) -> None:
    Path(places.cacert).touch()
    assert load({}, places).cacert == Setting(str(places.cacert), "default")


def test_a_named_configuration_file_stands_for_the_user_s_and_above_the_global_one(
    places: Places, tmp_path: Path
) -> None:
    write(places.user_conf, service_url="user.example.com", token_file="/home/token")
    write(places.global_conf, token_file="/srv/token")
    write(tmp_path / "named", service_url="named.example.com")
    settings = load({"config-file": Setting(str(tmp_path / "named"), "--config-file")}, places)
    assert settings.service_url == Setting("named.example.com", str(tmp_path / "named"))
    assert settings.token_file == Setting("/srv/token", str(places.global_conf))


def test_keys_that_are_not_ours_are_tolerated(places: Places) -> None:
    write(places.user_conf, service_url="pe.example.com", color=True, noop=[1], read_timeout=None, token=SECRET)
    assert load({}, places).service_url.value == "pe.example.com"


def test_a_tilde_in_a_file_is_the_home_as_in_a_shell(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    write(places.user_conf, token_file="~/token", service_url="~")
    settings = load({}, places)
    assert (settings.token_file.value, settings.service_url.value) == ("/home/ann/token", "~")


@pytest.mark.parametrize("option", ["cacert", "config_file"])
@pytest.mark.parametrize("name", ["missing", "x" * 300], ids=["missing", "a name too long"])
def test_a_named_file_that_is_not_there_is_told_with_its_origin(
    option: str, name: str, places: Places, tmp_path: Path
) -> None:
    error = error_of(places, **{option: str(tmp_path / name)})
    assert str(tmp_path / name) in error.message
    assert f"(from --{option})" in error.message


MISREAD = [
    b"",
    b'{"options": {"token": "%b"',
    b'{"options": {"token": "%b\xff"}}',
    b"options: {token: %b}",
    b'["%b"]',
    b'"%b"',
    b'{"options": "%b"}',
    b'{"options": ["%b"]}',
    b'{"options": null, "token": "%b"}',
    b'{"options": {"service-url": {"%b": 1}}}',
    b'{"options": {"token-file": ["%b"]}}',
    b'{"options": {"cacert": 7, "token": "%b"}}',
    b'{"%b":' + b"[" * 100_000,
]


@pytest.mark.parametrize("content", MISREAD, ids=lambda content: content[:40])
@pytest.mark.parametrize("place", ["user_conf", "global_conf"])
def test_a_misread_file_is_told_by_its_path_and_never_by_its_content(
    content: bytes, place: str, places: Places
) -> None:
    path = Path(getattr(places, place))
    path.write_bytes(content.replace(b"%b", SECRET.encode()))
    error = error_of(places)
    assert str(path) in error.message
    assert SECRET not in error.message + error.hint
    assert SECRET not in "".join(traceback.format_exception(error))
    assert error.hint


def test_a_directory_is_no_configuration_file(places: Places, tmp_path: Path) -> None:
    assert error_of(places, config_file=str(tmp_path)).message == f"{tmp_path} can't be read: Is a directory"


def test_a_survey_finds_everything_that_is_wrong_and_what_holds_all_the_same(places: Places, tmp_path: Path) -> None:
    Path(str(places.user_conf)).write_text("not JSON", encoding="utf-8")
    write(places.global_conf, service_url="pe.example.com")
    found = survey({"cacert": Setting(str(tmp_path / "missing"), "--cacert")}, places)

    user, shared = found.conf_files
    assert found.settings.service_url == Setting("pe.example.com", str(places.global_conf))
    assert (user.path, user.origin, user.options) == (str(places.user_conf), "default", None)
    assert isinstance(user.error, LocalFileError)
    assert list(shared.options or ()) == ["service-url"]
    assert found.cacert_error is not None


def test_of_what_a_survey_finds_the_first_is_raised(places: Places, tmp_path: Path) -> None:
    Path(str(places.global_conf)).write_text("not JSON", encoding="utf-8")
    assert "global.conf" in error_of(places, cacert=str(tmp_path / "missing")).message


def test_a_default_file_that_is_not_there_is_surveyed_without_an_error(places: Places) -> None:
    user, shared = survey({}, places).conf_files
    assert user == ConfFile(str(places.user_conf), "default")
    assert shared == ConfFile(str(places.global_conf), "default")


def test_without_a_home_there_is_no_file_of_the_user_to_survey() -> None:
    assert survey({}, Places.from_environ("linux", {})).conf_files[0] == ConfFile(None, "default")


@pytest.mark.parametrize("mark", [BOM_UTF16_LE, BOM_UTF16_BE])
def test_utf_16_is_named_as_what_it_is(mark: bytes, places: Places) -> None:
    encoding = "utf-16-le" if mark == BOM_UTF16_LE else "utf-16-be"
    Path(str(places.user_conf)).write_bytes(mark + "{}".encode(encoding))
    assert error_of(places).message == f"{places.user_conf} is UTF-16 text"


def test_from_a_pipe_a_configuration_is_read_once_and_kept(fifo: Callable[[bytes], str], places: Places) -> None:
    named = {"config-file": Setting(fifo(b'{"options":{"service-url":"pe.example.com"}}'), "--config-file")}
    reader = FileReader()
    assert load(named, places, reader) == load(named, places, reader)
    assert load(named, places, reader).service_url.value == "pe.example.com"
