"""Two Puppet runs on all nodes, half an hour apart: many nodes fail in the first, and other ones in the second."""

from collections.abc import Mapping
from dataclasses import dataclass

from orch_events.simulator.builder import SLOTS, STARTED, Detail, Ending, ScriptBuilder, names, report, succeed
from orch_events.simulator.script import Script

_SECONDS = (9.0, 13.0)
_SLOWDOWNS = {"web": 1.0, "app": 1.2, "db": 2.0, "cache": 0.7, "mail": 0.9, "ldap": 1.0}
_CODE = "/etc/puppetlabs/code/environments/production/site/role/manifests"
_LOCK = "/opt/puppetlabs/puppet/cache/state/agent_catalog_run.lock"


def deploy_everything() -> Script:
    """Return a job with five kinds of failures, and one node that takes five times as long as others of its kind."""
    return _Deployment(
        357,
        "deploy everything",
        begin=-3600,
        first_id=51_007,
        nodes=_all_nodes(),
        failures={
            _no_catalog: "web-03 web-09 web-17 app-04 app-11",
            _bad_resources: "web-12 db-02 db-05 mail-02",
            _already_running: "app-07 app-13",
            _not_connected: "web-20 web-21 ldap-02",
        },
        disabled={"web-24": "kernel update, ticket 4711", "app-16": "new disk", "cache-06": "moves to rack 12"},
        slowdowns={"db-07": 5.0},
    ).script()


def deploy_everything_again() -> Script:
    """Return a job in which most of that is fixed, other nodes fail or are slow, two are missing and three are new."""
    nodes = [node for node in _all_nodes() if node not in ("cache-06.example.com", "ldap-02.example.com")]
    return _Deployment(
        358,
        "deploy everything again",
        begin=-1800,
        first_id=52_009,
        nodes=[*nodes, "web-25.example.com", "web-26.example.com", "ldap-03.example.com"],
        failures={
            _no_catalog: "web-17",
            _bad_resources: "app-02 app-03 db-05 web-26",
            _not_connected: "web-21 mail-03",
        },
        disabled={"web-24": "kernel update, ticket 4711"},
        slowdowns={"web-11": 4.0, "cache-01": 2.5, "cache-04": 3.0, "app-09": 2.0, "db-01": 0.4, "db-03": 0.5},
    ).script()


def _all_nodes() -> list[str]:
    counts = {"web": 24, "app": 16, "db": 8, "cache": 6, "mail": 4, "ldap": 2}
    return [name for kind, count in counts.items() for name in names(kind, count)]


@dataclass(frozen=True)
class _Deployment:
    """One of the two jobs; nodes are given by the first label of their names.

    Attributes:
        failures: each kind of failure, and its nodes.
        disabled: nodes that are skipped, and why.
        slowdowns: nodes that take longer or shorter than others of their kind, and the factor.
    """

    number: int
    description: str
    begin: float
    first_id: int
    nodes: list[str]
    failures: Mapping[Ending, str]
    disabled: Mapping[str, str]
    slowdowns: Mapping[str, float]

    def script(self) -> Script:
        builder = ScriptBuilder(self.number, self.begin)
        builder.run(
            [node for node in self.nodes if _short(node) not in self.disabled],
            _SECONDS,
            slots=SLOTS,
            started=STARTED,
            ending=self._ending,
            detail={"noop": False},
            slowdown=self._slowdown,
        )
        for place, (node, why) in enumerate(self.disabled.items()):
            name = f"{node}.example.com"
            builder.add_event(
                self.begin + 20 + place, "node_skipped", f"Skipped {name}: the agent is disabled: '{why}'", name
            )
        end = builder.end + 0.4
        builder.add_event(end, "job_finished", f"Finished job {self.number}")
        options = {"environment": "production", "enforce_environment": True, "concurrency": SLOTS, "noop": False}
        scope = {"nodes": self.nodes}
        return builder.script("deploy", self.description, ("failed", end), self.first_id, **options, scope=scope)

    def _ending(self, builder: ScriptBuilder, node: str, seconds: float) -> tuple[str, str, Detail]:
        endings = (ending for ending, nodes in self.failures.items() if _short(node) in nodes.split())
        return next(endings, succeed)(builder, node, seconds)

    def _slowdown(self, node: str) -> float:
        return _SLOWDOWNS[node.partition("-")[0]] * self.slowdowns.get(_short(node), 1.0)


def _short(node: str) -> str:
    return node.partition(".")[0]


def _no_catalog(builder: ScriptBuilder, node: str, seconds: float) -> tuple[str, str, Detail]:
    where = f"(file: {_CODE}/{node.partition('-')[0]}.pp, line: {builder.whole(3, 40)}, column: 3) on node {node}"
    cause = f"Error 500 on SERVER: Could not find class ::profile::tls for {node} {where}"
    message = f"Puppet run failed on {node}: Could not retrieve catalog from remote server: {cause}"
    detail = report(builder, node, seconds, 0, 1)
    return "node_failed", message, {key: value for key, value in detail.items() if key != "metrics"}


def _bad_resources(builder: ScriptBuilder, node: str, seconds: float) -> tuple[str, str, Detail]:
    detail = report(builder, node, seconds, builder.whole(1, 9), builder.whole(1, 3))
    return "node_failed", f"Puppet run failed on {node}", detail


def _already_running(builder: ScriptBuilder, node: str, _: float) -> tuple[str, str, Detail]:
    cause = f"Another run of Puppet is in progress (pid {builder.whole(900, 9999)}, lock {_LOCK})"
    return "node_failed", f"Puppet run failed on {node}", _error(cause, "puppetlabs.pxp/locked")


def _not_connected(builder: ScriptBuilder, node: str, _: float) -> tuple[str, str, Detail]:
    cause = f"{node} is not connected to the broker wss://10.20.{builder.whole(1, 9)}.7:8142/pcp2/"
    return "node_errored", f"Could not run on {node}", _error(cause, "puppetlabs.orchestrator/not-connected")


def _error(cause: str, kind: str) -> Detail:
    return {"_error": {"msg": cause, "kind": kind, "details": {}}}
