"""From settings to a server."""

from pathlib import Path

from orch_events.library.servers import token_version


def test_a_mark_changes_with_the_token_file(tmp_path: Path) -> None:
    path = tmp_path / "token"
    assert token_version(str(path)) is None
    path.write_text("one")
    before = token_version(str(path))
    assert token_version(str(path)) == before
    path.write_text("other")
    assert token_version(str(path)) != before
