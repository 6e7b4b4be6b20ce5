"""Passages that changed place: words deleted at one place and inserted, the same, at another."""

from __future__ import annotations

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
    seeds = _unique_rows(deleted, old)
    here = _unique_rows(inserted, new)
    used_old: set[tuple[int, int]] = set()
    found: list[Passage] = []
    for stretch in inserted:
        start = at = stretch.start
        codes, tokens = new[stretch.group].codes, new[stretch.group].tokens
        while at + SEED <= stretch.end:
            row = codes[at : at + SEED]
            place = seeds.get(row)
            if not place or not here[row]:
                at += 1
                continue
            passage = _grown(place, stretch._replace(start=start), at, old, tokens)
            cells = {(passage.old.group, k) for k in range(passage.old.start, passage.old.end)}
            if passage.new.end - passage.new.start >= LEAST and not cells & used_old:
                used_old |= cells
                found.append(passage)
                start = passage.new.end
            at = max(at + 1, passage.new.end)
    return found


def _unique_rows(stretches: Iterable[Stretch], sides: Sequence[Tokenized]) -> dict[bytes, tuple[Stretch, int] | None]:
    """Gives the place of each row of codes, None for those that occur more than once."""
    out: dict[bytes, tuple[Stretch, int] | None] = {}
    for stretch in stretches:
        codes = sides[stretch.group].codes
        for at in range(stretch.start, stretch.end - SEED + 1):
            row = codes[at : at + SEED]
            out[row] = None if row in out else (stretch, at)
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
