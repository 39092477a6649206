"""A whole estate: so many jobs a day, for thirty days, many of them running at once.

No job is kept: each is made from its number alone when somebody asks for it, and remembered for a while. So an estate
of a million jobs costs no more than one of ten.

1. Job N is created N times `gap` seconds after the estate's first day. The oldest are pruned, as a server does.
2. A job runs Puppet or a task on a hundred nodes, a minute long as a rule; a few take ten, and one in a thousand has a
   node that hangs for three days.
3. Every twentieth job was started by a plan, whose number is a twentieth of its own.
4. Event ids come from one sequence, by the time: those of jobs that run at once lie between each other.
5. A node in a hundred is one that fails now and then, and one in five hundred that always does.
"""

from collections.abc import Sequence
from functools import lru_cache
from random import Random

from orch_events.simulator.plans import PlanEvent, PlanScript
from orch_events.simulator.script import Script, ScriptedEvent

PRUNED_DAYS = 30
NODES = 100
SECONDS = 60.0

_DAY = 86_400.0
_FLEET = 3000
_JOBS_A_PLAN = 20
_SLOT_SECONDS = 0.1
_SLOT_IDS = 128
_REMEMBERED = 4096
_LONG, _HANGING = 50, 1000
_HANG_SECONDS = 3 * _DAY
_FLAKY, _BROKEN = 100, 500
_TASKS = ("service", "package", "facts", "shop::deploy")


class Estate:
    """The jobs and plan jobs of an estate.

    Args:
        jobs_a_day: how many jobs are created a day.
        begin: the simulated second that counts as its present: everything before it is history.

    Attributes:
        jobs: its jobs.
        plans: its plan jobs.
    """

    def __init__(self, jobs_a_day: float, begin: float) -> None:
        gap = _DAY / jobs_a_day
        first_at = begin - PRUNED_DAYS * _DAY
        self.jobs = _Jobs(gap, first_at)
        self.plans = _Plans(self.jobs)


class _Jobs:
    """A catalog of jobs, each made when it is asked for."""

    def __init__(self, gap: float, first_at: float) -> None:
        self._gap = gap
        self._first_at = first_at
        self.make = lru_cache(_REMEMBERED)(self._make)

    def numbers(self, now: float) -> range:
        return range(max(1, self._newest(now - PRUNED_DAYS * _DAY) + 1), self._newest(now) + 1)

    def find(self, number: int, now: float) -> Script | None:
        return self.make(number) if number in self.numbers(now) else None

    def _newest(self, now: float) -> int:
        return int((now - self._first_at) / self._gap)

    def created_at(self, number: int) -> float:
        return self._first_at + number * self._gap

    def _make(self, number: int) -> Script:
        return _script(number, self.created_at(number), self._first_at)


def _script(number: int, created_at: float, first_at: float) -> Script:
    """Make a job from its number: the same one each time."""
    chance = Random(number)  # noqa: S311 - a script, no secret
    task = _TASKS[int(chance.random() * len(_TASKS))] if chance.random() < 1 / 3 else ""
    length = SECONDS * (10 if number % _LONG == 0 else 1)
    offset = int(chance.random() * _FLEET)
    names = [f"node-{(offset + place) % _FLEET:04}.example.com" for place in range(NODES)]
    moments: list[tuple[float, str, str]] = []
    bad = False
    for place, name in enumerate(names):
        begun_at = created_at + 1 + chance.random() * length * 0.6
        seconds = _HANG_SECONDS if number % _HANGING == 0 and place == 0 else 1 + chance.random() * length * 0.3
        ending = _ending((offset + place) % _FLEET, chance)
        bad = bad or ending != "finished"
        moments += [(begun_at, name, "running"), (begun_at + seconds, name, ending)]
    moments.sort()
    ended_at = moments[-1][0] + 0.5
    events = _numbered(number, moments, first_at, task)
    last = ScriptedEvent(ended_at, events[-1].id + _SLOT_IDS, "job_finished", f"Finished job {number}")
    states = (("new", created_at), ("running", created_at + 0.5), ("failed" if bad else "finished", ended_at))
    plan = {"plan_job": number // _JOBS_A_PLAN} if number % _JOBS_A_PLAN == 0 else {}
    options = {"task": task, **plan} if task else {"noop": False, **plan}
    kind = "plan_task" if plan else "task" if task else "deploy"
    return Script(number, kind, f"job {number} of the estate", tuple(names), (*events, last), states, options)


def _ending(node: int, chance: Random) -> str:
    odds = chance.random()
    if node % _BROKEN == 0:
        return "failed"
    if node % _FLAKY == 0:
        return "finished" if odds < 2 / 3 else "failed"
    return "finished" if odds < 0.999 else "errored"  # noqa: PLR2004 - one in a thousand


def _numbered(
    number: int, moments: Sequence[tuple[float, str, str]], first_at: float, task: str
) -> tuple[ScriptedEvent, ...]:
    """Make the events, whose ids grow with the time, and are those of no other job that runs at once."""
    events: list[ScriptedEvent] = []
    slot = 0
    for at, node, state in moments:
        slot = max(slot + 1, int((at - first_at) / _SLOT_SECONDS))
        detail = {"noop": False} if state == "running" else _detail(state, task, number)
        message = f"{'Started' if state == 'running' else state.capitalize()} on {node}"
        event_id = slot * _SLOT_IDS + number % _SLOT_IDS
        events.append(ScriptedEvent(at, event_id, f"node_{state}", message, node, detail))
    return tuple(events)


def _detail(state: str, task: str, number: int) -> dict[str, object]:
    if state == "finished":
        return {"_output": "done\n"} if task else {"noop": False, "status": "changed", "hash": f"{number:040x}"}
    reason = "the disk is full" if state == "failed" else "the node is not connected to the broker"
    return {"_error": {"msg": reason, "kind": "puppetlabs.tasks/task-error", "details": {"exit_code": 1}}}


class _Plans:
    """A catalog of the plan jobs that started every twentieth job."""

    def __init__(self, jobs: _Jobs) -> None:
        self._jobs = jobs
        self.make = lru_cache(_REMEMBERED)(self._make)

    def numbers(self, now: float) -> range:
        jobs = self._jobs.numbers(now)
        return range(-(-jobs.start // _JOBS_A_PLAN), (jobs.stop - 1) // _JOBS_A_PLAN + 1) if jobs else range(0)

    def find(self, number: int, now: float) -> PlanScript | None:
        return self.make(number) if number in self.numbers(now) else None

    def _make(self, number: int) -> PlanScript:
        job = self._jobs.make(number * _JOBS_A_PLAN)
        created_at, first = self._jobs.created_at(job.number), job.events[0].id
        events = (
            PlanEvent(created_at, first - 2 * _SLOT_IDS, "out_message", {"message": f"Plan {number} begins"}),
            PlanEvent(created_at, first - _SLOT_IDS, "task_start", {"job-id": job.number}),
            PlanEvent(
                job.ends_at + 1, job.events[-1].id + _SLOT_IDS, "plan_finished", {"result": "done", "plan-id": number}
            ),
        )
        return PlanScript(number, "shop::deploy", f"plan {number} of the estate", events, {job.number: job})
