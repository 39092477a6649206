"""A job in Markdown, as GitHub's step summaries and comments show it: outcome, counts, causes, slowest nodes.

Nothing that comes from a server or a node can become markup. It stands in one of three places, and is escaped for it:

1. in a code span, whose backticks are more than any in it (`code`);
2. in a fenced block, whose fence is longer than any in it (`_fenced`);
3. in HTML, between `<code>` and `</code>`, escaped as HTML (`_html`); such a block is one line.

In none of these GitHub looks for links, names of users, emoji or formulas. Line ends and control characters are shown
as escapes everywhere.
"""

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from orch_events.analysis.failures import Failures, Group, reason
from orch_events.analysis.job_report import JobReport
from orch_events.analysis.summary import Span, Summary
from orch_events.job.nodes import NodeRun
from orch_events.job.plan import PlanState
from orch_events.job.state import JobState
from orch_events.render.reports.common import counted, timestamp
from orch_events.render.toolkit.text import escape_control, padded, width
from orch_events.times import format_duration
from orch_events.wire.job_key import spoken
from orch_events.wire.vocabulary import NODE_WORDS, in_display_order

LIMIT = 1 << 20
"""How many bytes GitHub shows of the summary of a step: more of them, and it shows nothing."""

_MOST_NODES = 500
"""How many nodes of a cause are listed."""
_RUN = re.compile("`+")
_PLAIN = re.compile(r"[A-Za-z0-9]+( [A-Za-z0-9]+)*")
_CUT = "_The rest is left out: GitHub shows no more than 1 MiB._\n"


def markdown(reports: Sequence[JobReport], limit: int = LIMIT) -> str:
    """Return the report: a section for each job, of `limit` bytes at most."""
    return _fitting((block for report in reports for block in _blocks(report)), limit)


def _fitting(blocks: Iterable[str], limit: int) -> str:
    """Join as many blocks as fit, and say if some don't."""
    left, kept = limit - len(_CUT) - 1, list[str]()
    for block in blocks:
        size = len(block.encode()) + 1
        if size > left:
            return "\n".join([*kept, _CUT])
        kept.append(block)
        left -= size
    return "\n".join(kept)


def _blocks(report: JobReport) -> Iterator[str]:
    """Yield the blocks of a section, each with a newline; between two of them is an empty line."""
    summary = Summary.from_state(report.state, report.part)
    yield _title(summary)
    if report.partial:
        yield f"> **This report is partial:** {_said(report.partial)}\n"
    yield from _about(report.state)
    yield _counts(summary)
    if report.part.words:
        yield f"Showing {code(report.part.words)}\n"
    if isinstance(report.state, PlanState):
        yield from _jobs(report.state)
    yield from _failures(Failures.from_state(report.state, report.part))
    yield from _slowest(summary)


def _title(summary: Summary) -> str:
    progress, outcome = summary.progress, summary.progress.outcome
    word: str = outcome.word if outcome else progress.words
    seconds = outcome.seconds if outcome else summary.seconds
    took = "" if seconds is None else f" {'after' if outcome else 'for'} {format_duration(seconds)}"
    return f"## {_said(spoken(progress.job))} {word}{took}\n"


def _about(state: JobState) -> Iterator[str]:
    """Yield what the record says of the job."""
    record = state.record
    texts = (record.description, record.type, record.subject, record.environment, record.owner) if record else ()
    parts = [code(text) for text in texts if text]
    if began := timestamp(state.began_at):
        parts.append(f"started {began}")
    if parts:
        yield f"{', '.join(parts)}\n"


def _counts(summary: Summary) -> str:
    progress = summary.progress
    runs = summary.part.runs
    counts = [f"**{count:,}** {_state(state)}" for state, count in in_display_order(_by_state(summary))]
    total = progress.total if summary.part.is_whole else len(runs)
    return f"{', '.join([counted(total, 'node'), *counts])}\n"


def _by_state(summary: Summary) -> dict[str, int]:
    if summary.part.is_whole:
        return dict(summary.progress.nodes)
    counts: dict[str, int] = {}
    for run in summary.part.runs.values():
        counts[run.state] = counts.get(run.state, 0) + 1
    return counts


def _jobs(plan: PlanState) -> Iterator[str]:
    """Yield what a plan said at its end, and how each of its jobs ended."""
    if plan.result:
        yield f"{code(plan.result)}\n"
    lines = []
    for job in plan.jobs:
        outcome = job.outcome()
        counts = ", ".join(f"{count} {_state(state)}" for state, count in in_display_order(job.nodes))
        lines.append(
            f"- {_said(spoken(job.job))} {outcome.word if outcome else 'is not over'}: {counts or 'no nodes'}\n"
        )
    if lines:
        yield "".join(lines)


def _failures(failures: Failures) -> Iterator[str]:
    if failures.groups:
        yield "### Not finished, by cause\n"
    yield from map(_group, failures.groups)


def _group(group: Group) -> str:
    """Return a cause that folds out into its nodes; each has its own reason, where these differ."""
    state = group.state if group.state in NODE_WORDS else _html(group.state)
    cause = f": {_html(group.cause)}" if group.cause else ""
    alike = len({reason(run) for run in group.runs}) == 1
    lines = [_line(run, alike=alike) for run in group.runs[:_MOST_NODES]]
    if len(group.runs) > _MOST_NODES:
        lines.append(f"and {len(group.runs) - _MOST_NODES:,} more")
    title = f"<b>{counted(len(group.runs), 'node')} {state}</b>{cause}"
    return f"<details><summary>{title}</summary>\n\n{_fenced(lines)}\n</details>\n"


def _line(run: NodeRun, *, alike: bool) -> str:
    why = "" if alike else reason(run)
    return f"{run.label}: {why}" if why else run.label


def _slowest(summary: Summary) -> Iterator[str]:
    spread = summary.spread
    if not summary.slowest or spread is None:
        return
    middle, most = format_duration(spread.p50), format_duration(spread.p90)
    yield f"### Slowest nodes\n\nHalf of the nodes took {middle} at most, nine in ten {most}.\n"
    names = [escape_control(span.run.label) for span in summary.slowest]
    cells = max(map(width, names))
    yield _fenced(f"{padded(name, cells)}  {_took(span)}" for name, span in zip(names, summary.slowest, strict=True))


def _took(span: Span) -> str:
    state = "" if span.run.state == "finished" else f" {span.run.state}"
    return format_duration(span.seconds) + state


def _state(state: str) -> str:
    return state if state in NODE_WORDS else code(state)


def _said(text: str) -> str:
    """Return text that is plain as it is, and any other as code."""
    return text if _PLAIN.fullmatch(text) else code(text)


def code(text: str) -> str:
    """Return text as a code span."""
    text = escape_control(text) or " "
    fence = "`" * (_longest_run(text) + 1)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _fenced(lines: Iterable[str]) -> str:
    shown = "\n".join(map(escape_control, lines))
    fence = "`" * max(3, _longest_run(shown) + 1)
    return f"{fence}text\n{shown}\n{fence}\n"


def _longest_run(text: str) -> int:
    return max(map(len, _RUN.findall(text)), default=0)


def _html(text: str) -> str:
    return f"<code>{html.escape(escape_control(text))}</code>"
