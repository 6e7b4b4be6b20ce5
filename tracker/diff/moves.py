"""Passages that changed place: words deleted at one place and inserted, the same, at another."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SEED = 5  # tokens: a row this long that occurs once among the deleted and once among the inserted words marks a move
LEAST = 8  # tokens: a shorter passage is a chance repeat


class Tokenized(Protocol):
    """What has tokens."""

    @property
    def tokens(self) -> list[str]:
        """The folded words and marks."""

    @property
    def codes(self) -> bytes:
        """The tokens as one-byte codes."""


class Stretch(NamedTuple):
    """Tokens [start, end) of one side of the group numbered `group`."""

    group: int
    start: int
    end: int


class Passage(NamedTuple):
    """The same words, taken from one place and put in another."""

    old: Stretch
    new: Stretch


def passages(
    deleted: Sequence[Stretch],
    inserted: Sequence[Stretch],
    old: Sequence[Tokenized],
    new: Sequence[Tokenized],
) -> list[Passage]:
    """Finds the passages that moved among stretches of at least LEAST tokens; `old` and `new` hold each group's sides.

    No passage overlaps another.
    """
    if not deleted or not inserted:
        return []
    gone, come = _rows(deleted, old), _rows(inserted, new)
    shared = _once(gone) & _once(come)
    if not shared:
        return []
    seeds = _places(deleted, gone, shared)
    used_old: set[tuple[int, int]] = set()
    found: list[Passage] = []
    for stretch, rows in zip(inserted, come, strict=True):
        if shared.isdisjoint(rows):
            continue
        start = at = stretch.start
        tokens = new[stretch.group].tokens
        while at + SEED <= stretch.end:
            row = rows[at - stretch.start]
            if row not in shared:
                at += 1
                continue
            passage = _grown(seeds[row], stretch._replace(start=start), at, old, tokens)
            cells = {(passage.old.group, k) for k in range(passage.old.start, passage.old.end)}
            if passage.new.end - passage.new.start >= LEAST and not cells & used_old:
                used_old |= cells
                found.append(passage)
                start = passage.new.end
            at = max(at + 1, passage.new.end)
    return found


def _rows(stretches: Iterable[Stretch], sides: Sequence[Tokenized]) -> list[list[bytes]]:
    """Gives the rows of SEED codes of each stretch, in order."""
    out = []
    for group, start, end in stretches:
        codes = sides[group].codes
        out.append([codes[at : at + SEED] for at in range(start, end - SEED + 1)])
    return out


def _once(rows: Iterable[list[bytes]]) -> set[bytes]:
    """Gives the rows that occur once."""
    return {row for row, n in Counter(chain.from_iterable(rows)).items() if n == 1}


def _places(
    stretches: Iterable[Stretch], rows: Iterable[list[bytes]], wanted: set[bytes]
) -> dict[bytes, tuple[Stretch, int]]:
    """Gives where each wanted row stands."""
    out: dict[bytes, tuple[Stretch, int]] = {}
    for stretch, here in zip(stretches, rows, strict=True):
        if not wanted.isdisjoint(here):
            out.update({row: (stretch, stretch.start + k) for k, row in enumerate(here) if row in wanted})
    return out


def _grown(
    place: tuple[Stretch, int], there: Stretch, at: int, old: Sequence[Tokenized], new: Sequence[str]
) -> Passage:
    source, start = place
    words = old[source.group].tokens
    if words[start : start + SEED] != new[at : at + SEED]:  # the codes are shared by several words
        return Passage(Stretch(source.group, start, start), Stretch(there.group, at, at))
    a0, b0 = start, at
    while a0 > source.start and b0 > there.start and words[a0 - 1] == new[b0 - 1]:
        a0, b0 = a0 - 1, b0 - 1
    a1, b1 = start + SEED, at + SEED
    while a1 < source.end and b1 < there.end and words[a1] == new[b1]:
        a1, b1 = a1 + 1, b1 + 1
    return Passage(Stretch(source.group, a0, a1), Stretch(there.group, b0, b1))
