"""Which topics a change is about: terms among the changed words first, then those around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.significance.reading import Found, Reading, Side

MOST = 3
_ENOUGH = 0.9  # evidence a topic needs
_SHARE = 0.45  # of the strongest topic's evidence
_OWN = 1.8  # evidence with which a topic stands beside any stronger one
_PRECISE = frozenset({"law_enforcement", "ai_training"})  # topics whose strong terms mean little else
_OTHER = "service_other"  # said where nothing else is
_SENTENCE = 0.9  # what an unchanged term in the sentence of a small edit counts
_SENTENCE_LARGE = 0.5  # ... and of a larger one
_SMALL = 15  # words
_CLAUSE = 0.15  # what it counts elsewhere in the clause
_AROUND_MOST = 1.2
_PLACE = 0.6  # a term in a heading or lead-in
_PLACE_PRECISE = 0.9
_PLACE_MOST = 1.0
_AGAIN = 0.25  # what a term counts that was counted before


class Evidence(NamedTuple):
    """What speaks for a topic: by how much, and which terms of which side."""

    topic: str
    changed: float
    around: float
    place: float
    before: tuple[Found, ...]
    after: tuple[Found, ...]

    @property
    def strength(self) -> float:
        """Gives all evidence together."""
        return self.changed + self.around + self.place


class _Weigher:
    """Collects the evidence for one topic; of terms that overlap only the strongest counts."""

    __slots__ = ("after", "around", "before", "changed", "counted", "last", "weight")

    def __init__(self) -> None:
        self.changed = self.around = 0.0
        self.before: list[Found] = []
        self.after: list[Found] = []
        self.counted: dict[tuple[str, ...], float] = {}  # what each term counted so far
        self.last = -1
        self.weight = 0.0

    def add(self, found: Found, full: float, words: tuple[str, ...], noted: list[Found] | None) -> None:
        """Counts a term: little if counted before, and only what it is stronger by where it overlaps another."""
        before = self.counted.get(words, 0.0)
        if full > before:
            self.counted[words] = full
            full -= before
        else:
            full *= _AGAIN
        if found.first < self.last:
            if noted and found.last - found.first > noted[-1].last - noted[-1].first:
                noted[-1] = found
            if full <= self.weight:
                return
            full, self.weight = full - self.weight, full
        else:
            self.weight = full
            if noted is not None:
                noted.append(found)
        self.last = found.last
        if found.changed:
            self.changed += full
        else:
            self.around += full


def topics_of(reading: Reading, order: Sequence[str]) -> list[Evidence]:
    """Gives the topics of a change, the strongest first, at most three."""
    near = _SENTENCE if reading.changed_words <= _SMALL else _SENTENCE_LARGE
    weighers: dict[str, _Weigher] = {}
    _weigh(reading.after, near, weighers, is_after=True)
    for weigher in weighers.values():
        weigher.last = -1
    _weigh(reading.before, near, weighers, is_after=False)
    place = _places(reading)
    for topic, weight in place.items():
        if weight >= _ENOUGH and topic not in weighers:
            weighers[topic] = _Weigher()
    return _chosen([_evidence(topic, w, place) for topic, w in weighers.items()], order)


def _weigh(side: Side, near: float, weighers: dict[str, _Weigher], *, is_after: bool) -> None:
    words = side.words
    for found in side.topics:
        meaning, first, last, changed = found
        weigher = weighers.get(meaning.name)
        if weigher is None:
            weigher = weighers[meaning.name] = _Weigher()
        noted: list[Found] | None = weigher.after if is_after else weigher.before
        full = meaning.weight
        if not changed:
            close = side.touched(side.sentence(side.starts[first]))
            full *= near if close else _CLAUSE
            noted = noted if close else None
        weigher.add(found, full, tuple(words[first:last]), noted)


def _places(reading: Reading) -> dict[str, float]:
    """Gives what the headings, the lead-in and the name of the document count for each topic."""
    place: dict[str, float] = {}
    for meaning in reading.place.topics:
        share = _PLACE_PRECISE if meaning.name in _PRECISE else _PLACE
        place[meaning.name] = min(_PLACE_MOST, place.get(meaning.name, 0.0) + share * meaning.weight)
    return place


def _evidence(topic: str, w: _Weigher, place: dict[str, float]) -> Evidence:
    around = min(w.around, _AROUND_MOST)
    return Evidence(topic, w.changed, around, place.get(topic, 0.0), tuple(w.before), tuple(w.after))


def _chosen(evidence: Sequence[Evidence], order: Sequence[str]) -> list[Evidence]:
    strong = [e for e in evidence if e.strength >= _ENOUGH]
    if len(strong) < 2:
        return strong
    least = min(_SHARE * max([e.strength for e in strong]), _OWN)
    kept = [e for e in strong if e.strength >= least or (e.topic in _PRECISE and e.changed >= 1)]
    if len(kept) > 1:
        kept = [e for e in kept if e.topic != _OTHER]
    return sorted(kept, key=lambda e: (-_rank(e), order.index(e.topic)))[:MOST]


def _rank(e: Evidence) -> float:
    """Puts topics of precise words first: what names them is seldom said by the way."""
    return e.strength + (2.0 if e.topic in _PRECISE and e.changed >= 1 else 0.0)
