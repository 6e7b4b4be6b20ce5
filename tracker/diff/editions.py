"""Pages that hold two editions: the one in force and, below it, the one it replaces."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.text.blocks import Block

EDITION = 20  # blocks: fewer above the old text are an insertion, not another edition
REPEATED = 0.35  # least share of what stands above that repeats the text below


def edition_below(
    old: Sequence[Block], new: Sequence[Block], anchors: Sequence[tuple[int, int]], tail: int
) -> int | None:
    """Tells where in the new version the old edition begins that was kept below the one now in force.

    Then the old text stands in the new one as it was, and what stands above it repeats much of it: a reader wants the
    old text compared with the upper one. None where there is no such edition.

    Args:
        old: The blocks of the old version.
        new: The blocks of the new version.
        anchors: Pairs of equal blocks in order, the end of what both begin with first.
        tail: How many blocks both end with.
    """
    row = [*anchors, (len(old) - tail, len(new) - tail)] if tail else list(anchors)
    jumps = [(j1 - j0 - (i1 - i0), j0 + 1, i1, j1) for (i0, j0), (i1, j1) in pairwise(row)]
    width, start, old_place, below = max(jumps, default=(0, 0, 0, 0))
    if width < EDITION or old_place > below / 4 or width < (len(new) - below) / 2:
        return None
    known = {block.key for block in new[below:]}
    above = new[start:below]
    repeated = sum(block.size for block in above if block.key in known)
    return below if repeated >= REPEATED * sum(block.size for block in above) else None
