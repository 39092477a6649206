"""What is handed out: the source distribution is whole, and its own tests pass."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests import ROOT

FOLDERS = ("src", "tests", "completions", ".ci", ".pictures")
_MADE = ("__pycache__", ".hypothesis")
PROJECT = [f"tests/test_{name}.py" for name in ("architecture", "docs", "generated", "library", "mirror", "readme")]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source distribution, and unpack it."""
    place = tmp_path_factory.mktemp("sdist")
    words = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(place)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    (archive,) = place.glob("*.tar.gz")
    with tarfile.open(archive) as found:
        found.extractall(place, filter="data")
    return next(path for path in place.iterdir() if path.is_dir())


def files(root: Path) -> set[str]:
    """Return the files that belong to the project, below a root."""
    found = (path for folder in FOLDERS for path in (root / folder).rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix() for path in found if not set(path.parts) & set(_MADE)}


@pytest.mark.slow
def test_the_source_distribution_has_every_file(unpacked: Path) -> None:
    assert files(unpacked) == files(ROOT)


@pytest.mark.slow
def test_the_tests_of_the_project_pass_in_it(unpacked: Path) -> None:
    words = [sys.executable, "-m", "pytest", "-q", "-m", "not slow", "-p", "no:cacheprovider", *PROJECT]
    env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}  # of another place
    env |= {"PYTHONPATH": str(unpacked / "src"), "PYTEST_ADDOPTS": ""}
    done = subprocess.run(words, cwd=unpacked, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
