"""What a comparison says, as plain values that a golden file can hold; what is empty is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.diff.changes import changes
from tracker.diff.compare import compare
from tracker.text.version import read

if TYPE_CHECKING:
    from tracker.model import ClauseChange


def told(old: str, new: str) -> dict[str, object]:
    """Give all that changed between two texts."""
    difference = changes(compare(read(old), read(new)))
    return {"quiet": difference.quiet, "clauses": [_clause(change) for change in difference.clauses]}


def _clause(change: ClauseChange) -> dict[str, object]:
    fields: dict[str, object] = {
        "kind": change.kind.value,
        "block": change.block.value,
        "path": list(change.path),
        "path_before": None if change.path_before is None else list(change.path_before),
        "number": change.number,
        "number_before": change.number_before,
        "lead_in": change.lead_in,
        "before": change.before,
        "after": change.after,
        "edits": [[edit.op.value, edit.text] for edit in change.edits],
        "parts": list(change.parts),
        "links": [list(link) for link in change.links],
        "before_elsewhere": [(change.before or "")[slice(*span)] for span in change.before_elsewhere],
        "after_elsewhere": [(change.after or "")[slice(*span)] for span in change.after_elsewhere],
    }
    return {name: value for name, value in fields.items() if value not in (None, [], "")}
