"""The commands that the user can type next."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.cli.shell_command import ShellCommand

TYPED = {
    "node": ["--node", "web*"],
    "service_url": ["--service-url", "https://pe"],
    "start": ["--start", "7"],
    "timeout": ["--timeout", "9"],
    "since": ["--since", "it's 10m"],
}


def command(typed: dict[str, list[str]], name: str = "352") -> ShellCommand:
    return ShellCommand(typed, {"352": name})


def test_another_command_asks_the_same_server_for_the_job() -> None:
    line = command(TYPED).line("failures", "352", "--names")
    assert line == "orch-events failures 352 --names --service-url https://pe"


def test_what_resumes_has_what_was_typed_but_for_where_it_began_and_how_long_it_took() -> None:
    assert command(TYPED).resume("352", "--start", "1312") == (
        "orch-events follow 352 --start 1312 --node 'web*' --service-url https://pe --since 'it'\"'\"'s 10m'"
    )


@pytest.mark.parametrize(("begin", "typed"), [((), {}), (("--start", "9"), {"cursor_file": ["--cursor-file", "x"]})])
def test_no_start_is_named_where_there_is_none_or_a_cursor_file_knows_it(
    begin: tuple[str, ...], typed: dict[str, list[str]]
) -> None:
    assert "--start" not in command(typed).resume("352", *begin)


def test_what_is_resumed_by_time_loses_the_time_that_was_typed() -> None:
    line = command({"since": ["--since", "10m"], "json": ["--json"]}).resume("352", "--since", "2016-05-05T19:50:08Z")

    assert line == "orch-events follow 352 --since 2016-05-05T19:50:08Z --json"


@pytest.mark.parametrize("option", ["demo", "cacert", "token_file", "config_file", "recorded_job"])
def test_what_says_where_the_job_is_stays(option: str) -> None:
    assert command({option: ["--it", "here"]}).line("list", "352").endswith(" --it here")


@given(st.text(min_size=1), st.text(min_size=1))
def test_whatever_was_typed_a_shell_reads_the_same_words(name: str, value: str) -> None:
    line = command({"grep": ["--grep", value]}, name).resume("352")
    assert shlex.split(line) == ["orch-events", "follow", name, "--grep", value]
