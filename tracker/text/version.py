"""A version: the text of a document as a row of clauses, each knowing its place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import accumulate

import xxhash

from tracker.model import BlockKind, Clause
from tracker.text.blocks import PSEUDO_HEADING, Block, blocks_of

_LEAD_IN_LIMIT = 300  # characters: a longer paragraph before a list says more than what the list is about


class Version:
    """The text of a document and its blocks; clauses, with their place, are made when asked for.

    `chunks` are the pieces between blank lines; a later version reads only the chunks this one does not have.
    """

    def __init__(self, text: str, chunks: Mapping[str, tuple[Block, ...]]) -> None:
        self.text = text
        self.chunks = chunks

    @cached_property
    def _laid_out(self) -> tuple[list[Block], list[int]]:
        blocks: list[Block] = []
        starts: list[int] = []
        at = 0
        for chunk in self.text.split("\n\n"):
            for block in self.chunks[chunk]:
                blocks.append(block)
                starts.append(at)
            at += len(chunk) + 2
        return blocks, starts

    @property
    def blocks(self) -> Sequence[Block]:
        """All blocks in order of the text."""
        return self._laid_out[0]

    def span(self, index: int) -> tuple[int, int]:
        """Gives the place in the text of a block's words, list marker left out."""
        blocks, starts = self._laid_out
        start = starts[index] + blocks[index].start
        return start, start + len(blocks[index].raw)

    def extent(self, index: int) -> tuple[int, int]:
        """Gives the place in the text of a block with its marker and underline."""
        blocks, starts = self._laid_out
        return starts[index] + blocks[index].open, starts[index] + blocks[index].close

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

    def headings_above(self, index: int) -> tuple[int, ...]:
        """Gives the indexes of the headings a block stands under, outermost first, without the document's title."""
        found: list[int] = []
        block = self.blocks[index]
        level = block.level if block.kind is BlockKind.HEADING else PSEUDO_HEADING + 1
        for i in reversed(self._headings[: bisect_right(self._headings, index - 1)]):
            if self.blocks[i].level < level:
                level = self.blocks[i].level
                if i != self._title:
                    found.append(i)
                if level == 1:
                    break
        return tuple(reversed(found))

    def path(self, index: int) -> tuple[str, ...]:
        """Gives the headings above a block as printed, without markup."""
        return tuple([self.blocks[i].printed for i in self.headings_above(index)])

    def number(self, index: int) -> str | None:
        """Gives the printed number of a block, or that of the nearest numbered heading above it."""
        block = self.blocks[index]
        if block.number or block.kind is BlockKind.HEADING:
            return block.number
        return next((self.blocks[i].number for i in reversed(self.headings_above(index)) if self.blocks[i].number), None)

    def lead_in(self, index: int) -> str:
        """Gives the words that introduce the list or table a block stands in; "" where nothing does."""
        block = self.blocks[index]
        if block.kind not in (BlockKind.ITEM, BlockKind.ROW, BlockKind.DEFINITION):
            return ""
        for i in range(index - 1, -1, -1):
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
            fingerprint=fingerprint(block),
        )

    def clauses(self) -> tuple[Clause, ...]:
        """Gives all clauses in order of the text."""
        return tuple([self.clause(i) for i in range(len(self.blocks))])

    @cached_property
    def digest(self) -> str:
        """A fingerprint of all words in their order: equal for texts that differ only in what comparing ignores."""
        return xxhash.xxh3_128_hexdigest("\n".join([block.key for block in self.blocks]).encode("utf-8", "replace"))


def fingerprint(block: Block) -> str:
    """Gives a short name for a block's words as comparing sees them (XXH3, 64 bits)."""
    return xxhash.xxh3_64_hexdigest(block.key.encode("utf-8", "replace"))


def read(text: str, known: Version | None = None) -> Version:
    """Reads a text into a version; chunks that `known` has are taken over from it."""
    have = known.chunks if known else {}
    chunks: dict[str, tuple[Block, ...]] = {}
    for chunk in text.split("\n\n"):
        if chunk not in chunks:
            got = have.get(chunk)
            chunks[chunk] = blocks_of(chunk) if got is None else got
    return Version(text, chunks)
