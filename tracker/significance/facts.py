"""Typed facts from the difference of the terms found: what went, what came, what is another now, what stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.model import Direction, Fact, FactChange, Span
from tracker.significance.news import LISTED, Known, is_news, is_qualified, is_told
from tracker.significance.phrases import phrase
from tracker.significance.reading import Found, Reading, Side
from tracker.significance.rewording import stands
from tracker.significance.sentences import says_values
from tracker.significance.terms import Meaning

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


MOST_OF_A_KIND = 6
_SWAPPED = 16  # words of an edit in which one value takes the place of another


@dataclass(frozen=True, slots=True)
class Slot:
    """How the values of one fact are compared.

    `context` names scenes of which one must be spoken of in the clause or above it; `paired` facts are stated only
    where one value replaces another; of those with a `ladder`, `lower` tells which way down the ladder points.
    """

    fact: str
    context: tuple[str, ...] = ()
    paired: bool = False
    ladder: bool = False
    lower: Direction | None = None
    come: Direction | None = None  # direction where a value only comes
    gone: Direction | None = None
    spoiler: str = ""  # a cue above the clause that says it is about something else
    alone: bool = False  # one that went and one that came belong together in neighbouring edits too
    replaces: str = ""  # a value that says something only where it takes the place of another
    edited: bool = False  # stated only where a clause was edited: in a new clause it says nothing of itself


_WEAKER, _STRONGER = Direction.WEAKER, Direction.STRONGER
SLOTS = (
    Slot("legal_basis", context=("disclose_context",), ladder=True, lower=_WEAKER),
    Slot("suspicion_scope", context=("disclose_context",), ladder=True, lower=_WEAKER),
    Slot("certainty", paired=True, ladder=True, lower=_WEAKER),
    Slot("provider_review", come=_STRONGER, gone=_WEAKER),
    Slot("history_claim"),
    Slot("report_period", context=("report_context",), ladder=True, lower=_WEAKER),
    Slot("transparency_report", come=_STRONGER, gone=_WEAKER),
    Slot("user_notice", ladder=True, lower=_WEAKER),
    Slot("consent", ladder=True, lower=_WEAKER),
    Slot("condition", alone=True, edited=True, replaces="any"),
    Slot("data_element", context=("data_context",), spoiler="conduct_page"),
    Slot("recipient", context=("share_context",), spoiler="conduct_page"),
    Slot("party", context=("share_context",), edited=True),
    Slot("place", context=("legal_context",), edited=True),
)
_ALSO = "also"  # the kind of words that hold a value up, but are too common to be told as one
_HIDDEN = "-"  # a value that only hides shorter ones inside it
_NOBODY = Found(Meaning("value", "", "", 0.0), 0, 0, changed=False)
_LAW = frozenset({"legal_basis", "suspicion_scope", "provider_review", "recipient"})


def typed_facts(reading: Reading, known: Known) -> list[Fact]:
    """Gives the facts that terms alone can tell."""
    gone, come = reading.before.values, reading.after.values
    if not (gone or come):
        return []
    facts: list[Fact] = []
    for slot in SLOTS:
        old, new = gone.get(slot.fact), come.get(slot.fact)
        if any(f.changed for f in (*(old or ()), *(new or ()))) and _applies(slot, reading):
            facts += _compared(slot, _longest(old or ()), _longest(new or ()), reading, known)
    if not facts or not says_values(reading):
        return []
    return facts + _unchanged(facts, gone.get("data_element", ()), come.get("data_element", ()), reading, known)


def _longest(found: Sequence[Found]) -> Sequence[Found]:
    """Drops values inside longer ones, and joins terms of the same value that overlap."""
    if len(found) < 2:
        return found
    kept: list[Found] = []
    for f in sorted(found, key=lambda f: (f.first - f.last, f.first)):
        n = next((n for n, k in enumerate(kept) if f.first < k.last and k.first < f.last), None)
        if n is None:
            kept.append(f)
        elif kept[n].meaning.value == f.meaning.value:
            kept[n] = _joined(kept[n], f)
    return sorted(kept, key=lambda f: f.first)


def _joined(a: Found, b: Found) -> Found:
    meaning = b.meaning if a.meaning.kind == _ALSO else a.meaning
    return Found(meaning, min(a.first, b.first), max(a.last, b.last), a.changed or b.changed)


def _applies(slot: Slot, reading: Reading) -> bool:
    """Tells whether one of the cues that a fact needs stands in the clause or above it."""
    if slot.edited and not (reading.before.text and reading.after.text):
        return False
    if slot.spoiler and slot.spoiler in reading.place.scenes:
        return False
    return not slot.context or any(
        scene in reading.after.scenes or scene in reading.before.scenes or scene in reading.place.scenes
        for scene in slot.context
    )


def _compared(slot: Slot, old: Sequence[Found], new: Sequence[Found], reading: Reading, known: Known) -> list[Fact]:
    gone = _fresh(old, reading.before, new, reading.after)
    come = _fresh(new, reading.after, old, reading.before)
    gone = _each_once([f for f in gone if is_told(f, reading.before, reading.after, reading, known)])
    come = _each_once([f for f in come if is_told(f, reading.after, reading.before, reading, known)])
    if slot.ladder and gone and come:
        return [_replaced(slot, gone[0], come[0], reading, known)]
    if slot.paired:
        return []
    whole = not (reading.before.text and reading.after.text)  # what else the document says is not known so well
    if len(gone) == 1 and len(come) == 1 and _same_place(gone[0], come[0], reading, apart=int(slot.alone)):
        return [_fact(slot, reading, known, gone[0], come[0])]
    gone = [f for f in gone if f.meaning.value != slot.replaces and is_news(f, reading.before, reading, known)]
    come = [f for f in come if f.meaning.value != slot.replaces and is_news(f, reading.after, reading, known)]
    facts = [_fact(slot, reading, known, f, None, None if whole else slot.gone) for f in gone[:MOST_OF_A_KIND]]
    facts += [_fact(slot, reading, known, None, f, None if whole else slot.come) for f in come[:MOST_OF_A_KIND]]
    return [f for n, f in enumerate(facts) if not any(_is_inside(f, other) for other in facts[:n])]


def _is_inside(fact: Fact, other: Fact) -> bool:
    """Tells whether the words of a fact are part of those of another."""
    a, b = fact.after_span or fact.before_span, other.after_span or other.before_span
    return fact.change is other.change and a is not None and b is not None and b[0] <= a[0] and a[1] <= b[1]


def _fresh(here: Sequence[Found], side: Side, there: Sequence[Found], other: Side) -> list[Found]:
    """Gives what changed here and has no counterpart there; words that stand there do not count."""
    if not any(f.changed for f in here):
        return []
    known = {f.meaning.value for f in there}
    fresh = [
        f
        for f in here
        if f.changed
        and f.meaning.kind != _ALSO
        and f.meaning.value != _HIDDEN
        and f.meaning.value not in known
        and not (f.meaning.name in LISTED and side.negated(f))
        and not is_qualified(f, side)
    ]
    if not (fresh and other.text):
        return fresh
    low = other.text.lower()
    return [f for f in fresh if not stands(side.said(f) or "", side.words[f.first : f.last], other.text, low)]


def _each_once(found: Iterable[Found]) -> list[Found]:
    first: dict[str, Found] = {}
    for f in found:
        first.setdefault(f.meaning.value, f)
    return list(first.values())


def _same_place(old: Found, new: Found, reading: Reading, *, apart: int) -> bool:
    """Tells whether one value stands where the other stood, or at most so many edits apart."""
    a, b = reading.before.span(old), reading.after.span(new)
    if not apart and not _is_swap(reading, a):
        return False
    gone = [n for n, h in enumerate(reading.hunks) if a[0] <= h.before[1] and h.before[0] <= a[1]]
    come = [n for n, h in enumerate(reading.hunks) if b[0] <= h.after[1] and h.after[0] <= b[1]]
    return any(abs(m - n) <= apart for m in gone for n in come)


def _is_swap(reading: Reading, old: Span) -> bool:
    """Tells whether the edit of a value is small enough for another to have taken its place."""
    hunks = [h for h in reading.hunks if h.before[0] <= old[1] and old[0] <= h.before[1]]
    size = [side.words_in(span) for h in hunks for side, span in ((reading.before, h.before), (reading.after, h.after))]
    return all(last - first <= _SWAPPED for first, last in size)


def _replaced(slot: Slot, old: Found, new: Found, reading: Reading, known: Known) -> Fact:
    direction = None
    if slot.lower and old.meaning.weight != new.meaning.weight:
        falls = new.meaning.weight < old.meaning.weight
        rises = new.meaning.weight > old.meaning.weight
        up = _STRONGER if slot.lower is _WEAKER else _WEAKER
        direction = slot.lower if falls else up if rises else None
    return _fact(slot, reading, known, old, new, direction)


def _fact(
    slot: Slot,
    reading: Reading,
    known: Known,
    old: Found | None,
    new: Found | None,
    direction: Direction | None = None,
) -> Fact:
    change = FactChange.CHANGED if old and new else FactChange.ADDED if new else FactChange.REMOVED
    gone = phrase(old, reading.before, known.classes) if old else None
    come = phrase(new, reading.after, known.classes) if new else None
    return Fact(
        fact=slot.fact,
        change=change,
        before=reading.before.text[slice(*gone)] if gone else None,
        after=reading.after.text[slice(*come)] if come else None,
        direction=direction,
        before_span=gone,
        after_span=come,
        rule=f"{slot.fact}.{(new or old or _NOBODY).meaning.value}",
    )


def _unchanged(
    facts: Iterable[Fact], old: Sequence[Found], new: Sequence[Found], reading: Reading, known: Known
) -> list[Fact]:
    """Names the data elements that a disclosure still speaks of when its terms changed."""
    if not any(f.fact in _LAW for f in facts):
        return []
    stay = []
    later = {f.meaning.value: f for f in reversed(new) if f.meaning.kind != _ALSO}
    for f in {f.meaning.value: f for f in reversed(old) if f.meaning.kind != _ALSO}.values():
        other = later.get(f.meaning.value)
        if other and f.meaning.value != _HIDDEN:
            slot = Slot("data_element")
            stay.append(replace(_fact(slot, reading, known, f, other), change=FactChange.UNCHANGED))
    return sorted(stay, key=lambda f: f.after_span or (0, 0))[:MOST_OF_A_KIND]
