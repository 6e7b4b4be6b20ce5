"""Two versions side by side: which clause became which, word by word, and what merely changed place."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from tracker.diff.align import Group, align
from tracker.diff.moves import LEAST, Passage, Stretch, passages
from tracker.diff.shared import Shared
from tracker.diff.words import Run, compare_tokens
from tracker.text.blocks import Block
from tracker.text.tokens import codes, token_starts, tokens, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.text.version import Version

_LEAST_LETTERS = 3 * LEAST  # a text of fewer characters has fewer words than a passage that moved

_COPIES = 2  # of one text: no row of words of it occurs once, however often it comes


class Joined:
    """Several blocks of one side of a group as one text.

    The printed number of all blocks but the first counts as words, as it does once they are merged.
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._texts = [block.full if k else block.text for k, block in enumerate(blocks)]

    @cached_property
    def text(self) -> str:
        """The words of all."""
        return "\n".join(self._texts)

    @cached_property
    def tokens(self) -> list[str]:
        """The folded words and marks."""
        return tokens(words(" ".join(self._texts)))

    @cached_property
    def codes(self) -> bytes:
        """The tokens as one-byte codes."""
        return codes(words(" ".join(self._texts)))

    @cached_property
    def token_starts(self) -> list[int]:
        """Where each token begins in the text."""
        return [at + place for text, at in zip(self._texts, self.offsets, strict=True) for place in token_starts(text)]

    @property
    def offsets(self) -> list[int]:
        """Where each block begins in the text."""
        return list(accumulate([len(text) + 1 for text in self._texts[:-1]], initial=0))

    def parts(self) -> tuple[str, ...]:
        """Gives the words of each block."""
        return tuple(self._texts)


Side = Block | Joined


def _side(row: Sequence[Block], places: Sequence[int]) -> Side | None:
    if len(places) == 1:
        return row[places[0]]
    return Joined([row[place] for place in places]) if places else None


class Comparison:
    """The groups of two versions and, for those whose words differ, the exact word runs and the passages that moved."""

    def __init__(self, old: Version, new: Version) -> None:
        self.old = old
        self.new = new
        self._aligned = align(old, new)
        self._runs: dict[int, list[Run]] = {}

    @cached_property
    def groups(self) -> list[Group]:
        """What became what, by the numbers of the blocks in their versions; what stayed as it was is left out."""
        row, old, new = self._aligned.old.blocks, self._aligned.old.places(), self._aligned.new.places()
        out: list[Group] = []
        for group in self._aligned.groups:
            if group.equal and isinstance(row[group.old[0]], Shared):
                i, j = group.old[0], group.new[0]
                out += [
                    Group((a,), (b,), equal=True, moved=group.moved)
                    for a, b in zip(range(old[i], old[i + 1]), range(new[j], new[j + 1]), strict=True)
                ]
            else:
                places = tuple([old[i] for i in group.old]), tuple([new[j] for j in group.new])
                out.append(Group(*places, group.equal, group.moved, group.copied))
        return out

    @cached_property
    def changed(self) -> list[Group]:
        """The groups whose words differ, in order."""
        return [group for group in self.groups if not group.equal]

    @cached_property
    def sides(self) -> list[tuple[Side | None, Side | None]]:
        """Both sides of each changed group; None where one has nothing."""
        old, new = self._aligned.old.blocks, self._aligned.new.blocks
        return [(_side(old, group.old), _side(new, group.new)) for group in self._aligned.groups if not group.equal]

    def runs(self, k: int) -> list[Run]:
        """Gives the exact word runs of the changed group numbered `k`."""
        runs = self._runs.get(k)
        if runs is None:
            a, b = self.sides[k]
            runs = self._runs[k] = compare_tokens(a.tokens if a else [], b.tokens if b else [])
        return runs

    @cached_property
    def passages(self) -> list[Passage]:
        """Words deleted at one place and inserted at another."""
        if not self._can_move():
            return []
        deleted: list[Stretch] = []
        inserted: list[Stretch] = []
        times: Counter[str] = Counter()
        for k, (a, b) in enumerate(self.sides):
            if a is None or b is None:
                text = a.text if a else b.text if b else ""
                times[text] += 1
                if len(text) >= _LEAST_LETTERS and times[text] <= _COPIES:
                    if a:
                        deleted.append(Stretch(k, 0, len(a.codes)))
                    if b:
                        inserted.append(Stretch(k, 0, len(b.codes)))
                continue
            for run in self.runs(k) if max(len(a.text), len(b.text)) >= _LEAST_LETTERS else ():
                if not run.equal:
                    if run.a1 - run.a0 >= LEAST:
                        deleted.append(Stretch(k, run.a0, run.a1))
                    if run.b1 - run.b0 >= LEAST:
                        inserted.append(Stretch(k, run.b0, run.b1))
        old = {k: a for k, (a, _) in enumerate(self.sides) if a}
        new = {k: b for k, (_, b) in enumerate(self.sides) if b}
        return passages(deleted, inserted, old, new)

    def _can_move(self) -> bool:
        """Tells whether enough words went and enough came for a passage to have moved."""
        return any(a and len(a.text) >= _LEAST_LETTERS for a, _ in self.sides) and any(
            b and len(b.text) >= _LEAST_LETTERS for _, b in self.sides
        )


def compare(old: Version, new: Version) -> Comparison:
    """Compares two versions of a document, clause by clause."""
    return Comparison(old, new)
