"""What a node reports of its run."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.wire.detail import Changes, cause_in_message, read_cause, read_changes, read_report_url

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


@pytest.mark.parametrize(
    ("detail", "cause"),
    [
        ({"_error": {"msg": "The task exited with 1"}, "_output": ""}, "The task exited with 1"),
        ({"_error": {"msg": "The task\n  exited"}}, "The task exited"),
        ({"_error": "timed out"}, "timed out"),
        ({"_error": {"msg": "exited with 1"}, "_output": "\n\n  bind failed \nmore\n"}, "exited with 1: bind failed"),
        ({"_error": {"msg": "failed:\nbind failed"}, "_output": "bind failed\n"}, "failed: bind failed"),
        ({"_error": {"kind": "x"}, "output": "bind failed"}, "bind failed"),
        ("  \n\t\n bind failed", "bind failed"),
        ({"_error": None, "_output": ["no text"]}, ""),
        ({"metrics": METRICS}, "3 changed, 1 failed of 347"),
        ({"_error": {"msg": "no catalog"}, "metrics": METRICS}, "no catalog"),
        ("it broke\nhere", "it broke"),
        ([1, 2], ""),
        (None, ""),
    ],
)
def test_the_cause_is_the_error_and_the_first_line_of_output_or_what_changed(detail: object, cause: str) -> None:
    assert read_cause(written(detail)) == cause


@given(ANY_JSON)
def test_any_json_can_be_a_detail(detail: object) -> None:
    text = written(detail)
    assert "\n" not in read_cause(text)
    read_changes(text)
    read_report_url(text)


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("https://pe/#/cm/report/1", "https://pe/#/cm/report/1"),
        ("javascript:alert(1)", ""),
        (["https://pe"], ""),
        (None, ""),
    ],
)
def test_a_report_s_url_is_one_of_the_web(url: object, read: str) -> None:
    assert read_report_url(written({"report-url": url})) == read


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
