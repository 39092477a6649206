"""What nodes printed: the same output once, under all its nodes; or node by node; or as JSON.

An output can have many megabytes, so text is yielded in pieces. Each line of it is indented, without colours, and
escaped as all that comes from a node; tabs are spaces.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import chain

import msgspec

from orch_events.analysis.folding import fold
from orch_events.analysis.output import NodeOutput, OutputGroup, Printed
from orch_events.analysis.part import Part
from orch_events.analysis.progress import JobProgress
from orch_events.render.reports.common import counted, heading
from orch_events.render.toolkit.layout import Layout
from orch_events.render.toolkit.text import escape_control, is_suspect
from orch_events.wire.job_key import spoken
from orch_events.wire.printed import drop_colors
from orch_events.wire.text import LargeText, Text, pieces

_INDENT = "  "
_PLAIN = bytes([*b"\n", *range(ord(" "), ord("~") + 1)])
"""The ASCII characters that are shown as they are."""


def grouped_text(groups: Iterable[OutputGroup], progress: JobProgress, part: Part, layout: Layout) -> Iterator[str]:
    """Yield the report for people, in pieces: each output once, under its nodes."""
    yield _lines(heading(progress, layout, part))
    over = progress.outcome is not None
    for group in groups:
        names = [f"{escape_control(name)}," for name in fold(group.names)]
        who = counted(len(group.names), "node")
        yield _title(group.example, [*names[:-1], names[-1][:-1]], who, layout, over=over)
        yield from _body(group.example, layout)


def each_text(outputs: Iterable[NodeOutput], progress: JobProgress, part: Part, layout: Layout) -> Iterator[str]:
    """Yield the report for people, in pieces: node by node."""
    yield _lines(heading(progress, layout, part))
    for one in outputs:
        yield _title(one, [], escape_control(one.name), layout, over=progress.outcome is not None)
        yield from _body(one, layout)


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _title(one: NodeOutput, names: list[str], who: str, layout: Layout, *, over: bool) -> str:
    exited = "" if one.exit_code is None else f", exit code {one.exit_code}"
    state = "still running when the job ended" if over and one.state == "running" else one.state
    of_job = f" in {spoken(one.job)}" if one.job else ""
    told = f"{layout.mark(one.state)}{who} {escape_control(state)}{of_job}"
    words = f"{layout.theme.paint(told, one.state)}{exited}{':' * bool(names)}".split(" ")
    return _lines(["", *layout.wrap([*words, *names], len(_INDENT))])


def _body(one: NodeOutput, layout: Layout) -> Iterator[str]:
    """Yield what was printed; with labels only where there are several things to tell apart."""
    sections = [(label, text) for label, text in _sections(one.printed, one.error) if text]
    if not sections:
        yield _lines([_INDENT + layout.theme.paint("nothing printed", "quiet")])
    labelled = [label for label, _ in sections] not in (["output"], ["stdout"], ["result"])
    for label, text in sections:
        if labelled:
            yield _lines([_INDENT + layout.theme.paint(f"{label}:", "quiet")])
        yield from _indented(text, _INDENT * (1 + labelled))


def _sections(printed: Printed, error: str) -> Iterator[tuple[str, Text]]:
    yield ("output" if printed.stderr is None else "stdout"), printed.output or ""
    yield "stderr", printed.stderr or ""
    yield "error", error
    yield "result", printed.value


def _indented(text: Text, indent: str) -> Iterator[str]:
    """Yield the lines of a text, indented and escaped, in pieces."""
    ends_line = True
    for piece in pieces(text):
        lines = drop_colors(piece)
        begin, ends_line = indent * ends_line, lines.endswith("\n")
        yield begin + _escaped(lines.removesuffix("\n"), indent) + "\n" * ends_line
    if not ends_line:
        yield "\n"


def _escaped(lines: str, indent: str) -> str:
    """Escape lines, and indent all but the first; fast if there is nothing to escape."""
    rest = lines.encode("utf-8", "surrogatepass").translate(None, _PLAIN).decode("utf-8", "surrogatepass")
    if not is_suspect(rest):
        return lines.replace("\n", f"\n{indent}")
    return f"\n{indent}".join(escape_control(line.removesuffix("\r").expandtabs()) for line in lines.split("\n"))


def output_json(one: NodeOutput, job: str) -> Iterator[bytes]:
    """Yield a line with a node's output as a JSON object, in pieces if it is large; `docs/reports.md` has its keys."""
    printed = one.printed
    head = {"job": one.job or job, "node": one.name, "state": one.state, "exit_code": one.exit_code}
    line = _json(head)[:-1]
    for name, text in (("output", printed.output), ("stderr", printed.stderr), ("error", one.error or None)):
        line += b',"%b":' % name.encode()
        if isinstance(text, LargeText):
            yield from chain([line], text.written_pieces())
            line = b""
        else:
            line += _json(text)
    value = (printed.value or "null").encode("utf-8", "backslashreplace")  # of a lone surrogate it makes an escape
    yield b'%b,"value":%b}\n' % (line, value)


def _json(value: object) -> bytes:
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:  # a lone surrogate
        return json.dumps(value, separators=(",", ":")).encode()
