"""The exit status of an outcome."""

from orch_events.job.outcome import Outcome
from orch_events.wire.vocabulary import FAIL_ON
from tests.table import each


@each(
    ("word", "nodes", "fail_on", "status"),
    [
        ("finished", {"failed": 1}, set(), 0),
        ("finished", {"failed": 1}, {"errored", "aborted"}, 0),
        ("finished", {"errored": 1}, {"errored"}, 1),
        ("finished", {"skipped": 1}, {"failed", "errored", "aborted"}, 0),
        ("finished", {"skipped": 1}, {"skipped"}, 1),
        ("stopped", {"failed": 1}, {"failed"}, 1),
        ("stopped", {"failed": 1}, {"failed", "aborted"}, 3),
        ("stopped", {}, {"failed"}, 0),
        ("failed", {"errored": 1}, {"failed"}, 0),
        ("failed", {}, {"errored"}, 0),
        ("failed", {"skipped": 1}, {"failed"}, 1),
        ("finished", {"running": 1, "unheard": 2}, set(FAIL_ON), 0),
    ],
)
def test_fail_on_says_what_is_no_success(word: str, nodes: dict[str, int], fail_on: set[str], status: int) -> None:
    assert Outcome(word, nodes, None).exit_status(fail_on) == status  # type: ignore[arg-type]
