"""What tells one job from another: `352` for a job, `plan:9` for a plan job, whose numbers are of another sequence."""

PLAN = "plan:"


def is_plan(job: str) -> bool:
    """Whether it is a plan job."""
    return job.startswith(PLAN)


def kind_and_number(job: str) -> tuple[str, str]:
    """Return `job` or `plan`, and the number: the first key and its value in the JSON of an event."""
    return ("plan", job.removeprefix(PLAN)) if is_plan(job) else ("job", job)


def spoken(job: str) -> str:
    """Return how messages call it: `job 352`, `plan 9`."""
    return " ".join(kind_and_number(job))
