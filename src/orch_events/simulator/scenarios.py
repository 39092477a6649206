"""The simulator's jobs, one of each kind that an operator meets. They are the same in every run."""

from collections.abc import Mapping
from functools import cache

from orch_events.simulator.builder import SLOTS, STARTED, Detail, ScriptBuilder, names, succeed
from orch_events.simulator.deployments import deploy_everything, deploy_everything_again
from orch_events.simulator.plans import plan_scripts
from orch_events.simulator.script import Script

_YESTERDAY = -86_400.0
_TASK_SLOTS = 250
_TASK_STARTED = "Started task on {} ..."


@cache
def scripts() -> Mapping[int, Script]:
    """Return all jobs by their number, the oldest first."""
    of_plans = (job for plan in plan_scripts().values() for job in plan.jobs.values())
    jobs = (*of_plans, _long_over(), _puppet(), _task(), _aborted(), _stopped(), _of_2016(), deploy_everything(),
            deploy_everything_again(), _large())  # fmt: skip
    return {job.number: job for job in jobs}


def _puppet() -> Script:
    builder = ScriptBuilder(352, 0)
    web, app, db = names("web", 8), names("app", 8), names("db", 4)
    nodes = [
        "puppet-agent.example.com",
        *web,
        *app,
        *db[:3],
        "mail-01.example.com",
        "ldap-01.example.com",
        "cache-01.example.com",
    ]
    done = builder.run(nodes, (18, 52), slots=SLOTS, started=STARTED, ending=succeed, detail={"noop": False})
    builder.add_event(70, "node_skipped", f"Skipped {db[3]}: the agent on this node is disabled", db[3])
    builder.add_event(done + 0.4, "job_finished", "Finished job 352")
    return builder.script("deploy", "deploy production", ("finished", done + 0.4), 1267, concurrency=8, noop=False)


_TASK_ENDINGS = {
    3: ("failed", "exited with 1", "The task exited with 1", 1, "nginx: [emerg] bind() to 0.0.0.0:80 failed"),
    4: ("failed", "exited with 1", "The task exited with 1", 1, "nginx: [emerg] bind() to 127.0.0.1:80 failed"),
    7: ("failed", "exited with 127", "The task exited with 127", 127, "systemctl: command not found"),
    9: ("errored", "no connection to the broker", "The node is not connected", None, ""),
    13: ("errored", "no answer within 15 seconds", "The task timed out", None, ""),
}
"""How the task ends on some nodes: the state, why by the event's message, the error's message, exit status, output."""


def _restarted(builder: ScriptBuilder, node: str, seconds: float) -> tuple[str, str, Detail]:
    number = int(node.partition(".")[0].rpartition("-")[2]) if builder.number == 353 else 0  # noqa: PLR2004 - only there
    if number not in _TASK_ENDINGS:
        output = f"nginx restarted on {node} in {int(seconds)} s\n"
        return "node_finished", f"Finished task on {node} - Success!", {"_output": output}
    state, why, error, exit_code, output = _TASK_ENDINGS[number]
    message = f"{'Task failed' if state == 'failed' else 'Could not run'} on {node}: {why}"
    details = {} if exit_code is None else {"exit_code": exit_code}
    told = {"msg": error, "kind": "puppetlabs.tasks/task-error", "details": details}
    return f"node_{state}", message, {"_output": output, "_error": told}


def _task() -> Script:
    builder = ScriptBuilder(353, 0)
    done = builder.run(names("web", 14), (4, 40), slots=_TASK_SLOTS, started=_TASK_STARTED, ending=_restarted)
    builder.add_event(done + 0.4, "job_finished", "Finished job 353")
    return builder.script(
        "task", "restart nginx", ("failed", done + 0.4), 20_011, task="service", params={"name": "nginx"}
    )


def _aborted() -> Script:
    builder = ScriptBuilder(354, 0)
    builder.run(names("app", 12), (15, 60), slots=SLOTS, started=STARTED, ending=succeed)
    builder.stop(34, "the job was aborted")
    builder.drop_events_after(38)
    builder.add_event(38.4, "job_aborted", "Aborted job 354")
    return builder.script("deploy", "deploy canary", ("failed", 38.4), 30_007, noop=False)


def _stopped() -> Script:
    builder = ScriptBuilder(355, 0)
    builder.run(names("db", 20), (10, 45), slots=SLOTS, started=STARTED, ending=succeed)
    builder.stop(30, "the job was stopped")
    builder.add_event(30, "job_stopping", "Stopping job 355")
    done = builder.end
    builder.add_event(done + 0.4, "job_finished", "Finished job 355")
    return builder.script("deploy", "patch databases", ("stopped", done + 0.4), 40_003, noop=False)


def _of_2016() -> Script:
    builder = ScriptBuilder(356, 0)
    done = builder.run(names("old", 9), (8, 35), slots=SLOTS, started=STARTED, ending=succeed)
    return builder.script("deploy", "as a server of 2016 tells it", ("finished", done + 1), 50_021, noop=True)


def _large() -> Script:
    builder = ScriptBuilder(360, 0)
    nodes = [f"node-{number:04}.example.com" for number in range(1, 5001)]
    done = builder.run(nodes, (1, 8), slots=_TASK_SLOTS, started=_TASK_STARTED, ending=_restarted)
    builder.add_event(done + 0.4, "job_finished", "Finished job 360")
    return builder.script("task", "restart nginx everywhere", ("finished", done + 0.4), 60_013, task="service")


def _long_over() -> Script:
    builder = ScriptBuilder(351, _YESTERDAY)
    done = builder.run(names("mail", 6), (10, 40), slots=SLOTS, started=STARTED, ending=succeed)
    builder.add_event(done + 0.4, "job_finished", "Finished job 351")
    return builder.script("deploy", "deploy mail", ("finished", done + 0.4), 811, noop=False)
