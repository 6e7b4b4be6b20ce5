"""Two versions side by side: which clause became which, word by word, and what merely changed place."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tracker.diff.align import Group, align
from tracker.diff.moves import LEAST, Passage, Stretch, passages
from tracker.diff.words import Run, compare_tokens
from tracker.text.tokens import codes, token_starts, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.text.blocks import Block
    from tracker.text.version import Version

_LEAST_LETTERS = 3 * LEAST  # a text of fewer characters has fewer words than a passage that moved


class Side:
    """The blocks of one side of a group as one text.

    The printed number of all blocks but the first counts as words, as it does once they are merged.
    """

    __slots__ = ("_joined", "blocks", "text")

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks
        self._joined: tuple[list[str], list[int], list[int]] | None = None
        if len(blocks) == 1:
            self.text = blocks[0].text
        else:
            self.text = "\n".join([block.full if k else block.text for k, block in enumerate(blocks)])

    @property
    def tokens(self) -> list[str]:
        """The folded words and marks."""
        return self.blocks[0].tokens if len(self.blocks) == 1 else self._join()[0]

    @property
    def codes(self) -> bytes:
        """The tokens as one-byte codes."""
        return self.blocks[0].codes if len(self.blocks) == 1 else codes(self.tokens)

    @property
    def starts(self) -> list[int]:
        """Where each token begins in the text."""
        return self.blocks[0].token_starts if len(self.blocks) == 1 else self._join()[1]

    @property
    def offsets(self) -> list[int]:
        """Where each block begins in the text."""
        return [0] if len(self.blocks) == 1 else self._join()[2]

    def _join(self) -> tuple[list[str], list[int], list[int]]:
        if self._joined is None:
            words: list[str] = []
            starts: list[int] = []
            offsets: list[int] = []
            at = 0
            for k, block in enumerate(self.blocks):
                text = block.full if k else block.text
                offsets.append(at)
                words += tokens(text)
                starts += [at + place for place in token_starts(text)]
                at += len(text) + 1
            self._joined = words, starts, offsets
        return self._joined


class Comparison:
    """The groups of two versions and, for those whose words differ, the exact word runs and the passages that moved."""

    def __init__(self, old: Version, new: Version) -> None:
        self.old = old
        self.new = new
        self.groups: list[Group] = align(old.blocks, new.blocks)
        self._runs: dict[int, list[Run]] = {}

    @cached_property
    def changed(self) -> list[Group]:
        """The groups whose words differ, in order."""
        return [group for group in self.groups if not group.equal]

    @cached_property
    def sides(self) -> list[tuple[Side, Side]]:
        """Both sides of each changed group."""
        old, new = self.old.blocks, self.new.blocks
        return [(Side([old[i] for i in group.old]), Side([new[j] for j in group.new])) for group in self.changed]

    def runs(self, k: int) -> list[Run]:
        """Gives the exact word runs of the changed group numbered `k`."""
        runs = self._runs.get(k)
        if runs is None:
            a, b = self.sides[k]
            runs = self._runs[k] = compare_tokens(a.tokens, b.tokens)
        return runs

    @cached_property
    def passages(self) -> list[Passage]:
        """Words deleted at one place and inserted at another."""
        deleted: list[Stretch] = []
        inserted: list[Stretch] = []
        if not self._can_move():
            return []
        for k, (a, b) in enumerate(self.sides):
            if len(a.text) < _LEAST_LETTERS and len(b.text) < _LEAST_LETTERS:
                continue
            for run in self.runs(k):
                if not run.equal:
                    if run.a1 - run.a0 >= LEAST:
                        deleted.append(Stretch(k, run.a0, run.a1))
                    if run.b1 - run.b0 >= LEAST:
                        inserted.append(Stretch(k, run.b0, run.b1))
        return passages(deleted, inserted, [a for a, _ in self.sides], [b for _, b in self.sides])

    def _can_move(self) -> bool:
        """Tells whether enough words went and enough came for a passage to have moved."""
        return any(len(a.text) >= _LEAST_LETTERS for a, _ in self.sides) and any(
            len(b.text) >= _LEAST_LETTERS for _, b in self.sides
        )


def compare(old: Version, new: Version) -> Comparison:
    """Compares two versions of a document, clause by clause."""
    return Comparison(old, new)
