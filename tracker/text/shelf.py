"""A shelf keeps the blocks read lately of one document, so that what comes back is not read again.

A chunk is what stands between blank lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracker.text.units import read_unit, units_of

if TYPE_CHECKING:
    from tracker.text.blocks import Block

BLANK_LINE = "\n\n"  # what stands between chunks


class Chunk(NamedTuple):
    """The blocks of a chunk, where in it the unit of each begins, and how many characters it has."""

    blocks: tuple[Block, ...]
    places: tuple[int, ...]
    length: int


_SHELF = 3000  # chunks and units kept of a document, twice over


class Shelf:
    """The blocks read lately of one document, by their source: what comes back is not read again.

    Two generations: when the young one is full it becomes the old one, and what the old one held is forgotten.
    """

    def __init__(self) -> None:
        self._young: dict[str, Chunk] = {}
        self._old: dict[str, Chunk] = {}

    def chunk(self, source: str) -> Chunk:
        """Gives the blocks of a chunk; lines that are only wrapped go on in their block, hard breaks end it."""
        found = self._young.get(source)
        if found is not None:
            return found
        found = self._old.get(source) or self._read(source)
        if len(self._young) >= _SHELF:
            self._old, self._young = self._young, {}
        self._young[source] = found
        return found

    def _read(self, source: str) -> Chunk:
        """Reads a chunk, unit by unit: a unit means the same wherever it stands."""
        units, starts = units_of(source)
        if len(units) == 1:
            alone = read_unit(source)
            return Chunk(alone, (0,) * len(alone), len(source))
        blocks: list[Block] = []
        places: list[int] = []
        for unit, start in zip(units, starts, strict=True):
            found = self.chunk(unit).blocks
            blocks += found
            places += [start] * len(found)
        return Chunk(tuple(blocks), tuple(places), len(source))
