"""Builds the zipapp: one file with the program and all that it needs, for machines that have only Python.

`python -m tests.tools.zipapp [FILE]` writes it, by default `orch-events.pyz`, for the Python that runs it and its
system: msgspec is compiled. The packages come from where pip finds them.
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tests import ROOT
from tests.tools import zipapp_start

_DEFAULT = "orch-events.pyz"
_LEFT_OUT = ("bin/", "share/")


def main(args: Sequence[str]) -> None:
    """Write the zipapp."""
    out = Path(args[0] if args else _DEFAULT)
    with tempfile.TemporaryDirectory() as folder:
        install(Path(folder), str(ROOT))
        write(out, Path(folder))
    sys.stdout.write(f"{out}: {out.stat().st_size / 1e6:.1f} MB, for {zipapp_start.made_for()}\n")


def install(folder: Path, *packages: str) -> None:
    """Install packages, and what they need, into a folder."""
    words = ["-m", "pip", "install", "--quiet", "--no-compile", "--target", str(folder), *packages]
    subprocess.run([sys.executable, *words], check=True)


def write(out: Path, folder: Path) -> None:
    """Write the packages of a folder into a file that Python runs, and that a shell runs too."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and _is_wanted(path.relative_to(folder)))
    start = Path(zipapp_start.__file__).read_text(encoding="utf-8")
    with out.open("wb") as stream:
        stream.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("__main__.py", start)
            archive.writestr(zipapp_start.BUILD, f"{_build(files, folder)}\n{zipapp_start.made_for()}")
            for path in files:
                archive.write(path, zipapp_start.PACKAGES + path.relative_to(folder).as_posix())
    out.chmod(0o755)


def _is_wanted(path: Path) -> bool:
    return not path.as_posix().startswith(_LEFT_OUT) and path.suffix != ".pyc"


def _build(files: Sequence[Path], folder: Path) -> str:
    """Name a build after what is in it."""
    found = hashlib.sha256()
    for path in files:
        found.update(f"{path.relative_to(folder).as_posix()} {path.stat().st_size}\n".encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


if __name__ == "__main__":
    main(sys.argv[1:])
