"""A loopback orchestrator: scripted jobs, a clock of its own, the documented API.

`script` tells one job, `plan` writes one, `jobs` are all of them, `puppet` and `everywhere` are parts of these, `api`
answers a request, `faults` spoil it, `server` puts it on a port.
"""

from orch_events.simulator.api import Api
from orch_events.simulator.faults import KINDS, Fault, Faults
from orch_events.simulator.scenarios import scripts
from orch_events.simulator.server import SimulatedTime, Simulator, tls_context

__all__ = ["KINDS", "Api", "Fault", "Faults", "SimulatedTime", "Simulator", "scripts", "tls_context"]
