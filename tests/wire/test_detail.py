"""What a node reports of its run."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.wire.detail import (
    Changes,
    Report,
    cause_in_message,
    read_cause,
    read_changes,
    read_report,
    read_report_url,
    says_only_state,
)
from tests.table import each

METRICS = {"total": 347, "changed": 3, "failed": 1, "corrective_change": 2, "out_of_sync": 4, "skipped": 9}
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["_error", "_output", "metrics"]), inner)
    ),
)


def written(detail: object) -> bytes:
    return json.dumps(detail, separators=(",", ":")).encode()


def test_changes_are_read_from_the_metrics_of_a_puppet_run() -> None:
    found = read_changes(written({"noop": False, "metrics": METRICS, "status": "failed"}))
    assert found == Changes(347, 3, 1, corrective=2, out_of_sync=4, text="3 changed, 1 failed of 347")


def test_what_the_metrics_do_not_count_is_none_of_it() -> None:
    assert read_changes(b'{"metrics":{}}') == Changes(0, 0, 0, corrective=0, out_of_sync=0, text="0 changed")


def test_the_first_metrics_are_those_of_the_run() -> None:
    found = read_changes(written({"metrics": METRICS, "x": {"metrics": {"total": 1}}}))
    assert found
    assert found.total == 347


@pytest.mark.parametrize(
    "detail",
    [
        b"",
        b"null",
        b"[]",
        b'"metrics"',
        b'{"metrics":{"total":1',
        b'{"metrics":{"total":{}}}',
        b'{"_output":"{\\"metrics\\":{\\"total\\":1}}"}',
    ],
)
def test_what_is_no_puppet_run_has_no_changes(detail: bytes) -> None:
    assert read_changes(detail) is None


@pytest.mark.parametrize(
    ("metrics", "told"),
    [
        ({"total": 347, "changed": 3, "failed": 1}, "3 changed, 1 failed of 347"),
        ({"total": 347, "changed": 3}, "3 changed of 347"),
        ({"total": 347}, "0 changed of 347"),
        ({"total": 347, "out_of_sync": 5}, "5 out of sync of 347"),
        ({"failed": "2"}, "2 failed"),
        ({"failed": None, "changed": -1, "total": 1.5}, "0 changed"),
        ({}, "0 changed"),
    ],
)
def test_changes_are_told_in_words(metrics: dict[str, Any], told: str) -> None:
    changes = read_changes(written({"metrics": metrics}))
    assert changes
    assert changes.text == told


BARE: dict[str, Any] = {
    "kind": "puppetlabs.orchestrator/execution-failure",
    "msg": "no broker",
    "details": {"node": "a"},
}
EXITED: dict[str, Any] = {
    "msg": "The task errored with a code 1",
    "kind": "puppetlabs.tasks/task-error",
    "details": {"exitcode": 1},
}
RED = "\x1b[1;31mError: no catalog\x1b[0m\x1b[K"


@each(
    ("detail", "cause"),
    [
        ({"_error": "timed out"}, "timed out"),
        ({"_error": {"msg": "The task\n  exited"}}, "The task exited"),
        ({"_error": {"msg": "failed:\nbind failed"}, "_output": "bind failed\n"}, "failed: bind failed"),
        ({"_error": {"details": "read-only"}}, "read-only"),
        ({"_error": {"details": {"exit_code": 127}}, "stderr": "sh: no-such: not found\n"}, "sh: no-such: not found"),
        ({"_error": {"details": {"reason": "read-only"}}}, "read-only"),
        ({"_error": {"kind": "puppetlabs.tasks/timeout", "details": {}}}, "puppetlabs.tasks/timeout"),
        ({"_error": {"msg": "", "details": {"exit_code": "3"}}}, "exited with 3"),
        (BARE, "no broker"),
        ({"error": "no space"}, "no space"),
        ({"error": {"message": "no space"}}, "no space"),
        ({"failed": True, "msg": "no space"}, "no space"),
        ({"stdout": "collecting\n", "stderr": "disk full\n", "exit_code": 1}, "disk full"),
        ({"stdout": "a\nb\n", "stderr": "", "exit_code": 4}, "exited with 4: b"),
        ({"exit_code": -1}, "exited with -1"),
        ({"_error": EXITED}, "The task errored with a code 1"),
        ({"_error": EXITED, "_output": f"\x1b[0;32mInfo: Using\x1b[0m\n{RED}\nError: skipping\n"}, "Error: no catalog"),
        ({"_error": EXITED, "_output": "Info: Using\n"}, "The task errored with a code 1"),
        ({"_error": EXITED, "_output": "ready\n\n"}, "The task errored with a code 1: ready"),
        ({"_error": {"msg": "Task exited 1:\ndisk full\n", "details": {"exit_code": 1}}}, "disk full"),
        ({"_error": {"msg": "Die Aufgabe endete mit Code 1", "details": {"exitcode": 1}}, "stderr": "voll"}, "voll"),
        ({"_error": {"msg": "a\nb\nError: c\nd"}}, "Error: c"),
        ({"_error": None, "_output": ["no text"]}, '{"_error": null, "_output": ["no text"]}'),
        ({"status": "stale", "version": "5.0.1"}, '{"status": "stale", "version": "5.0.1"}'),
        ({"noop": False}, ""),
        ({"_error": {"kind": "x"}, "output": "bind failed"}, "bind failed"),
        ("  \n\t\n bind failed", "bind failed"),
        ({"metrics": METRICS}, "3 changed, 1 failed of 347"),
        ({"_error": {"msg": "no catalog"}, "metrics": METRICS}, "no catalog"),
        ({"status": "failed", "report-url": "https://pe/1"}, ""),
        ("it broke\nhere", "here"),
        ([1, 2], "[1, 2]"),
        (None, ""),
    ],
)
def test_the_cause_is_read_from_every_shape(detail: object, cause: str) -> None:
    assert read_cause(written(detail)) == cause


WORDS = st.text("bcdghjklmnpqvwxz", min_size=3, max_size=9)
SENTENCES = st.lists(WORDS, min_size=2, max_size=6).map(" ".join)
SHAPES: list[Callable[[str], object]] = [
    lambda text: text,
    lambda text: {"_error": text},
    lambda text: {"_error": {"msg": text, "kind": "x/y", "details": {}}},
    lambda text: {"_error": {"msg": f"Task exited 1:\n{text}\n", "details": {"exit_code": 1}}},
    lambda text: {"_error": {"details": text}},
    lambda text: {"_error": {"details": {"exit_code": "2"}}, "stderr": f"{text}\n", "stdout": ""},
    lambda text: {"kind": "x/y", "msg": text, "details": {"node": "a"}},
    lambda text: {"error": text},
    lambda text: {"stdout": "collected\n", "stderr": text, "exit_code": 9},
    lambda text: {"_output": f"Info: all is well\nfatal: {text}\nready\n", "_error": EXITED},
    lambda text: {"_output": f"ready\n\x1b[31mError: {text}\x1b[0m\r\nready\n", "_error": {"msg": "exited with 3"}},
    lambda text: {"merged_output": f"Traceback (most recent call last):\n  File 'x'\n    error()\n{text}\n"},
]


@given(SENTENCES, SENTENCES, st.sampled_from(SHAPES), st.sampled_from(SHAPES))
def test_what_was_told_is_read_from_whatever_shape_and_other_causes_are_others(
    one: str, other: str, first: Callable[[str], object], second: Callable[[str], object]
) -> None:
    causes = read_cause(written(first(one))), read_cause(written(second(other)))
    assert causes[0].endswith(one)
    assert one == other or causes[0] != causes[1]


@each(
    ("detail", "report"),
    [
        ({"_output": "a\n"}, Report(output="a\n")),
        ({"stdout": "a", "stderr": "b", "merged_output": "ab", "exit_code": 2}, Report("a", "b", 2)),
        ({"merged_output": "ab"}, Report("ab")),
        ({"_error": EXITED, "x": [1]}, Report(None, None, 1, EXITED["msg"], EXITED["kind"], {"x": [1]})),
        (BARE, Report(error="no broker", kind=BARE["kind"])),
        ({"msg": "hello", "error": ""}, Report(value={"msg": "hello", "error": ""})),
        ("text", Report("text")),
        ([1], Report(value=[1])),
        ({"_output": "\ud800"}, Report("\ud800")),
        (None, Report()),
    ],
)
def test_a_result_is_taken_apart(detail: object, report: Report) -> None:
    assert read_report(written(detail)) == report


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("Puppet run failed on a.b: no catalog", ("no catalog", "Puppet run failed on a.b")),
        ("Failed on node a.b: no: catalog", ("no: catalog", "Failed on node a.b")),
        ("Failed on node a.b", ("", "Failed on node a.b")),
        ("Skipped a.b: disabled", ("", "Skipped a.b: disabled")),
    ],
)
def test_what_follows_the_node_s_name_in_a_message_is_the_cause(message: str, cause: tuple[str, str]) -> None:
    assert cause_in_message(message, "a.b") == cause


@pytest.mark.parametrize(
    ("message", "says"),
    [("Failed on node a.b", True), ("Started on a.b ...", True), ("Skipped a.b.", True), ("Failed on node a.bc", False),
     ("Failed on node a.b: no", False), ("Could not run on a.b", False), ("", False)],
)  # fmt: skip
def test_a_message_may_say_no_more_than_the_state(message: str, says: bool) -> None:
    assert says_only_state(message, "a.b") is says


@given(ANY_JSON)
def test_any_json_can_be_a_detail(detail: object) -> None:
    text = written(detail)
    assert "\n" not in read_cause(text)
    read_changes(text)
    read_report(text)
    read_report_url(text)


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("https://pe/#/cm/report/1", "https://pe/#/cm/report/1"),
        ("httpx://pe", ""),
        ("javascript:alert(1)", ""),
        (["https://pe"], ""),
        (None, ""),
    ],
)
def test_a_report_s_url_is_one_of_the_web(url: object, read: str) -> None:
    assert read_report_url(written({"report-url": url})) == read


def test_a_report_s_url_may_be_escaped() -> None:
    assert read_report_url(b'{"report-url":"https:\\/\\/pe\\u002f1","x":1}') == "https://pe/1"


def test_what_reports_nothing_has_no_url() -> None:
    assert read_report_url(b"") == read_report_url(b"[]") == ""


@pytest.mark.parametrize(
    ("message", "cause", "rest"),
    [
        ("Puppet run failed on web-03: no catalog", "no catalog", "Puppet run failed on web-03"),
        ("Task failed on web-03: exited: 1", "exited: 1", "Task failed on web-03"),
        ("Task failed on web-03", "", "Task failed on web-03"),
        ("Task failed on web-03: ", "", "Task failed on web-03: "),
        ("Task failed on web-04: no", "", "Task failed on web-04: no"),
        ("", "", ""),
    ],
)
def test_the_cause_follows_the_node_s_name_in_a_message(message: str, cause: str, rest: str) -> None:
    assert cause_in_message(message, "web-03") == (cause, rest)


@each(
    ("detail", "cause"),
    [
        ({"_error": ["disk full"]}, '{"_error": ["disk full"]}'),
        ({"_error": 13}, '{"_error": 13}'),
        ({"_error": {}, "stderr": "mount: /srv: denied\n", "exit_code": 32}, "mount: /srv: denied"),
        ({"_error": {"msg": "Der Task wurde mit 1 beendet", "details": {"exit_code": 1}}, "_output": "Fehler: voll"},
         "Fehler: voll"),
        ({"stderr": "Get-Item : Cannot find path 'C:\\x'.\r\nAt line:1 char:1\r\n+ Get-Item", "exit_code": 1},
         "Get-Item : Cannot find path 'C:\\x'."),
        ({"_output": "10%\r20%\r\x1b[31mERROR: checksum mismatch\x1b[0m\r\n"}, "ERROR: checksum mismatch"),
        ({"_output": '{"status":"failure","error":"quota"}'}, '{"status":"failure","error":"quota"}'),
        ({"exit_code": "127", "stderr": "sh: 1: foo: not found\n"}, "sh: 1: foo: not found"),
        ({"_output": "bad \udcff byte\nfatal: broken\n"}, "fatal: broken"),
        ({"_output": "Warning: a\nInfo: b\n", "exit_code": 2}, "exited with 2"),
        ({"exit_code": 10**30, "stderr": "boom"}, "boom"),
        ({"_output": "", "stderr": "", "_error": {"msg": "", "kind": "", "details": {}}}, ""),
        (["a", "b"], '["a", "b"]'),
    ],
)  # fmt: skip
def test_shapes_that_nobody_has_seen_yet_tell_their_cause_too(detail: object, cause: str) -> None:
    assert read_cause(written(detail)) == cause
