"""What each node printed."""

import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orch_events.analysis.excerpt import Room
from orch_events.analysis.output import OutputCollector, Printed, grouped, to_bytes
from orch_events.analysis.part import Part
from orch_events.wire.event import Event
from orch_events.wire.page import PageDecoder
from orch_events.wire.records import NodeRecord
from orch_events.wire.text import LargeText, Text, whole
from tests.build import case, event, event_at, job_of
from tests.table import each

RUN = {"noop": False, "status": "changed", "metrics": {"total": 9, "changed": 2}, "report-url": "https://pe/1"}


def collected(*events: Event, **options: Any) -> list[Any]:
    collector = OutputCollector(**options)
    collector.events(events)
    return collector.outputs(
        Part.from_state(job_of(*events), options.get("nodes", ()), failed=options.get("failed", False))
    )


def outline(*events: Event) -> list[tuple[str, int | None, Text, list[str]]]:
    groups = grouped(collected(*events), [event.node or "" for event in events])
    return [
        (one.example.state, one.example.exit_code, one.example.printed.output or one.example.error, list(one.names))
        for one in groups
    ]


def ended(number: int, node: str, detail: object, kind: str = "node_finished") -> Event:
    return event_at(number, kind, node, detail=detail)


def test_nodes_that_printed_the_same_are_a_group_whatever_its_colours() -> None:
    assert outline(
        ended(1, "a", {"_output": "x"}),
        ended(2, "b", {"_output": "\x1b[32mx\x1b[0m"}),
        ended(3, "c", {"_output": "y"}),
    ) == [("finished", None, "x", ["a", "b"]), ("finished", None, "y", ["c"])]


def test_another_state_exit_status_or_stderr_makes_another_group() -> None:
    shapes = [
        {"stdout": "x", "exit_code": 0},
        {"stdout": "x", "exit_code": 2},
        {"stdout": "x", "stderr": "y", "exit_code": 0},
    ]
    assert len(outline(*[ended(number, str(number), one) for number, one in enumerate(shapes)])) == 3
    assert len(outline(ended(1, "a", shapes[0]), ended(2, "b", shapes[0], "node_failed"))) == 2


def test_the_largest_group_is_first_and_of_equal_ones_that_which_failed() -> None:
    details = {"a": "x", "b": "y", "c": "z", "d": "z"}
    events = [ended(number, node, {"_output": text}) for number, (node, text) in enumerate(details.items())]
    failed = ended(9, "e", {"_output": "w"}, "node_failed")
    assert [names for *_, names in outline(*events, failed)] == [["c", "d"], ["e"], ["a"], ["b"]]


def test_errors_that_differ_in_names_are_one_group_with_their_pattern() -> None:
    events = [
        ended(number, node, {"_error": f"{node} is not connected"}, "node_errored") for number, node in enumerate("ab")
    ]
    assert outline(*events) == [("errored", None, "<node> is not connected", ["a", "b"])]


@each(
    ("detail", "output", "stderr", "error", "value"),
    [
        ({"_error": {"msg": "The task exited with 1"}, "_output": "x"}, "x", None, "", ""),
        ({"_error": {"msg": "Task exited 1:\ndisk full\n", "details": {"exit_code": 1}}}, None, None, "disk full", ""),
        ({"_error": {"msg": "disk full"}, "stderr": "disk full\n"}, None, "disk full\n", "", ""),
        ({"x": [1, "é"], "_output": ""}, "", None, "", '{"x":[1,"é"]}'),
        (RUN, None, None, "", "changed, 2 changed of 9"),
        ({**RUN, "noop": True, "metrics": {}}, None, None, "", "changed, 0 changed, no-op"),
        ({"noop": False}, None, None, "", ""),
        (None, None, None, "", ""),
    ],
)
def test_people_are_shown_what_tells(detail: object, output: str, stderr: str, error: str, value: str) -> None:
    (one,) = collected(ended(1, "a", detail))
    assert (one.printed, one.error) == (Printed(output, stderr, value), error)


def test_programs_get_everything_as_it_was() -> None:
    (one,) = collected(ended(1, "a", {"_output": "\x1b[1mx", **RUN, "_error": "\x1b[1my"}), exact=True)
    assert (one.printed.output, one.error) == ("\x1b[1mx", "\x1b[1my")
    assert json.loads(one.printed.value) == RUN


def test_the_last_end_of_a_node_counts_and_gives_the_order() -> None:
    first, last = ended(1, "a", {"_output": "x"}), ended(3, "a", {"_output": "z"}, "node_failed")
    found = collected(first, ended(2, "b", {"_output": "y"}), last, event_at(4, "node_running", "c"))
    assert [(one.name, one.state, one.printed.output) for one in found] == [
        ("b", "finished", "y"), ("a", "failed", "z"), ("c", "running", None),
    ]  # fmt: skip


def test_a_record_of_a_node_counts_where_it_says_something_else() -> None:
    collector = OutputCollector()
    events = [ended(1, "a", {"_output": "x"}), event_at(2, "node_running", "b")]
    collector.events(events)
    nodes = [
        NodeRecord("a", "finished", 1),
        NodeRecord("b", "failed", 2, result=b'{"_output":"y"}'),
        NodeRecord("c", "new", 0),
    ]
    collector.nodes(nodes)
    state = job_of(*events)
    state.complete_nodes(nodes)
    found = collector.outputs(Part.from_state(state))
    assert [(one.name, one.state, one.printed.output) for one in found] == [
        ("a", "finished", "x"), ("b", "failed", "y"), ("c", "new", None),
    ]  # fmt: skip


def test_nodes_are_chosen_by_name_state_and_what_they_printed() -> None:
    events = [
        ended(1, "a1", {"_output": "denied"}, "node_failed"),
        ended(2, "a2", {"_output": "well"}),
        ended(3, "b", {"_error": "denied"}, "node_failed"),
        event_at(4, "node_running", "a3"),
    ]
    assert [one.name for one in collected(*events, nodes=["a*"])] == ["a1", "a2", "a3"]
    assert [one.name for one in collected(*events, failed=True)] == ["a1", "b"]
    assert [one.name for one in collected(*events, grep=[re.compile("den"), re.compile("xx")])] == ["a1", "b"]


def test_what_nodes_share_is_kept_once() -> None:
    found = collected(*[ended(number, str(number), {"_output": "x" * 100_000}) for number in range(5)])
    assert len({id(one.printed) for one in found}) == 1


def large(number: int, node: str, line: str, **rest: object) -> Event:
    return ended(number, node, {"_output": line * (3_000_000 // len(line)), **rest})


def test_a_large_output_is_never_decoded_as_a_whole() -> None:
    (one,) = collected(large(1, "a", "x\n", exit_code=3, stderr="y"))
    assert isinstance(one.printed.output, LargeText)
    assert (one.printed.stderr, one.printed.value, one.exit_code) == ("y", "", 3)
    assert whole(one.printed.output) == "x\n" * 1_500_000
    assert b"".join(to_bytes(one.printed.output)) == b"x\n" * 1_500_000


def test_large_outputs_that_are_the_same_are_a_group_whatever_their_colours() -> None:
    coloured = ended(3, "c", {"_output": "\x1b[32mx\x1b[0m\n" * 1_500_000})
    events = [large(1, "a", "x\n"), large(2, "b", "y\n"), coloured]
    found = grouped(collected(*events), "abc")
    assert [group.names for group in found] == [["a", "c"], ["b"]]
    assert [one.name for one in collected(*events, grep=[re.compile("y\ny")])] == ["b"]


def test_of_failed_nodes_as_much_is_kept_as_there_is_room_for() -> None:
    room = Room(each=8, left=120)
    failed = [ended(number, f"n{number}", {"_output": text, "_error": "no"}, "node_failed")
              for number, text in enumerate(["x" * 99, "x" * 99, "short", "y" * 99, "z" * 99], 1)]  # fmt: skip
    found = collected(ended(9, "ok", {"_output": "fine"}), *failed, failed=True, room=room)

    cut = "{0}\n[91 characters are left out here]\n{1}"
    assert [one.printed.output for one in found] == [
        cut.format("xx", "x" * 6), cut.format("xx", "x" * 6), "short", cut.format("yy", "y" * 6),
        "[left out: the report has no room for the output of more nodes]",
    ]  # fmt: skip
    assert found[0].printed is found[1].printed


def test_of_a_large_output_only_the_beginning_and_the_end_are_kept() -> None:
    event = ended(1, "a", {"_output": "x\n" * 1_500_000}, "node_failed")
    (one,) = collected(event, failed=True, room=Room(each=8))
    assert one.printed.output == "x\n\n[2,999,992 characters are left out here]\nx\nx\nx\n"


def test_large_outputs_of_another_kind_are_read_too() -> None:
    for detail in ("x\n" * 1_500_000, {"_output": "\ud83d" + "x\n" * 1_500_000}):
        (one,) = collected(ended(1, "a", detail))
        assert whole(one.printed.output).endswith("x\n" * 1_500_000)
    (one,) = collected(ended(1, "a", {"value": "x" * 3_000_000, "_error": {"msg": "y" * 2_000_000}}))
    assert (len(one.printed.value), len(one.error)) == (3_000_012, 2_000_000)


def test_answers_of_shapes_seen_in_public_have_the_outputs_that_they_should() -> None:
    assert outline(*case("command-results"))[0] == (
        "failed", None, "the volume is read-only", ["cmd-3.example.net", "cmd-4.example.net"],
    )  # fmt: skip
    coloured = collected(*case("task-output-coloured"))
    assert [one.printed.output.count("\n") for one in coloured] == [5, 5, 3]
    assert not any("\x1b" in one.printed.output for one in coloured)


def printed_bytes(detail: object, **written: Any) -> bytes:
    """Return the bytes that reach the reader of an answer of the server."""
    content = {"id": "1", "type": "node_finished", "details": {"node": "a", "detail": detail}}
    decoder = PageDecoder("a page")
    events = decoder.feed(json.dumps({"items": [content]}, **written).encode())
    decoder.finish()
    (one,) = collected(*events, exact=True)
    return b"".join(to_bytes(one.printed.output or ""))


@given(st.binary(), st.sampled_from(["_output", "stdout", "merged_output"]))
def test_the_bytes_that_a_node_printed_are_the_bytes_that_come_out(data: bytes, name: str) -> None:
    assert printed_bytes({name: data.decode("utf-8", "surrogateescape")}) == data


@given(st.text(), st.booleans())
def test_text_comes_out_as_utf_8_however_it_was_escaped(text: str, ascii_only: bool) -> None:
    assert printed_bytes({"_output": text}, ensure_ascii=ascii_only) == text.encode()


@given(st.text(st.characters(categories=["Cs"]) | st.sampled_from("aé😀")))
def test_a_lone_surrogate_becomes_its_byte_or_its_three_bytes(text: str) -> None:
    carried = json.loads(json.dumps(text))  # in which pairs are characters
    expected = b"".join(
        character.encode("utf-8", "surrogateescape" if "\udc80" <= character <= "\udcff" else "surrogatepass")
        for character in carried
    )
    assert printed_bytes({"_output": text}) == expected


def test_a_long_output_is_the_same_in_pieces() -> None:
    text = "é\udcff\ud800x" * 300_000
    assert b"".join(to_bytes(text)) == b"\xc3\xa9\xff\xed\xa0\x80x" * 300_000


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.booleans()), max_size=12))
def test_each_node_is_in_one_group(ends: list[tuple[str, str, bool]]) -> None:
    events = [
        event(number, "node_failed" if failed else "node_finished", node, detail={"_output": text})
        for number, (node, text, failed) in enumerate(ends)
    ]
    names = [name for *_, group in outline(*events) for name in group]
    assert sorted(names) == sorted({node for node, *_ in ends})
