"""Which exit statuses there are, and which of several is the worst."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_events import errors
from orch_events.cli.exit_status import MEANINGS, READER_GONE, badness, worst
from orch_events.errors import OrchEventsError
from orch_events.job.outcome import Outcome, Word
from tests.table import each

ORDER = (143, 130, 8, 7, 6, 5, 4, 3, 1, 9, 124, 0)
"""The worst first, as the contract has it."""


def test_the_worst_is_what_tells_least_of_the_job() -> None:
    assert all(badness(worse) > badness(better) for worse, better in pairwise(ORDER))
    assert set(MEANINGS) - set(ORDER) == {2, 70, READER_GONE}


@given(st.lists(st.sampled_from(ORDER), min_size=1))
def test_of_several_the_worst_counts(statuses: list[int]) -> None:
    assert worst(statuses) == min(statuses, key=ORDER.index)


def test_of_none_the_worst_is_0() -> None:
    assert worst([]) == 0


@each("word", ["finished", "failed", "stopped", "aborted"])
@each("state", ["finished", "failed", "errored", "skipped", "running"])
def test_every_outcome_has_a_status_with_a_meaning(word: Word, state: str) -> None:
    assert Outcome(word, {state: 1}, None).exit_status({"failed", "errored", "skipped", "aborted"}) in MEANINGS


KINDS = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, OrchEventsError)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_has_a_status_with_a_meaning(kind: type[OrchEventsError]) -> None:
    assert getattr(kind, "exit_status", 2) in MEANINGS
