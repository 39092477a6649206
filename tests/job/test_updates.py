"""What a follower yields."""

import re
from typing import get_args

import pytest

from orch_events.errors import Unreachable
from orch_events.job import updates
from orch_events.job.updates import ConnectionLost, ConnectionRestored, Notice, Pause, Tick, TimedOut, Update

GONE = Unreachable("gone")


def test_the_module_says_of_each_update_what_it_means() -> None:
    explained = re.findall(r"^([A-Z]\w+)  +\w", updates.__doc__ or "", re.MULTILINE)
    assert explained == [kind.__name__ for kind in get_args(Update)]


@pytest.mark.parametrize(
    "update",
    [
        Tick(),
        Pause(1.0),
        ConnectionLost("352", GONE, 1.0, 9.0),
        ConnectionRestored("352", GONE, 2.0),
        Notice("x"),
        TimedOut(9.0),
    ],
    ids=lambda update: type(update).__name__,
)
def test_an_update_says_what_happened_and_can_not_be_changed(update: Update) -> None:
    fields = [getattr(update, name) for name in type(update).__struct_fields__]
    assert update == type(update)(*fields)
    with pytest.raises(AttributeError):
        update.seconds = 2.0  # type: ignore[misc, union-attr]
