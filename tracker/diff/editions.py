"""Pages that hold two editions: the one in force and, below it, the one it replaces."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.text.blocks import Block

EDITION = 20  # blocks: fewer above the old text are an insertion, not another edition
REPEATED = 0.35  # least share of what stands above that repeats the text below


def may_hold_edition(anchors: Sequence[tuple[int, int]]) -> bool:
    """Tells whether so much came at one place that there may be another edition."""
    return _widest(anchors)[0] >= EDITION


def edition_below(new: Sequence[Block], anchors: Sequence[tuple[int, int]]) -> int | None:
    """Tells where in the new version the old edition begins that was kept below the one now in force.

    Then the old text stands in the new one as it was, and what stands above it repeats much of it: a reader wants the
    old text compared with the upper one. None where there is no such edition.

    Args:
        new: The blocks of the new version.
        anchors: Pairs of equal blocks in order.
    """
    width, start, old_place, below = _widest(anchors)
    if width < EDITION or old_place > below / 4 or width < (len(new) - below) / 2:
        return None
    known = {block.key for block in new[below:]}
    above = new[start:below]
    repeated = sum(block.size for block in above if block.key in known)
    return below if repeated >= REPEATED * sum(block.size for block in above) else None


def _widest(anchors: Sequence[tuple[int, int]]) -> tuple[int, int, int, int]:
    """Gives where the anchors jump over most new blocks: how many, where from, and where to in both versions."""
    jumps = [(j1 - j0 - (i1 - i0), j0 + 1, i1, j1) for (i0, j0), (i1, j1) in pairwise([(-1, -1), *anchors])]
    return max(jumps, default=(0, 0, 0, 0))
