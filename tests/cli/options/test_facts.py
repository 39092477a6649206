"""The variables that --exec sets are facts for its command, and options for nobody."""

import pytest

from orch_events.cli.options.facts import is_fact


@pytest.mark.parametrize("name", ["HOOK", "JOB", "OUTCOME", "STATUS", "FAILED", "REPORT_JUNIT"])
def test_a_fact_is_one_only_in_the_command_of_exec(name: str) -> None:
    assert is_fact(f"ORCH_EVENTS_{name}", {"ORCH_EVENTS_HOOK": "1"})
    assert not is_fact(f"ORCH_EVENTS_{name}", {})


@pytest.mark.parametrize("name", ["SERVICE_URL", "DEMO", "REPORT", "NODE"])
def test_other_variables_are_options_there_too(name: str) -> None:
    assert not is_fact(f"ORCH_EVENTS_{name}", {"ORCH_EVENTS_HOOK": "1"})
