"""A node's runs, packed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_events.archive.runs import MOST_RUNS, Run, Totals, merged, pack, unpack

RUNS = st.lists(
    st.builds(
        Run,
        st.integers(1, 1 << 40),
        st.integers(0, 1 << 33),
        st.none() | st.integers(0, 1 << 20),
        st.sampled_from(["finished", "failed", "errored", "skipped", "running", "other"]),
        st.sampled_from(["", "no", "é" * 200]),
    ),
    min_size=1,
    max_size=9,
)


@settings(max_examples=settings().max_examples * 2 // 5)
@given(RUNS)
def test_runs_are_unpacked_as_they_were(runs: list[Run]) -> None:
    assert unpack(pack(runs)) == runs


@settings(max_examples=settings().max_examples * 2 // 5)
@given(RUNS, RUNS)
def test_merging_twice_is_merging_once_and_the_new_one_counts(old: list[Run], new: list[Run]) -> None:
    once = [run for chunk in merged(old, new) for run in chunk]
    assert [run for chunk in merged(once, new) for run in chunk] == once
    assert {run.job: run for run in once} == {run.job: run for run in [*old, *new]}


def test_a_chunk_has_a_bounded_size() -> None:
    runs = [Run(job, job, 1, "finished") for job in range(300)]
    assert [len(chunk) for chunk in merged([], runs)] == [MOST_RUNS, MOST_RUNS, 300 - 2 * MOST_RUNS]


@pytest.mark.parametrize("damaged", [b"", b"x", pack([Run(1, 2, 3, "failed")])[:-4]])
def test_damaged_runs_are_an_error(damaged: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        unpack(damaged)


def test_totals_say_how_a_node_fared() -> None:
    states = ["finished", "failed", "skipped", "failed", "running", "finished", "errored"]
    runs = [Run(job, 100 + job, 9, state) for job, state in enumerate(states, 1)]
    assert Totals.from_runs(runs) == Totals(
        5, 2, 1, 1, 3, first_ok=True, last_ok=False, first_at=101, last_at=107, last_state="errored"
    )


def test_nothing_is_known_of_runs_that_are_not_over() -> None:
    assert Totals.from_runs([Run(1, 5, None, "running")]) == Totals(0, 0, 0, 0, 0, None, None, 0, 0, "")
