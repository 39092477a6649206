"""The start of the zipapp, as its `__main__.py`: it unpacks what is beside it, once, and runs it from there.

A compiled module can't be imported from a zip, and msgspec is one. What is unpacked lies in the user's own cache, in a
folder that only the user can read, whose name tells one build from another.
"""

import os
import shutil
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path
from typing import NoReturn

PACKAGES = "packages/"
BUILD = "build.txt"
"""The name of the build, and what it was made for, a line each."""

_UNUSABLE = 8


def made_for() -> str:
    """Return what compiled modules are made for: this Python on this system."""
    return f"{sys.implementation.cache_tag} {sysconfig.get_platform()}"


def cache() -> Path | None:
    """Return the user's cache; None if there is no home."""
    folder = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    home = os.environ.get("USERPROFILE" if sys.platform == "win32" else "HOME")
    place = Path(folder) if folder else Path(home) / ".cache" if home else None
    return place / "orch-events" if place else None


def unpack(archive: zipfile.ZipFile, place: Path) -> None:
    """Unpack the packages; another process may do the same at the same time. Raises OSError."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=place.parent))
    try:
        archive.extractall(beside, [name for name in archive.namelist() if name.startswith(PACKAGES)])
        (beside / PACKAGES).chmod(0o700)
        (beside / PACKAGES).rename(place)
    except OSError:
        if not place.is_dir():
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def is_own(place: Path) -> bool:
    """Whether nobody but this user can have written what is run from there."""
    found = place.stat()
    return not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)


def start(path: Path) -> None:
    """Run the program in a zipapp."""
    with zipfile.ZipFile(path) as archive:
        build, wanted = archive.read(BUILD).decode().split("\n")
        folder = cache()
        if wanted != made_for():
            fail(f"this file was made for {wanted}, and this is {made_for()}", "build it with this Python")
        if folder is None:
            fail("there is no folder to unpack to", "set HOME or XDG_CACHE_HOME")
        place = folder / f"app-{build}"
        try:
            if not place.is_dir():
                unpack(archive, place)
            if not is_own(place):
                fail(f"{place} can be written by others", "remove it")
        except OSError as error:
            fail(f"{folder} can't be used: {os.strerror(error.errno or 0)}", "set XDG_CACHE_HOME to another folder")
    sys.path.insert(0, str(place))
    from orch_events.__main__ import run

    run()


def fail(message: str, hint: str) -> NoReturn:
    """End with an error, as the program itself does."""
    sys.stderr.write(f"error: {message}\nhint: {hint}\n")
    raise SystemExit(_UNUSABLE)


if __name__ == "__main__":
    start(Path(__file__).parent)
