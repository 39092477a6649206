"""Every message on stderr with its trigger and the exit status: the table is `tests/golden/messages.txt`.

A block of the table, between empty lines:

    # what it is about                  a comment
    @file conf {"options": 7}           there is a file; of `~` the home directory, else of the working directory
    @env ORCH_EVENTS_TIME never         there is a variable
    @answer 503 Busy                    the server answers this to everything; without it, its jobs are all over
    @at 60                              the server stands at this second of its time
    @token s3cret                       the server demands this token
    @fails 2 5 503                      its second to fifth answer is this, as at 60
    @cut @refused @silent @unknown      the server breaks off, is not there, never answers, or has no address
    @untrusted @plain                   its certificate is of another CA; it has none
    @raises Detached 143                the first wait ends so, as on a signal; BrokenPipeError: the first write
    @limit @bug                         there is no thread to spare; the program has a fault
    @nowhere                            no server is configured
    @stdout                             it is standard output that is compared
    $ orch-events list 999              what is typed; SERVER is the server's URL, which is also configured
    error: …                            stderr, whole; `…` stands for some words, and alone for some lines
    [5]                                 the exit status

No wait takes any time.
"""

import json
import math
import os
import re
import shlex
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import pytest

from orch_events import errors
from orch_events.cli import exit_status
from orch_events.cli.signals import Detached
from orch_events.errors import OrchEventsError
from orch_events.render.toolkit.streams import Output
from orch_events.simulator import Fault, Simulator
from orch_events.simulator.api import Answer, Request
from orch_events.times import SystemClock
from tests import GOLDEN
from tests.certificates import Authority, serving
from tests.cli.command import Done
from tests.cli.conftest import Serve
from tests.fakes import StillApi, stand_still
from tests.servers import listening

Call = Callable[..., Done]

TABLE = (GOLDEN / "messages.txt").read_text(encoding="utf-8")


class Failing(StillApi):
    """The simulator's API while job 352 runs; some of its answers are errors.

    Args:
        numbers: which of them.
        status: their HTTP status.
    """

    def __init__(self, numbers: range, status: int) -> None:
        super().__init__(60.0)
        self._numbers = numbers
        self._status = status
        self._asked = 0

    def get(self, request: Request, picked: Mapping[str, Fault] | None = None) -> Answer:
        """Answer a GET."""
        self._asked += 1
        return Answer(self._status, "") if self._asked in self._numbers else super().get(request, picked)


@dataclass
class Block:
    """A row of the table."""

    about: str = ""
    scene: list[tuple[str, str]] = field(default_factory=list)
    typed: str = ""
    told: list[str] = field(default_factory=list)
    status: int = 0

    def read(self, line: str) -> None:
        """Take a line of the block."""
        if line.startswith("# "):
            self.about = line[2:]
        elif line.startswith("@"):
            name, _, rest = line[1:].partition(" ")
            self.scene.append((name, rest))
        elif line.startswith("$ orch-events"):
            self.typed = line.removeprefix("$ orch-events")
        elif found := re.fullmatch(r"\[(\d+)\]", line):
            self.status = int(found[1])
        else:
            self.told.append(line)


def blocks() -> Iterator[Block]:
    """Read the table."""
    for text in TABLE.strip().split("\n\n"):
        block = Block()
        for line in text.splitlines():
            block.read(line)
        if block.typed or block.told:
            yield block


class Stage:
    """Sets the scene of a block, and takes it down again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path, over: str, answering: Serve) -> None:
        self.url = over
        self.stack = ExitStack()
        self._monkeypatch = monkeypatch
        self._folder = folder
        self._answering = answering
        stand_still(monkeypatch)

    def set(self, scene: list[tuple[str, str]]) -> None:
        """Set a scene."""
        for name, rest in scene:
            getattr(self, f"_{name}")(rest)

    def _file(self, rest: str) -> None:
        name, _, content = rest.partition(" ")
        path = Path(os.environ["HOME"], name[2:]) if name.startswith("~") else self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(json.loads(content).encode("latin-1") if content.startswith('"') else content.encode())
        path.chmod(0o600)

    def _env(self, rest: str) -> None:
        name, _, value = rest.partition(" ")
        self._monkeypatch.setenv(name, value.replace("\\n", "\n"))

    def _answer(self, rest: str) -> None:
        status, _, body = rest.partition(" ")
        place = self._answering(int(status), body.encode(), Location="https://sso.example.com/login")
        self.url = self.stack.enter_context(place)

    def _at(self, rest: str) -> None:
        self.url = self.stack.enter_context(Simulator(StillApi(float(rest)))).url

    def _fails(self, rest: str) -> None:
        first, last, status = map(int, rest.split())
        self.url = self.stack.enter_context(Simulator(Failing(range(first, last + 1), status))).url

    def _token(self, rest: str) -> None:
        self.url = self.stack.enter_context(Simulator(StillApi(math.inf, rest))).url

    def _cut(self, _: str) -> None:
        def answer(one: socket.socket) -> None:
            one.recv(1 << 16)
            one.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")
            one.close()

        self.url = "http://" + self.stack.enter_context(listening(answer))

    def _unknown(self, _: str) -> None:
        def unknown(*_: object, **__: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        self.url = "https://pe.exmaple.com:8143"
        self._monkeypatch.setattr(socket, "getaddrinfo", unknown)

    def _untrusted(self, _: str) -> None:
        self.url = self.stack.enter_context(serving(Authority(self._folder).issue("127.0.0.1"))).url

    def _plain(self, _: str) -> None:
        self.url = self.url.replace("http:", "https:")

    def _limit(self, _: str) -> None:
        def refuse(_: Thread) -> None:
            raise RuntimeError("can't start new thread")

        self._monkeypatch.setattr(Thread, "start", refuse)

    def _bug(self, _: str) -> None:
        def broken(*_: object) -> None:
            raise ZeroDivisionError

        self._monkeypatch.setattr("orch_events.cli.options.types.parse_instant", broken)

    def _readable(self, _: str) -> None:
        Path(os.environ["HOME"], ".puppetlabs", "token").chmod(0o644)

    def _nowhere(self, _: str) -> None:
        """Nothing is configured: see where the command is run."""

    def _stdout(self, _: str) -> None:
        """It is standard output that is compared."""

    def _silent(self, _: str) -> None:
        def keep(one: socket.socket) -> None:
            self.stack.callback(one.close)

        self.url = "http://" + self.stack.enter_context(listening(keep))

    def _refused(self, _: str) -> None:
        self.url = "http://127.0.0.1:1"

    def _raises(self, rest: str) -> None:
        error = Detached(int(rest.split()[1])) if rest.startswith("Detached") else BrokenPipeError()

        def fail(*_: object) -> None:
            raise error

        kind, name = (SystemClock, "sleep") if isinstance(error, Detached) else (Output, "write_text")
        self._monkeypatch.setattr(kind, name, fail)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, over: str, answering: Serve) -> Stage:
    monkeypatch.chdir(tmp_path)
    return Stage(monkeypatch, tmp_path, over, answering)


def _place(text: str, url: str, folder: Path) -> str:
    """Return what was told with names in place of what is another in each run."""
    text = text.replace(url, "SERVER").replace(os.environ["HOME"], "HOME").replace(str(folder), "TMP")
    return re.sub(r"http://127\.0\.0\.1:\d{2,}", "DEMO", text)


def _pattern(lines: list[str]) -> str:
    return "".join("(?s:.*)" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + "\n" for line in lines)


@pytest.mark.parametrize("block", [pytest.param(one, id=one.about or one.typed.strip()) for one in blocks()])
def test_each_message_is_told_as_the_table_has_it(
    block: Block, stage: Stage, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stage.stack:
        stage.set(block.scene)
        if "SERVER" not in block.typed and ("nowhere", "") not in block.scene:
            monkeypatch.setenv("ORCH_EVENTS_SERVICE_URL", stage.url)
        done = call(*shlex.split(block.typed.replace("SERVER", stage.url)))
    told = _place(done.out if ("stdout", "") in block.scene else done.err, stage.url, tmp_path)
    assert re.fullmatch(_pattern(block.told), told), told
    assert done.status == block.status


def test_the_table_has_every_exit_status() -> None:
    assert {block.status for block in blocks()} == set(exit_status.MEANINGS)


def test_the_table_has_every_hint_that_goes_with_a_kind_of_error() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, OrchEventsError)]
    hints = {kind.default_hint for kind in kinds} - {""}
    assert {hint for hint in hints if f"\nhint: {hint}\n" not in TABLE} == set()
