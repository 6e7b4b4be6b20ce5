"""The heaviest row of pairs that keep their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def heaviest_row(pairs: Sequence[tuple[int, int]], weights: Sequence[int]) -> list[tuple[int, int]]:
    """Gives the heaviest increasing row of (old, new) pairs, which come sorted by old.

    The weighted longest increasing subsequence, by a Fenwick tree of prefix maxima: O(n log n).
    """
    rank = {j: r for r, j in enumerate(sorted(j for _, j in pairs), 1)}
    best = [(0, -1)] * (len(pairs) + 1)
    came_from: list[int] = []
    for k, ((_, j), weight) in enumerate(zip(pairs, weights, strict=True)):
        r = rank[j] - 1
        total, last = 0, -1
        while r > 0:
            if best[r][0] > total:
                total, last = best[r]
            r -= r & -r
        came_from.append(last)
        r = rank[j]
        entry = (total + weight, k)
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
