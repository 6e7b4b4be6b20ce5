"""Quotation and retelling: how strongly words of an article rest on words of a clause that changed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from heapq import nlargest
from math import exp, fsum
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz import fuzz

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tracker.coverage.reading import Reading
    from tracker.coverage.sides import Side
    from tracker.coverage.targets import Target
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
_TELLING: Final = 5  # words of a fragment that tell most; one of them at least stands in what it quotes
_WEIGHED: Final = 2  # sentences of an article that are weighed against a clause
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
    """A fragment long enough to be a quotation, what its words weigh, and those that tell most."""

    fragment: Fragment
    weight: float
    telling: frozenset[str]


class Weighed(NamedTuple):
    """An article with the weights its words have in an archive."""

    reading: Reading
    quotes: tuple[Quotable, ...]
    weights: Mapping[str, float]  # of every stem of the article; those no clause holds weigh as much as a seldom one
    known: Mapping[str, float]  # the same, and nothing for those no clause holds


def weighed(reading: Reading, rarity: Mapping[str, float]) -> Weighed:
    """Weighs the words of an article, and finds the fragments that can quote something."""
    weights = {root: rarity.get(root, _UNKNOWN) for root in reading.counts}
    known = {root: rarity.get(root, 0.0) for root in reading.counts}
    quotes = tuple(
        Quotable(
            fragment,
            _mass(fragment.stems, weights),
            frozenset(sorted(fragment.stems, key=lambda root: (-known[root], root))[:_TELLING]),
        )
        for fragment in (*reading.quotations, *reading.sentences)
        if fragment.stems
        and len(fragment.plain) <= _LONGEST
        and len(fragment.plain.split()) >= (_FEWEST if fragment.quoted else _FEWEST_UNMARKED)
    )
    return Weighed(reading, quotes, weights, known)


def quotation(article: Weighed, target: Target) -> Quotation | None:
    """Gives the best quotation of the target in an article; None where nothing of it is quoted."""
    best: Quotation | None = None
    for fragment, weight, telling in article.quotes:
        if telling.isdisjoint(target.clause):
            continue
        needed = _HALF if fragment.quoted else _MOST
        if _mass(fragment.stems & target.clause, article.weights) < weight * needed:
            continue
        for side in target.sides:
            one = _on(fragment, side, weight, article.weights)
            if one and (best is None or (one.changed, one.score) > (best.changed, best.score)):
                best = one
    return best


def _on(fragment: Fragment, side: Side, whole: float, weights: Mapping[str, float]) -> Quotation | None:
    align = fuzz.partial_ratio_alignment(fragment.plain, side.plain, score_cutoff=_LOOSEST)
    if align is None:
        return None
    margin = int((align.dest_end - align.dest_start) * _MARGIN)
    first, last = max(0, align.dest_start - margin), align.dest_end + margin
    inside, new = set(), set()
    words = side.words
    for place in range(bisect_left(words.starts, first), bisect_right(words.ends, last)):
        stem = words.stems[place]
        if stem in fragment.stems:
            inside.add(stem)
            if side.changed[place]:
                new.add(stem)
    shared = _mass(inside, weights) / whole
    strength = max(align.score / 100, 0.95 * shared if len(fragment.stems) >= _FEWEST else 0.0)
    if strength < (_SAME if fragment.quoted else _UNMARKED) or shared < _HALF:
        return None
    if not new:
        return Quotation(strength, fragment, side.name, changed=False)
    cover = _mass(new, weights) / whole
    length = min(1.0, len(fragment.stems) / 5) ** 0.5
    score = side.worth * min(1.0, (strength - 0.45) / 0.5) * min(1.0, 0.25 + 1.5 * cover) * length
    return Quotation(score, fragment, side.name, changed=True)


def retelling(article: Weighed, target: Target) -> Retelling | None:
    """Gives the sentence and its neighbour that tell most of what changed, those with a cue first."""
    reading = article.reading
    told: dict[int, float] = {}
    for root in sorted(target.changed.keys() & reading.places.keys()):
        for place in reading.places[root]:
            told[place] = told.get(place, 0.0) + article.weights[root]
    best: Retelling | None = None
    for place in nlargest(_WEIGHED, told, key=lambda one: told[one] * (1 + reading.cued[one])):
        found = _told(article, place, target)
        if best is None or found.score * (1 + found.cued) > best.score * (1 + best.cued):
            best = found
    return best


def _told(article: Weighed, place: int, target: Target) -> Retelling:
    """Weighs what of the change a sentence tells against what of the sentence the clause explains."""
    pair = article.reading.sentences[place : place + 2]
    changed = target.changed.keys()
    if len(pair) > 1 and pair[1].stems & changed <= pair[0].stems:
        pair = pair[:1]
    said = frozenset().union(*(part.stems for part in pair))
    new = _mass(said & changed, article.known)
    kept = _mass((said & target.clause) - changed, article.known)
    explained = min(1.0, (new + 0.8 * kept) / max(1e-9, _mass(said, article.known)))
    scale = _MUCH * (0.5 + 0.5 * len(target.clause) / _USUAL) ** 0.5
    return Retelling((1 - exp(-(new + 0.5 * kept) / scale)) * explained**0.5, pair, article.reading.cued[place])


def _mass(stems: Iterable[str], weights: Mapping[str, float]) -> float:
    return fsum(map(weights.__getitem__, stems))  # the same in any order of the set
