"""Where programs begin: servers found as the command finds them, or as they are given."""

import gc
import json
import weakref
from pathlib import Path

import pytest

from orch_events import (
    LocalFileError,
    NotAuthenticated,
    Notice,
    UnknownJob,
    UsageError,
    connect,
    read_recording,
)
from orch_events.cli.main import main
from orch_events.simulator import Simulator
from tests.fakes import StillApi


def test_the_environment_tells_the_server_and_what_is_given_beats_it(
    over: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORCH_EVENTS_SERVICE_URL", over)
    with connect() as orchestrator:
        assert orchestrator.job("352").summary().outcome == "finished"
    monkeypatch.setenv("ORCH_EVENTS_SERVICE_URL", "http://127.0.0.1:9")
    with connect(service_url=over) as orchestrator:
        assert orchestrator.job("352").summary().outcome == "finished"


def test_the_user_s_configuration_file_tells_the_server(over: str, tmp_path: Path) -> None:
    conf = tmp_path / "orchestrator.conf"
    conf.write_text(json.dumps({"options": {"service-url": over}}))
    with connect(config_file=conf) as orchestrator:
        assert orchestrator.jobs(2)[0]["name"] == "360"


def test_without_a_server_the_error_says_so_and_the_demo_of_the_environment_is_not_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ORCH_EVENTS_DEMO", "1")
    with pytest.raises(LocalFileError, match="no orchestrator is configured"):
        connect()


def test_a_token_that_is_given_is_sent_and_beats_the_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("wrong")
    with Simulator(StillApi(60.0, "s3cret")) as simulator:
        with connect(service_url=simulator.url, token="s3cret", token_file=file) as orchestrator:
            assert orchestrator.job(353).failures().groups
        with connect(service_url=simulator.url, token_file=file) as orchestrator, pytest.raises(NotAuthenticated):
            orchestrator.job(353).summary()


@pytest.mark.parametrize("token", ["", "two\nlines", "\x1b"])
def test_what_can_be_no_token_is_refused(token: str) -> None:
    with pytest.raises(LocalFileError, match="the token in the argument"):
        connect(service_url="http://127.0.0.1:9", token=token)


def test_that_a_token_is_not_sent_is_told() -> None:
    told: list[object] = []
    connect(service_url="http://pe.example.com", token="s3cret", on_update=told.append).close()
    assert told == [Notice("the token is not sent, because http://pe.example.com is not encrypted")]


@pytest.mark.parametrize(
    ("job", "error", "message"),
    [
        ("nonsense", UsageError, "'nonsense' is not a job"),
        ("352.jsonl", UsageError, "352.jsonl is the path of a recording"),
        ("https://other.example.com:8143/orchestrator/v1/jobs/352", UsageError, "job 352 is on https://other"),
        ("latest~99", UnknownJob, "there is no latest~99"),
    ],
)
def test_what_is_no_job_of_this_server_is_refused(job: str, error: type[Exception], message: str, over: str) -> None:
    with connect(service_url=over) as orchestrator, pytest.raises(error, match=message):
        orchestrator.job(job)


def test_a_job_has_a_number_however_it_was_named(over: str) -> None:
    with connect(service_url=over) as orchestrator:
        names = (352, "352", f"{over}/orchestrator/v1/jobs/352", "plan:301", "latest", "plan:latest")
        found = [orchestrator.job(name).number for name in names]
    assert found == ["352", "352", "352", "plan:301", "360", "plan:302"]


def test_a_server_stays_open_for_whoever_has_a_job_of_it() -> None:
    orchestrator = connect(demo=True)
    following, found = orchestrator.follow("353"), weakref.ref(orchestrator)
    del orchestrator
    gc.collect()
    assert len(list(following)) == 29
    kept = found()
    assert kept is not None
    kept.close()


def test_a_recording_says_what_the_server_said(tmp_path: Path, over: str) -> None:
    path = tmp_path / "353.jsonl"
    main(["list", "353", "--service-url", over, "-q", "-o", "csv", "--record", str(path)])
    with connect(service_url=over) as orchestrator, read_recording(path) as recorded:
        live = orchestrator.job("353")
        assert recorded.summary() == live.summary()
        assert recorded.failures() == live.failures()
        assert recorded.nodes() == live.nodes()
        assert list(recorded.events()) == list(live.events())
        assert list(recorded.follow()) == list(live.events())
        assert repr(recorded) == "Job('353')"


def test_of_a_recording_of_several_jobs_one_is_chosen(tmp_path: Path) -> None:
    path = tmp_path / "both.jsonl"
    path.write_text('{"job":"1","id":"1","type":"job_finished"}\n{"job":"2","id":"2","type":"job_aborted"}\n')
    with pytest.raises(UsageError, match="contains events of jobs 1, 2"):
        read_recording(path)
    with read_recording(path, job="2") as job:
        assert job.summary().outcome == "aborted"


def test_damage_in_a_recording_is_told(tmp_path: Path) -> None:
    path = tmp_path / "1.jsonl"
    path.write_text('{"id":"1","type":"node_running"}\nnonsense\n{"id":"2","type":"job_finished"}\n')
    told: list[object] = []
    with read_recording(path, on_update=told.append) as job:
        assert [event.id for event in job.events()] == [1, 2]
    assert [isinstance(one, Notice) for one in told] == [True]


def test_a_file_that_is_not_there_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(LocalFileError, match="No such file or directory"):
        read_recording(tmp_path / "nothing.jsonl")
