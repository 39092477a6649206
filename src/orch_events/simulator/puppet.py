"""Puppet runs, as the simulator's nodes report them."""

from orch_events.simulator.plan import Detail, Plan

SLOTS = 8
"""How many nodes the orchestrator lets run Puppet at once."""

STARTED = "Started puppet run on {} ..."
_CONSOLE = "https://orchestrator.example.com/#/cm/report"


def names(kind: str, count: int) -> list[str]:
    """Return the names of so many nodes."""
    return [f"{kind}-{number:02}.example.com" for number in range(1, count + 1)]


def well(plan: Plan, node: str, seconds: float) -> tuple[str, str, Detail]:
    """Let a run end well, with or without changes."""
    changed = max(0, plan.whole(-2, 9))
    return "node_finished", f"Finished puppet run on {node} - Success!", report(plan, node, seconds, changed, 0)


def report(plan: Plan, node: str, seconds: float, changed: int, failed: int) -> Detail:
    """What a Puppet run reports."""
    mark = f"{plan.whole(0, 0xFFFFFFFF):08x}{plan.number:08x}{int(seconds * 1000):08x}"
    return {
        "hash": mark,
        "noop": False,
        "status": "failed" if failed else "changed" if changed else "unchanged",
        "metrics": {
            "corrective_change": min(1, changed),
            "out_of_sync": changed + failed,
            "restarted": min(2, changed),
            "skipped": failed,
            "total": 300 + len(node),
            "changed": changed,
            "scheduled": 0,
            "failed_to_restart": 0,
            "failed": failed,
        },
        "report-url": f"{_CONSOLE}/{mark}",
        "environment": "production",
        "configuration_version": "1462477803",
    }
