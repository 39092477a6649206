"""The variables that `--exec` sets for its command. They are facts for it, and no options of an orch-events in it.

Some are named like the variables of options: ORCH_EVENTS_FAILED is how many nodes failed, and would also be --failed.
So a process that finds ORCH_EVENTS_HOOK, which is set beside them, reads no option from these.
"""

from collections.abc import Mapping

PREFIX = "ORCH_EVENTS_"
HOOK = f"{PREFIX}HOOK"
JOB = f"{PREFIX}JOB"
OUTCOME = f"{PREFIX}OUTCOME"
STATUS = f"{PREFIX}STATUS"
FAILED = f"{PREFIX}FAILED"
REPORT = f"{PREFIX}REPORT_"
"""The beginning of the name of each report's variable."""


def is_fact(name: str, environ: Mapping[str, str]) -> bool:
    """Whether a variable was set by `--exec`, in whose command this process runs."""
    return HOOK in environ and (name in (HOOK, JOB, OUTCOME, STATUS, FAILED) or name.startswith(REPORT))
