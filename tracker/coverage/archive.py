"""An index of what changed: finds the wordings that share telling words with an article fast."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from heapq import nlargest
from math import log
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from tracker.coverage.lexicon import lexicon
from tracker.coverage.targets import targets
from tracker.coverage.words import stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.coverage.targets import Target
    from tracker.model import Change

_K1: Final = 1.2
_B: Final = 0.6
_ASKED: Final = 40  # words of an article that are looked up: its most telling ones
_COMMON: Final = 0.2  # share of the targets; a word that stands in more of them finds nothing
_LISTED: Final = 250  # targets kept of a word, those it tells most of
_LEAST: Final = 400  # targets by which rarity is reckoned: by three clauses alone no word would be rare
_EVERYDAY: Final = 0.15  # share of clauses an everyday word stands in
_SMALL: Final = 50  # targets; in a small archive every word finds


@dataclass(frozen=True, slots=True)
class Archive:
    """The changed wordings of one service, ready to be asked."""

    targets: tuple[Target, ...]
    rarity: Mapping[str, float]  # stem -> inverse document frequency
    postings: Mapping[str, Sequence[tuple[int, float]]]  # stem -> (target, BM25 weight of the stem in it)
    changed: Mapping[str, Sequence[int]]  # stem -> targets in whose changed words it stands

    def by_words(self, counts: Mapping[str, int]) -> dict[int, float]:
        """Gives the BM25 score of every target that shares telling words with an article."""
        scores: dict[int, float] = defaultdict(float)
        known = sorted(((self.rarity[root], root) for root in counts if root in self.rarity), reverse=True)
        for _, root in known[:_ASKED]:
            n = counts[root]
            weight = 2.0 * n / (n + 1.0)
            for target, impact in self.postings.get(root, ()):
                scores[target] += weight * impact
        return scores

    def by_changed_words(self, stems: Iterable[str]) -> dict[int, float]:
        """Gives the targets among whose changed words these stand, with the weight of what they share."""
        scores: dict[int, float] = defaultdict(float)
        known = sorted(((self.rarity[root], root) for root in set(stems) if root in self.changed), reverse=True)
        for weight, root in known[:_ASKED]:
            for target in self.changed[root]:
                scores[target] += weight
        return scores


def archive(changes: Sequence[Change]) -> Archive:
    """Reads the changes of a service into an index."""
    found = targets(changes)
    counts = [_counts(target) for target in found]
    spread = Counter(root for count in counts for root in count)
    lengths = [sum(count.values()) for count in counts]
    average = max(1.0, sum(lengths) / max(1, len(lengths)))
    rarity = _rarity(spread, len(found))
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    changed: dict[str, list[int]] = defaultdict(list)
    for number, (count, length) in enumerate(zip(counts, lengths, strict=True)):
        norm = _K1 * (1 - _B + _B * length / average)
        for root, n in count.items():
            postings[root].append((number, rarity[root] * n * (_K1 + 1) / (n + norm)))
        for root in found[number].changed:
            changed[root].append(number)
    common = max(_SMALL, _COMMON * len(found))
    return Archive(
        found,
        rarity,
        {
            root: nlargest(_LISTED, listed, key=itemgetter(1))
            for root, listed in postings.items()
            if len(listed) <= common
        },
        {root: listed[:_LISTED] for root, listed in changed.items() if len(listed) <= common},
    )


def _rarity(spread: Mapping[str, int], size: int) -> dict[str, float]:
    """Gives how telling each stem is; a small history counts as one with more clauses, in everyday words."""
    missing = max(0, _LEAST - size)
    everyday = {stem(word) for word in lexicon().everyday}
    seen = {root: n + _EVERYDAY * missing * (root in everyday) for root, n in spread.items()}
    return {root: log(1 + (size + missing - n + 0.5) / (n + 0.5)) for root, n in seen.items()}


def _counts(target: Target) -> Counter[str]:
    """Counts the words as BM25 sees them: those of the clause once, its changed words twice more."""
    count = Counter(target.clause)
    for side in target.sides:
        count.update(word.stem for word, changed in zip(side.words, side.changed, strict=True) if changed)
    return count
