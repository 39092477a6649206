"""The servers and the command that these tests share with those of `cli`."""

from tests.cli.conftest import answering, at_sixty, call

__all__ = ["answering", "at_sixty", "call"]
