"""What is kept of an article so that a change that comes later can find it: hashes of its words, in no order.

A sketch cannot be read: of every word that carries meaning it holds a hash of its stem, and of the words between
quotation marks once more. It says which changes an article may be about. What ties it to one is told from its text,
which is asked for again when there is such a change.
"""

from __future__ import annotations

import zlib
from array import array
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.coverage.archive import Archive
    from tracker.coverage.reading import Reading
    from tracker.coverage.targets import Target

_TELLS: Final = 7.0  # weight of the changed words an article has to hold: about two that are seldom
_SHARE: Final = 0.5  # of the changed words, where they weigh less than that altogether
_FEWEST: Final = 2
_QUOTED: Final = 12.0  # weight of quoted words, for a change far from the article in time


@dataclass(frozen=True, slots=True)
class Sketch:
    """The hashes of the words of an article, and of those it quotes."""

    words: frozenset[int]
    quoted: frozenset[int]

    def packed(self) -> bytes:
        """Gives the bytes that are kept."""
        both = array("I", (len(self.words), *sorted(self.words), *sorted(self.quoted)))
        return zlib.compress(both.tobytes())


def sketch(reading: Reading) -> Sketch:
    """Takes the sketch of an article."""
    quoted = frozenset(stem for quote in reading.quotations for stem in quote.stems)
    return Sketch(frozenset(map(hashed, reading.counts)), frozenset(map(hashed, quoted)))


def unpacked(packed: bytes) -> Sketch:
    """Gives the sketch that was packed."""
    both = array("I", zlib.decompress(packed))
    end = both[0] + 1
    return Sketch(frozenset(both[1:end]), frozenset(both[end:]))


def hashed(stem: str) -> int:
    """Gives the hash of a stem, the same in every process."""
    return zlib.crc32(stem.encode())


@dataclass(frozen=True, slots=True)
class Wanted:
    """The changed words of a wording, by their hashes, with what each tells."""

    weights: dict[int, float]
    change: int  # its place in the sequence of changes


def wanted(known: Archive, since: int) -> tuple[Wanted, ...]:
    """Gives what articles would have to hold to be about the changes from a place in the sequence on."""
    return tuple(
        Wanted(_weights(target, known), one.change)
        for target in known.targets
        for one in target.occurrences
        if one.change >= since
    )


def _weights(target: Target, known: Archive) -> dict[int, float]:
    return {hashed(stem): known.rarity[stem] for stem in target.changed}


def may_concern(sketched: Sketch, one: Wanted, *, timely: bool) -> bool:
    """Tells whether an article may be about a change; one far from it in time has to quote it."""
    if not timely:
        return _weight(one, sketched.quoted & one.weights.keys()) >= _QUOTED
    shared = sketched.words & one.weights.keys()
    if len(shared) < min(_FEWEST, len(one.weights)):
        return False
    weight = _weight(one, shared)
    return weight >= _TELLS or weight >= _SHARE * _weight(one, one.weights)


def _weight(one: Wanted, hashes: Iterable[int]) -> float:
    return fsum(one.weights[each] for each in hashes)
