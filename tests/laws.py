"""What holds for any two texts; each function gives what breaks the law, nothing where it holds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tracker.diff.alignment import alignment
from tracker.model import ChangeKind, Op

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.diff.alignment import Row
    from tracker.diff.compare import Comparison
    from tracker.model import ClauseChange, Span


def not_rebuilt(found: Iterable[ClauseChange]) -> list[ClauseChange]:
    """Give the changes whose edits do not spell both sides to the letter."""
    return [change for change in found if not _is_rebuilt(change)]


def _is_rebuilt(change: ClauseChange) -> bool:
    if not change.edits:
        return change.kind is not ChangeKind.EDITED
    before = "".join(edit.text for edit in change.edits if edit.op is not Op.INSERT)
    after = "".join(edit.text for edit in change.edits if edit.op is not Op.DELETE)
    return (before, after) == (change.before, change.after)


def miscounted(comparison: Comparison) -> list[str]:
    """Give the blocks that are in several groups, or in none without having one like them in the other version."""
    old, new = comparison.old.blocks, comparison.new.blocks
    taken_old = [i for group in comparison.groups for i in group.old]
    taken_new = [j for group in comparison.groups for j in group.new]
    left = [old[i].key for i in sorted(set(range(len(old))) - set(taken_old))]
    right = [new[j].key for j in sorted(set(range(len(new))) - set(taken_new))]
    twice_old = [old[i].text for i, times in Counter(taken_old).items() if times > 1]
    twice_new = [new[j].text for j, times in Counter(taken_new).items() if times > 1]
    return [*twice_old, *twice_new, *([] if left == right else [*left, *right])]


def misaligned(comparison: Comparison) -> list[Row | Span]:
    """Give the rows that claim sameness wrongly, and the spans that leave a gap or overlap."""
    old, new = comparison.old.text, comparison.new.text
    rows = alignment(comparison)
    unequal = [row for row in rows if row.op in ("equal", "moved") and not _is_same(row, old, new)]
    before = [row.before for row in rows if row.before]
    after = [row.after for row in rows if row.after]
    return [*unequal, *_untiled(before, len(old)), *_untiled(after, len(new))]


def _is_same(row: Row, old: str, new: str) -> bool:
    if row.before is None or row.after is None:
        return False
    return _solid(old[slice(*row.before)]) == _solid(new[slice(*row.after)])


def _solid(text: str) -> str:
    return "".join(text.split())


def _untiled(spans: Iterable[Span], length: int) -> list[Span]:
    at = 0
    wrong = []
    for start, end in sorted(spans):
        if start != at or end < start:
            wrong.append((start, end))
        at = end
    return wrong if at == length else [*wrong, (at, length)]
