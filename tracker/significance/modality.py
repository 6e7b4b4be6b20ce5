"""Facts about how firmly things are said: a "may" that becomes a "will", before the same verb."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.model import Fact, FactChange
from tracker.significance.rewording import stem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model import Span
    from tracker.significance.reading import Found, Reading, Side

_SMALL = 6  # words: a modal verb is compared with the one it replaces only in a small edit
_NEAR = 6  # words before and behind a modal verb in which a "not" turns it round
_REACH = 4  # words between a modal verb and the verb it belongs to
_NOT = frozenset(("not", "never", "no", "neither", "nor", "t", "cannot"))
_GUESSES = frozenset(("think", "thinks", "believe", "believes", "expect", "hope", "likely"))
# fmt: off
_BETWEEN = frozenset((  # what may stand between a modal verb and its verb
    "be", "also", "then", "only", "still", "not", "to", "or", "and", "always", "sometimes", "each", "both",
))
# fmt: on


def modality_facts(reading: Reading) -> list[Fact]:
    """Gives the places where an edit makes "may" a "will" or a "must" a "should", or turns a verb round."""
    before, after = reading.before.values.get("modality", ()), reading.after.values.get("modality", ())
    if not before or not after or not any(f.changed for f in (*before, *after)):
        return []
    facts = []
    for hunk in reading.hunks:
        small = all(_count(s, p) <= _SMALL for s, p in ((reading.before, hunk.before), (reading.after, hunk.after)))
        old = _widest(reading.before, before, hunk.before)
        new = _widest(reading.after, after, hunk.after)
        if small and old and new and _differ(reading, old, new):
            said = reading.before.said(old), reading.after.said(new)
            spans = reading.before.span(old), reading.after.span(new)
            facts.append(Fact("modality", FactChange.CHANGED, *said, None, *spans, f"modality.{new.meaning.value}"))
    return facts


def _differ(reading: Reading, old: Found, new: Found) -> bool:
    """Tells whether the same verb is said with another modal verb, and not just in another way."""
    values = {old.meaning.value, new.meaning.value}
    if len(values) < 2:
        return False
    sides = (reading.before, old), (reading.after, new)
    if "not" in values:
        if any(_is_denied(side, f) for side, f in sides if f.meaning.value != "not"):
            return False
    elif values == {"will", "must"} and any("shall" in side.words[f.first : f.last] for side, f in sides):
        return False
    if any(not _GUESSES.isdisjoint(side.words[max(0, f.first - 3) : f.first]) for side, f in sides):
        return False
    verbs = [_verb(side, f) for side, f in sides]
    return verbs[0] is not None and verbs[0] == verbs[1]


def _is_denied(side: Side, found: Found) -> bool:
    """Tells whether a "not" stands near a modal verb that has none of its own."""
    near = side.words[max(0, found.first - _NEAR) : found.last + _NEAR]
    return not _NOT.isdisjoint(near)


def _verb(side: Side, found: Found) -> str | None:
    """Gives the verb behind a modal verb, in its stem."""
    for word in side.words[found.last : found.last + _REACH]:
        if word not in _BETWEEN and not word.endswith("ly"):
            return stem(word)
    return None


def _count(side: Side, span: Span) -> int:
    first, last = side.words_in(span)
    return last - first


def _widest(side: Side, found: Sequence[Found], span: Span) -> Found | None:
    """Gives the longest modal verb that touches the span, blanks beside it included."""
    places = [(f, side.span(f)) for f in found]
    touching = [f for f, place in places if place[0] <= span[1] and span[0] <= place[1] + 1]
    return max(touching, key=lambda f: f.last - f.first, default=None)
