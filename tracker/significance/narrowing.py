"""Which way an edit turns a promise that stays: said only where words were added that restrict what is not done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tracker.model import Direction, Span
from tracker.significance.reading import Hunk

if TYPE_CHECKING:
    from tracker.significance.reading import Cue, Reading, Side

_GENERIC = frozenset(("data", "information", "content", "contents"))
_ALL_DATA = frozenset(("data", "information"))
_EXCEPTS = frozenset(("except", "unless", "without", "excluding", "outside"))
_JOINS = frozenset(("and", "or", "nor"))
# Words beside these that restrict nothing:
# fmt: off
_WIDE = frozenset((
    "your", "the", "any", "all", "of", "our", "personal", "this", "such", "their", "users", "user", "s", "and", "or",
    "customer",
))
# fmt: on


class Denied(Protocol):
    """A promise not to do something."""

    @property
    def negation(self) -> Cue:
        """Its "not"."""

    @property
    def span(self) -> Span:
        """Its place."""


def narrowing(old: Denied, new: Denied, reading: Reading) -> Direction | None:
    """Says which way an edit turns a promise where the words behind its "not" alone tell: narrower is weaker."""
    starts = reading.before.ends[old.negation.last - 1], reading.after.ends[new.negation.last - 1]
    spans = (starts[0], old.span[1]), (starts[1], new.span[1])
    edited = [h for h in reading.hunks if meet(h.before, old.span) or meet(h.after, new.span)]
    if not edited:
        return None
    place = Hunk((edited[0].before[0], edited[-1].before[1]), (edited[0].after[0], edited[-1].after[1]))
    if not (_within(place.before, spans[0]) and _within(place.after, spans[1])):
        return None
    if _is_narrower(reading.before, reading.after, place, is_after=True):
        return Direction.WEAKER
    return Direction.STRONGER if _is_narrower(reading.after, reading.before, place, is_after=False) else None


def meet(a: Span, b: Span) -> bool:
    """Tells whether two spans touch."""
    return a[0] <= b[1] and b[0] <= a[1]


def _within(a: Span, b: Span) -> bool:
    return b[0] <= a[0] and a[1] <= b[1]


def _is_narrower(wide: Side, narrow: Side, hunk: Hunk, *, is_after: bool) -> bool:
    """Tells whether one side says less than the other: with exceptions, or of some data only."""
    gone, come = (hunk.before, hunk.after) if is_after else (hunk.after, hunk.before)
    first, last = wide.words_in(gone)
    old = wide.words[first:last]
    first, last = narrow.words_in(come)
    new = narrow.words[first:last]
    if not new:
        return False
    if not old:
        if new[0] in _EXCEPTS or new[:2] == ["other", "than"]:
            return True
        follows = narrow.words[last] if last < len(narrow.words) else ""
        return follows in _GENERIC and not _JOINS.intersection(new) and not _GENERIC.union(_WIDE).issuperset(new)
    told = _GENERIC.intersection(old)
    return bool(told) and _GENERIC.union(_WIDE).issuperset(old) and not {"data", "information"}.intersection(new)
