"""Tests of tables: many tiny cases of one law, in one test."""

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest

_MOST_CHARACTERS = 300
"""How much of a case is told."""

Test = Callable[..., None]


def each(names: str | tuple[str, ...], cases: Iterable[Any]) -> Callable[[Test], Test]:
    """Run a test for each case of a table, all in one test: what `pytest.mark.parametrize` does of a case costs more.

    Each case that fails is named. A test that needs fixtures of its own for each case is to be parametrized instead.

    Args:
        names: the argument, or the arguments, that a case gives.
        cases: the values of the argument, or tuples of the arguments' values.
    """
    wanted = (names,) if isinstance(names, str) else names
    rows = [(case,) if isinstance(names, str) else tuple(case) for case in cases]

    def decorate(test: Test) -> Test:
        @functools.wraps(test)
        def whole(**fixtures: object) -> None:
            failures = [
                error for row in rows if (error := _failure(test, dict(zip(wanted, row, strict=True)), fixtures))
            ]
            if len(failures) == 1:
                raise failures[0]
            if failures:
                raise BaseExceptionGroup(f"{len(failures)} of {len(rows)} cases", failures)

        signature = inspect.signature(test)
        left = [one for name, one in signature.parameters.items() if name not in wanted]
        whole.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]
        return whole

    return decorate


def _failure(test: Test, case: dict[str, object], fixtures: dict[str, object]) -> BaseException | None:
    """Run a test for one case; return how it fails, with the case."""
    try:
        test(**case, **fixtures)
    except (Exception, BaseExceptionGroup, pytest.fail.Exception) as error:  # noqa: BLE001 - it is told with the others
        said = ", ".join(f"{name}={value!r}" for name, value in case.items())
        error.add_note(f"in the case {said[:_MOST_CHARACTERS]}")
        return error
    return None
