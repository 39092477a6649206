"""Two runs on nearly the same nodes: what goes wrong in them."""

from collections import Counter

from tests.simulator.documented import NODE_STATES, events, good


def _ends(job: int) -> dict[str, tuple[str, int]]:
    """Return each node's last state, and its seconds."""
    nodes = good(f"/jobs/{job}/nodes")["items"]
    return {node["name"]: (node["state"], node["duration"] or 0) for node in nodes}


def test_much_goes_wrong_in_the_first() -> None:
    assert good("/jobs/357")["node_states"] == {"finished": 43, "failed": 11, "errored": 3, "skipped": 3}


def test_less_goes_wrong_in_the_second_and_elsewhere() -> None:
    first, second = _ends(357), _ends(358)
    both = {name: (first[name][0], second[name][0]) for name in first if name in second}
    changes = Counter(pair for pair in both.values() if pair[0] != pair[1])

    assert changes[("finished", "failed")] == 2
    assert changes[("finished", "errored")] == 1
    assert changes[("failed", "finished")] == 9
    assert changes[("skipped", "finished")] == 1
    assert sorted(set(first) - set(second)) == ["cache-06.example.com", "ldap-02.example.com"]
    assert sorted(set(second) - set(first)) == ["ldap-03.example.com", "web-25.example.com", "web-26.example.com"]


def test_one_node_takes_five_times_as_long_as_its_like() -> None:
    seconds = {
        name: took for name, (state, took) in _ends(357).items() if name.startswith("db") and state == "finished"
    }
    straggler = seconds.pop("db-07.example.com")

    assert 4 < straggler / max(seconds.values()) < 6


def test_both_were_over_when_the_simulator_began_and_the_second_began_behind_the_first() -> None:
    assert good("/jobs/357", 0.0)["state"] == good("/jobs/358", 0.0)["state"] == "failed"
    assert good("/jobs/357")["finished_timestamp"] < good("/jobs/358")["started_timestamp"]


def test_runs_that_fail_tell_of_resources_and_reports() -> None:
    ends = [event["details"]["detail"] for event in events(357) if NODE_STATES.get(event["type"]) == "failed"]

    assert sum("report-url" in detail for detail in ends) == 9
    assert sum(detail.get("metrics", {}).get("failed", 0) > 0 for detail in ends) == 4
