"""What the command does to its whole process: it works where the libraries still are as they were, and only there."""

import importlib
import importlib.util
from pathlib import Path

import click
import httpcore
import pytest

from orch_events.cli.main import cli
from orch_events.cli.process import tune_httpx
from tests.programs import run_program


@pytest.mark.slow
def test_who_imports_the_client_as_a_library_gets_no_patch() -> None:
    program = """
import sys, httpcore
before = httpcore.HTTP11Connection.READ_NUM_BYTES
import orch_events.client.client, orch_events.follow.follower, orch_events.recording
assert httpcore.HTTP11Connection.READ_NUM_BYTES == before
assert sys.modules.get("httpx._main", "absent") is not None
"""
    done = run_program(program)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_who_imports_the_command_line_as_a_library_gets_no_stand_ins_either() -> None:
    program = """
import gc
before = gc.get_threshold()
import click.core, orch_events.cli.main, inspect, gettext, uuid
assert click.core.inspect is inspect and click.types.uuid is uuid and click.core._ is gettext.gettext
assert gc.get_threshold() == before
"""
    done = run_program(program)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_tuned_click_works_without_what_takes_long_to_import_and_leaves_nothing_behind() -> None:
    program = """
import sys
from orch_events.cli.process import tune_click
tune_click()
import click
left_out = {"inspect", "gettext", "locale", "uuid", "platform", "dis", "tokenize"}
assert not left_out & set(sys.modules), left_out & set(sys.modules)
assert [click.core.ngettext("day", "days", count) for count in (0, 1, 2)] == ["days", "day", "days"]
assert click.core._("Usage:") == "Usage:"
option = click.Option(["-x"], help="One line.")
assert option.help == "One line." and "inspect" not in sys.modules
import inspect, uuid, gettext
assert inspect.__file__ and uuid.uuid4() and gettext.gettext("a") == "a"
assert click.core.inspect.isfunction(run := lambda: 0) is inspect.isfunction(run)
for text in ("", " x", "x ", "a\\n    b\\n      c", "\\n\\n  a\\n  b\\n\\n", "a\\tb", "\\xa0x"):
    assert click.core.inspect.cleandoc(text) == inspect.cleandoc(text), text
"""
    done = run_program(program)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_command_is_started_with_all_of_it() -> None:
    program = """
import sys
sys.argv = ["orch-events", "--version"]
import orch_events.cli.process as process
process.leave = lambda *_: None
from orch_events.__main__ import run
run()
import gc
assert gc.get_threshold()[0] == 200_000
assert not {"inspect", "uuid", "gettext"} & set(sys.modules)
"""
    done = run_program(program)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("orch-events ")


def test_no_option_is_a_uuid_which_tuned_click_can_t_read() -> None:
    parameters = [parameter for command in (cli, *cli.commands.values()) for parameter in command.params]
    assert not [one.name for one in parameters if one.type is click.UUID]


def test_click_has_no_translations_of_its_own() -> None:
    assert not list(Path(click.__file__).parent.rglob("*.mo"))


@pytest.mark.slow
def test_tuned_httpx_is_imported_without_its_command_line_and_works() -> None:
    program = """
import sys
from orch_events.cli.process import tune_httpx
tune_httpx()
import httpx
assert not {"rich", "pygments"} & set(sys.modules)
answer = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, text="ok"))).get("http://x/")
assert answer.text == "ok"
"""
    done = run_program(program)
    assert done.returncode == 0, done.stderr


def test_httpx_still_has_a_command_line_that_can_be_missing() -> None:
    httpx = importlib.import_module("httpx")
    source = importlib.util.find_spec("httpx._main")
    assert source is not None
    assert callable(httpx.main)


def test_httpcore_still_reads_as_much_as_its_class_says() -> None:
    tune_httpx()
    asked: list[int] = []

    class Stream(httpcore.MockStream):
        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            asked.append(max_bytes)
            return super().read(max_bytes, timeout)

    answer = [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"ok"]
    origin = httpcore.Origin(b"http", b"x", 80)
    with httpcore.HTTP11Connection(origin, Stream(answer)) as connection:
        assert connection.request("GET", "http://x/").content == b"ok"
    assert set(asked) == {1 << 18}
