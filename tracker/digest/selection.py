"""Which changes of a replay are shown. Filters choose what is printed, never what is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.model import Cause

if TYPE_CHECKING:
    from datetime import date

    from tracker.model import Change


@dataclass(frozen=True, slots=True)
class Selection:
    """What the reader asked to see; days are UTC and both inclusive."""

    since: date | None = None
    until: date | None = None
    min_significance: int = 0
    topics: frozenset[str] = frozenset()
    everything: bool = False  # noise and first records too
    nothing: bool = False  # the changes are wanted for something else

    def shows(self, change: Change) -> bool:
        """Tell whether a change is among those asked for."""
        if self.nothing:
            return False
        if not self.everything and (change.noise is not None or change.cause is Cause.FIRST_RECORD):
            return False
        if change.significance < self.min_significance:
            return False
        if self.topics and not any(self.topics.intersection(clause.verdict.topics) for clause in change.clauses):
            return False
        return self._in_time(change)

    def _in_time(self, change: Change) -> bool:
        day = change.after.at.date()
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)


NOTHING = Selection(nothing=True)


def may_be_explained(change: Change) -> bool:
    """Tell whether the press can have spoken of a change: something stands in it, and it is one."""
    return bool(change.clauses) and change.cause is not Cause.FIRST_RECORD
