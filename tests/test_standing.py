"""How a job stands."""

from orch_events.job import Outcome
from orch_events.standing import Standing
from tests.fakes import record
from tests.reporting import job_of, simulated, told


def test_a_job_that_is_over_has_an_outcome() -> None:
    nodes = {"finished": 23, "skipped": 1}
    assert Standing.of(simulated(352)) == Standing("352", Outcome("finished", nodes, 127), nodes, 24, 24, 0)


def test_a_job_that_goes_on_has_none() -> None:
    standing = Standing.of(simulated(352, 60))
    assert standing == Standing("352", None, {"running": 8, "finished": 8}, 24, 8, 8)


def test_nodes_of_which_nothing_was_heard_are_those_that_only_the_record_counts() -> None:
    events = told(1, "node_running"), told(2, "node_failed"), told(3, "job_finished", None)
    assert Standing.of(job_of(*events, record=record("failed", 5))).unheard == 4
    assert Standing.of(job_of(*events)).unheard == 0
