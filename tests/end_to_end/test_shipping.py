"""What `src/docs/shipping.md` says of other programs: rsyslog, with the configuration that stands there."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from threading import Thread

import pytest

from orch_events.simulator import scripts
from orch_events.times import SystemClock
from tests import ROOT
from tests.cli.command import SECONDS, needs, run
from tests.servers import listening

pytestmark = pytest.mark.slow

SHIPPING = (ROOT / "src" / "docs" / "shipping.md").read_text(encoding="utf-8")
CLOCK = SystemClock()


class Receiver:
    """Takes lines from any number of connections."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.threads: list[Thread] = []

    def accept(self, connection: socket) -> None:
        thread = Thread(target=self._read, args=(connection,), daemon=True)
        thread.start()
        self.threads.append(thread)

    def _read(self, connection: socket) -> None:
        with connection:
            while piece := connection.recv(1 << 16):
                self.received += piece

    def ids(self) -> set[tuple[str, str]]:
        """Return the job and the id of each event that has arrived."""
        lines = [json.loads(line) for line in bytes(self.received).split(b"\n")[:-1]]
        return {(line["job"], line["id"]) for line in lines if "job" in line and "id" in line}


@contextmanager
def rsyslog(folder: Path, archive: Path, port: str) -> Iterator[None]:
    """Run rsyslog with the documented configuration, but for the paths and the port."""
    (configuration,) = re.findall(r"<!-- rsyslog -->\n\n```text\n(.*?)```", SHIPPING, re.DOTALL)
    for said, ours in (("/var/lib/orch-events", str(archive)), ("logs.example.com", "127.0.0.1"), ("5140", port)):
        assert said in configuration
        configuration = configuration.replace(said, ours)
    global_ = f'global(workDirectory="{folder}" maxMessageSize="16m")'
    path = folder / "rsyslog.conf"
    path.write_text(re.sub(r"global\(.*?\)", global_, configuration))
    process = subprocess.Popen(
        ["rsyslogd", "-n", "-f", str(path), "-i", str(folder / "pid"), "-C"],  # noqa: S607
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(SECONDS)


@needs("rsyslogd")
def test_rsyslog_hands_over_every_event_also_when_it_is_restarted_in_the_middle(over: str, tmp_path: Path) -> None:
    folder, archive, receiver = tmp_path / "rsyslog", tmp_path / "archive", Receiver()
    folder.mkdir()
    expected = {(str(number), str(event.id)) for number, job in scripts().items() for event in job.events}
    words = ("collect", "--archive", str(archive), "--service-url", over, "--since", "0", "--once", "--max-rate", "99")
    with listening(receiver.accept) as place:
        port = place.rpartition(":")[2]
        assert run(*words, "--type", "deploy").status == 0
        with rsyslog(folder, archive, port):
            until = CLOCK.monotonic() + SECONDS
            while not receiver.received and CLOCK.monotonic() < until:
                CLOCK.sleep(0.001)
        assert receiver.ids() < expected
        assert run(*words).status == 0
        with rsyslog(folder, archive, port):
            until = CLOCK.monotonic() + SECONDS
            while receiver.ids() != expected and CLOCK.monotonic() < until:
                CLOCK.sleep(0.1)
        for thread in receiver.threads:
            thread.join(SECONDS)
    assert receiver.ids() == expected
