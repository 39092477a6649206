"""A simulated orchestrator on a loopback port: scripted jobs, a clock of its own, the documented API.

A request and the simulated time go in; the state of each scripted job at that time comes out as JSON, unless a fault is
injected.

script       one scripted job: its events and states, and what the API says of it at any time
builder      ScriptBuilder: makes a script from steps in any order
scenarios    the jobs that the simulator has
plans        the plan jobs that it has, and the jobs that these start
deployments  the two largest of them: Puppet runs with many kinds of failures
estate       Estate: so many jobs a day, each made when somebody asks for it
catalog      which jobs there are at a time
api          answers a request
faults       injects faults: lost connections, truncated responses, HTTP errors
server       serves the API over HTTP
json_text    JSON with the white space that the orchestrator writes
"""

from orch_events.simulator.api import Api
from orch_events.simulator.estate import Estate
from orch_events.simulator.faults import KINDS, Fault, Faults
from orch_events.simulator.plans import plan_scripts
from orch_events.simulator.scenarios import scripts
from orch_events.simulator.script import EPOCH
from orch_events.simulator.server import SimulatedTime, Simulator, tls_context

__all__ = [
    "EPOCH",
    "KINDS",
    "Api",
    "Estate",
    "Fault",
    "Faults",
    "SimulatedTime",
    "Simulator",
    "plan_scripts",
    "scripts",
    "tls_context",
]
