"""Typed facts from the difference of the terms found: what went, what came, what is another now, what stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.model import Direction, Fact, FactChange
from tracker.significance.lexicon import Meaning
from tracker.significance.reading import Found, Reading, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_OF_A_KIND = 6


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
    alone: bool = False  # one that went and one that came belong together wherever they stand
    edited: bool = False  # stated only where a clause was edited: in a new clause it says nothing of itself


_WEAKER, _STRONGER = Direction.WEAKER, Direction.STRONGER
SLOTS = (
    Slot("legal_basis", context=("disclose_context",), ladder=True, lower=_WEAKER),
    Slot("suspicion_scope", ladder=True, lower=_WEAKER),
    Slot("certainty", paired=True, ladder=True, lower=_WEAKER),
    Slot("provider_review", come=_STRONGER, gone=_WEAKER),
    Slot("history_claim"),
    Slot("report_period", context=("report_context",), ladder=True, lower=_WEAKER),
    Slot("transparency_report", come=_STRONGER, gone=_WEAKER),
    Slot("user_notice", ladder=True, lower=_WEAKER),
    Slot("consent", ladder=True, lower=_WEAKER),
    Slot("condition", alone=True, edited=True),
    Slot("data_element", context=("data_context",), spoiler="conduct_page"),
    Slot("recipient", context=("share_context",), spoiler="conduct_page"),
    Slot("party", context=("share_context",), edited=True),
    Slot("place", context=("legal_context",), edited=True),
)
_LISTED = frozenset({"data_element", "recipient", "party"})  # "not shared with advertisers" names no recipient
_HIDDEN = "-"  # a value that only hides shorter ones inside it
_NOBODY = Found(Meaning("value", "", "", 0.0), 0, 0, changed=False)
_LAW = frozenset({"legal_basis", "suspicion_scope", "provider_review", "recipient"})


def typed_facts(reading: Reading) -> list[Fact]:
    """Gives the facts that terms alone can tell."""
    before, after = reading.before.values, reading.after.values
    if not before and not after:
        return []
    facts: list[Fact] = []
    for slot in SLOTS:
        old, new = before.get(slot.fact), after.get(slot.fact)
        if (old or new) and _applies(slot, reading):
            facts += _compared(slot, _longest(old or ()), _longest(new or ()), reading)
    return facts + _unchanged(facts, before.get("data_element", ()), after.get("data_element", ()), reading)


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
    return Found(a.meaning, min(a.first, b.first), max(a.last, b.last), a.changed or b.changed)


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


def _compared(slot: Slot, old: Sequence[Found], new: Sequence[Found], reading: Reading) -> list[Fact]:
    gone = _only(old, reading.before, new, reading.after)
    come = _only(new, reading.after, old, reading.before)
    if slot.ladder and gone and come:
        return [_replaced(slot, gone[0], come[0], reading)]
    if slot.paired:
        return []
    if len(gone) == 1 and len(come) == 1 and (slot.alone or _same_hunk(gone[0], come[0], reading)):
        return [_fact(slot, reading, gone[0], come[0])]
    return [_fact(slot, reading, f, None, slot.gone) for f in gone[:MOST_OF_A_KIND]] + [
        _fact(slot, reading, None, f, slot.come) for f in come[:MOST_OF_A_KIND]
    ]


def _only(here: Sequence[Found], side: Side, there: Sequence[Found], other: Side) -> list[Found]:
    """Gives what changed here and has no counterpart there, each value once; words that stand there do not count."""
    if not any(f.changed for f in here):
        return []
    known = {_identity(f, other) for f in there}
    fresh: dict[str, Found] = {}
    for f in here:
        if f.changed and f.meaning.value != _HIDDEN and _identity(f, side) not in known:
            fresh.setdefault(_identity(f, side), f)
    low = other.text.lower() if fresh and other.text else ""
    return [
        f
        for f in fresh.values()
        if not (f.meaning.name in _LISTED and side.negated(f)) and not _stands(side.said(f) or "", low, other.text)
    ]


def _stands(said: str, low: str, text: str) -> bool:
    """Tells whether words stand in a text, abbreviations also without their dots."""
    plain = said.replace(".", "")
    return said.lower() in low or (plain != said and plain.isupper() and plain in text)


def _same_hunk(old: Found, new: Found, reading: Reading) -> bool:
    """Tells whether one value stands where the other stood."""
    a, b = reading.before.span(old), reading.after.span(new)
    return any(
        a[0] <= h.before[1] and h.before[0] <= a[1] and b[0] <= h.after[1] and h.after[0] <= b[1] for h in reading.hunks
    )


def _identity(found: Found, side: Side) -> str:
    """Gives what makes two values the same: their name; of conditions, their words."""
    return " ".join(side.words[found.first : found.last]) if found.meaning.name == "condition" else found.meaning.value


def _replaced(slot: Slot, old: Found, new: Found, reading: Reading) -> Fact:
    direction = None
    if slot.lower and old.meaning.weight != new.meaning.weight:
        falls = new.meaning.weight < old.meaning.weight
        rises = new.meaning.weight > old.meaning.weight
        up = _STRONGER if slot.lower is _WEAKER else _WEAKER
        direction = slot.lower if falls else up if rises else None
    return _fact(slot, reading, old, new, direction)


def _fact(
    slot: Slot,
    reading: Reading,
    old: Found | None,
    new: Found | None,
    direction: Direction | None = None,
) -> Fact:
    change = FactChange.CHANGED if old and new else FactChange.ADDED if new else FactChange.REMOVED
    return Fact(
        fact=slot.fact,
        change=change,
        before=reading.before.said(old),
        after=reading.after.said(new),
        direction=direction,
        before_span=reading.before.extent(old),
        after_span=reading.after.extent(new),
        rule=f"{slot.fact}.{(new or old or _NOBODY).meaning.value}",
    )


def _unchanged(facts: Iterable[Fact], old: Sequence[Found], new: Sequence[Found], reading: Reading) -> list[Fact]:
    """Names the data elements that a disclosure still speaks of when its terms changed."""
    if not any(f.fact in _LAW for f in facts):
        return []
    stay = []
    later = {f.meaning.value: f for f in reversed(new)}
    for f in {f.meaning.value: f for f in reversed(old)}.values():
        other = later.get(f.meaning.value)
        if other and f.meaning.value != _HIDDEN:
            slot = Slot("data_element")
            stay.append(replace(_fact(slot, reading, f, other), change=FactChange.UNCHANGED))
    return sorted(stay, key=lambda f: f.after_span or (0, 0))[:MOST_OF_A_KIND]
