"""Rows of pairs that keep their order, and what a block weighs in them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from tracker.diff.words import CELLS, opcodes
from tracker.model import BlockKind
from tracker.text.blocks import PSEUDO_HEADING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracker.text.blocks import Block

SECTION = 40  # words that the lowest heading weighs more than it has, and each level above it twice as many
_HEADING = re.compile(r"(?m)^(?:(#{1,6})[ \t]|(=+)[ \t]*$|(--+)[ \t]*$|\*\*[^\n]{1,118}(?<![\s.;,])\*\*:?$)")
_UNDERLINES = (2, 3)  # groups of the pattern, by the level of the heading above them plus one


def weight(block: Block) -> int:
    """Gives what it is worth to keep a block in place."""
    return block.size + (_section(block.level) if block.kind is BlockKind.HEADING else 0)


def weight_unread(source: str) -> int:
    """Gives what it is worth, about, to keep a stretch of text in place that was not read."""
    headings = 0
    for found in _HEADING.finditer(source) if "\n" in source or source[:1] in "#*" else ():
        hashes, group = found.group(1), found.lastindex
        headings += _section(len(hashes) if hashes else group - 1 if group in _UNDERLINES else PSEUDO_HEADING)
    return len(source.split()) + headings


def _section(level: int) -> int:
    return SECTION << (PSEUDO_HEADING - level)


Common = tuple[list[str], list[int]]  # one side, and the places of what is common
Pairs = list[tuple[int, int]]  # places on the left and on the right


def in_order(left: list[str], right: list[str], weigh: Callable[[int], int]) -> Pairs:
    """Pairs what is equal on both sides and keeps its order.

    Where all that is common keeps its order, that is all of it. Otherwise what occurs once on both sides comes first,
    the heaviest row of it (`weigh` tells what a place on the left is worth), then between these what occurs more often.
    """
    row, left_common, right_common = _anchored(left, right, weigh)
    return sorted([*row, *_between(row, left_common, right_common)]) if left_common[1] else row


def surely_in_order(left: list[str], right: list[str], weigh: Callable[[int], int]) -> Pairs:
    """Pairs what is equal on both sides and keeps its order, like `in_order`, where nothing else is known of it.

    What occurs more often is paired only where it stands next to a pair.
    """
    row, left_common, _ = _anchored(left, right, weigh)
    return _extended(row, left, right) if left_common[1] else row


def _anchored(left: list[str], right: list[str], weigh: Callable[[int], int]) -> tuple[Pairs, Common, Common]:
    """Gives the pairs that are sure, and what else is common and leaves a choice."""
    common = set(left).intersection(right)
    here = [i for i, part in enumerate(left) if part in common] if common else []
    there = [j for j, part in enumerate(right) if part in common] if common else []
    if [left[i] for i in here] == [right[j] for j in there]:
        return list(zip(here, there, strict=True)), (left, []), (right, [])
    return heaviest_row(both_once(left, here, right, there), weigh), (left, here), (right, there)


def _extended(row: Pairs, left: list[str], right: list[str]) -> Pairs:
    out: Pairs = []
    a0 = b0 = 0  # behind the pair before
    for k, (i, j) in enumerate(row):
        n = 1
        while i - n >= a0 and j - n >= b0 and left[i - n] == right[j - n]:
            n += 1
        out += zip(range(i - n + 1, i), range(j - n + 1, j), strict=True)
        end, other = row[k + 1] if k + 1 < len(row) else (len(left), len(right))
        n = 0
        while i + n < end and j + n < other and left[i + n] == right[j + n]:
            out.append((i + n, j + n))
            n += 1
        a0, b0 = i + n, j + n
    return out


def both_once(left: list[str], here: list[int], right: list[str], there: list[int]) -> list[tuple[int, int]]:
    """Pairs what occurs once on both sides among some places."""
    once_left, once_right = _once(left, here), _once(right, there)
    return [(i, once_right[part]) for part, i in once_left.items() if part in once_right]


def _once(parts: list[str], places: list[int]) -> dict[str, int]:
    times = Counter([parts[i] for i in places])
    return {parts[i]: i for i in places if times[parts[i]] == 1}


def _between(row: Pairs, left: Common, right: Common) -> Iterator[tuple[int, int]]:
    """Pairs what is equal between the pairs of a row, in order."""
    (parts, here), (others, there) = left, right
    a0 = b0 = 0
    for i, j in [*row, (len(parts), len(others))]:
        a1, b1 = bisect_left(here, i, a0), bisect_left(there, j, b0)
        if a1 > a0 and b1 > b0 and (a1 - a0) * (b1 - b0) <= CELLS:
            for run in opcodes([parts[k] for k in here[a0:a1]], [others[k] for k in there[b0:b1]]):
                if run.equal:
                    yield from zip(here[a0 + run.a0 : a0 + run.a1], there[b0 + run.b0 : b0 + run.b1], strict=True)
        a0, b0 = a1 + 1, b1 + 1


def heaviest_row(pairs: Sequence[tuple[int, int]], weigh: Callable[[int], int]) -> list[tuple[int, int]]:
    """Gives the heaviest increasing row of (old, new) pairs, which come sorted by old; `weigh` weighs an old one.

    The weighted longest increasing subsequence, by a Fenwick tree of prefix maxima: O(n log n).
    """
    if all(j < following for (_, j), (_, following) in pairwise(pairs)):
        return list(pairs)
    rank = {j: r for r, j in enumerate(sorted([j for _, j in pairs]), 1)}
    best = [(0, -1)] * (len(pairs) + 1)
    came_from: list[int] = []
    for k, (i, j) in enumerate(pairs):
        r = rank[j] - 1
        total, last = 0, -1
        while r > 0:
            if best[r][0] > total:
                total, last = best[r]
            r -= r & -r
        came_from.append(last)
        r = rank[j]
        entry = (total + weigh(i), k)
        while r <= len(pairs):
            if best[r][0] < entry[0]:
                best[r] = entry
            r += r & -r
    row: list[tuple[int, int]] = []
    k = max(best, key=lambda entry: entry[0])[1] if pairs else -1
    while k >= 0:
        row.append(pairs[k])
        k = came_from[k]
    return row[::-1]
