"""An index of what changed: finds the wordings that share telling words with an article fast."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass
from heapq import nlargest
from math import log
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.coverage.lexicon import lexicon
from tracker.coverage.targets import targets
from tracker.coverage.words import stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.coverage.targets import Target
    from tracker.model import Change

_K1: Final = 1.2
_B: Final = 0.6
_ASKED: Final = 30  # words of an article that are looked up: its most telling ones
_COMMON: Final = 0.2  # share of the targets; a word that stands in more of them finds nothing
_LISTED: Final = 250  # targets kept of a word, those it tells most of
_LEAST: Final = 400  # targets by which rarity is reckoned: by three clauses alone no word would be rare
_EVERYDAY: Final = 0.15  # share of clauses an everyday word stands in
_SMALL: Final = 50  # targets; in a small archive every word finds


class Listing(NamedTuple):
    """The targets a stem stands in, and what it tells of each."""

    targets: array[int]
    impacts: array[float]


@dataclass(frozen=True, slots=True)
class Archive:
    """The changed wordings of one service, ready to be asked."""

    targets: tuple[Target, ...]
    rarity: Mapping[str, float]  # stem -> inverse document frequency
    postings: Mapping[str, Listing]  # stem -> targets, with the BM25 weight of the stem in each
    changed: Mapping[str, Sequence[int]]  # stem -> targets in whose changed words it stands

    def by_words(self, counts: Mapping[str, int]) -> dict[int, float]:
        """Gives the BM25 score of every target that shares telling words with an article."""
        scores: dict[int, float] = defaultdict(float)
        for root in self._telling(counts, self.postings):
            n = counts[root]
            weight = 2.0 * n / (n + 1.0)
            for target, impact in zip(*self.postings[root], strict=True):
                scores[target] += weight * impact
        return scores

    def by_changed_words(self, stems: Iterable[str]) -> dict[int, float]:
        """Gives the targets among whose changed words these stand, with the weight of what they share."""
        scores: dict[int, float] = defaultdict(float)
        for root in self._telling(set(stems), self.changed):
            weight = self.rarity[root]
            for target in self.changed[root]:
                scores[target] += weight
        return scores

    def _telling(self, stems: Iterable[str], listed: Mapping[str, object]) -> list[str]:
        """Gives those stems of an article that tell most, of equals the last ones of the alphabet."""
        known = sorted(((self.rarity[root], root) for root in stems if root in listed), reverse=True)
        return [root for _, root in known[:_ASKED]]


def archive(changes: Sequence[Change]) -> Archive:
    """Reads the changes of a service into an index."""
    found = targets(changes)
    spread = Counter(root for target in found for root in target.clause)
    lengths = [len(target.clause) + sum(target.changed.values()) for target in found]
    average = max(1.0, sum(lengths) / max(1, len(lengths)))
    rarity = _rarity(spread, len(found))
    common = max(_SMALL, _COMMON * len(found))
    finding = {root for root, n in spread.items() if n <= common}
    postings: dict[str, Listing] = {root: Listing(array("L"), array("d")) for root in finding}
    changed: dict[str, array[int]] = defaultdict(lambda: array("L"))
    for number, (target, length) in enumerate(zip(found, lengths, strict=True)):
        norm = _K1 * (1 - _B + _B * length / average)
        for root in target.clause & finding:
            n = 1 + target.changed.get(root, 0)  # words that changed count once more each time they stand there
            postings[root].targets.append(number)
            postings[root].impacts.append(rarity[root] * n * (_K1 + 1) / (n + norm))
        for root in target.changed.keys() & finding:
            changed[root].append(number)
    listed = {root: _most_told(listing) for root, listing in postings.items()}
    return Archive(found, rarity, listed, {root: places[:_LISTED] for root, places in changed.items()})


def _most_told(listing: Listing) -> Listing:
    if len(listing.targets) <= _LISTED:
        return listing
    kept = nlargest(_LISTED, zip(*listing, strict=True), key=itemgetter(1))
    return Listing(array("L", [one for one, _ in kept]), array("d", [impact for _, impact in kept]))


def _rarity(spread: Mapping[str, int], size: int) -> dict[str, float]:
    """Gives how telling each stem is; a small history counts as one with more clauses, in everyday words."""
    missing = max(0, _LEAST - size)
    everyday = {stem(word) for word in lexicon().everyday}
    seen = {root: n + _EVERYDAY * missing * (root in everyday) for root, n in spread.items()}
    return {root: log(1 + (size + missing - n + 0.5) / (n + 0.5)) for root, n in seen.items()}
