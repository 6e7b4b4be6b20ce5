"""Quotation and retelling: how strongly words of an article rest on words of a clause that changed."""

from __future__ import annotations

from heapq import nlargest
from math import exp, fsum
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz import fuzz

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tracker.coverage.reading import Reading
    from tracker.coverage.targets import Side, Target
    from tracker.coverage.words import Fragment

_LOOSEST: Final = 50.0  # alignment below which two texts have nothing to do with each other
_SAME: Final = 0.70  # alignment, or share of words, from which a fragment counts as a quotation
_UNMARKED: Final = 0.82  # the same for words without quotation marks
_FEWEST: Final = 4  # words of a quotation
_FEWEST_UNMARKED: Final = 6
_LONGEST: Final = 3000  # characters; a "sentence" beyond that is a page without punctuation
_HALF: Final = 0.35  # of the weight of a quotation's words that its clause must hold; translating back changes many
_MOST: Final = 0.6  # the same without quotation marks
_MARGIN: Final = 0.3  # of the window is looked at on both sides of it: translating back shifts words
_UNKNOWN: Final = 3.0  # weight of a word no clause holds: about that of a seldom one
_WEIGHED: Final = 4  # sentences of an article that are weighed against a clause
_MUCH: Final = 25.0  # weight of words that tell a clause of ordinary length plainly
_USUAL: Final = 40  # different words of a clause; longer ones share more words with any sentence by chance


class Quotation(NamedTuple):
    """A fragment that says what a clause says."""

    score: float
    fragment: Fragment
    side: str
    changed: bool  # False: the words stand in a part of the clause that did not change


class Retelling(NamedTuple):
    """One sentence, or two neighbours, that tell in other words what a clause says."""

    score: float
    fragments: tuple[Fragment, ...]
    cued: bool  # it says beside it that the text changed


class Quotable(NamedTuple):
    """A fragment long enough to be a quotation, and what its words weigh."""

    fragment: Fragment
    weight: float


def quotable(reading: Reading, rarity: Mapping[str, float]) -> tuple[Quotable, ...]:
    """Gives the fragments of an article that can quote something."""
    return tuple(
        Quotable(fragment, _mass(fragment.stems, rarity))
        for fragment in (*reading.quotations, *reading.sentences)
        if fragment.stems
        and len(fragment.plain) <= _LONGEST
        and len(fragment.plain.split()) >= (_FEWEST if fragment.quoted else _FEWEST_UNMARKED)
    )


def quotation(quotes: Sequence[Quotable], target: Target, rarity: Mapping[str, float]) -> Quotation | None:
    """Gives the best quotation of the target in an article; None where nothing of it is quoted."""
    best: Quotation | None = None
    for fragment, weight in quotes:
        needed = _HALF if fragment.quoted else _MOST
        shared = fragment.stems & target.clause
        # The count is a cheap bound: few words can outweigh many, but hardly by more than four to one.
        if len(shared) * 4 < len(fragment.stems) * needed or _mass(shared, rarity) < weight * needed:
            continue
        for side in target.sides:
            one = _on(fragment, side, weight, rarity)
            if one and (best is None or (one.changed, one.score) > (best.changed, best.score)):
                best = one
    return best


def _on(fragment: Fragment, side: Side, whole: float, rarity: Mapping[str, float]) -> Quotation | None:
    align = fuzz.partial_ratio_alignment(fragment.plain, side.plain, score_cutoff=_LOOSEST)
    if align is None:
        return None
    margin = int((align.dest_end - align.dest_start) * _MARGIN)
    first, last = align.dest_start - margin, align.dest_end + margin
    inside, new = set(), set()
    for word, changed in zip(side.words, side.changed, strict=True):
        if first <= word.start and word.end <= last and word.stem in fragment.stems:
            inside.add(word.stem)
            if changed:
                new.add(word.stem)
    shared = _mass(inside, rarity) / whole
    strength = max(align.score / 100, 0.95 * shared if len(fragment.stems) >= _FEWEST else 0.0)
    if strength < (_SAME if fragment.quoted else _UNMARKED) or shared < _HALF:
        return None
    if not new:
        return Quotation(strength, fragment, side.name, changed=False)
    cover = _mass(new, rarity) / whole
    length = min(1.0, len(fragment.stems) / 5) ** 0.5
    score = side.worth * min(1.0, (strength - 0.45) / 0.5) * min(1.0, 0.25 + 1.5 * cover) * length
    return Quotation(score, fragment, side.name, changed=True)


def retelling(reading: Reading, target: Target, rarity: Mapping[str, float]) -> Retelling | None:
    """Gives the sentence and its neighbour that tell most of what changed, those with a cue first."""
    told: dict[int, float] = {}
    for root in sorted(target.changed & reading.places.keys()):
        for place in reading.places[root]:
            told[place] = told.get(place, 0.0) + rarity[root]
    best: Retelling | None = None
    for place in nlargest(_WEIGHED, told, key=lambda one: told[one] * (1 + reading.cued[one])):
        found = _told(reading, place, target, rarity)
        if best is None or found.score * (1 + found.cued) > best.score * (1 + best.cued):
            best = found
    return best


def _told(reading: Reading, place: int, target: Target, rarity: Mapping[str, float]) -> Retelling:
    """Weighs what of the change a sentence tells against what of the sentence the clause explains."""
    pair = reading.sentences[place : place + 2]
    if len(pair) > 1 and pair[1].stems & target.changed <= pair[0].stems:
        pair = pair[:1]
    said = frozenset().union(*(part.stems for part in pair))
    new = _mass(said & target.changed, rarity)
    kept = _mass((said & target.clause) - target.changed, rarity)
    known = fsum(rarity.get(root, 0.0) for root in said)
    explained = min(1.0, (new + 0.8 * kept) / max(1e-9, known))
    scale = _MUCH * (0.5 + 0.5 * len(target.clause) / _USUAL) ** 0.5
    return Retelling((1 - exp(-(new + 0.5 * kept) / scale)) * explained**0.5, pair, reading.cued[place])


def _mass(stems: Collection[str], rarity: Mapping[str, float]) -> float:
    return fsum(rarity.get(root, _UNKNOWN) for root in stems)  # the same in any order of the set
