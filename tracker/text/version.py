"""A version: the text of a document as a row of clauses, each knowing its place."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import accumulate, chain

import xxhash

from tracker.model import BlockKind, Clause
from tracker.text.blocks import PSEUDO_HEADING, Block
from tracker.text.shelf import BLANK_LINE, Chunk, Shelf

_LEAD_IN_REACH = 100  # blocks: a longer list is searched for its lead-in no further
_LEAD_IN_LIMIT = 300  # characters: a longer paragraph before a list says more than what the list is about


class Version:
    """The text of a document and its blocks; it is read, and clauses with their place are made, when asked for."""

    def __init__(self, text: str, shelf: Shelf) -> None:
        self.text = text
        self.shelf = shelf

    @cached_property
    def _chunks(self) -> list[Chunk]:
        return list(map(self.shelf.chunk, self.text.split(BLANK_LINE)))

    @cached_property
    def blocks(self) -> list[Block]:
        """The blocks of the whole text."""
        return list(chain.from_iterable([chunk.blocks for chunk in self._chunks]))

    @cached_property
    def _chunk_starts(self) -> list[int]:
        """Where each chunk begins in the text."""
        return list(accumulate([chunk.length + len(BLANK_LINE) for chunk in self._chunks[:-1]], initial=0))

    @cached_property
    def _firsts(self) -> list[int]:
        """The number of the first block of each chunk."""
        return list(accumulate([len(chunk.blocks) for chunk in self._chunks[:-1]], initial=0))

    @cached_property
    def _starts(self) -> list[int]:
        """Where the unit of each block begins in the text."""
        parts = zip(self._chunk_starts, self._chunks, strict=True)
        return [at + place for at, chunk in parts for place in chunk.places]

    def index_at(self, offset: int) -> int:
        """Gives the number of the first block that begins, marker and all, at a place in the text or behind it."""
        k = bisect_right(self._chunk_starts, offset) - 1
        places, blocks = self._chunks[k].places, self._chunks[k].blocks
        within = offset - self._chunk_starts[k]
        return self._firsts[k] + bisect_left(range(len(blocks)), within, key=lambda n: places[n] + blocks[n].open)

    def span(self, index: int) -> tuple[int, int]:
        """Gives the place in the text of a block's words, list marker left out."""
        block = self.blocks[index]
        start = self._starts[index] + block.start
        return start, start + len(block.raw)

    def extent(self, index: int) -> tuple[int, int]:
        """Gives the place in the text of a block with its marker and underline."""
        block, start = self.blocks[index], self._starts[index]
        return start + block.open, start + block.close

    @cached_property
    def _headings(self) -> list[int]:
        return [i for i, block in enumerate(self.blocks) if block.kind is BlockKind.HEADING]

    @cached_property
    def _title(self) -> int | None:
        """The heading that names the whole document: the first one, when no other stands at or above its level."""
        if not self._headings:
            return None
        first, *rest = self._headings
        level = self.blocks[first].level
        alone = level < PSEUDO_HEADING and all(self.blocks[i].level > level for i in rest)
        return first if alone and first <= 3 else None

    @cached_property
    def _chains(self) -> dict[int, tuple[int, ...]]:
        """For each heading the headings it stands under and itself, outermost first, without the document's title."""
        out: dict[int, tuple[int, ...]] = {}
        chain: tuple[int, ...] = ()
        for i in self._headings:
            level = self.blocks[i].level
            while chain and self.blocks[chain[-1]].level >= level:
                chain = chain[:-1]
            if i != self._title:
                chain = (*chain, i)
            out[i] = chain
        return out

    @cached_property
    def _paths(self) -> dict[tuple[int, ...], tuple[str, ...]]:
        return {}

    def headings_above(self, index: int) -> tuple[int, ...]:
        """Gives the indexes of the headings a block stands under, outermost first, without the document's title."""
        chain = self._chains.get(index)
        if chain is not None:
            return chain[:-1]
        k = bisect_right(self._headings, index)
        return self._chains[self._headings[k - 1]] if k else ()

    def path(self, index: int) -> tuple[str, ...]:
        """Gives the headings above a block as printed, without markup."""
        chain = self.headings_above(index)
        path = self._paths.get(chain)
        if path is None:
            path = self._paths[chain] = tuple([self.blocks[i].printed for i in chain])
        return path

    def number(self, index: int) -> str | None:
        """Gives the printed number of a block, or that of the nearest numbered heading above it."""
        block = self.blocks[index]
        if block.number or block.kind is BlockKind.HEADING:
            return block.number
        return next(
            (self.blocks[i].number for i in reversed(self.headings_above(index)) if self.blocks[i].number),
            None,
        )

    def lead_in(self, index: int) -> str:
        """Gives the words that introduce the list or table a block stands in; "" where nothing does."""
        block = self.blocks[index]
        if block.kind is BlockKind.PARAGRAPH or block.kind is BlockKind.HEADING:
            return ""
        for i in range(index - 1, max(-1, index - _LEAD_IN_REACH), -1):
            other = self.blocks[i]
            if other.kind is BlockKind.HEADING:
                return ""
            if other.kind is block.kind and other.level >= block.level:
                continue
            if other.kind is BlockKind.PARAGRAPH and other.level > 0:
                continue
            return other.text[-_LEAD_IN_LIMIT:] if other.kind is not BlockKind.ROW else ""
        return ""

    def clause(self, index: int) -> Clause:
        """Gives one block as a clause with its place."""
        block = self.blocks[index]
        return Clause(
            kind=block.kind,
            path=self.path(index),
            number=self.number(index),
            text=block.text,
            lead_in=self.lead_in(index),
            links=block.links,
            span=self.span(index),
            fingerprint=block.fingerprint.hex(),
        )

    def clauses(self) -> tuple[Clause, ...]:
        """Gives all clauses in order of the text."""
        return tuple([self.clause(i) for i in range(len(self.blocks))])

    @cached_property
    def digest(self) -> str:
        """A fingerprint of all words in their order: equal for texts that differ only in what comparing ignores."""
        return xxhash.xxh3_128_hexdigest(b"".join([block.fingerprint for block in self.blocks]))


def read(text: str, shelf: Shelf | None = None) -> Version:
    """Reads a text into a version; what stands on the `shelf` of its document is not read again."""
    return Version(text, shelf or Shelf())
