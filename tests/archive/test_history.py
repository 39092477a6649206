"""What the index tells of nodes."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from orch_events.archive import Archive, HistoryQuery, open_to_look, runs
from orch_events.errors import LocalFileError
from orch_events.job.history import NodeHistory, PastRun
from tests.archive.made import opened, record, rows
from tests.build import event_at
from tests.fakes import FakeClock

STEP = 600
ALL = HistoryQuery()


def run(
    archive: Archive, job: int, node: str, state: str, *, task: str = "facts", took: int = 10, over: bool = True
) -> None:
    """Add a job that runs on one node, ten minutes after the one before."""
    begin = job * STEP
    key = str(job)
    archive.append_record(key, record(key, "finished", created=f"2016-05-05T{job % 24:02}:00:00Z", task=task))
    events = [event_at(10 * job, "node_running", node, at=begin)]
    if state != "running":
        events.append(event_at(10 * job + 1, f"node_{state}", node, at=begin + took, message=f"{state} again"))
    archive.append(key, events)
    archive.note(key, 10 * job + 2, done=over)
    archive.commit()


STORY = [
    (1, "web", "finished"), (2, "web", "failed"), (3, "web", "finished"), (4, "db", "errored"), (5, "db", "errored"),
    (6, "db", "errored"), (7, "app", "finished"), (8, "app", "skipped"), (9, "new", "running"),
]  # fmt: skip


@pytest.fixture(params=[0, 1, 1000], ids=["folded", "in small chunks", "not folded"])
def archive(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an archive whose runs stand in chunks, or in rows of their own: answers are the same."""
    monkeypatch.setattr("orch_events.archive.upkeep._FOLD_RUNS", request.param)
    if request.param == 1:
        monkeypatch.setattr(runs, "MOST_RUNS", 2)
    with opened(tmp_path) as writer:
        for job, node, state in STORY:
            run(writer, job, node, state)
            for _ in writer.upkeep(None, None):
                pass
    return tmp_path


def nodes(archive: Path, query: HistoryQuery = ALL, *, flaky: bool = False, limit: int = 9) -> list[NodeHistory]:
    with open_to_look(archive) as reader:
        return reader.history(query).nodes(flaky=flaky, limit=limit)


def runs_of(archive: Path, node: str, query: HistoryQuery = ALL, limit: int = 9) -> Sequence[PastRun]:
    with open_to_look(archive) as reader:
        return reader.history(query).runs(node, limit=limit)


def at(job: int, took: int = 10) -> float:
    moment = event_at(1, "x", at=job * STEP + took).at
    assert moment is not None
    return moment.timestamp()


def test_nodes_are_told_the_worst_first(archive: Path) -> None:
    assert nodes(archive) == [
        NodeHistory("db", 3, 0, 3, 0, 0, "errored", at(6), None),
        NodeHistory("web", 3, 1, 0, 0, 2, "finished", at(3), 10.0),
        NodeHistory("app", 1, 0, 0, 1, 0, "skipped", at(8), 10.0),
    ]
    assert [one.rate for one in nodes(archive)] == [1.0, 1 / 3, 0.0]
    assert len(nodes(archive, limit=1)) == 1


def test_a_node_is_flaky_whose_outcome_changes_while_the_same_runs(archive: Path) -> None:
    assert [one.node for one in nodes(archive, flaky=True)] == ["web"]


def test_other_tasks_say_nothing_of_a_change(tmp_path: Path) -> None:
    with opened(tmp_path) as writer:
        for job, (task, state) in enumerate(
            [("a", "finished"), ("b", "failed"), ("a", "finished"), ("b", "failed")], 1
        ):
            run(writer, job, "web", state, task=task)
    assert nodes(tmp_path, flaky=True) == []
    assert [one.failed for one in nodes(tmp_path, HistoryQuery(tasks=("b*",)))] == [2]
    assert nodes(tmp_path, HistoryQuery(environments=("x",))) == []
    assert [one.job for one in runs_of(tmp_path, "web", HistoryQuery(tasks=("a",)))] == ["3", "1"]


def test_only_the_nodes_that_match_are_told(archive: Path) -> None:
    assert [one.node for one in nodes(archive, HistoryQuery(nodes=("d*", "a*")))] == ["db", "app"]


def test_what_was_before_does_not_count(archive: Path) -> None:
    query = HistoryQuery(since=at(2))
    assert nodes(archive, query) == [
        NodeHistory("db", 3, 0, 3, 0, 0, "errored", at(6), None),
        NodeHistory("web", 2, 1, 0, 0, 1, "finished", at(3), 10.0),
        NodeHistory("app", 1, 0, 0, 1, 0, "skipped", at(8), 10.0),
    ]
    assert [one.job for one in runs_of(archive, "web", query)] == ["3", "2"]


def test_the_runs_of_a_node_are_told_the_newest_first(archive: Path) -> None:
    assert runs_of(archive, "web") == [
        PastRun("3", at(3), "task", "facts", "production", "finished", 10, ""),
        PastRun("2", at(2), "task", "facts", "production", "failed", 10, "failed again"),
        PastRun("1", at(1), "task", "facts", "production", "finished", 10, ""),
    ]
    assert [one.job for one in runs_of(archive, "web", limit=1)] == ["3"]


def test_how_a_run_ended_that_no_event_tells_is_unknown(archive: Path) -> None:
    (one,) = runs_of(archive, "new")
    assert (one.state, one.seconds, one.at) == ("unknown", None, at(9, 0))
    assert "new" not in [other.node for other in nodes(archive)]


def test_a_run_of_a_job_that_goes_on_is_running(tmp_path: Path) -> None:
    with opened(tmp_path) as writer:
        run(writer, 1, "web", "running", over=False)
        assert [one.state for one in runs_of(tmp_path, "web")] == ["running"]


def test_a_node_that_is_not_known_has_no_runs_and_others_may_be_meant(tmp_path: Path) -> None:
    with opened(tmp_path) as writer:
        for job, node in enumerate(("web-1.example.com", "web-10.example.com", "db.example.com"), 1):
            run(writer, job, node, "finished")
    assert runs_of(tmp_path, "web-1") == []
    with open_to_look(tmp_path) as reader:
        history = reader.history(HistoryQuery())
        assert history.nodes_like("web-1") == ["web-1.example.com"]
        assert history.nodes_like("web") == ["web-1.example.com", "web-10.example.com"]
        assert history.nodes_like("x") == []
        assert history.nodes_like("") == []


def test_the_usual_duration_is_that_of_the_latest_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orch_events.archive.history._USUAL_RUNS", 3)
    with opened(tmp_path, FakeClock()) as writer:
        for job, took in enumerate((500, 500, 500, 10, 20, 30), 1):
            run(writer, job, "web", "finished", took=took)
    assert [one.usual_seconds for one in nodes(tmp_path)] == [20.0]


@pytest.mark.parametrize(
    "damage", ["UPDATE packed SET runs = x'00'", "UPDATE packed SET runs = 7", "DELETE FROM packed"]
)
def test_a_damaged_chunk_is_an_error_that_says_how_to_mend_it(tmp_path: Path, damage: str) -> None:
    with opened(tmp_path) as writer:
        run(writer, 1, "web", "finished")
    with opened(tmp_path):
        pass
    assert rows(tmp_path, "SELECT runs FROM chunks") == [(1,)]
    with sqlite3.connect(tmp_path / "index.sqlite3") as connection:
        connection.execute(damage)
    connection.close()
    with pytest.raises(LocalFileError, match="is damaged") as raised:
        runs_of(tmp_path, "web")
    assert "--reindex" in raised.value.hint
