"""The servers and the command that these tests share with those of `cli`."""

from tests.cli.conftest import at_sixty, call

__all__ = ["at_sixty", "call"]
