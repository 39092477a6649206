"""How much JSON is parsed."""

import msgspec
import pytest


class Parsed:
    """What the JSON library was given to compact.

    Attributes:
        calls: how often.
        size: how many bytes.
    """

    def __init__(self) -> None:
        self.calls = 0
        self.size = 0

    def reset(self) -> None:
        """Count anew."""
        self.calls = self.size = 0


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Parsed:
    counted, original = Parsed(), msgspec.json.format

    def counting(text: bytes, *, indent: int) -> bytes:
        counted.calls += 1
        counted.size += len(text)
        return original(text, indent=indent)

    monkeypatch.setattr(msgspec.json, "format", counting)
    return counted
