"""Which ids were seen, in bounded memory."""

from collections.abc import Iterator, Sequence
from itertools import compress

_BLOCK_BITS = 16
_LAST_IN_BLOCK = (1 << _BLOCK_BITS) - 1
_MAX_BLOCKS = 128
_FEW = 4096
"""Up to how many ids are kept one by one: hundreds of small jobs at once would have a block each for a few ids."""


class SeenIds:
    """The ids that were seen, exactly: a few one by one, more of them a byte each; 8 MB at most.

    Ids of one job lie close together (they come from one sequence), so 128 blocks of 65,536 hold some eight million
    events. Beyond that the block with the lowest ids is dropped, and every id up to its end counts as seen.

    Attributes:
        floor: below it, no id is known; 0 while none was dropped.
    """

    def __init__(self) -> None:
        self._few: set[int] | None = set()
        self._blocks: dict[int, bytearray] = {}
        self.floor = 0

    def add(self, number: int) -> bool:
        """Add an id; return False if it was seen before."""
        if self._few is not None:
            if number in self._few:
                return False
            self.add_all([number])
            return True
        if number < self.floor:
            return False
        block = self._blocks.get(number >> _BLOCK_BITS) or self._new_block(number >> _BLOCK_BITS)
        if block[number & _LAST_IN_BLOCK]:
            return False
        block[number & _LAST_IN_BLOCK] = 1
        return True

    def __contains__(self, number: int) -> bool:
        if self._few is not None:
            return number in self._few
        block = self._blocks.get(number >> _BLOCK_BITS)
        return number < self.floor or (block is not None and bool(block[number & _LAST_IN_BLOCK]))

    def add_all(self, numbers: Sequence[int]) -> None:
        """Add ids that are higher than any before."""
        if self._few is not None:
            if len(self._few) + len(numbers) <= _FEW:
                self._few.update(numbers)
                return
            few, self._few = self._few, None
            self.add_all(sorted(few))
        blocks = self._blocks
        for number in numbers:
            try:
                blocks[number >> _BLOCK_BITS][number & _LAST_IN_BLOCK] = 1
            except KeyError:
                self._new_block(number >> _BLOCK_BITS)[number & _LAST_IN_BLOCK] = 1

    def between(self, low: int, high: int) -> Iterator[int]:
        """Yield the ids that were seen from `low` to `high`, both inclusive, in order."""
        if self._few is not None:
            yield from sorted(number for number in self._few if low <= number <= high)
            return
        for index in sorted(block for block in self._blocks if low >> _BLOCK_BITS <= block <= high >> _BLOCK_BITS):
            first = index << _BLOCK_BITS
            within = slice(max(low - first, 0), high - first + 1)
            yield from compress(range(first, first + _LAST_IN_BLOCK + 1)[within], self._blocks[index][within])

    def _new_block(self, index: int) -> bytearray:
        block = self._blocks[index] = bytearray(1 << _BLOCK_BITS)
        if len(self._blocks) > _MAX_BLOCKS:
            lowest = min(self._blocks)
            del self._blocks[lowest]
            self.floor = (lowest + 1) << _BLOCK_BITS
        return block
