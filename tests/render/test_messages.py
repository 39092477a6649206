"""What is said at the end."""

import re

import pytest

from orch_events.analysis.progress import Straggler
from orch_events.errors import (
    AccessBlocked,
    HtmlAnswer,
    NotAuthenticated,
    OrchEventsError,
    ServerError,
    SystemLimit,
    TokenFileError,
    TruncatedAnswer,
    UnknownJob,
    Unreachable,
    UntrustedCertificate,
)
from orch_events.job.nodes import NodeRun
from orch_events.job.outcome import Outcome, Word
from orch_events.job.state import JobState
from orch_events.job.updates import ConnectionLost, ConnectionRestored
from orch_events.render.messages import bad_nodes, ended, lost, restored, slow, still_running
from orch_events.render.toolkit.text import width
from orch_events.render.toolkit.theme import Theme
from tests.build import event, job_of, record
from tests.table import each

PLAIN = Theme.from_capabilities(color=False, ascii_only=True)


@each(
    ("word", "nodes", "seconds", "said"),
    [
        ("finished", {"finished": 23, "skipped": 1}, 127.0, "finished after 2m 07s: 24 nodes, 23 finished, 1 skipped"),
        ("finished", {"finished": 1}, 8.0, "finished after 8s: 1 node, 1 finished"),
        ("finished", {}, 3725.0, "finished after 1h 02m 05s: no nodes"),
        ("failed", {"errored": 1, "finished": 2}, None, "failed: 3 nodes, 2 finished, 1 errored"),
        ("aborted", {"finished": 0, "skipped": 4}, 0.0, "aborted after 0s: 4 nodes, 4 skipped"),
        (
            "stopped",
            {"running": 2, "finished": 1},
            9.0,
            "stopped after 9s: 3 nodes, 1 finished, 2 still running when it ended",
        ),
        ("finished", {"zzz": 1, "new": 2, "failed": 3}, 1.0, "finished after 1s: 6 nodes, 3 failed, 2 new, 1 zzz"),
        ("finished", {"x\x1b[2J": 1}, 1.0, "finished after 1s: 1 node, 1 x\\x1b[2J"),
        ("finished", {"finished": 1}, -5.0, "finished after 0s: 1 node, 1 finished"),
    ],
)
def test_the_end_is_told_with_duration_and_nodes_by_state(
    word: Word, nodes: dict[str, int], seconds: float | None, said: str
) -> None:
    assert ended("352", Outcome(word, nodes, seconds), PLAIN) == f"job 352 {said}"


def test_the_end_is_painted_by_state() -> None:
    theme = Theme.from_capabilities(color=True, ascii_only=False)
    said = ended("352", Outcome("aborted", {"finished": 1, "failed": 1}, None), theme)
    parts = ("aborted", "aborted"), ("1 finished", "finished"), ("1 failed", "failed")
    assert all(theme.paint(text, state) in said and theme.paint(text, state) != text for text, state in parts)


@pytest.mark.parametrize(
    ("state", "far"),
    [
        (job_of(), "0 of ? nodes done"),
        (job_of(record=record("running", 24)), "0 of 24 nodes done"),
        (job_of(event(1), event(2, "node_failed", "b"), record=record("running", 24)), "1 of 24 nodes done, 1 running"),
        (job_of(event(1, "node_finished")), "1 of 1 nodes done"),
    ],
)
def test_who_leaves_is_told_how_far_it_is_and_how_to_come_back(state: JobState, far: str) -> None:
    assert still_running(state, [], "orch-events follow 7") == (
        f"job 7 is still running: {far}; resume with: orch-events follow 7"
    )


@pytest.mark.parametrize(("late", "said"), [(0, "1 finished"), (1, "1 late event"), (2, "2 late events")])
def test_late_events_are_told(late: int, said: str) -> None:
    assert ended("352", Outcome("finished", {"finished": 1}, None, late), PLAIN).rpartition(", ")[2] == said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Unreachable("it broke"), "connection lost: it broke; retrying within 3s, giving up after 10m 00s"),
        (
            NotAuthenticated("no token"),
            "no token; waiting 10m 00s for a new token: run puppet access login in another terminal",
        ),
        (
            TokenFileError("no file"),
            "no file; waiting 10m 00s for a new token: run puppet access login in another terminal",
        ),
    ],
)
def test_lost_contact_is_told_with_what_comes_next(error: OrchEventsError, said: str) -> None:
    update = ConnectionLost("352", error, 2.1, 600.0)
    assert lost(update, name_job=False) == said
    assert lost(update, name_job=True) == f"job 352: {said}"


NO_CONNECTION: list[OrchEventsError] = [
    ServerError("it returned HTTP 503"),
    SystemLimit("too many open files"),
    HtmlAnswer("it is HTML"),
    AccessBlocked("it is denied"),
    UnknownJob("no such job"),
    UntrustedCertificate("not trusted"),
]


@pytest.mark.parametrize("error", NO_CONNECTION, ids=lambda error: type(error).__name__)
def test_what_is_no_lost_connection_is_not_called_one(error: OrchEventsError) -> None:
    said = f"{error.message}; retrying within 3s, giving up after 10m 00s"
    assert lost(ConnectionLost("352", error, 2.1, 600.0), name_job=False) == said
    said = "requests succeed again after 2m 14s"
    assert restored(ConnectionRestored("352", error, 134.0), name_job=False) == said


def test_contact_that_is_back_is_told_with_how_long_it_was_lost() -> None:
    update = ConnectionRestored("352", TruncatedAnswer("cut"), 134.0)
    assert restored(update, name_job=False) == "connection restored after 2m 14s"
    assert restored(update, name_job=True) == "job 352: connection restored after 2m 14s"


@pytest.mark.parametrize(
    ("usual", "said"),
    [
        (None, "slow: a has been running for 2m 05s"),
        (40.0, "slow: a has been running for 2m 05s; 90% of the nodes took at most 40s"),
    ],
)
def test_a_straggler_is_told(usual: float | None, said: str) -> None:
    straggler = Straggler("352", NodeRun("a"), 125.0, usual)
    assert slow(straggler, name_job=False) == said
    assert slow(straggler, name_job=True) == said.replace("slow: ", "slow: job 352: ")


FAILED = job_of(
    event(1, "node_failed", "web-01", detail={"_error": {"msg": "exited with 1"}, "_output": "bind failed\nmore"}),
    event(2, "node_finished", "web-02"),
    event(3, "node_errored", "db.example.com", "No answer from \x1b[2Jdb"),
    event(4, "node_skipped", "db-2"),
    event(5, "node_failed", "x"),
)


def test_each_node_that_failed_or_errored_is_named_with_its_cause_or_the_server_s_sentence() -> None:
    assert bad_nodes(FAILED, Theme.from_capabilities(color=False, ascii_only=False), None) == [
        "  ✖ web-01          bind failed",
        "  ‼ db.example.com  No answer from \\x1b[2Jdb",
        "  ✖ x",
    ]


def test_without_glyphs_the_state_is_a_word() -> None:
    assert bad_nodes(FAILED, PLAIN, None)[:2] == [
        "  failed  web-01          bind failed",
        "  errored db.example.com  No answer from \\x1b[2Jdb",
    ]


MISSING = "Could not find class ::profile::nginx::vhost::internal for node"


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (
            80,
            [
                "  ✖ web-01.example.com  Could not find class ::profile::nginx::vhost::internal",
                "                        for node",
            ],
        ),
        (
            40,
            [
                "  ✖ web-01.example.com  Could not find",
                "    class",
                "    ::profile::nginx::vhost::internal…",
            ],
        ),
        (None, [f"  ✖ web-01.example.com  {MISSING}"]),
    ],
)
def test_a_cause_goes_on_below_itself_and_no_word_of_it_is_broken(cells: int | None, shown: list[str]) -> None:
    theme = Theme.from_capabilities(color=False, ascii_only=False)
    failed = job_of(event(1, "node_failed", "web-01.example.com", detail={"_error": MISSING}))
    assert bad_nodes(failed, theme, cells) == shown


@pytest.mark.parametrize("cells", [20, 40, 80])
def test_on_a_terminal_what_went_wrong_is_not_wider_than_it(cells: int) -> None:
    theme = Theme.from_capabilities(color=True, ascii_only=False)
    failed = job_of(event(1, "node_failed", "web-01." + "x" * 90, detail={"_error": "one two three " * 40}))
    lines = bad_nodes(failed, theme, cells)
    assert len(lines) == 3
    assert max(width(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in lines) <= cells
    assert lines[-1].endswith("…")


@pytest.mark.parametrize(("nodes", "style"), [({"finished": 1}, "finished"), ({"failed": 1}, "warning")])
def test_a_finish_is_green_only_where_no_node_failed(nodes: dict[str, int], style: str) -> None:
    theme = Theme.from_capabilities(color=True, ascii_only=False)
    assert ended("352", Outcome("finished", nodes, None), theme).startswith(
        f"job 352 {theme.paint('finished', style)}: "
    )


def test_the_first_ten_are_named() -> None:
    state = job_of(*[event(number, "node_failed", f"web-{number:02}") for number in range(1, 14)])
    assert [line.split()[1] for line in bad_nodes(state, PLAIN, None)] == [
        f"web-{number:02}" for number in range(1, 11)
    ]


def test_of_a_job_without_failures_nothing_is_told() -> None:
    assert bad_nodes(job_of(event(1), event(2, "node_finished")), PLAIN, 80) == []
