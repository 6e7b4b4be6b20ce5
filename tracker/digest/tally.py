"""Counting what a replay met: records, changes, noise by kind, and documents that gave no version at all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracker.model import Cause, Noise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.model import Change

# A record that ends in one of these gave no text to compare.
NO_VERSION = frozenset({Noise.EMPTY, Noise.NO_SELECTOR})


@dataclass(slots=True)
class Tally:
    """What was met in one document, or in all of them."""

    records: int = 0
    versions: int = 0  # texts known at the end: none where no record was a page of the document
    changes: int = 0
    shown: int = 0
    noise: Counter[Noise] = field(default_factory=Counter)

    def count(self, change: Change, *, is_shown: bool) -> None:
        """Count one record by the change it made."""
        self.records += 1
        self.changes += change.cause is not Cause.FIRST_RECORD
        self.shown += is_shown
        if change.noise is not None:
            self.noise[change.noise] += 1

    def add(self, other: Tally) -> None:
        """Take in what was counted elsewhere."""
        self.records += other.records
        self.versions += other.versions
        self.changes += other.changes
        self.shown += other.shown
        self.noise.update(other.noise)

    def outcomes(self) -> str:
        """Tell how many records gave no version, by what they were."""
        return _listed((kind, n) for kind, n in self.noise.most_common() if kind in NO_VERSION)

    def sentence(self, documents: int) -> str:
        """Tell the whole count in one line."""
        told = f"{_many(documents, 'document')}, {_many(self.records, 'record')}, "
        told += f"{_many(self.changes, 'change')}, {self.shown:,} shown"
        quiet = _listed((kind, n) for kind, n in self.noise.most_common() if kind not in NO_VERSION)
        without = self.outcomes()
        told += f"; noise: {quiet}" if quiet else ""
        return told + (f"; without a version: {without}" if without else "")


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _listed(counts: Iterable[tuple[Noise, int]]) -> str:
    return ", ".join(f"{kind} {count:,}" for kind, count in counts)
