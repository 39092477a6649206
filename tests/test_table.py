"""A table of cases in one test: every case is run, and each that fails is named."""

from collections.abc import Callable

import pytest

from tests.table import each


def _raised(test: Callable[[], None]) -> BaseException:
    with pytest.raises(BaseException) as raised:  # noqa: PT011 - whatever it is
        test()
    return raised.value


def test_a_case_that_fails_is_named_and_the_others_are_run() -> None:
    seen = []

    @each("number", range(4))
    def test(number: int) -> None:
        seen.append(number)
        assert number != 2

    assert _raised(test).__notes__ == ["in the case number=2"]
    assert seen == [0, 1, 2, 3]


def test_of_several_cases_that_fail_each_is_told() -> None:
    @each("second", "ab")
    @each(("first", "third"), [(1, 2), (3, 4)])
    def test(first: int, second: str, third: int) -> None:
        if first == 3:
            pytest.fail("it does")
        assert (second, third) == ("a", 2)

    group = _raised(test)
    assert isinstance(group, BaseExceptionGroup)
    assert group.message == "2 of 2 cases"
    assert group.exceptions[0].__notes__ == ["in the case first=3, third=4", "in the case second='a'"]
    assert isinstance(group.exceptions[1], BaseExceptionGroup)


@each(("name", "number"), [("one", 1), ("two", 2)])
def test_what_is_no_column_is_a_fixture(name: str, number: int, request: pytest.FixtureRequest) -> None:
    assert request.node.name == "test_what_is_no_column_is_a_fixture"
    assert len(name) == 3
    assert number < 3
