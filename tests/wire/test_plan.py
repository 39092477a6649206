from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events.wire.event import Event
from orch_events.wire.plan import depth_after, is_cut, plan_text, started_job
from orch_events.wire.vocabulary import PLAN_EVENT_TYPES
from tests.build import ODD_EVENTS, event_from
from tests.table import each

STARTS = [name for name in PLAN_EVENT_TYPES if name.endswith("_start") and name != "plan_start"]


def said(kind: str, **details: Any) -> Event:
    return event_from(
        {"id": "7", "type": kind, "details": {key.replace("_", "-"): one for key, one in details.items()}}
    )


@each("number", [70, "70"])
@each("kind", [*STARTS, "container_start"])
def test_a_step_names_the_job_that_it_started(kind: str, number: object) -> None:
    assert started_job(said(kind, job_id=number)) == "70"


@pytest.mark.parametrize(
    "event",
    [
        said("task_start"),
        said("task_start", job_id=None),
        said("task_start", job_id="seventy"),
        said("task_start", job_id=-1),
        said("plan_start", plan="a"),
        said("out_message", job_id=70),
        event_from({"type": "task_start", "details": [70]}),
    ],
)
def test_an_event_that_names_no_job_starts_none(event: Event) -> None:
    assert started_job(event) is None


@each(
    ("event", "text"),
    [
        (said("task_start", job_id=69), "started job 69"),
        (said("apply_prep_start", job_id="71"), "started job 71"),
        (said("out_message", message="Draining\nthe rack"), "Draining\nthe rack"),
        (said("plan_start", plan="fleet::drain"), "fleet::drain"),
        (said("plan_end", plan="fleet::drain", duration=0.647551), "fleet::drain after 1s"),
        (said("plan_end", plan="fleet::drain"), "fleet::drain"),
        (said("plan_finished", result="24 hosts drained", plan_id="9"), "24 hosts drained"),
        (said("plan_finished", result=None), ""),
        (said("plan_finished", result={"hosts": 24}), '{"hosts":24}'),
        (said("plan_finished", result=[1, "a"]), '[1,"a"]'),
        (said("plan_failed", result={"msg": "No such host", "kind": "bolt/x"}), "No such host"),
        (said("node_running", message="no event of a plan"), ""),
    ],
)
def test_an_event_of_a_plan_in_words(event: Event, text: str) -> None:
    assert plan_text(event) == text


@given(ODD_EVENTS, st.sampled_from(PLAN_EVENT_TYPES))
def test_whatever_an_event_of_a_plan_is_reading_it_does_not_fail(events: list[bytes], kind: str) -> None:
    for raw in events:
        event = Event.read(b'{"type":"%b",%b' % (kind.encode(), raw[1:].lstrip()) if raw != b"{}" else b"{}")
        assert isinstance(plan_text(event), str)
        assert isinstance(is_cut(event), bool)
        assert isinstance(started_job(event), str | None)


@pytest.mark.parametrize(
    ("message", "cut"),
    [("a" * 1024, True), ("a" * 1019, False), ("é" * 511 + "aa", True), ("a" * 1021, True), (None, False)],
)
def test_a_message_of_nearly_as_many_bytes_as_a_page_has_may_be_cut(message: str | None, cut: bool) -> None:
    assert is_cut(said("out_message", message=message)) == cut
    assert not is_cut(said("plan_finished", message=message))


def test_a_plan_is_deeper_between_the_beginning_and_the_end_of_a_sub_plan() -> None:
    depths, depth = [], 0
    for kind in ("out_message", "plan_start", "plan_start", "task_start", "plan_end", "plan_end", "plan_end"):
        depth = depth_after(said(kind), depth)
        depths.append(depth)

    assert depths == [0, 1, 2, 2, 1, 0, 0]
