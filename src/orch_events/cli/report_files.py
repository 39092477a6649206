"""The files of --report: that they can be written is found out at the beginning, and they are written at the end.

A file is replaced whole, or left as it was. Only the step summary of GitHub Actions is appended to, since other steps'
tools have written there; and what is no regular file, such as a pipe, is written to as it is.
"""

import errno
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from orch_events.analysis.job_report import JobReport
from orch_events.cli.options.groups import ReportFile
from orch_events.errors import LocalFileError, UsageError
from orch_events.follow.checkpoint import check_replaceable, replace_file

STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
"""The variable that names the file of a step's summary, in Markdown."""


def check_report_files(files: Sequence[ReportFile], others: Sequence[str], environ: Mapping[str, str]) -> None:
    """See that each report has a file of its own that can be written.

    Args:
        files: the reports.
        others: the paths of other files that are read or written.
        environ: the environment.

    Raises:
        UsageError: two things have one file.
        LocalFileError: a file can't be written.
    """
    taken = {os.path.realpath(path) for path in others if "\0" not in path}
    for file in files:
        try:
            target, way = os.path.realpath(file.path), _way(file, environ)
            if target in taken and way != "as it is":
                raise UsageError(f"{file.path} has another use here", f"give the {file.format} report another file")
            taken.add(target)
            _check(Path(target), way)
        except (OSError, ValueError) as error:
            raise _failed(file, error) from None


def _check(target: Path, way: str) -> None:
    if way == "append":
        target.open("ab").close()
    elif target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    elif way == "replace":
        check_replaceable(target)


def _way(file: ReportFile, environ: Mapping[str, str]) -> Literal["append", "replace", "as it is"]:
    """Return how a file is written; a pipe or a device is as it is."""
    summary = environ.get(STEP_SUMMARY)
    if file.format == "markdown" and summary and os.path.realpath(file.path) == os.path.realpath(summary):
        return "append"
    try:
        mode = os.stat(file.path).st_mode  # noqa: PTH116 - a text
    except OSError:
        return "replace"
    return "replace" if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else "as it is"


def _failed(file: ReportFile, error: OSError | ValueError) -> LocalFileError:
    reason = getattr(error, "strerror", None) or error
    hint = "check the directory, its permissions and the free disk space"
    return LocalFileError(f"the {file.format} report can't be written to {file.path!r}: {reason}", hint)


def write_report_file(file: ReportFile, reports: Sequence[JobReport], environ: Mapping[str, str]) -> None:
    """Write a report on some jobs. Raises LocalFileError."""
    from orch_events.cli.report_formats import WRITERS  # what draws is imported only where something is drawn

    target = Path(os.path.realpath(file.path))
    try:
        match _way(file, environ):
            case "append":
                _append(target, reports)
            case "replace":
                replace_file(target, WRITERS[file.format](reports).encode(), keep_mode=True, private=False)
            case "as it is":
                Path(file.path).write_bytes(WRITERS[file.format](reports).encode())
    except OSError as error:
        raise _failed(file, error) from None


def _append(target: Path, reports: Sequence[JobReport]) -> None:
    """Append to the summary of a step, of which GitHub shows so much; raises OSError."""
    from orch_events.render.reports.markdown import LIMIT, markdown

    with target.open("ab") as file:
        size = file.tell()
        before = "\n" * bool(size)
        file.write(f"{before}{markdown(reports, LIMIT - size - len(before))}".encode())
