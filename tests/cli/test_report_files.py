"""The files of --report: found out at the beginning, replaced whole at the end."""

import os
import stat
from pathlib import Path

import pytest

from orch_events.analysis.job_report import JobReport
from orch_events.cli.options.groups import ReportFile
from orch_events.cli.report_files import STEP_SUMMARY, check_report_files, write_report_file
from orch_events.errors import LocalFileError, UsageError
from orch_events.render.reports.markdown import LIMIT
from tests.build import simulated

REPORTS = [JobReport.from_state(simulated(353))]


def test_what_can_be_written_passes_and_leaves_nothing_behind(tmp_path: Path) -> None:
    check_report_files([ReportFile("junit", str(tmp_path / "a.xml")), ReportFile("csv", os.devnull)], [], {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [("none/a.xml", "No such file or directory"), (".", "Is a directory"), ("a/b.xml", "Not a directory"),
     ("n" * 300, "File name too long")],
)  # fmt: skip
def test_what_can_t_be_written_is_found_out_at_the_beginning(path: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(LocalFileError, match=f"the junit report can't be written to .*: {reason}"):
        check_report_files([ReportFile("junit", f"{tmp_path}/{path}")], [], {})


def test_one_file_is_not_written_twice(tmp_path: Path) -> None:
    file, link = tmp_path / "a.xml", tmp_path / "b.xml"
    link.symlink_to(file)
    with pytest.raises(UsageError, match=r"b\.xml has another use here"):
        check_report_files([ReportFile("junit", str(file)), ReportFile("csv", str(link))], [], {})
    with pytest.raises(UsageError, match=r"a\.xml has another use here"):
        check_report_files([ReportFile("junit", str(file))], [str(file)], {})
    check_report_files([ReportFile("junit", os.devnull), ReportFile("csv", os.devnull)], [], {})


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    file, link = tmp_path / "a.xml", tmp_path / "link.xml"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    write_report_file(ReportFile("junit", str(link)), REPORTS, {})

    assert link.is_symlink()
    assert file.read_text(encoding="utf-8").startswith("<?xml ")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xml", "link.xml"]


def test_a_new_file_has_the_mode_of_the_umask(tmp_path: Path) -> None:
    previous = os.umask(0o022)
    try:
        write_report_file(ReportFile("csv", str(tmp_path / "a.csv")), REPORTS, {})
    finally:
        os.umask(previous)
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == 0o644


def test_what_is_no_regular_file_is_written_to_as_it_is() -> None:
    write_report_file(ReportFile("csv", os.devnull), REPORTS, {})
    assert not stat.S_ISREG(os.stat(os.devnull).st_mode)  # noqa: PTH116 - a text

    reader, writer = os.pipe()
    try:
        write_report_file(ReportFile("csv", f"/dev/fd/{writer}"), REPORTS, {})
        assert os.read(reader, 65_536).startswith(b"node,state,")
    finally:
        os.close(reader)
        os.close(writer)


def test_the_summary_of_a_step_is_appended_to(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_text("# Before\n")
    write_report_file(ReportFile("markdown", str(file)), REPORTS, {STEP_SUMMARY: str(file)})
    write_report_file(ReportFile("markdown", str(file)), REPORTS, {STEP_SUMMARY: str(file)})

    text = file.read_text(encoding="utf-8")
    assert text.startswith("# Before\n\n## job 353 failed")
    assert text.count("\n\n## job 353 failed") == 2
    write_report_file(ReportFile("markdown", str(file)), REPORTS, {STEP_SUMMARY: str(tmp_path / "other.md")})
    assert file.read_text(encoding="utf-8").startswith("## job 353 failed")


def test_the_summary_of_a_step_needs_no_directory_that_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("orch_events.cli.report_files.check_replaceable", refuse)
    files = [ReportFile("markdown", str(tmp_path / "summary.md"))]
    check_report_files(files, [], {STEP_SUMMARY: files[0].path})
    with pytest.raises(LocalFileError, match="Permission denied"):
        check_report_files(files, [], {})
    with pytest.raises(LocalFileError, match="Is a directory"):
        check_report_files([ReportFile("markdown", str(tmp_path))], [], {STEP_SUMMARY: str(tmp_path)})


def test_the_summary_of_a_step_stays_within_what_github_shows(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_bytes(b"x" * (LIMIT - 1000))
    write_report_file(ReportFile("markdown", str(file)), REPORTS, {STEP_SUMMARY: str(file)})
    assert LIMIT - 1000 < file.stat().st_size <= LIMIT
    assert file.read_bytes().endswith(b"1 MiB._\n")


def test_a_file_that_can_t_be_written_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.csv"
    file.write_text("old")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(LocalFileError, match=r"the csv report can't be written to .*: No space left on device"):
        write_report_file(ReportFile("csv", str(file)), REPORTS, {})
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.csv", "old")]
