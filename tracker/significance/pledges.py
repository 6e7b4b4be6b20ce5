"""Facts about what the provider promises not to do: promises that came, went or were edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.model import Direction, Fact, FactChange, Span
from tracker.significance.narrowing import meet, narrowing
from tracker.significance.promises import PAUSE, Promise, Speakers, promises_of
from tracker.significance.reading import folded
from tracker.significance.rewording import bag, likeness
from tracker.significance.standing import UNKNOWN, Others

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.significance.reading import Reading, Side
    from tracker.significance.standing import Inquiry

_CLASSES = ("provider", "theirs", "act", "personal", "thing")
_SAID = 300  # code points quoted of a promise
_LEAD = 60  # code points of a sentence quoted before its promise
_ACT = 4  # letters that forms of one verb share
_AKIN = 0.4  # share of words that two wordings of one promise have in common


def promise_facts(reading: Reading, classes: Mapping[str, frozenset[str]], others: Others = UNKNOWN) -> list[Fact]:
    """Gives the promises that came, went or were edited.

    What the other version promises in like words neither came nor went; of a clause that came or went as a whole, what
    that version denies at all has no direction.
    """
    if "negation" not in reading.before.cues and "negation" not in reading.after.cues:
        return []
    if "conduct_page" in reading.place.scenes:  # rules for users speak of what users may not do
        return []
    speakers = Speakers(
        *[classes.get(name, frozenset()) for name in ("provider", "theirs", "act", "personal", "thing")]
    )
    before = [p for p in promises_of(reading.before, speakers) if reading.before.touched(p.span)]
    after = [p for p in promises_of(reading.after, speakers) if reading.after.touched(p.span)]
    old = [p for p in before if p.negation.changed]
    new = [p for p in after if p.negation.changed]
    facts = _exchanged(old, new, reading, speakers, others)
    kept_old = [p for p in before if not p.negation.changed]
    kept_new = [p for p in after if not p.negation.changed]
    if kept_old or kept_new:
        a = kept_old[0] if kept_old else _counterpart(reading.before, speakers, kept_new[0])
        b = kept_new[0] if kept_new else _counterpart(reading.after, speakers, kept_old[0])
        if a and b and _AKIN <= _alike(a, b, reading, speakers) < 1:
            facts.append(_fact(FactChange.CHANGED, a, b, narrowing(a, b, reading), reading))
    return facts


def _exchanged(
    old: Sequence[Promise], new: Sequence[Promise], reading: Reading, speakers: Speakers, others: Others
) -> list[Fact]:
    """Gives the promises that went and came; one that says the same in other words did neither."""
    left = list(new)
    facts, gone = [], []
    for a in old:
        b = max(left, key=lambda p: _alike(a, p, reading, speakers), default=None)
        alike = _alike(a, b, reading, speakers) if b else 0.0
        if b is None or alike < _AKIN:
            gone.append(a)
            continue
        left.remove(b)
        if alike < 1:
            facts.append(_fact(FactChange.CHANGED, a, b, None, reading))
    gone = [p for p in gone if not _stands(p, reading.before, others.new, speakers)]
    left = [p for p in left if not _stands(p, reading.after, others.old, speakers)]
    facts += [
        _fact(FactChange.REMOVED, p, None, _unless(p, others.new, Direction.WEAKER, reading), reading) for p in gone[:2]
    ]
    return facts + [
        _fact(FactChange.ADDED, None, p, _unless(p, others.old, Direction.STRONGER, reading), reading) for p in left[:2]
    ]


def _stands(promise: Promise, side: Side, other: Inquiry | None, speakers: Speakers) -> bool:
    """Tells whether the other version gives a promise in like words."""
    first, last = side.words_in(promise.span)
    return other is not None and other.promises(promise.act[:_ACT], bag(side.words[first:last], speakers.provider))


def _alike(a: Promise, b: Promise, reading: Reading, speakers: Speakers) -> float:
    """Tells how like each other two promises are; 1 where they say the same."""
    bags = []
    for side, promise in ((reading.before, a), (reading.after, b)):
        first, last = side.words_in(promise.span)
        bags.append(bag(side.words[first:last], speakers.provider))
    if folded(reading.before.text[slice(*a.span)]) == folded(reading.after.text[slice(*b.span)]):
        return 1.0
    return 1.0 if bags[0] == bags[1] else min(0.99, likeness(*bags))


def _unless(promise: Promise, other: Inquiry | None, direction: Direction, reading: Reading) -> Direction | None:
    """Gives the direction, unless the promise replaces other words or another clause of the other version gives it."""
    at = (reading.before if direction is Direction.WEAKER else reading.after).span(promise.negation)
    for hunk in reading.hunks:
        here, there = (hunk.before, hunk.after) if direction is Direction.WEAKER else (hunk.after, hunk.before)
        if meet(at, here) and there[0] < there[1]:
            return None
    if other is None or (reading.before.text and reading.after.text):
        return direction
    return None if other.denies(promise.act[:_ACT]) else direction


def _quote(side: Side, promise: Promise) -> Span:
    """Gives what is quoted of a promise: its sentence, or from the last pause before it where that is long."""
    start, end = side.sentence(promise.span[0])
    if promise.span[0] - start > _LEAD:
        pauses = [m.end() for m in PAUSE.finditer(side.text, start, promise.span[0])]
        start = pauses[-1] if pauses else promise.span[0]
    return start, max(end, promise.span[1])


def _counterpart(side: Side, speakers: Speakers, promise: Promise) -> Promise | None:
    """Gives the promise of the other side that is the same but for words that came or went."""
    same = [p for p in promises_of(side, speakers) if not p.negation.changed]
    return min(same, key=lambda p: abs(p.span[0] - promise.span[0]), default=None)


def _fact(
    change: FactChange,
    old: Promise | None,
    new: Promise | None,
    direction: Direction | None,
    reading: Reading,
) -> Fact:
    return Fact(
        fact="promise",
        change=change,
        before=_said(reading.before, old),
        after=_said(reading.after, new),
        direction=direction,
        before_span=_quote(reading.before, old) if old else None,
        after_span=_quote(reading.after, new) if new else None,
        rule="promise.not",
    )


def _said(side: Side, promise: Promise | None) -> str | None:
    if promise is None:
        return None
    said = side.text[slice(*_quote(side, promise))]
    return said if len(said) <= _SAID else said[:_SAID].rsplit(" ", 1)[0] + " …"
