"""Running `doctor`, and reading what it found."""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orch_events.cli.doctor.checks import NAMES, Check
from tests.cli.command import Done


def examined(done: Done) -> Mapping[str, Check]:
    """Read a report in JSON by the names of its checks, and see that its shape is the documented one."""
    report: dict[str, Any] = json.loads(done.out)
    assert list(report) == ["version", "ok", "exit_status", "checks"]
    assert (report["version"], report["exit_status"]) == (1, done.status)
    assert report["ok"] is (done.status == 0)
    assert [check["name"] for check in report["checks"]] == list(NAMES)
    keys = ["name", "status", "found", "hint", "exit_status"]
    assert all(list(check) == keys for check in report["checks"])
    found = {check["name"]: Check(**check) for check in report["checks"]}
    assert all(_sound(one) for one in found.values())
    assert done.status == next((one.exit_status for one in found.values() if one.exit_status), 0)
    assert "Traceback" not in done.err
    return found


def _sound(one: Check) -> bool:
    """Whether there is something to do exactly where something is wrong, and a status where it failed."""
    wrong = one.status in ("warning", "failure")
    known = wrong or one.status in ("ok", "not checked")
    return known and bool(one.found) and bool(one.hint) is wrong and bool(one.exit_status) is (one.status == "failure")


def home(*parts: str) -> Path:
    """Return a path below the test's home, of which the folder is there."""
    path = Path(os.environ["HOME"], ".puppetlabs", *parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def write_conf(**options: str) -> Path:
    """Write the user's orchestrator.conf."""
    path = home("client-tools", "orchestrator.conf")
    path.write_text(json.dumps({"options": {key.replace("_", "-"): value for key, value in options.items()}}))
    return path


def write_token(token: str, *, mode: int = 0o600, seconds: float = 1200.0) -> Path:
    """Write the default token file, as long ago as that."""
    path = home("token")
    path.write_text(f"{token}\n", encoding="utf-8")
    path.chmod(mode)
    at = time.time() - seconds
    os.utime(path, (at, at))
    return path
