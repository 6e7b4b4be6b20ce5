"""Builds changed clauses the way the differ gives them, so that a test shows only what matters to it."""

from __future__ import annotations

import difflib
import re

from tracker.model import BlockKind, ChangeKind, ClauseChange, Edit, Op


def edits_between(before: str, after: str) -> tuple[Edit, ...]:
    a, b = re.findall(r"\w+\s*|\W", before), re.findall(r"\w+\s*|\W", after)
    edits: list[Edit] = []
    for op, a0, a1, b0, b1 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if op == "equal":
            edits.append(Edit(Op.EQUAL, "".join(a[a0:a1])))
            continue
        if a0 < a1:
            edits.append(Edit(Op.DELETE, "".join(a[a0:a1])))
        if b0 < b1:
            edits.append(Edit(Op.INSERT, "".join(b[b0:b1])))
    return tuple(edits)


def clause(
    before: str | None,
    after: str | None,
    *,
    kind: ChangeKind | None = None,
    path: tuple[str, ...] = (),
    lead_in: str = "",
    block: BlockKind = BlockKind.PARAGRAPH,
    before_elsewhere: tuple[tuple[int, int], ...] = (),
    after_elsewhere: tuple[tuple[int, int], ...] = (),
) -> ClauseChange:
    given = ChangeKind.ADDED if before is None else ChangeKind.REMOVED if after is None else ChangeKind.EDITED
    return ClauseChange(
        kind=kind or given,
        before=before,
        after=after,
        edits=edits_between(before, after) if before is not None and after is not None and before != after else (),
        path=path,
        path_before=None,
        number=None,
        number_before=None,
        block=block,
        lead_in=lead_in,
        before_elsewhere=before_elsewhere,
        after_elsewhere=after_elsewhere,
    )
