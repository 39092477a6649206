import pytest

from orch_events.wire.job_key import is_plan, kind_and_number, spoken


@pytest.mark.parametrize(
    ("job", "kind", "number"),
    [("9", "job", "9"), ("plan:9", "plan", "9"), ("352", "job", "352"), ("run", "job", "run")],
)
def test_plan_9_is_not_job_9(job: str, kind: str, number: str) -> None:
    assert kind_and_number(job) == (kind, number)
    assert spoken(job) == f"{kind} {number}"
    assert is_plan(job) == (kind == "plan")
