"""Two versions side by side: which clause became which, word by word, and what merely changed place."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from tracker.diff.align import Group, align
from tracker.diff.moves import Passage, Stretch, passages
from tracker.diff.words import Run, compare_tokens
from tracker.text.tokens import tokens
from tracker.text.version import Version


class Side(NamedTuple):
    """The blocks of one side of a group as one text."""

    text: str
    tokens: Sequence[str]
    starts: Sequence[int]
    offsets: Sequence[int]  # where each block's text begins


class Comparison:
    """The groups of two versions and, for those whose words differ, the exact word runs and the passages that moved."""

    def __init__(self, old: Version, new: Version) -> None:
        self.old = old
        self.new = new
        self.groups: list[Group] = align(old.blocks, new.blocks)

    @cached_property
    def changed(self) -> list[Group]:
        """The groups whose words differ, in order."""
        return [group for group in self.groups if not group.equal]

    @cached_property
    def sides(self) -> list[tuple[Side, Side]]:
        """Both sides of each changed group."""
        return [(_side(self.old, group.old), _side(self.new, group.new)) for group in self.changed]

    @cached_property
    def runs(self) -> list[list[Run]]:
        """The exact word runs of each changed group."""
        return [compare_tokens(a.tokens, b.tokens) for a, b in self.sides]

    @cached_property
    def passages(self) -> list[Passage]:
        """Words deleted at one place and inserted at another."""
        deleted: list[Stretch] = []
        inserted: list[Stretch] = []
        for k, runs in enumerate(self.runs):
            for run in runs:
                if not run.equal:
                    deleted.append(Stretch(k, run.a0, run.a1))
                    inserted.append(Stretch(k, run.b0, run.b1))
        return passages(deleted, inserted, [a.tokens for a, _ in self.sides], [b.tokens for _, b in self.sides])


def compare(old: Version, new: Version) -> Comparison:
    """Compares two versions of a document, clause by clause."""
    return Comparison(old, new)


def _side(version: Version, indexes: Sequence[int]) -> Side:
    """Joins blocks to one text; the printed number of all but the first counts as words, as it does when they are merged."""
    blocks = [version.blocks[i] for i in indexes]
    if len(blocks) == 1:
        return Side(blocks[0].text, blocks[0].tokens, blocks[0].token_starts, (0,))
    words: list[str] = []
    starts: list[int] = []
    offsets: list[int] = []
    at = 0
    texts = [block.full if k else block.text for k, block in enumerate(blocks)]
    for text in texts:
        found, places = tokens(text)
        offsets.append(at)
        words += found
        starts += [at + place for place in places]
        at += len(text) + 1
    return Side("\n".join(texts), words, starts, offsets)
