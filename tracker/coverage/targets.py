"""What an article can be about: the changed words of clauses, each wording once, with all its occurrences.

Histories repeat themselves: a clause goes up, comes down and goes up again, and a page flaps between texts. A
wording is therefore one target, and a match with it is judged once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.coverage.words import Word, masked, words
from tracker.model import Cause, ChangeKind, Noise, Op

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tracker.model import Change, ClauseChange, Edit, JudgedClause, Span

# Nothing was said by these: the page was not the document, or said again what it had said before.
_NO_TEXT: Final = frozenset({Noise.WALL, Noise.EMPTY, Noise.LANGUAGE, Noise.NO_SELECTOR, Noise.VARIANT})
_PRIOR: Final = (0.4, 0.75, 0.95, 1.0)  # how likely the press is to speak of a clause, by its significance
_UPGRADE: Final = 0.7  # a technical upgrade can hide a real change, but seldom does
_CROWD: Final = 60  # clauses; where more changed at once each counts for less: pages are merged and recorded anew
_MOVED: Final = 0.45  # a sentence that only moved can be news, but most moves are not
_NEW: Final = 1.0
_OLD: Final = 0.9
_LONGEST: Final = 6000  # characters of a clause that are looked at; beyond lie lists and whole pages in one line
_RUN: Final = 4  # words in a row by which a text is known to stand already


class Side(NamedTuple):
    """One side of a changed clause: its words, which of them changed, and what a quotation of them counts."""

    name: str  # "before" or "after"
    plain: str
    words: tuple[Word, ...]
    changed: tuple[bool, ...]
    worth: float


class Occurrence(NamedTuple):
    """Where and when a wording came or went, and how likely it is to be written about there."""

    change: int
    clause: int
    document: str | None
    at: datetime
    prior: float


@dataclass(frozen=True, slots=True)
class Target:
    """A wording that changed: its sides, the stems that changed, and all of the clause and its headings."""

    sides: tuple[Side, ...]
    changed: frozenset[str]
    clause: frozenset[str]
    occurrences: tuple[Occurrence, ...]

    @property
    def moved(self) -> bool:
        """Tells whether the words only changed place."""
        return self.sides[0].worth == _MOVED


def targets(changes: Sequence[Change]) -> tuple[Target, ...]:
    """Gives the wordings that changed in the changes of a service, in the order of time."""
    found: dict[tuple[tuple[str, ...], ...], tuple[ClauseChange, tuple[Side, ...], list[Occurrence]]] = {}
    standing: set[int] = set()
    for number, change in sorted(enumerate(changes), key=lambda one: (one[1].after.at, one[0])):
        clauses = [(place, judged, _sides(judged.change)) for place, judged in _clauses(change)]
        weight = _weight(change)
        for place, judged, sides in clauses:
            news = tuple(_news(side, change.document, standing) for side in sides)
            key = tuple((side.name, *_changed(side)) for side in news)
            if any(len(part) > 1 for part in key):
                occurrence = Occurrence(number, place, change.document, change.after.at, weight * _prior(judged))
                found.setdefault(key, (judged.change, news, []))[2].append(occurrence)
        for name, keep in (("before", standing.difference_update), ("after", standing.update)):
            keep(
                run
                for _, _, sides in clauses
                for side in sides
                if side.name == name
                for run in _runs(side, change.document)
            )
    return tuple(_target(*entry) for entry in found.values())


def _clauses(change: Change) -> Iterator[tuple[int, JudgedClause]]:
    if change.noise not in _NO_TEXT and change.cause is not Cause.FIRST_RECORD:
        yield from enumerate(change.clauses)


def _weight(change: Change) -> float:
    """Gives what a clause of the change counts before anything is known of it."""
    crowd = sum(one.verdict.significance > 0 for one in change.clauses)
    upgrade = _UPGRADE if change.cause is Cause.TECHNICAL_UPGRADE else 1.0
    return upgrade * float(min(1.0, _CROWD / max(1, crowd)) ** 0.2)


def _prior(judged: JudgedClause) -> float:
    return _PRIOR[min(judged.verdict.significance, len(_PRIOR) - 1)]


def _news(side: Side, document: str | None, standing: set[int]) -> Side:
    """Gives a side on which no word counts as new that came in a run of words the document held already."""
    if side.name == "before" or not standing:
        return side
    changed = list(side.changed)
    for start, run in enumerate(_runs(side, document)):
        if run in standing:
            changed[start : start + _RUN] = [False] * _RUN
    return side._replace(changed=tuple(changed))


def _runs(side: Side, document: str | None) -> list[int]:
    stems = [word.stem for word in side.words]
    return [hash((document, *stems[start : start + _RUN])) for start in range(len(stems) - _RUN + 1)]


def _target(clause: ClauseChange, sides: tuple[Side, ...], occurrences: list[Occurrence]) -> Target:
    changed = frozenset(stem for side in sides for stem in _changed(side))
    around = words(masked(" ".join((*clause.path[-2:], clause.lead_in))))
    every = frozenset(word.stem for side in sides for word in side.words) | {word.stem for word in around}
    return Target(sides, changed, every, tuple(occurrences))


def _changed(side: Side) -> tuple[str, ...]:
    return tuple(word.stem for word, changed in zip(side.words, side.changed, strict=True) if changed)


def _sides(clause: ClauseChange) -> tuple[Side, ...]:
    if clause.kind in {ChangeKind.MOVED, ChangeKind.COPIED} and not clause.edits:
        after = _side("after", clause.after, [(0, len(clause.after or ""))], (), _MOVED)
        return (after,) if after else ()
    after = _side("after", clause.after, _touched(clause, Op.INSERT), clause.after_elsewhere, _NEW)
    before = _side("before", clause.before, _touched(clause, Op.DELETE), clause.before_elsewhere, _OLD)
    if after and before:
        after, before = _without(after, before), _without(before, after)
    return tuple(side for side in (after, before) if side)


def _touched(clause: ClauseChange, op: Op) -> list[Span]:
    """Gives the spans of a side that came or went."""
    if clause.edits:
        return _edited(clause.edits, op)
    text, kinds = (clause.after, {ChangeKind.ADDED}) if op is Op.INSERT else (clause.before, {ChangeKind.REMOVED})
    return [(0, len(text))] if text and clause.kind in kinds else []


def _edited(edits: Sequence[Edit], op: Op) -> list[Span]:
    spans, at = [], 0
    for edit in edits:
        if edit.op is op:
            spans.append((at, at + len(edit.text)))
        if edit.op in {op, Op.EQUAL}:
            at += len(edit.text)
    return spans


def _side(name: str, text: str | None, spans: Sequence[Span], elsewhere: Sequence[Span], worth: float) -> Side | None:
    if not text:
        return None
    plain, found = _parsed(text[:_LONGEST])
    came, stayed = _inside(found, spans), _inside(found, elsewhere)
    return Side(name, plain, found, tuple(c and not s for c, s in zip(came, stayed, strict=True)), worth)


@lru_cache(maxsize=1 << 13)  # pages that flap show the same clauses again and again
def _parsed(text: str) -> tuple[str, tuple[Word, ...]]:
    plain = masked(text)
    return plain, words(plain)


def _inside(found: Sequence[Word], spans: Sequence[Span]) -> list[bool]:
    """Tells of each word whether one of the spans touches it; the words come in the order of the text."""
    flags, at, ordered = [], 0, sorted(spans)
    for word in found:
        while at < len(ordered) and ordered[at][1] <= word.start:
            at += 1
        flags.append(at < len(ordered) and ordered[at][0] < word.end)
    return flags


def _without(side: Side, other: Side) -> Side:
    """Gives a side without the words that changed on the other side too: they only changed place."""
    gone = frozenset(_changed(other))
    changed = tuple(c and w.stem not in gone for w, c in zip(side.words, side.changed, strict=True))
    return side._replace(changed=changed)
