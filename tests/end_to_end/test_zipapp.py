"""The zipapp: one file, on a machine that has only Python."""

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.cli.command import SECONDS, Done
from tests.tools import zipapp, zipapp_start

PIP = pytest.mark.skipif(
    importlib.util.find_spec("pip") is None and "ORCH_EVENTS_TEST_ALL" not in os.environ, reason="pip is not installed"
)


def run(path: Path, home: Path, *args: str) -> Done:
    """Run it with a Python that finds no other packages, in an empty environment."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(path), *args],
        env={"HOME": str(home), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return one whose program only says where it lies."""
    package = tmp_path / "source" / "orch_events"
    package.mkdir(parents=True)
    (package / "__main__.py").write_text("def run():\n    print(__file__)\n")
    zipapp.write(tmp_path / "small.pyz", tmp_path / "source")
    return tmp_path / "small.pyz"


@PIP
@pytest.mark.slow
def test_it_runs_where_nothing_is_installed(tmp_path: Path) -> None:
    path = tmp_path / "orch-events.pyz"
    zipapp.main([str(path)])
    assert run(path, tmp_path, "--version").out.startswith("orch-events ")
    done = run(path, tmp_path, "summary", "353", "--demo", "--exit-status")
    assert (done.status, "nginx" in done.out or "web-11" in done.out) == (1, True)
    assert "msgspec ?" not in run(path, tmp_path, "doctor", "--demo").out


@pytest.mark.slow
def test_it_is_unpacked_once_where_only_its_user_reads(small: Path, tmp_path: Path) -> None:
    first, second = run(small, tmp_path), run(small, tmp_path)
    assert first == second
    (place,) = (tmp_path / ".cache" / "orch-events").iterdir()
    assert first.out == f"{place / 'orch_events' / '__main__.py'}\n"
    assert [one.stat().st_mode & 0o777 for one in (place, place.parent)] == [0o700, 0o700]


@pytest.mark.slow
def test_for_another_python_or_without_a_home_it_says_so(small: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pyz"
    with zipfile.ZipFile(small) as found, zipfile.ZipFile(other, "w") as made:
        made.writestr("__main__.py", found.read("__main__.py"))
        made.writestr(zipapp_start.BUILD, "abc\ncpython-39 linux-x86_64")
    done = run(other, tmp_path)
    assert (done.status, done.out) == (8, "")
    assert done.err.startswith("error: this file was made for cpython-39 linux-x86_64, and this is cpython-3")
    homeless = subprocess.run([sys.executable, "-I", "-S", small], env={}, capture_output=True, text=True, check=False)
    assert (homeless.returncode, homeless.stderr.splitlines()[0]) == (8, "error: there is no folder to unpack to")


@pytest.mark.slow
def test_what_others_can_write_is_not_run(small: Path, tmp_path: Path) -> None:
    run(small, tmp_path)
    (place,) = (tmp_path / ".cache" / "orch-events").iterdir()
    place.chmod(0o777)
    done = run(small, tmp_path)
    assert (done.status, done.err.splitlines()[0]) == (8, f"error: {place} can be written by others")


@pytest.mark.parametrize(
    ("platform", "environ", "place"),
    [
        ("linux", {"HOME": "/h"}, "/h/.cache/orch-events"),
        ("linux", {"HOME": "/h", "XDG_CACHE_HOME": "/c"}, "/c/orch-events"),
        ("win32", {"USERPROFILE": "/u", "LOCALAPPDATA": "/l"}, "/l/orch-events"),
        ("win32", {"USERPROFILE": "/u"}, "/u/.cache/orch-events"),
    ],
)
def test_the_cache_is_the_user_s(
    platform: str, environ: dict[str, str], place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert zipapp_start.cache() == Path(place)
