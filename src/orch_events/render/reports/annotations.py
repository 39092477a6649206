"""Workflow commands of GitHub Actions: an annotation for each cause of failure, and the log in a group.

GitHub shows ten errors and ten warnings of a step at most: of more causes the last annotation tells how many there are.
A node can print what looks like a command. So commands are stopped while the log is shown, and a line of ours has the
texts of a server escaped twice: control characters, as everywhere, and what ends a command or a property of it.
"""

from collections.abc import Iterator, Sequence

from orch_events.analysis.failures import Failures, Group
from orch_events.analysis.job_report import JobReport
from orch_events.render.reports.common import counted
from orch_events.render.toolkit.text import escape_control
from orch_events.wire.job_key import spoken
from orch_events.wire.vocabulary import NODE_FAILED

_MOST = 10
_MOST_NAMES = 10


def annotations(reports: Sequence[JobReport]) -> list[str]:
    """Return the commands, a line each: errors for nodes that failed or errored, warnings for the rest.

    That nodes are running is nothing to be told while their job does.
    """
    errors, warnings = list[str](), list[str]()
    for report in reports:
        if report.partial:
            warnings.append(_command("warning", spoken(report.state.job), f"the report is partial: {report.partial}"))
        for group in Failures.from_state(report.state, report.part).groups:
            if group.state == "running" and report.partial:
                continue
            kind, lines = ("error", errors) if group.state in NODE_FAILED else ("warning", warnings)
            lines.append(_annotation(kind, report, group))
        errors += _unexplained(report)
    return [*_first("error", errors), *_first("warning", warnings)]


def _annotation(kind: str, report: JobReport, group: Group) -> str:
    names = [run.label for run in group.runs[:_MOST_NAMES]]
    more = [f"and {len(group.runs) - _MOST_NAMES:,} more"] * (len(group.runs) > _MOST_NAMES)
    title = f"{spoken(report.state.job)}: {counted(len(group.runs), 'node')} {group.state}"
    nodes = ", ".join([*names, *more])
    return _command(kind, title, f"{group.cause}: {nodes}" if group.cause else nodes)


def _unexplained(report: JobReport) -> Iterator[str]:
    """Yield an error for a job that ended badly, although none of its nodes failed."""
    outcome = report.state.outcome()
    failed = any(run.state in NODE_FAILED for run in report.state.runs.values())
    if outcome is not None and outcome.word != "finished" and not failed:
        yield _command("error", spoken(report.state.job), f"{spoken(report.state.job)} {outcome.word}")


def _first(kind: str, lines: Sequence[str]) -> Sequence[str]:
    if len(lines) <= _MOST:
        return lines
    return [*lines[: _MOST - 1], _command(kind, "more causes", f"{len(lines) - _MOST + 1:,} more causes are not shown")]


def _command(kind: str, title: str, message: str) -> str:
    return f"::{kind} title={_property(title)}::{_data(message)}"


def group_begin(title: str, token: str) -> str:
    """Return the lines before a log: it folds, and no line of it is a command until `token` is told."""
    return f"::group::{_data(title)}\n::stop-commands::{token}\n"


def group_end(token: str) -> str:
    """Return the lines after the log."""
    return f"::{token}::\n::endgroup::\n"


def _data(text: str) -> str:
    return escape_control(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
