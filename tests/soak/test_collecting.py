"""`collect` killed at any moment, with all that can go wrong in between: the archive has each event once."""

import pytest

from tests.soak.collecting import soak

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

KILLS = 12


def test_killed_at_any_moment_the_archive_has_each_event_once_and_the_others_at_least_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    outcome = soak(KILLS, seed=3)
    with capsys.disabled():
        print(f"\n{outcome.told()}")
    assert outcome.is_right
    assert outcome.met["SIGKILL"] == KILLS
    assert outcome.events > 1000
