"""Every option has an environment variable, which says the same as the option."""

import json
from collections.abc import Callable, Iterator

import click
import pytest

from orch_events.cli.main import cli
from tests.cli.command import Done
from tests.table import each

Call = Callable[..., Done]

_TEXTS = {
    "type": "node_failed",
    "fail_on": "skipped",
    "keep": "30d",
    "files": "junit:junit.xml",
    "since": "2016-05-04",
    "until": "2016-05-05",
    "types": "plan_task",
    "fault": "drop",
}


def _options() -> Iterator[tuple[str, click.Option]]:
    for name, command in cli.commands.items():
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                yield name, parameter


_OPTIONS = list(_options())


_OF_OTHER_KIND = {("jobs", "--type"), ("collect", "--type"), ("collect", "--state")}
"""The options that mean something else than elsewhere: types of jobs, not of events; a file, not the states of jobs."""

_VARIABLES = {("simulate", "--token"): "--simulate-token", ("collect", "--state"): "--state-file"}
"""Options whose variables have another name: one called ORCH_EVENTS_TOKEN would be taken for a real token's, and
ORCH_EVENTS_STATE is for `jobs`."""


def _long(option: click.Option) -> str:
    return next(name for name in option.opts if name.startswith("--"))


def _sample(option: click.Option) -> str:
    """Return a text for the option that is not its default."""
    if option.is_flag:
        return "0" if option.default is True else "1"
    if isinstance(option.type, click.Choice):
        return str(option.type.choices[-1])
    return _TEXTS.get(option.name or "", "7")


def _read(command: str, *args: str) -> dict[str, object]:
    """Read a command line, and return what each parameter became."""
    arguments = [parameter for parameter in cli.commands[command].params if isinstance(parameter, click.Argument)]
    words = [
        parameter.type.choices[0] if isinstance(parameter.type, click.Choice) else "352" for parameter in arguments
    ]
    return dict(cli.commands[command].make_context(command, [*words, *args]).params)


def test_each_option_has_a_variable_named_like_it() -> None:
    for command, option in _options():
        name = _VARIABLES.get((command, _long(option)), _long(option))
        assert option.envvar == "ORCH_EVENTS_" + name.removeprefix("--").replace("-", "_").upper(), command


@each(("command", "option"), _OPTIONS)
def test_each_variable_says_what_its_option_says(
    command: str, option: click.Option, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = _sample(option)
    names = {"1": option.opts, "0": option.secondary_opts} if option.is_flag else {}
    words = [f"{_long(option)}={sample}"] if getattr(option, "bare", "") else [_long(option), sample]
    typed = _read(command, *([names[sample][0]] if names else words))
    monkeypatch.setenv(str(option.envvar), sample)

    assert _read(command) == typed
    assert typed != _read_without(command, option, monkeypatch)


def _read_without(command: str, option: click.Option, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    monkeypatch.delenv(str(option.envvar))
    return _read(command)


def test_each_option_tells_what_it_is_for() -> None:
    silent = [(command, option.name) for command, option in _options() if not (option.help or "").endswith(".")]
    assert silent == []


def test_no_option_but_the_simulator_s_takes_the_value_of_a_token() -> None:
    assert {command for command, option in _options() if _long(option) == "--token"} <= {"simulate"}


def test_the_same_option_is_of_the_same_kind_everywhere() -> None:
    kinds: dict[str, set[tuple[str, bool, bool]]] = {}
    for command, option in _options():
        if (command, _long(option)) in _OF_OTHER_KIND:
            continue
        kinds.setdefault(_long(option), set()).add((option.type.name, option.multiple, option.is_flag))

    assert {name for name, found in kinds.items() if len(found) > 1} == set()


def test_an_option_beats_its_variable(over: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORCH_EVENTS_SERVICE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("ORCH_EVENTS_OUTPUT", "csv")
    monkeypatch.setenv("ORCH_EVENTS_START", "1369")
    done = call("list", "352", "--service-url", over, "-o", "jsonl", "--start", "1368")

    assert done.status == 0
    assert [line[:12] for line in done.lines] == ['{"id":"1369"']


def test_a_format_that_is_typed_beats_json_of_the_environment(
    over: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORCH_EVENTS_JSON", "1")

    assert call("list", "352", "--service-url", over).out.startswith("{")
    assert call("list", "352", "--service-url", over, "-o", "csv").out.startswith("id,")
    assert call("list", "352", "--service-url", over, "-o", "csv", "--json").out.startswith("{")


def test_variables_alone_are_enough(over: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SERVICE_URL": over, "JSON": "1", "FAILED": "true", "EXIT_STATUS": "1"}.items():
        monkeypatch.setenv(f"ORCH_EVENTS_{name}", value)
    done = call("list", "353")

    assert (done.status, len(done.lines)) == (1, 5)


def test_a_variable_that_is_empty_counts_as_not_there(over: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OUTPUT", "START", "TYPE", "JSON", "DEMO", "FAIL_ON", "TOKEN_FILE", "INTERVAL", "NODE"):
        monkeypatch.setenv(f"ORCH_EVENTS_{name}", "")
    done = call("follow", "353", "--service-url", over)

    assert (done.status, len(done.lines)) == (1, 30)


def test_a_regular_expression_in_a_variable_may_have_spaces(
    over: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORCH_EVENTS_GREP", "exited with 127")

    assert len(call("list", "353", "--service-url", over, "--json").lines) == 1


def test_an_error_about_a_variable_names_the_variable(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORCH_EVENTS_CACERT", "/nowhere/ca.pem")
    done = call("list", "352", "--service-url", "https://127.0.0.1:1")

    assert done.status == 8
    assert "ORCH_EVENTS_CACERT" in done.err


def test_whatever_writes_csv_can_write_it_for_a_spreadsheet() -> None:
    with_csv = {
        name
        for name, command in cli.commands.items()
        for one in command.params
        if one.name == "output" and isinstance(one.type, click.Choice) and "csv" in one.type.choices
    }
    safe = {name for name, command in cli.commands.items() if "csv_safe" in {one.name for one in command.params}}
    assert with_csv == safe >= {"list", "follow", "jobs", "nodes"}


@pytest.mark.parametrize(
    ("environ", "line", "begins"),
    [
        ({"ORCH_EVENTS_OUTPUT": "csv"}, "summary 353", "job 353"),
        ({"ORCH_EVENTS_OUTPUT": "csv"}, "list 353", "id,timestamp"),
        ({"ORCH_EVENTS_OUTPUT": "json"}, "follow 353", "ID "),
        ({"ORCH_EVENTS_OUTPUT": "html"}, "list 353", "ID "),
        ({"ORCH_EVENTS_TIME": "elapsed"}, "jobs", "ID"),
        ({"ORCH_EVENTS_SPEED": "5"}, "follow 353", "ID "),
        ({"ORCH_EVENTS_TYPE": "deploy"}, "list 353", "ID "),
        ({"ORCH_EVENTS_TYPE": "node_failed"}, "jobs", "ID"),
        ({"ORCH_EVENTS_NAMES": "1"}, "failures 353 --rerun", "puppet task run"),
        ({"ORCH_EVENTS_JSON": "1"}, "failures 353 --names", "web-"),
        ({"ORCH_EVENTS_JSON": "1"}, "list 353 -o csv", "id,timestamp"),
        ({"ORCH_EVENTS_OUTPUT": "csv"}, "list 353 --json", '{"id"'),
        ({"ORCH_EVENTS_NAMES": "1", "ORCH_EVENTS_RERUN": "1"}, "failures 353", "web-"),
        ({"ORCH_EVENTS_EACH": "1", "ORCH_EVENTS_RAW": "1"}, "output 353", "job 353"),
        ({"ORCH_EVENTS_EACH": "1"}, "output 353 --json", "{"),
        ({"ORCH_EVENTS_OUTPUT": "jsonl"}, "output 353 --each", "job 353"),
        ({"ORCH_EVENTS_TREE": "1"}, "jobs --type task", "ID"),
        ({"ORCH_EVENTS_TYPE": "task"}, "jobs --tree", "ID"),
        ({"ORCH_EVENTS_TYPE": "task\nplan"}, "jobs", "ID"),
        ({"ORCH_EVENTS_DEMO": "1"}, "list 353", "ID "),
    ],
)
def test_what_a_command_can_t_use_of_the_environment_falls_back_and_what_is_typed_wins(
    environ: dict[str, str], line: str, begins: str, over: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    done = call(*line.split(), "--service-url", over)
    assert done.status == int(line.startswith("follow")), done.err
    assert done.out.startswith(begins)
    assert "demo data" not in done.err


@pytest.mark.parametrize(
    ("variable", "value", "line", "told"),
    [
        ("OUTPUT", "xml", "list 353", "'xml' is not one of table, jsonl, json, csv"),
        ("INTERVAL", "soon", "follow 353", "'soon' is not a duration: use 500ms, 2s, 10m, 1h30m, 7d or a number"),
        ("QUIET", "maybe", "list 353", "'maybe' is neither 1 nor 0"),
        ("START", "9" * 20, "list 353", f"'{'9' * 20}' is too large: the maximum is {'9' * 19}"),
    ],
)
def test_what_no_command_can_use_of_the_environment_is_ignored_with_a_warning(
    variable: str, value: str, line: str, told: str, over: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [*line.split(), "--service-url", over]
    plain = call(*words)
    monkeypatch.setenv(f"ORCH_EVENTS_{variable}", value)
    done = call(*words)
    assert (done.status, done.out) == (plain.status, plain.out)
    first, _, rest = done.err.partition("\n")
    assert first.startswith(f"warning: ORCH_EVENTS_{variable} is ignored: {told}")
    assert "ORCH_EVENTS" not in rest


@pytest.mark.parametrize("value", ["nonsense(", "-1", "1e999", "maybe\n-7"])
def test_no_value_of_a_variable_keeps_a_command_from_running(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = {command: _read(command).keys() for command in cli.commands}
    for _, option in _OPTIONS:
        monkeypatch.setenv(str(option.envvar), value)
    assert {command: _read(command).keys() for command in cli.commands} == plain


def test_the_demo_and_a_server_are_not_both_typed(call: Call) -> None:
    done = call("list", "353", "--demo", "--service-url", "pe.example.com")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("error: --demo and --service-url can't be combined\nhint: ")


def test_demo_data_says_so_once(call: Call) -> None:
    for words in (["list", "353"], ["compare", "357", "358"]):
        assert call(*words, "--demo").err.count("demo data") == 1
    assert "demo data" not in call("list", "353", "--demo", "--quiet").err


def test_the_variable_of_types_works_for_jobs_too(over: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORCH_EVENTS_TYPE", "task")
    done = call("jobs", "--service-url", over, "--json")
    assert {json.loads(line)["type"] for line in done.lines} == {"task"}
