"""The command that runs a job again."""

import re
import shlex
import subprocess
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_events.analysis.rerun import Rerun, is_certname
from orch_events.wire.records import JobRecord
from tests import CASES
from tests.build import record_from
from tests.cli.command import SECONDS, needs
from tests.table import each


def deploy(**options: Any) -> tuple[str, list[str]]:
    found = Rerun.from_record(record_from(type="deploy", options=options), "a,b")
    assert found
    return shlex.join(found.words), list(found.lacks)


def task(**options: Any) -> tuple[str, list[str]]:
    found = Rerun.from_record(record_from(type="task", options={"task": "service", **options}), "a,b")
    assert found
    return shlex.join(found.words), list(found.lacks)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, ""),
        (
            {"noop": True, "environment": "production", "concurrency": 8},
            " --noop --environment production --concurrency 8",
        ),
        ({"noop": False, "debug": False, "concurrency": None, "target": None, "enforce_environment": True}, ""),
        ({"transport": "pxp"}, ""),
        ({"environment": "", "enforce_environment": False}, " --no-enforce-environment"),
        ({"no_noop": True, "debug": True, "trace": True, "evaltrace": True}, " --no-noop --debug --trace --evaltrace"),
        ({"description": "it's new", "scope": {"nodes": ["a", "b", "c"]}}, """ --description 'it'"'"'s new'"""),
    ],
)
def test_puppet_runs_again_with_its_own_options(options: dict[str, Any], words: str) -> None:
    assert deploy(**options) == (f"puppet job run --nodes a,b{words}", [])


def test_only_another_transport_than_the_usual_one_is_lacking() -> None:
    assert task(transport="pxp") == ("puppet task run service --nodes a,b", [])
    assert task(transport="ssh") == ("puppet task run service --nodes a,b", ["transport"])


@each(
    ("params", "words"),
    [
        ({"name": "nginx", "action": "restart"}, " name=nginx action=restart"),
        ({"n": 8, "force": True, "share": 0.5, "title": "a b"}, " n=8 force=true share=0.5 'title=a b'"),
        ({"n": "8"}, """ --params '{"n": "8"}'"""),
        ({"name": "nginx", "ports": [80]}, """ --params '{"name": "nginx", "ports": [80]}'"""),
        ({"name": ""}, """ --params '{"name": ""}'"""),
        ({"name": None}, """ --params '{"name": null}'"""),
        ({"a=b": "c"}, """ --params '{"a=b": "c"}'"""),
        ({"text": "a\nb\x1b\x7f\u202e"}, """ --params '{"text": "a\\nb\\u001b\\u007f\\u202e"}'"""),
        ({}, ""),
        (None, ""),
    ],
)
def test_a_task_runs_again_with_its_parameters_as_it_had_them(params: object, words: str) -> None:
    assert task(params=params) == (f"puppet task run service --nodes a,b{words}", [])


def test_a_task_has_fewer_options_than_puppet() -> None:
    assert task(noop=True, environment="x", concurrency=3, debug=True, description="d") == (
        "puppet task run service --nodes a,b --noop --environment x --description d",
        ["concurrency", "debug"],
    )


@pytest.mark.parametrize("value", ["Sensitive [value redacted]", "[REDACTED]", "********"])
def test_a_secret_is_left_out_and_told(value: str) -> None:
    assert task(params={"user": "root", "password": value}) == (
        "puppet task run service --nodes a,b user=root",
        ["the secret parameter password"],
    )


def test_a_parameter_that_the_server_calls_sensitive_is_a_secret() -> None:
    assert task(params={"user": "root", "pin": 7}, sensitive=["pin", 3])[1] == ["the secret parameter pin"]


def test_parameters_that_are_none_are_told() -> None:
    assert task(params=["a"]) == ("puppet task run service --nodes a,b", ["the parameters"])


def test_parameters_that_are_nested_beyond_reason_are_told() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    found = Rerun.from_record(
        JobRecord("failed", 1, {}, None, None, type="task", options={"task": "t", "params": {"a": deep}}), "a"
    )
    assert found == Rerun(["puppet", "task", "run", "t", "--nodes", "a"], ["the parameters"])


def test_a_rerun_of_what_a_server_of_2021_lists_lacks_nothing() -> None:
    jobs = JobRecord.read_all((CASES / "jobs-2021.json").read_bytes(), "x")
    reruns = {job.number: Rerun.from_record(job, "db-1") for job in jobs}
    assert {number: (shlex.join(one.words), list(one.lacks)) for number, one in reruns.items() if one} == {
        **dict.fromkeys(("23", "21", "19"), ("puppet task run facts --nodes db-1 --environment production", [])),
        "20": (
            "puppet job run --nodes db-1 --description 'deploy the web app' --noop --environment production",
            [],
        ),
    }


def test_another_transport_is_no_default() -> None:
    found = Rerun.from_record(record_from(type="task", options={"task": "facts", "transport": "ssh"}), "db-1")
    assert found is not None
    assert found.lacks == ["transport"]


def test_options_that_no_word_can_give_are_told() -> None:
    assert deploy(
        userdata={"a": 1}, timeout=5, transport="", environment="a\nb", description="-x", concurrency=[1]
    ) == (
        "puppet job run --nodes a,b",
        ["userdata", "timeout", "environment", "description", "concurrency"],
    )


@pytest.mark.parametrize(
    ("kind", "options"),
    [("plan_task", {"task": "x"}), ("", {}), ("task", {}), ("task", {"task": 7}), ("task", {"task": "-x"})],
)
def test_some_jobs_no_command_runs_again(kind: str, options: dict[str, Any]) -> None:
    assert Rerun.from_record(record_from(type=kind, options=options), "a") is None


def test_an_older_server_s_command_is_the_type() -> None:
    read = record_from(command="deploy")
    found = Rerun.from_record(read, "@nodes")
    assert found
    assert found.words == ["puppet", "job", "run", "--nodes", "@nodes"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ["noop", "environment", "concurrency", "description", "params", "task", "sensitive", "scope", "x"]
)


@given(st.sampled_from(["deploy", "task"]), st.dictionaries(KEYS, ANYTHING))
def test_whatever_the_options_are_the_words_can_be_printed(kind: str, options: dict[str, Any]) -> None:
    found = Rerun.from_record(record_from(type=kind, options=options), "a")
    assert found is None or all(word.isprintable() for word in found.words)


@pytest.mark.slow
@needs("bash")
@settings(max_examples=20)
@given(st.dictionaries(st.from_regex(r"[a-z_]{1,5}", fullmatch=True), ANYTHING, min_size=1, max_size=3))
def test_a_shell_reads_what_was_meant(params: dict[str, Any]) -> None:
    found = Rerun.from_record(record_from(type="task", options={"task": "service", "params": params}), "a")
    assert found
    line = shlex.join(found.words)
    read = subprocess.run(["bash", "-c", f"printf '%s\\0' {line}"], capture_output=True, timeout=SECONDS, check=True)  # noqa: S607
    assert read.stdout.decode().split("\0")[:-1] == list(found.words)


@given(st.text(st.sampled_from("abZ09._-@,=\\n '$\u200dö")))
def test_a_name_is_one_word_that_is_neither_an_option_nor_a_list_nor_a_file(name: str) -> None:
    if is_certname(name):
        assert re.fullmatch(r"[\w.-]+", name, re.ASCII)
        assert name[0] not in "-."
    else:
        assert not name or name[0] in "-." or not re.fullmatch(r"[a-zA-Z0-9._-]+", name)
