"""What goes wrong on request: as it was asked for, and the same for the same seed."""

import http.client
import time
from itertools import pairwise
from urllib.request import Request as UrlRequest
from urllib.request import urlopen

import pytest

from orch_events.cli.main import cli
from orch_events.simulator import KINDS, Api, Fault, Faults, Simulator, scripts
from orch_events.simulator.api import Request
from tests.cli.command import Held

EVENTS = Request("/orchestrator/v1/jobs/352/events?start=1360", "http://h")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("drop", Fault("drop", "", 1.0)),
        ("status", Fault("status", "502", 1.0)),
        ("status=404@0.25", Fault("status", "404", 0.25)),
        ("cut=500@.5", Fault("cut", "500", 0.5)),
        ("delay=200ms", Fault("delay", "200ms", 1.0)),
        ("restart=3s+2s", Fault("restart", "3s+2s", 1.0)),
    ],
)
def test_a_fault_is_read(text: str, fault: Fault) -> None:
    assert Fault.parse(text) == fault


@pytest.mark.parametrize("text", ["", "explode", "drop@2", "status=@1", "delay=soon", "cut@-1", "restart=1s+x"])
def test_what_is_no_fault_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a fault: use |: the value is not a number or a duration$"):
        Fault.parse(text)


def test_the_help_lists_every_fault_with_its_usual_value() -> None:
    said = cli.commands["simulate"].help or ""
    for name, (value, meaning) in KINDS.items():
        usual = f" [{value}]" if value else ""
        assert f"{name:9} {meaning}{usual}\n" in said + "\n"


def test_the_same_seed_lets_the_same_happen() -> None:
    def happened(seed: int) -> list[list[str]]:
        faults = Faults([Fault.parse("drop@0.3"), Fault.parse("cut@0.5")], seed)
        return [sorted(faults.pick()) for _ in range(50)]

    assert happened(7) == happened(7)
    assert happened(7) != happened(8)
    assert [] in happened(7)
    assert ["cut", "drop"] in happened(7)


def test_answers_are_spoiled_as_asked_for() -> None:
    api = Api(lambda: float("inf"))
    asked = {name: api.get(EVENTS, {name: Fault.parse(name)}) for name in ("status", "html", "redirect", "repeat")}

    assert (asked["status"].status, asked["html"].status, asked["redirect"].status) == (502, 200, 302)
    assert asked["html"].body.startswith("<!DOCTYPE html>")
    assert asked["redirect"].location == "https://elsewhere.example.com" + EVENTS.target
    assert '"1267"' in asked["repeat"].body
    assert '"1267"' not in api.get(EVENTS).body


def test_a_late_event_becomes_visible_behind_higher_ids_and_stays() -> None:
    faults = Faults([Fault.parse("late=9s@0.3")], seed=1)
    visible_ids = [[moment.id for moment in scripts()[352].past(now / 4, faults.lateness)] for now in range(600)]

    assert visible_ids[-1] == [moment.id for moment in scripts()[352].events]
    assert all(set(before) <= set(after) for before, after in pairwise(visible_ids))
    assert any(after[: len(before)] != before for before, after in pairwise(visible_ids))


def test_an_expired_token_is_refused_and_the_new_one_taken() -> None:
    clock = Held()
    with Simulator(Api(lambda: 0.0, "old", Faults([Fault.parse("expire=50ms")])), clock=clock) as simulator:
        assert _status(simulator, "old") == 200
        clock.let_go()
        deadline = time.monotonic() + 10
        while _status(simulator, "old") == 200 and time.monotonic() < deadline:
            pass
        assert (_status(simulator, "old"), _status(simulator, "old.new")) == (401, 200)


@pytest.mark.parametrize("name", ["drop", "cut=10"])
def test_a_connection_is_closed_before_or_within_an_answer(name: str) -> None:
    with (
        Simulator(Api(lambda: 0.0, faults=Faults([Fault.parse(name)]))) as simulator,
        pytest.raises((http.client.RemoteDisconnected, http.client.IncompleteRead)),
    ):
        urlopen(f"{simulator.url}/orchestrator/v1/jobs/352").read()


def test_a_restart_refuses_connections_and_is_over_after_its_time() -> None:
    clock = Held()
    with Simulator(Api(lambda: 0.0, "t", Faults([Fault.parse("restart=50ms+300ms")])), clock=clock) as simulator:
        seen = [_status(simulator, "t")]
        clock.let_go()
        deadline = time.monotonic() + 10
        while seen[-3:] != [0, 200, 200] and time.monotonic() < deadline:
            status = _status(simulator, "t")
            seen += [status] if status != seen[-1] or (status == 200 == seen[-1] and 0 in seen) else []
        assert seen[-3:] == [0, 200, 200]


def _status(simulator: Simulator, token: str) -> int:
    """Return the HTTP status of a request; 0 where there is no connection."""
    request = UrlRequest(f"{simulator.url}/orchestrator/v1/jobs/352", headers={"X-Authentication": token})
    try:
        with urlopen(request) as answer:
            return int(answer.status)
    except http.client.HTTPException:
        return 0
    except OSError as error:
        return int(getattr(error, "code", 0))
