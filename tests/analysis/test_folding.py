"""Names of nodes in short."""

import re
from collections.abc import Iterator
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from orch_events.analysis.folding import fold
from tests.table import each


@each(
    ("names", "folded"),
    [
        ([], []),
        (["db"], ["db"]),
        (["web-01"], ["web-01"]),
        ([f"web-{number:02}" for number in range(1, 13)], ["web-[01-12]"]),
        ([f"web-{number}.example.com" for number in (9, 10, 11, 3)], ["web-[3,9-11].example.com"]),
        (["web-1", "web-01", "web-2", "web-02"], ["web-[1-2,01-02]"]),
        (["n08", "n09", "n10", "n11"], ["n[08-11]"]),
        (["r1n1", "r1n2", "r2n1", "r2n2"], ["r[1-2]n[1-2]"]),
        (["r1n1", "r1n2", "r2n1"], ["r1n[1-2]", "r2n1"]),
        (["a-1.dc2.x", "a-2.dc2.x", "a-1.dc3.x", "a-2.dc3.x"], ["a-[1-2].dc[2-3].x"]),
        (["10.0.0.1", "10.0.0.2", "10.0.1.1"], ["10.0.0.[1-2]", "10.0.1.1"]),
        (["web-1", "db-1", "web-2", "web-1"], ["db-1", "web-[1-2]"]),
        (["i-0abc1", "i-0abc2", "1" * 40, "x"], ["1" * 40, "i-0abc[1-2]", "x"]),
        (["n0", "n1"], ["n[0-1]"]),
    ],
)
def test_names_that_number_are_folded(names: list[str], folded: list[str]) -> None:
    assert fold(names) == folded


def unfolded(text: str) -> Iterator[str]:
    """Yield the names that a folded one stands for, as ClusterShell's nodeset -e does."""
    parts = re.split(r"\[([0-9,-]*)\]", text)
    choices = [[part] if place % 2 == 0 else list(_numbers(part)) for place, part in enumerate(parts)]
    yield from map("".join, product(*choices))


def _numbers(ranges: str) -> Iterator[str]:
    for one in ranges.split(","):
        begin, _, end = one.partition("-")
        width = len(begin) if begin.startswith("0") else 0
        yield from (str(number).zfill(width) for number in range(int(begin), int(end or begin) + 1))


NUMBERS = st.integers(0, 12).map(str) | st.integers(0, 12).map(lambda number: f"{number:02}") | st.just("007")
NAMES = st.lists(NUMBERS | st.sampled_from(["a", "-", ".x", "9999999999999999"]), min_size=1, max_size=5).map("".join)


@given(st.sets(NAMES, max_size=40))
def test_what_is_folded_stands_for_exactly_these_names(names: set[str]) -> None:
    found = [name for text in fold(names) for name in unfolded(text)]
    assert sorted(found) == sorted(names)


@given(st.permutations(["web-1", "web-2", "web-10", "db-1", "db-2", "x"]))
def test_the_order_of_names_does_not_matter(names: list[str]) -> None:
    assert fold(names) == ["db-[1-2]", "web-[1-2,10]", "x"]


def test_many_names_are_folded_at_once() -> None:
    assert fold(f"r{rack}-n{number:03}.x" for rack in range(1, 101) for number in range(1, 101)) == [
        "r[1-100]-n[001-100].x"
    ]
    assert fold(["1." * 9_000, "1." * 8_999 + "2."]) == ["1." * 8_999 + "[1-2]."]
