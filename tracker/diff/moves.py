"""Passages that changed place: words deleted at one place and inserted, the same, at another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

SEED = 5  # tokens: a row this long that occurs once among the deleted and once among the inserted words marks a move
LEAST = 8  # tokens: a shorter passage is a chance repeat


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
    deleted: Iterable[Stretch], inserted: Iterable[Stretch], old: Sequence[Sequence[str]], new: Sequence[Sequence[str]]
) -> list[Passage]:
    """Finds the passages that moved; `old` and `new` hold the tokens of each group's sides. No passage overlaps another."""
    gone = [s for s in deleted if s.end - s.start >= LEAST]
    come = [s for s in inserted if s.end - s.start >= LEAST]
    if not gone or not come:
        return []
    seeds = _unique_rows(gone, old)
    here = _unique_rows(come, new)
    used_old: set[tuple[int, int]] = set()
    found: list[Passage] = []
    for stretch in come:
        at = stretch.start
        tokens = new[stretch.group]
        while at + SEED <= stretch.end:
            row = tuple(tokens[at : at + SEED])
            place = seeds.get(row) if here.get(row) else None
            if not place:
                at += 1
                continue
            passage = _grown(place, stretch, at, old, tokens)
            cells = {(passage.old.group, k) for k in range(passage.old.start, passage.old.end)}
            if passage.new.end - passage.new.start >= LEAST and not cells & used_old:
                used_old |= cells
                found.append(passage)
                stretch = stretch._replace(start=passage.new.end)
            at = max(at + 1, passage.new.end)
    return found


def _unique_rows(stretches: Iterable[Stretch], tokens: Sequence[Sequence[str]]) -> dict[tuple[str, ...], tuple[Stretch, int] | None]:
    out: dict[tuple[str, ...], tuple[Stretch, int] | None] = {}
    for stretch in stretches:
        words = tokens[stretch.group]
        for at in range(stretch.start, stretch.end - SEED + 1):
            row = tuple(words[at : at + SEED])
            out[row] = None if row in out else (stretch, at)
    return out


def _grown(place: tuple[Stretch, int], there: Stretch, at: int, old: Sequence[Sequence[str]], new: Sequence[str]) -> Passage:
    source, start = place
    words = old[source.group]
    a0, b0 = start, at
    while a0 > source.start and b0 > there.start and words[a0 - 1] == new[b0 - 1]:
        a0, b0 = a0 - 1, b0 - 1
    a1, b1 = start + SEED, at + SEED
    while a1 < source.end and b1 < there.end and words[a1] == new[b1]:
        a1, b1 = a1 + 1, b1 + 1
    return Passage(Stretch(source.group, a0, a1), Stretch(there.group, b0, b1))
