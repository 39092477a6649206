"""The simulator's plan jobs: one that fails in its second task, and one with sub-plans, messages and jobs at once.

A plan job has a number and events of its own. Its events name the jobs that it starts; those are jobs as any other, and
their records name the plan.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from orch_events.simulator.builder import Detail, Ending, ScriptBuilder, names
from orch_events.simulator.json_text import pretty
from orch_events.simulator.script import Script, format_timestamp

MESSAGE_BYTES = 1024
"""How much of a message the list of events has; the event itself has all of it."""

_SLOTS = 4
_SECONDS = (4.0, 14.0)
_STEP_SECONDS = 0.4
"""What passes between the steps of a plan."""


@dataclass(frozen=True)
class PlanEvent:
    """One event of a plan, and when it happens; it has no message and no node."""

    at: float
    id: int
    type: str
    details: Mapping[str, Any]

    @cached_property
    def whole(self) -> str:
        """The event as it is at its own URL."""
        return pretty(self._object(self.details), 1)

    @cached_property
    def text(self) -> str:
        """The event as it is in a page: a long message is cut."""
        message = self.details.get("message", "").encode()[:MESSAGE_BYTES].decode(errors="ignore")
        return pretty(self._object({**self.details, "message": message}), 1) if message else self.whole

    def _object(self, details: Mapping[str, Any]) -> dict[str, Any]:
        at = format_timestamp(self.at)
        return {"type": self.type, "timestamp": at, "details": dict(details), "id": str(self.id)}


@dataclass(frozen=True)
class PlanScript:
    """One plan job from its beginning to its end.

    Attributes:
        number: its number, of a sequence of its own.
        plan: the plan's name.
        description: its description.
        events: its events, ordered by time and id; the last one is its end.
        jobs: the jobs that it starts, by their numbers.
        parameters: the plan's parameters.
    """

    number: int
    plan: str
    description: str
    events: tuple[PlanEvent, ...]
    jobs: Mapping[int, Script]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def past(self, now: float, lateness: Callable[[int], float] = lambda _: 0.0) -> tuple[PlanEvent, ...]:
        """Return the events that are visible at `now`, if `lateness` delays those with the ids it is given."""
        return tuple(event for event in self.events if event.at <= now and event.at + lateness(event.id) <= now)

    def record(self, now: float, base: str) -> dict[str, Any]:
        """Return the plan job as `GET /plan_jobs/:id` does; `base` is the URL of the API."""
        url, past = f"{base}/plan_jobs/{self.number}", self.past(now)
        end = past[-1] if past and past[-1] is self.events[-1] else None
        started = [event.details["job-id"] for event in past if "job-id" in event.details]
        record: dict[str, Any] = {
            "id": url,
            "name": str(self.number),
            "state": self._state(past, end),
            "options": {
                "plan_name": self.plan,
                "description": self.description,
                "parameters": dict(self.parameters),
                "environment": "production",
            },
            "owner": {"login": "admin", "display_name": "Administrator", "email": ""},
            "result": end.details["result"] if end else None,
            "created_timestamp": format_timestamp(self._created_at),
            "events": {"id": f"{url}/events"},
            "status": {str(job): self.jobs[int(job)].record(now, base)["status"] for job in started},
        }
        if end is not None:
            record["finished_timestamp"] = format_timestamp(end.at)
            record["duration"] = float(int(end.at) - int(self._created_at))  # as its timestamps have it
        return record

    @property
    def _created_at(self) -> float:
        return self.events[0].at - 1

    @staticmethod
    def _state(past: Sequence[PlanEvent], end: PlanEvent | None) -> str:
        if end is None:
            return "running" if past else "pending"
        return "success" if end.type == "plan_finished" else "failure"


@cache
def plan_scripts() -> Mapping[int, PlanScript]:
    """Return all plan jobs by their number, the oldest first."""
    return {plan.number: plan for plan in (_patch(), _rollout())}


class _PlanBuilder:
    """Adds the steps of a plan one after the other; ids have gaps, as other plans' events leave them."""

    def __init__(self, number: int, begin: float, first_id: int) -> None:
        self.number = number
        self.at = begin
        self._next_id = first_id
        self._events: list[PlanEvent] = []
        self._jobs: dict[int, Script] = {}

    def step(self, kind: str, **details: object) -> None:
        self._events.append(PlanEvent(self.at, self._next_id, kind, details))
        self._next_id += 1 + self._next_id % 3
        self.at += _STEP_SECONDS

    def say(self, message: str) -> None:
        self.step("out_message", message=message)

    def start(self, what: str, job: int, nodes: Sequence[str], ending: Ending, **options: object) -> float:
        """Start a job on nodes, and return when it will be over."""
        builder = ScriptBuilder(job, self.at)
        started = f"Started {what} on {{}} ..."
        done = builder.run(nodes, _SECONDS, slots=_SLOTS, started=started, ending=ending) + _STEP_SECONDS
        builder.add_event(done, "job_finished", f"Finished job {job}")
        state = ("failed" if "node_failed" in builder.types else "finished", done)
        self._jobs[job] = builder.script(
            f"plan_{what}", "", state, 90_000 + 60 * (job - 341), plan_job=self.number, transport="pxp", **options
        )
        self.step(f"{what}_start", **{"job-id": job if job % 2 else str(job)})
        return done

    def wait_until(self, at: float) -> None:
        self.at = max(self.at, at) + _STEP_SECONDS

    def script(self, plan: str, description: str, **parameters: object) -> PlanScript:
        return PlanScript(self.number, plan, description, tuple(self._events), self._jobs, parameters)


def _patch() -> PlanScript:
    """Return a plan that fails in its second task."""
    builder, nodes = _PlanBuilder(301, 1.0, 70_001), names("rack", 6)
    builder.say("Patching six servers of the first rack")
    builder.wait_until(builder.start("task", 341, nodes, _succeed, task="package"))
    builder.say("All packages are there; restarting the service")
    builder.wait_until(builder.start("task", 342, nodes, _no_restart, task="fleet::restart"))
    failure = {
        "msg": "Plan aborted: run_task 'fleet::restart' failed on 2 targets",
        "kind": "bolt/run-failure",
        "details": {"action": "run_task", "object": "fleet::restart", "failed_targets": ["rack-03", "rack-05"]},
    }
    builder.step("plan_failed", **{"result": failure, "plan-id": "301"})
    return builder.script("fleet::patch", "patch the first rack", nodes=nodes)


def _rollout() -> PlanScript:
    """Return a plan with sub-plans, two jobs at once, and a long message; it succeeds though a node fails."""
    builder, nodes = _PlanBuilder(302, 1.0, 80_001), names("shop", 8)
    builder.say("Rolling out shop 4.2 to eight servers")
    builder.wait_until(builder.start("apply_prep", 343, nodes, _succeed))
    builder.step("plan_start", plan="fleet::drain")
    builder.say("Draining the load balancer")
    builder.wait_until(builder.start("command", 344, nodes[:2], _succeed, command="lbctl drain shop"))
    builder.step("plan_start", plan="fleet::wait_for_idle")
    builder.wait_until(builder.start("wait", 345, nodes, _succeed))
    builder.step("plan_end", plan="fleet::wait_for_idle", duration=14.25)
    builder.step("plan_end", plan="fleet::drain", duration=41.875)
    first = builder.start("task", 346, nodes[:4], _succeed, task="shop::upgrade")
    builder.wait_until(max(first, builder.start("task", 347, nodes[4:], _no_upgrade, task="shop::upgrade")))
    lines = "\n".join(
        f"  {node}: shop 4.1 → 4.2, 214 files, checksum 5f3a{place:08x}" for place, node in enumerate(nodes)
    )
    builder.say(f"What was installed:\n{lines}\n{'The rest of the protocol. ' * 40}This is the last line.")
    builder.step("plan_finished", **{"result": "7 of 8 servers have shop 4.2", "plan-id": "302"})
    return builder.script("fleet::rollout", "roll out shop 4.2", version="4.2")


def _succeed(builder: ScriptBuilder, node: str, seconds: float) -> tuple[str, str, Detail]:
    output = f"{node}: done in {int(seconds)} s, {builder.whole(1, 9)} changes\n"
    return "node_finished", f"Finished task on {node} - Success!", {"_output": output}


def _no_restart(builder: ScriptBuilder, node: str, seconds: float) -> tuple[str, str, Detail]:
    return _fail_on(("rack-03", "rack-05"), "nginx: [emerg] bind() to 0.0.0.0:443 failed", builder, node, seconds)


def _no_upgrade(builder: ScriptBuilder, node: str, seconds: float) -> tuple[str, str, Detail]:
    return _fail_on(("shop-07",), "no space left on /srv/shop", builder, node, seconds)


def _fail_on(
    nodes: Sequence[str], output: str, builder: ScriptBuilder, node: str, seconds: float
) -> tuple[str, str, Detail]:
    if node.partition(".")[0] not in nodes:
        return _succeed(builder, node, seconds)
    error = {"msg": "The task exited with 1", "kind": "puppetlabs.tasks/task-error", "details": {"exit_code": 1}}
    return "node_failed", f"Task failed on {node}: exited with 1", {"_output": output, "_error": error}
