"""The simulated API: a path and the time in, a status and a body out. It does no I/O."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from orch_events.simulator.catalog import Catalog, FixedCatalog
from orch_events.simulator.estate import Estate
from orch_events.simulator.faults import Fault, Faults
from orch_events.simulator.json_text import braced, bracketed, pretty
from orch_events.simulator.plans import PlanEvent, PlanScript, plan_scripts
from orch_events.simulator.scenarios import scripts
from orch_events.simulator.script import Script, ScriptedEvent

_PREFIX = "/orchestrator/v1"
_ORDERS: Mapping[str, Callable[[dict[str, Any]], Any]] = {
    "name": lambda job: int(job["name"]),
    "timestamp": lambda job: (job.get("timestamp", job.get("created_timestamp")), int(job["name"])),
    "state": lambda job: job["state"],
    "owner": lambda job: job["owner"]["login"],
    "environment": lambda job: job["environment"]["name"],
}

FORBIDDEN = frozenset({"plan_jobs/303"})
"""What nobody may see, unless others are given: a plan job that is there, 403 for everybody."""


@dataclass(frozen=True)
class Answer:
    """A response: an HTTP status and a body, which is JSON unless the content type says otherwise."""

    status: int
    body: str
    content_type: str = "application/json; charset=utf-8"
    location: str | None = None


@dataclass(frozen=True)
class Request:
    """A GET request.

    Attributes:
        target: path and query.
        origin: scheme and host, as the client sent them; `next-events` is built from it.
        token: the X-Authentication header; None if there was none.
    """

    target: str
    origin: str
    token: str | None = None


class _RefusedError(Exception):
    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.answer = Answer(status, pretty({"kind": f"puppetlabs.{kind}", "msg": message}))


class Api:
    """Answers requests as the orchestrator's API is documented.

    Args:
        now: returns the simulated time in seconds; infinite if everything is over.
        token: the token to require; None for none.
        faults: the faults to inject.
        jobs: its jobs, by number; None for the simulator's own.
        estate: an estate, whose jobs and plan jobs take the place of all others.
        forbidden: what is answered with 403: `jobs/342`, `plan_jobs/303`.
    """

    def __init__(
        self,
        now: Callable[[], float],
        token: str | None = None,
        faults: Faults | None = None,
        jobs: Mapping[int, Script] | None = None,
        forbidden: Collection[str] = FORBIDDEN,
        estate: Estate | None = None,
    ) -> None:
        self._now = now
        self._forbidden = forbidden
        self._jobs: Catalog[Script] = FixedCatalog[Script](scripts() if jobs is None else jobs, Script.exists)
        self._plans: Catalog[PlanScript] = FixedCatalog(plan_scripts())
        if estate is not None:
            self._jobs, self._plans = estate.jobs, estate.plans
        self._token = token
        self.faults = faults or Faults()

    def get(self, request: Request, picked: Mapping[str, Fault] | None = None) -> Answer:
        """Answer a GET, with the faults that were picked for it."""
        picked = picked or {}
        if "html" in picked:
            return Answer(200, "<!DOCTYPE html><title>Please wait</title>", "text/html")
        if "redirect" in picked:
            return Answer(302, "", "text/plain", f"https://elsewhere.example.com{request.target}")
        try:
            if "status" in picked:
                raise _failed(int(picked["status"].seconds))
            self._check_token(request.token)
            return Answer(200, self._route(request, all_events="repeat" in picked))
        except _RefusedError as refused:
            return refused.answer

    def expire_token(self) -> None:
        """Reject the token from now on, and accept a new one, `TOKEN.new`."""
        self._token = f"{self._token}.new" if self._token else None

    def _check_token(self, token: str | None) -> None:
        if self._token is None or token == self._token:
            return
        if token is None:
            raise _RefusedError(401, "rbac/user-unauthenticated", "User is not authenticated.")
        raise _RefusedError(401, "rbac/invalid-token", "The provided token is invalid.")

    def _route(self, request: Request, *, all_events: bool) -> str:
        url = urlsplit(request.target)
        query = {name: values[-1] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
        base = request.origin + _PREFIX
        path = url.path.removeprefix(_PREFIX).strip("/").split("/") if url.path.startswith(_PREFIX) else []
        if "/".join(path[:2]) in self._forbidden:
            raise _failed(403)
        start = None if all_events else query.get("start")
        match path:
            case ["jobs", *rest] if (body := self._of_jobs(rest, base, query, start)) is not None:
                return body
            case ["plan_jobs", *rest] if (body := self._of_plans(rest, base, query, start)) is not None:
                return body
            case _:
                raise _RefusedError(404, "orchestrator/not-found", f"There is nothing at {url.path}")

    def _of_jobs(self, path: list[str], base: str, query: Mapping[str, str], start: str | None) -> str | None:
        """Answer for a path below /jobs; None if there is nothing."""
        now = self._now()
        match path:
            case []:
                numbers = self._jobs.numbers(now)
                if (wanted := query.get("type")) is not None:
                    numbers = [one for one in numbers if (job := self._jobs.find(one, now)) and job.type == wanted]
                return _list(numbers, lambda number: self._job(str(number)).record(now, base), query)
            case [number]:
                return pretty(self._job(number).record(now, base))
            case [number, "nodes"]:
                return self._nodes(self._job(number), base)
            case [number, "report"]:
                return pretty({"items": self._job(number).report_at(now)})
            case [number, "events"]:
                job = self._job(number)
                return _page(f"{base}/jobs/{job.number}/events", job.past(now, self.faults.lateness), start)
            case _:
                return None

    def _of_plans(self, path: list[str], base: str, query: Mapping[str, str], start: str | None) -> str | None:
        """Answer for a path below /plan_jobs; None if there is nothing."""
        now = self._now()
        match path:
            case []:
                return _list(self._plans.numbers(now), lambda number: self._plan(str(number)).record(now, base), query)
            case [number]:
                return pretty(self._plan(number).record(now, base))
            case [number, "event", event]:
                return _event(self._plan(number).past(now), event)
            case [number, "events"]:
                plan = self._plan(number)
                return _page(f"{base}/plan_jobs/{plan.number}/events", plan.past(now, self.faults.lateness), start)
            case _:
                return None

    def _job(self, number: str) -> Script:
        job = self._jobs.find(_whole("job-id", number), self._now())
        if job is None:
            raise _RefusedError(404, "orchestrator/unknown-job", f"Unknown job {number}")
        return job

    def _plan(self, number: str) -> PlanScript:
        plan = self._plans.find(_whole("job-id", number), self._now())
        if plan is None:
            raise _RefusedError(404, "orchestrator/unknown-job", f"Unknown plan job {number}")
        return plan

    def _nodes(self, job: Script, base: str) -> str:
        nodes = job.nodes_at(self._now())
        following = str(max((node["latest-event-id"] for node in nodes), default=0) + 1)
        next_events = {"id": f"{base}/jobs/{job.number}/events?start={following}", "event": following}
        return pretty({"items": nodes, "next-events": next_events})


def _event(past: Sequence[PlanEvent], number: str) -> str:
    wanted = _whole("event-id", number)
    for event in past:
        if event.id == wanted:
            return event.whole
    raise _RefusedError(404, "orchestrator/mismatched-job-event-id", f"Plan job has no event {number}")


def _list(numbers: Sequence[int], record: Callable[[int], dict[str, Any]], query: Mapping[str, str]) -> str:
    """Answer with a part of some records, in the order that is asked for; in that of numbers no other one is made."""
    order, step = query.get("order_by", "name"), -1 if query.get("order") == "desc" else 1
    if order not in _ORDERS:
        raise _invalid(f"order_by can't be {query['order_by']}")
    if order != "name":
        numbers = sorted(numbers, key=lambda number: _ORDERS[order](record(number)))
    offset = _whole("offset", query.get("offset", "0"))
    limit = _whole("limit", query.get("limit", str(len(numbers))))
    pagination = {"limit": limit, "offset": offset, "total": len(numbers)}
    items = [record(number) for number in numbers[::step][offset : offset + limit]]
    return pretty({"items": items, "pagination": pagination})


def _page(url: str, past: Sequence[ScriptedEvent] | Sequence[PlanEvent], start: str | None) -> str:
    """Answer with the events from `start` on."""
    first = _whole("start", start) if start is not None else 0
    following = max([first, *(event.id + 1 for event in past[-1:])])
    next_events = {"id": f"{url}?start={following}", "event": str(following)}
    items = bracketed([event.text for event in past if event.id >= first])
    return braced([f'"next-events" : {pretty(next_events, 1)}', f'"items" : {items}'], 0)


def _whole(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise _invalid(f"Parameter {name} must be an integer, not {text!r}")
    return int(text[:18])


_KINDS = {
    401: ("rbac/token-expired", "The provided token has expired."),
    403: ("orchestrator/not-permitted", "You are not permitted to view this."),
    404: ("orchestrator/unknown-job", "Unknown job."),
    500: ("orchestrator/unknown-error", "Something went wrong."),
}


def _failed(status: int) -> _RefusedError:
    kind, message = _KINDS.get(status, ("orchestrator/unavailable", "As requested."))
    return _RefusedError(status, kind, message)


def _invalid(message: str) -> _RefusedError:
    return _RefusedError(400, "orchestrator/validation-error", message)
