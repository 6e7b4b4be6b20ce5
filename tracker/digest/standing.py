"""Whether what was changed still stands: withdrawn, put up again, or neither, by the returns that came after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.digest.events import is_same_document
from tracker.digest.message import Telling

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.digest.message import Stored
    from tracker.model import Change


def undone(stored: Stored, returns: Iterable[Stored]) -> Stored | None:
    """Give the return since which the text before a change is back; None where the change stands."""
    turns = _turns(stored.change, returns)
    return turns[-1][1] if turns and not turns[-1][0] else None


def what_became_of(
    stored: Stored, said: frozenset[Telling], returns: Iterable[Stored]
) -> tuple[Telling, Stored | None] | None:
    """Tell what is to be said of a change told before, and what brought it about; None where nothing is.

    Each thing is said once. What goes on turning after that is told no more.
    """
    turns = _turns(stored.change, returns)
    stands = is_believed(said)
    if turns and turns[-1][0] != stands:
        telling = Telling.WITHDRAWN if stands else Telling.RESTORED
        return None if telling in said else (telling, turns[-1][1])
    is_provisional = Telling.PROVISIONAL in said and said.isdisjoint({Telling.CHANGE, Telling.CONFIRMED})
    return (Telling.CONFIRMED, None) if is_provisional and stands and stored.is_confirmed else None


def is_believed(said: frozenset[Telling]) -> bool:
    """Tell whether a reader who was told all this takes the change to be in force."""
    return Telling.WITHDRAWN not in said or Telling.RESTORED in said


def _turns(change: Change, returns: Iterable[Stored]) -> list[tuple[bool, Stored]]:
    """Give the returns to the text after a change (true) and to the text before it (false), in order of time."""
    before = {change.compared_with or (change.before.id if change.before else None)}
    turns = []
    for other in sorted(returns, key=lambda one: (one.change.after.at, one.id)):
        back = other.change
        if not is_same_document(back, change) or back.after.at < change.after.at or back.flapping:
            continue
        if back.undoes == change.after.id:
            before.add(back.returns_to)
        if back.returns_to == change.after.id:
            turns.append((True, other))
        elif back.returns_to in before:
            turns.append((False, other))
    return turns
