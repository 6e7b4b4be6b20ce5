"""What an article can be about: the changed words of clauses, each wording once, with all its occurrences.

Histories repeat themselves: a clause goes up, comes down and goes up again, and a page flaps between texts. A
wording is therefore one target, and a match with it is judged once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.coverage.sides import MOVED, drafts, parsed
from tracker.coverage.words import masked
from tracker.model import Cause, Noise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from tracker.coverage.sides import Draft, Side
    from tracker.model import Change, ClauseChange, JudgedClause

# Nothing was said by these: the page was not the document, or said again what it had said before.
_NO_TEXT: Final = frozenset({Noise.WALL, Noise.EMPTY, Noise.LANGUAGE, Noise.NO_SELECTOR, Noise.VARIANT})
_PRIOR: Final = (0.4, 0.75, 0.95, 1.0)  # how likely the press is to speak of a clause, by its significance
_UPGRADE: Final = 0.7  # a technical upgrade can hide a real change, but seldom does
_CROWD: Final = 60  # clauses; where more changed at once each counts for less: pages are merged and recorded anew


class Occurrence(NamedTuple):
    """Where and when a wording came or went, and how likely it is to be written about there."""

    change: int
    clause: int
    document: str | None
    at: datetime
    prior: float


@dataclass(frozen=True, slots=True)
class Target:
    """A wording that changed: its sides, the stems that changed and how often, those of clause and headings."""

    sides: tuple[Side, ...]
    changed: Mapping[str, int]
    clause: frozenset[str]
    occurrences: tuple[Occurrence, ...]

    @property
    def moved(self) -> bool:
        """Tells whether the words only changed place."""
        return self.sides[0].worth == MOVED


def targets(changes: Sequence[Change]) -> tuple[Target, ...]:
    """Gives the wordings that changed in the changes of a service, in the order of time."""
    found: dict[tuple[tuple[str, ...], ...], tuple[Target, list[Occurrence]]] = {}
    standing: dict[str | None, set[int]] = {}
    for number, change in sorted(enumerate(changes), key=lambda one: (one[1].after.at, one[0])):
        known = standing.setdefault(change.document, set())
        clauses = [(place, judged, drafts(judged.change)) for place, judged in _clauses(change)]
        runs = [(side.name, side.runs()) for _, _, sides in clauses for side in sides]
        weight = _weight(change)
        for place, judged, sides in clauses:
            for side in sides:
                side.without_known(known)
            key = tuple((side.name, *side.changed_stems()) for side in sides)
            if any(len(part) > 1 for part in key):
                occurrence = Occurrence(number, place, change.document, change.after.at, weight * _prior(judged))
                found.setdefault(key, (_target(judged.change, sides), []))[1].append(occurrence)
        for name, keep in (("before", known.difference_update), ("after", known.update)):
            keep(run for side, of_side in runs if side == name for run in of_side)
    return tuple(replace(target, occurrences=tuple(occurrences)) for target, occurrences in found.values())


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


def _target(clause: ClauseChange, sides: Sequence[Draft]) -> Target:
    changed = dict(Counter(stem for side in sides for stem in side.changed_stems()))
    around = parsed(masked(" ".join((*clause.path[-2:], clause.lead_in))))
    every = frozenset(around.stems).union(*(side.words.stems for side in sides))
    return Target(tuple(side.side() for side in sides), changed, every, ())
