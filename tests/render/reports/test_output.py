"""What nodes printed, for people and for programs."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.analysis.output import NodeOutput, Printed, grouped
from orch_events.analysis.part import Part
from orch_events.analysis.progress import JobProgress
from orch_events.render.reports.output import each_text, grouped_text, output_json
from orch_events.render.toolkit.layout import Layout
from orch_events.render.toolkit.theme import Theme
from orch_events.wire.text import LargeText, Text
from tests.build import job_of

GLYPHS = Theme.from_capabilities(color=False, ascii_only=False)
STATE = job_of()
HEAD = "job 7 is in an unknown state: 0 of ? nodes done"


def shown(*outputs: NodeOutput, cells: int | None = None, each: bool = False) -> list[str]:
    progress, part, layout = JobProgress.from_state(STATE), Part.from_state(STATE), Layout(GLYPHS, cells)
    if each:
        pieces: Iterator[str] = each_text(outputs, progress, part, layout)
    else:
        pieces = grouped_text(grouped(outputs, ["a"]), progress, part, layout)
    return "".join(pieces).splitlines()


def finished(name: str, output: Text | None = None, stderr: str | None = None, value: str = "") -> NodeOutput:
    return NodeOutput(name, "finished", 0, "", Printed(output, stderr, value))


def test_the_same_output_stands_once_under_its_nodes() -> None:
    nodes = [finished(f"web-{number:02}.x", "a\n\n  b\n") for number in range(1, 13)]
    assert shown(*nodes, NodeOutput("db", "skipped")) == [
        HEAD,
        "",
        "✔ 12 nodes finished, exit code 0: web-[01-12].x",
        "  a",
        "  ",
        "    b",
        "",
        "↷ 1 node skipped: db",
        "  nothing printed",
    ]


def test_what_is_told_apart_has_labels() -> None:
    both = NodeOutput("a", "failed", 3, "no\ndisk", Printed("x\n", "y\n", '{"z":1}'))
    assert shown(both, each=True)[2:] == [
        "✖ a failed, exit code 3",
        "  stdout:", "    x", "  stderr:", "    y", "  error:", "    no", "    disk", "  result:", '    {"z":1}',
    ]  # fmt: skip
    assert shown(finished("a", "", "y"))[-2:] == ["  stderr:", "    y"]
    assert shown(finished("a", "x", ""))[-1] == "  x"
    assert shown(finished("a", "x", None, "{}"))[-4:] == ["  output:", "    x", "  result:", "    {}"]


def test_many_nodes_are_wrapped_on_a_terminal_and_outputs_are_not() -> None:
    nodes = [finished(f"{letter}-node", "x" * 90) for letter in "abcdefgh"]
    assert shown(*nodes, cells=40)[3:] == [
        "✔ 8 nodes finished, exit code 0: a-node,",
        "  b-node, c-node, d-node, e-node,",
        "  f-node, g-node, h-node",
        f"  {'x' * 90}",
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\x1b[2Jb", ["  a\\x1b[2Jb"]),
        ("a\tb\r\nc\rd", ["  a       b", "  c\\rd"]),
        ("\u202e[bold]\ud800", ["  \\u202e[bold]\\ud800"]),
        ("é\n\n", ["  é", "  "]),
        ("::error::x", ["  ::error::x"]),
    ],
)
def test_what_a_node_printed_never_acts(text: str, lines: list[str]) -> None:
    assert shown(finished("a\x1b", text))[2:] == ["✔ 1 node finished, exit code 0: a\\x1b", *lines]


@given(st.text("ab\n \té\x1b\r", max_size=30), st.integers(1, 60_000))
def test_every_line_is_shown_however_long_the_output_is(text: str, times: int) -> None:
    output = text * (times if len(text) < 8 else 1)
    lines = shown(finished("a", output or "x"))[3:]
    assert len(lines) == len((output or "x").removesuffix("\n").split("\n"))
    assert all(line.startswith("  ") and "\x1b" not in line for line in lines)


def test_json_has_what_is_documented() -> None:
    one = NodeOutput("a", "failed", 3, "no disk", Printed("x\x1b\n", "y", '{"z":[1.50]}'))
    assert b"".join(output_json(one, "7")) == (
        b'{"job":"7","node":"a","state":"failed","exit_code":3,"output":"x\\u001b\\n","stderr":"y","error":"no disk",'
        b'"value":{"z":[1.50]}}\n'
    )
    nothing = {"exit_code": None, "output": None, "stderr": None, "error": None, "value": None}
    assert json.loads(b"".join(output_json(NodeOutput("b", "running"), "7"))) == {
        "job": "7",
        "node": "b",
        "state": "running",
        **nothing,
    }


def test_a_large_text_is_the_same_json_and_the_same_lines() -> None:
    text = "\x1b[1mé\x1b[0m\n" * 300_000 + "\N{GRINNING FACE}"
    one = finished("a", LargeText(json.dumps(text).encode()))
    assert json.loads(b"".join(output_json(one, "7")))["output"] == text
    plain = shown(one, each=True)
    assert plain[-3:] == ["  é", "  é", "  \N{GRINNING FACE}"]
    assert plain.count("  é") == 300_000


def test_a_line_that_is_longer_than_a_piece_is_indented_once() -> None:
    one = finished("a", LargeText(b'"%b"' % (b"x" * 3_000_000)))
    assert shown(one)[2:] == ["✔ 1 node finished, exit code 0: a", "  " + "x" * 3_000_000]


@given(st.text(st.characters()), st.text(st.characters()))
def test_any_text_is_json_again(output: str, key: str) -> None:
    value = json.dumps({key: output}, ensure_ascii=False)
    found = json.loads(b"".join(output_json(finished("a", output, value=value), "7")))
    assert (found["output"], found["value"]) == tuple(json.loads(json.dumps([output, {key: output}])))
