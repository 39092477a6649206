"""Jobs as spans of time."""

from hypothesis import given

from orch_events.analysis.job_report import JobReport
from orch_events.analysis.trace import JobSpan
from tests.build import event_at, job_of, record, simulated, stamped_job
from tests.render.reports.hostile import REPORTS
from tests.render.reports.test_junit import plan
from tests.render.timeline.scenes import STRANGE


def span(report: JobReport) -> JobSpan:
    found = JobSpan.from_report(report)
    assert found is not None
    return found


def test_a_node_spans_its_own_time() -> None:
    found = span(JobReport.from_state(simulated(353)))
    assert (found.end - found.begin).total_seconds() == 43
    assert [(one.run.name, (one.end - one.begin).total_seconds()) for one in found.nodes[:2]] == [
        ("web-01.example.com", 7), ("web-02.example.com", 17),
    ]  # fmt: skip


def test_what_is_running_ends_at_the_last_event_and_what_never_began_at_its_end() -> None:
    events = [
        event_at(1, "node_running"),
        event_at(2, "node_skipped", "b", at=5),
        event_at(3, "node_running", "c", at=9),
    ]
    found = span(JobReport.from_state(job_of(*events, record=record("running", 3))))
    seconds = [[(at - found.begin).seconds for at in (one.begin, one.end)] for one in found.nodes]
    assert seconds == [[0, 9], [5, 5], [9, 9]]


def test_a_plan_is_around_its_jobs() -> None:
    found = span(JobReport.from_state(plan()))
    assert [job.state.job for job in found.jobs] == ["21", "22"]
    assert found.begin <= min(job.begin for job in found.jobs)
    assert found.end >= max(job.end for job in found.jobs)


def test_without_a_time_there_is_no_span() -> None:
    assert JobSpan.from_report(JobReport.from_state(job_of())) is None


def test_nothing_ends_before_it_begins_and_all_is_within_the_job() -> None:
    _check(span(JobReport.from_state(stamped_job(*STRANGE))))


@given(REPORTS)
def test_whatever_a_server_sends_has_its_order(report: JobReport) -> None:
    _check(span(report))


def _check(found: JobSpan) -> None:
    assert all(found.begin <= one.begin <= one.end <= found.end for one in found.nodes)
