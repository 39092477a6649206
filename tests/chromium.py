"""A browser to try pages in: Debian's Chromium, without a window, driven over a pipe; nothing but it is needed."""

import json
import os
import select
import signal
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.cli.command import SECONDS

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)
_COMMANDS, _ANSWERS = 3, 4
"""Where the browser reads commands and writes answers."""


class Page:
    """A page in a browser.

    Attributes:
        events: what the browser has told of its own accord, by method.
    """

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = answers
        self._rest = b""
        self._number = 0
        self._session: str | None = None
        self.events: list[tuple[str, dict[str, Any]]] = []

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Give a command of the DevTools protocol, and return its answer."""
        self._number += 1
        command = {"id": self._number, "method": method, "params": params}
        session = {"sessionId": self._session} if self._session else {}
        os.write(self._commands, json.dumps(command | session).encode() + b"\0")
        while (told := self._told()).get("id") != self._number:
            self.events.append((told["method"], told["params"]))
        assert "error" not in told, told
        return dict(told["result"])

    def _told(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._answers], [], [], SECONDS)
            piece = os.read(self._answers, 1 << 20) if ready else b""
            assert piece, "the browser says nothing"
            self._rest += piece
        told, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(told))

    def attach(self) -> None:
        """Open an empty page."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.ask(f"{domain}.enable")

    def open(self, path: Path) -> None:
        """Show a file, and wait until it is there."""
        self.events.clear()
        self.ask("Page.navigate", url=path.as_uri())
        self.wait_for("document.readyState === 'complete' && location.protocol === 'file:'")

    def wait_for(self, condition: str) -> None:
        """Wait until an expression is true."""
        last = time.monotonic() + SECONDS
        while not self.run(condition):
            assert time.monotonic() < last, condition

    def run(self, expression: str) -> Any:
        """Return the value of an expression of JavaScript."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key: str, text: str = "") -> None:
        """Press a key, and let it go."""
        pressed = {"text": text} if text else {}
        self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, **pressed)
        self.ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    def type(self, text: str) -> None:
        """Type a text."""
        for character in text:
            self.press(character, character)

    def point_at(self, selector: str) -> None:
        """Move the pointer to the middle of an element."""
        box = self.run(f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])"
                       f"(document.querySelector({json.dumps(selector)}).getBoundingClientRect())")  # fmt: skip
        self.ask("Input.dispatchMouseEvent", type="mouseMoved", x=box[0], y=box[1])

    def click(self, selector: str) -> None:
        """Click on an element."""
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def emulate(self, **features: str) -> None:
        """Pretend that the reader wants this: prefers_color_scheme="dark"."""
        wanted = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.ask("Emulation.setEmulatedMedia", features=wanted)

    def resize(self, width: int, height: int) -> None:
        """Have a window of another size."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def screenshot(self, path: Path) -> None:
        """Keep what is seen."""
        path.write_bytes(b64decode(self.ask("Page.captureScreenshot")["data"]))


@contextmanager
def chromium(profile: Path) -> Iterator[Page]:
    """Start a browser with a profile of its own, and end it."""
    command_reader, commands = os.pipe()
    answers, answer_writer = os.pipe()
    moves = [(os.POSIX_SPAWN_DUP2, command_reader, _COMMANDS), (os.POSIX_SPAWN_DUP2, answer_writer, _ANSWERS)]
    words = ["chromium", *_FLAGS, f"--user-data-dir={profile}"]
    environment = os.environ | {"HOME": str(profile)}
    process = os.posix_spawnp(words[0], words, environment, file_actions=moves, setpgroup=0)
    os.close(command_reader)
    os.close(answer_writer)
    try:
        page = Page(commands, answers)
        page.attach()
        yield page
    finally:
        os.killpg(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(commands)
        os.close(answers)
