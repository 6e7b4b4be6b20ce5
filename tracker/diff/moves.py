"""Passages that changed place: words deleted at one place and inserted, the same, at another."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEAST = 8  # tokens: a shorter passage is a chance repeat; so many codes make one number of 64 bits
_PARTINGS = b"\xff", b"\xfe"  # between the stretches of each side: no code, and no row that holds one is on both sides


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


class _Side:
    """The stretches of one side as one row of codes, for rows of LEAST codes to be looked up in."""

    def __init__(self, stretches: Sequence[Stretch], sides: Mapping[int, Tokenized], parting: bytes) -> None:
        self.stretches = stretches
        self.sides = sides
        self.codes = parting.join([sides[group].codes[start:end] for group, start, end in stretches])
        self.starts = list(accumulate([end - start + 1 for _, start, end in stretches[:-1]], initial=0))

    def rows(self, phase: int) -> memoryview:
        """Gives the rows that begin at a place, and so many codes behind it again and again, as numbers."""
        whole = len(self.codes) - (len(self.codes) - phase) % LEAST
        return memoryview(self.codes)[phase:whole].cast("Q")

    def all_rows(self) -> set[int]:
        """Gives all rows."""
        return set[int]().union(*[self.rows(phase) for phase in range(min(LEAST, len(self.codes) - LEAST + 1))])

    def places(self, wanted: set[int]) -> list[tuple[int, int]]:
        """Gives the rows wanted that occur once, and where, in order."""
        found = [
            (phase + LEAST * k, row)
            for phase in range(min(LEAST, len(self.codes) - LEAST + 1))
            for k, row in enumerate(self.rows(phase))
            if row in wanted
        ]
        times = Counter([row for _, row in found])
        return sorted([(place, row) for place, row in found if times[row] == 1])

    def stretch(self, place: int) -> tuple[Stretch, int]:
        """Gives the stretch that holds a place, and which of its group's tokens that is."""
        k = bisect_right(self.starts, place) - 1
        return self.stretches[k], self.stretches[k].start + place - self.starts[k]

    def tokens(self, group: int) -> list[str]:
        """Gives the tokens of a group."""
        return self.sides[group].tokens


def passages(
    deleted: Sequence[Stretch],
    inserted: Sequence[Stretch],
    old: Mapping[int, Tokenized],
    new: Mapping[int, Tokenized],
) -> list[Passage]:
    """Finds the passages that moved among stretches of at least LEAST tokens; `old` and `new` hold each group's sides.

    A row of LEAST tokens that occurs once among the deleted and once among the inserted words marks a move; it grows as
    far as both sides go on alike. No passage overlaps another.
    """
    if not deleted or not inserted:
        return []
    gone, come = _Side(deleted, old, _PARTINGS[0]), _Side(inserted, new, _PARTINGS[1])
    shared = gone.all_rows() & come.all_rows()
    if not shared:
        return []
    seeds = {row: place for place, row in gone.places(shared)}
    used: set[tuple[int, int]] = set()
    found: list[Passage] = []
    group, done = -1, 0
    for place, row in come.places(seeds.keys() & shared):
        there, at = come.stretch(place)
        if there.group == group and at < done:
            continue
        floor = max(there.start, done) if there.group == group else there.start
        source, start = gone.stretch(seeds[row])
        passage = _grown((source, start), there._replace(start=floor), at, gone.tokens(source.group), come)
        cells = {(source.group, k) for k in range(passage.old.start, passage.old.end)}
        if cells and not cells & used:
            used |= cells
            found.append(passage)
            group, done = there.group, passage.new.end
    return found


def _grown(place: tuple[Stretch, int], there: Stretch, at: int, words: Sequence[str], come: _Side) -> Passage:
    source, start = place
    new = come.tokens(there.group)
    if words[start : start + LEAST] != new[at : at + LEAST]:  # the codes are shared by several words
        return Passage(Stretch(source.group, start, start), Stretch(there.group, at, at))
    a0, b0 = start, at
    while a0 > source.start and b0 > there.start and words[a0 - 1] == new[b0 - 1]:
        a0, b0 = a0 - 1, b0 - 1
    a1, b1 = start + LEAST, at + LEAST
    while a1 < source.end and b1 < there.end and words[a1] == new[b1]:
        a1, b1 = a1 + 1, b1 + 1
    return Passage(Stretch(source.group, a0, a1), Stretch(there.group, b0, b1))
