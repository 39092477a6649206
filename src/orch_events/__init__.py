"""See what a Puppet Enterprise orchestrator job does, from a program.

    from orch_events import connect

    with connect() as orchestrator:
        following = orchestrator.follow("352")
        for event in following:
            print(event.type, event.node)
        print(following.outcome)

`__all__` lists what is public, and `src/docs/library.md` documents it; everything else may change. Importing this
package imports nothing else: what a name needs is imported when the name is first used.
"""

TYPE_CHECKING = False
"""As `typing` has it, whose import would be the longest part of the time in which the command can't handle Ctrl-C."""

if TYPE_CHECKING:
    from orch_events.errors import (
        AccessError,
        LocalFileError,
        NotAuthenticated,
        NotPermitted,
        NotUnderstood,
        OrchEventsError,
        SystemLimit,
        UnknownJob,
        Unreachable,
        UsageError,
    )
    from orch_events.job.updates import ConnectionLost, ConnectionRestored, Notice
    from orch_events.library.following import Following, Job
    from orch_events.library.orchestrator import Orchestrator, connect, read_recording
    from orch_events.library.values import (
        Changes,
        Durations,
        Event,
        FailureExample,
        FailureGroup,
        Failures,
        Histogram,
        JobOutcome,
        Node,
        NodeCounts,
        Resources,
        Summary,
        TimedNode,
    )

__version__ = "0.2.0"

__all__ = [
    "AccessError",
    "Changes",
    "ConnectionLost",
    "ConnectionRestored",
    "Durations",
    "Event",
    "FailureExample",
    "FailureGroup",
    "Failures",
    "Following",
    "Histogram",
    "Job",
    "JobOutcome",
    "LocalFileError",
    "Node",
    "NodeCounts",
    "NotAuthenticated",
    "NotPermitted",
    "NotUnderstood",
    "Notice",
    "OrchEventsError",
    "Orchestrator",
    "Resources",
    "Summary",
    "SystemLimit",
    "TimedNode",
    "UnknownJob",
    "Unreachable",
    "UsageError",
    "__version__",
    "connect",
    "read_recording",
]

_MODULES = ("errors", "job.updates", "library.following", "library.orchestrator", "library.values")


def __getattr__(name: str) -> object:
    """Import a public name when it is first used; the errors first, which need nothing else."""
    if name in __all__:
        from importlib import import_module

        for place in _MODULES:
            module = import_module(f"{__name__}.{place}")
            found = vars(module).get(name)
            if getattr(found, "__module__", "") == module.__name__:
                globals()[name] = found
                return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return what there is, imported yet or not."""
    return sorted({*globals(), *__all__})
