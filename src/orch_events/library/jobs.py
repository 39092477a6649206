"""A job and its source, however it was named; how a follower of it is made."""

import math
from collections.abc import Callable
from random import random
from typing import NamedTuple

from orch_events.follow.cursor import Resume
from orch_events.follow.follower import Follower
from orch_events.follow.plan import PlanFollower
from orch_events.follow.retry import RetryPolicy
from orch_events.follow.source import JobSource
from orch_events.times import Clock
from orch_events.wire.job_key import is_plan

_REPLAY_INTERVAL = 0.2


def retry_policy(retry_seconds: float, auth_wait_seconds: float, auth_wait_at_start_seconds: float) -> RetryPolicy:
    """Return how long each kind of error is retried, with delays that differ at random; see `RetryPolicy`."""
    return RetryPolicy(retry_seconds, auth_wait_seconds, auth_wait_at_start_seconds, jitter=random)
