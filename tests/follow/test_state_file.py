from pathlib import Path

import pytest

from orch_events.errors import LocalFileError
from orch_events.follow import state_file
from orch_events.follow.checkpoint import Checkpoint
from orch_events.follow.state_file import open_state

SERVER = "https://pe.example.com:8143/orchestrator/v1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state"


def test_what_was_written_is_there_when_it_is_opened_again(path: Path) -> None:
    with open_state(path, SERVER) as file:
        file.state.jobs["352"] = Checkpoint(1313, since=1290, shown=(1290, 1312))
        file.state.done["351"] = 1462477800.0
        file.write()
    with open_state(path, SERVER) as file:
        assert file.state.jobs == {"352": Checkpoint(1313, since=1290, shown=(1290, 1312))}
        assert file.state.done == {"351": 1462477800.0}


def test_the_jobs_of_one_orchestrator_are_never_mixed_with_another_s(path: Path) -> None:
    with open_state(path, SERVER):
        pass
    with pytest.raises(LocalFileError, match=f"has the jobs of {SERVER}, not of demo"), open_state(path, "demo"):
        pass


def test_there_is_one_writer(path: Path) -> None:
    with (
        open_state(path, SERVER),
        pytest.raises(LocalFileError, match="another process is writing"),
        open_state(path, SERVER),
    ):
        pass


@pytest.mark.parametrize("content", ["[]", "{", '{"jobs": 7}', '{"other": 1}'])
def test_another_file_is_refused_and_stays_as_it_is(path: Path, content: str) -> None:
    path.write_text(content)
    with pytest.raises(LocalFileError, match="is not a state file"), open_state(path, SERVER):
        pass
    assert path.read_text() == content


def test_a_path_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "state"
    with pytest.raises(LocalFileError, match=f"{path} can't be written: No such file"), open_state(path, SERVER):
        pass


def test_only_so_many_jobs_that_are_done_are_kept_the_latest(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_file, "_MOST_DONE", 3)
    with open_state(path, SERVER) as file:
        file.state.done |= {str(number): 0.0 for number in range(10)}
        file.write()
        assert list(file.state.done) == ["7", "8", "9"]
