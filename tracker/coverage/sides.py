"""The two sides of a changed clause: their words, and which of them changed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.coverage.words import masked, words
from tracker.model import ChangeKind, Op

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.coverage.words import Words
    from tracker.model import ClauseChange, Edit, Span

MOVED: Final = 0.45  # a sentence that only moved can be news, but most moves are not
_NEW: Final = 1.0
_OLD: Final = 0.9
_LONGEST: Final = 6000  # characters of a clause that are looked at; beyond lie lists and whole pages in one line
_RUN: Final = 4  # words in a row by which a text is known to stand already


class Side(NamedTuple):
    """One side of a changed clause as it is kept: which of its words changed, and what a quotation of them counts."""

    name: str  # "before" or "after"
    plain: str
    changed: bytes  # of each of its words, in their order: 1 where it changed
    worth: float

    @property
    def words(self) -> Words:
        """Gives the words, read anew: most sides are never looked at again, and words take room."""
        return parsed(self.plain)


@dataclass(slots=True)
class Draft:
    """A side while it is worked on."""

    name: str
    plain: str
    words: Words
    changed: bytearray
    worth: float

    def side(self) -> Side:
        """Gives what is kept of it."""
        return Side(self.name, self.plain, bytes(self.changed), self.worth)

    def changed_stems(self) -> tuple[str, ...]:
        """Gives the stems of the words that changed."""
        return tuple(stem for stem, changed in zip(self.words.stems, self.changed, strict=True) if changed)

    def runs(self) -> list[int]:
        """Gives every run of words, by its hash."""
        stems = self.words.stems
        return list(map(hash, zip(stems, stems[1:], stems[2:], stems[3:], strict=False)))

    def without_known(self, known: set[int]) -> None:
        """Counts no word as new that came in a run of words which the document held already."""
        if self.name == "before" or not known or not any(self.changed):
            return
        for start, run in enumerate(self.runs()):
            if run in known:
                self.changed[start : start + _RUN] = bytes(_RUN)

    def without(self, stems: frozenset[str]) -> None:
        """Counts no word as changed that changed on the other side too: it only changed place."""
        for place, stem in enumerate(self.words.stems):
            if self.changed[place] and stem in stems:
                self.changed[place] = 0


@lru_cache(maxsize=1 << 12)  # pages that flap show the same clauses again and again
def parsed(plain: str) -> Words:
    """Gives the words of a masked text."""
    return words(plain)


def drafts(clause: ClauseChange) -> tuple[Draft, ...]:
    """Gives the sides of a changed clause, the new one first."""
    if clause.kind in {ChangeKind.MOVED, ChangeKind.COPIED} and not clause.edits:
        moved = _draft("after", clause.after, [(0, len(clause.after or ""))], (), MOVED)
        return (moved,) if moved else ()
    after = _draft("after", clause.after, _touched(clause, Op.INSERT), clause.after_elsewhere, _NEW)
    before = _draft("before", clause.before, _touched(clause, Op.DELETE), clause.before_elsewhere, _OLD)
    if after and before:
        came, went = frozenset(after.changed_stems()), frozenset(before.changed_stems())
        after.without(went)
        before.without(came)
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


def _draft(name: str, text: str | None, spans: Sequence[Span], elsewhere: Sequence[Span], worth: float) -> Draft | None:
    if not text:
        return None
    plain = _masked(text[:_LONGEST])
    found = parsed(plain)
    changed = bytearray(len(found.stems))
    _mark(changed, found, spans, 1)
    _mark(changed, found, elsewhere, 0)
    return Draft(name, plain, found, changed, worth)


@lru_cache(maxsize=1 << 12)
def _masked(text: str) -> str:
    return masked(text)


def _mark(flags: bytearray, found: Words, spans: Sequence[Span], flag: int) -> None:
    """Marks the words that the spans touch."""
    for start, end in spans:
        first, last = bisect_right(found.ends, start), bisect_left(found.starts, end)
        flags[first:last] = bytes((flag,)) * max(0, last - first)
