"""Reads a changed clause: the words of both sides, which of them changed, and the terms found there.

Words that only changed place (the `elsewhere` spans) do not count as changed, nor do pairs that differ in case,
quotes, dashes or blanks alone. Of long clauses only the neighbourhood of the changes is read.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from tracker.model import BlockKind, Op
from tracker.significance.lexicon import SHORT
from tracker.significance.terms import Meaning, Sense
from tracker.significance.words import Words, words_of
from tracker.text.normalize import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.model import ClauseChange, Noise, Span
    from tracker.significance.rules import LanguageRules
    from tracker.significance.terms import Hit

_MOST_SIDES = 3_000  # remembered sides
_REACH = 200  # how far is read around a change in a long clause
_SENTENCE = re.compile(r"[.!?]['\")\]\u201d\u2019]*\s+(?=[^\sa-zà-ÿа-я])|[;\n]")
_MARKS = str.maketrans(dict.fromkeys("*_\\\"'", ""))  # left-over markup, and quotes of any kind


def folded(text: str) -> str:
    """Gives what comparing looks at: no case, no blanks, no quotes, plain dashes."""
    return "".join(fold(text).translate(_MARKS).lower().split())


NOTHING = Sense((), (), (), frozenset())


class Hunk(NamedTuple):
    """One place where words went, came, or were replaced; spans in the two sides."""

    before: Span
    after: Span


class Found(NamedTuple):
    """A term found in a side, by the words it covers."""

    meaning: Meaning
    first: int  # word index
    last: int
    changed: bool


class Cue(NamedTuple):
    """A cue found: words that set the scene for a rule."""

    first: int  # word index
    last: int
    changed: bool


class Side:
    """One side of a clause as the rules see it: its words and the terms found, by what they mean."""

    __slots__ = (
        "_breaks",
        "_found_by",
        "changed",
        "cues",
        "ends",
        "noise",
        "points",
        "scenes",
        "starts",
        "text",
        "topics",
        "values",
        "words",
    )
    topics: list[Found]
    values: dict[str, list[Found]]
    cues: dict[str, list[Cue]]
    scenes: set[str]

    def __init__(self, text: str, words: Words, changed: bytes, rules: LanguageRules | None = None) -> None:
        self.text = text
        self.words, self.starts, self.ends = words
        self.changed = changed  # one a word: 1 where it changed
        self.noise: dict[bool, Noise | None] = {}  # what it is where it came or went as a whole: as a heading, or not
        self.points: tuple[int, ...] = ()  # where words of the other side are missing
        self._found_by = rules
        self._breaks: list[int] | None = None

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """Looks the terms up when one is first asked for: most of what is no news is told by its words alone."""
            if name not in ("topics", "values", "cues", "scenes"):
                raise AttributeError(name)
            self._find()
            return getattr(self, name)

    def _find(self) -> None:
        """Looks the terms of the language up and sorts them by what they mean."""
        self.topics, self.values, self.cues, self.scenes = [], {}, {}, set()
        rules = self._found_by
        if rules is None or not self.words:
            return
        words = Words(self.words, self.starts, self.ends)
        self._sort(rules.lexicon.terms_in(self.text, words), rules)

    def _sort(self, hits: Iterable[Hit], rules: LanguageRules) -> None:
        changed, topics, values, cues = self.changed, self.topics, self.values, self.cues
        make = tuple.__new__  # terms are many, and this is the quickest way
        for first, last, (names, facts, cued, scenes) in hits:
            touched = 1 in changed[first:last]
            for meaning in names:
                topics.append(make(Found, (meaning, first, last, touched)))
            for meaning in facts:
                values.setdefault(meaning.name, []).append(make(Found, (meaning, first, last, touched)))
            for name in cued:
                cues.setdefault(name, []).append(make(Cue, (first, last, touched)))
            if scenes:
                self.scenes |= scenes
        for topic, _, pattern in rules.patterns:
            match = pattern.search(self.text)
            first, last = self.words_in(match.span()) if match else (0, 0)
            if first < last:
                topics.append(Found(Meaning("topic", topic, "", 1.0), first, last, 1 in changed[first:last]))

    def negated(self, found: Found) -> bool:
        """Tells whether a "not" stands before a term in its sentence."""
        start = self.sentence(self.starts[found.first])[0]
        return any(cue.first < found.first and self.starts[cue.first] >= start for cue in self.cues.get("negation", ()))

    def sentence(self, at: int) -> Span:
        """Gives the span of the sentence that holds the offset."""
        if self._breaks is None:
            self._breaks = [m.end() for m in _SENTENCE.finditer(self.text)]
        breaks = self._breaks
        n = bisect_right(breaks, at)
        start = breaks[n - 1] if n else 0
        end = breaks[n] if n < len(breaks) else len(self.text)
        while end > start and self.text[end - 1].isspace():
            end -= 1
        return (start, end)

    def span(self, found: Found | Cue) -> Span:
        """Gives the place of a term in the text."""
        start, end = self.starts[found.first], self.ends[found.last - 1]
        if self.text[end - 2 : end - 1] == "." == self.text[end : end + 1]:  # the last point of "U.S."
            end += 1
        return (start, end)

    def extent(self, found: Found | None) -> Span | None:
        """Gives the place of a term that may not be there."""
        return self.span(found) if found else None

    @property
    def is_silent(self) -> bool:
        """Tells whether no term of the language stands here."""
        return not (self.topics or self.values or self.cues or self.scenes)

    def words_in(self, span: Span) -> tuple[int, int]:
        """Gives the range of words that a span touches."""
        return bisect_right(self.ends, span[0]), bisect_left(self.starts, span[1])

    def changed_within(self, span: Span) -> bool:
        """Tells whether a word of the span changed."""
        first, last = self.words_in(span)
        return 1 in self.changed[first:last]

    def touched(self, span: Span) -> bool:
        """Tells whether a word of the span changed, came or went."""
        return self.changed_within(span) or any(span[0] <= point <= span[1] for point in self.points)

    def said(self, found: Found | None) -> str | None:
        """Gives the words of a term as they stand in the text."""
        return self.text[slice(*self.span(found))] if found else None


class Reading(NamedTuple):
    """Both sides of a changed clause."""

    before: Side
    after: Side
    hunks: tuple[Hunk, ...]
    changed_words: int  # that changed and did not only move
    moved_words: int
    lead_in: Sense  # what the words that introduce its list speak of
    place: Sense  # what these, the headings and the name of the document speak of
    block: BlockKind
    listed_under: str  # the words that introduce its list, as they stand
    headings: tuple[str, ...]


def hunks_of(change: ClauseChange) -> tuple[Hunk, ...]:
    """Gives the places of a clause that changed in more than quotes, dashes, case or blanks."""
    before, after = change.before, change.after
    if before is None or after is None or not change.edits:
        return (Hunk((0, len(before or "")), (0, len(after or ""))),)
    hunks, a, b, gone, come = [], 0, 0, 0, 0
    for op, text in (*change.edits, (Op.EQUAL, "")):
        if op == Op.DELETE:
            gone += len(text)
        elif op == Op.INSERT:
            come += len(text)
        else:
            alike = gone and come and folded(before[a : a + gone]) == folded(after[b : b + come])
            if (gone or come) and not alike:
                hunks.append(Hunk((a, a + gone), (b, b + come)))
            a, b, gone, come = a + gone + len(text), b + come + len(text), 0, 0
    return tuple(hunks)


def read(change: ClauseChange, rules: LanguageRules | None, around: tuple[str, ...] = ()) -> Reading:
    """Reads a changed clause with the terms of a language; `around` is what stands above it (headings)."""
    hunks = hunks_of(change)
    before, gone, left = _side(change.before, [h.before for h in hunks], change.before_elsewhere, rules)
    after, come, arrived = _side(change.after, [h.after for h in hunks], change.after_elsewhere, rules)
    lead_in = rules.lexicon.said((change.lead_in,)) if rules else NOTHING
    place = rules.lexicon.said((*around, change.lead_in)) if rules else NOTHING
    return Reading(
        before,
        after,
        hunks,
        max(gone, come),
        max(left, arrived),
        lead_in,
        place,
        change.block,
        change.lead_in,
        change.path,
    )


def _side(
    text: str | None, spans: Sequence[Span], elsewhere: Sequence[Span], rules: LanguageRules | None
) -> tuple[Side, int, int]:
    """Gives the side, the number of words that changed and the number of words that only moved."""
    if not text:
        return Side("", Words([], [], []), b""), 0, 0
    whole = len(spans) == 1 and spans[0] == (0, len(text))
    if whole and not elsewhere and rules:
        side = rules.sides.get(text) or _whole_side(text, rules)
        return side, len(side.words), 0
    words = _words(text, spans, rules)
    changed = bytearray(b"\1" if whole else b"\0") * len(words.words)
    if not whole:
        _mark(changed, spans, words.starts, words.ends, 1)
    left = marked = changed.count(1)
    if elsewhere:
        _mark(changed, elsewhere, words.starts, words.ends, 0)
        left = changed.count(1)
    side = Side(text, words, bytes(changed), rules)
    side.points = tuple([start for start, end in spans if start == end])
    return side, left, marked - left


def _whole_side(text: str, rules: LanguageRules) -> Side:
    """Gives the side of a clause that came or went as a whole; remembered, for many do both."""
    words = rules.lexicon.words_in(text)
    side = Side(text, words, b"\1" * len(words.words), rules)
    if len(text) <= SHORT:
        if len(rules.sides) > _MOST_SIDES:
            rules.sides.clear()
        rules.sides[text] = side
    return side


def _words(text: str, spans: Sequence[Span], rules: LanguageRules | None) -> Words:
    if len(text) <= SHORT:
        return rules.lexicon.words_in(text) if rules else words_of(text)
    read = Words([], [], [])
    for start, end in _windows(text, spans):
        part = words_of(text[start:end], start)
        read.words.extend(part.words)
        read.starts.extend(part.starts)
        read.ends.extend(part.ends)
    return read


def _mark(changed: bytearray, spans: Iterable[Span], starts: Sequence[int], ends: Sequence[int], flag: int) -> None:
    for start, end in spans:
        first, last = bisect_right(ends, start), bisect_left(starts, end)
        if first < last:
            changed[first:last] = (b"\1" if flag else b"\0") * (last - first)


def _windows(text: str, spans: Sequence[Span]) -> list[Span]:
    """Gives the neighbourhood of what changed in a long text."""
    windows: list[Span] = []
    for span in spans:
        start = max(0, span[0] - _REACH)
        if start:
            start = text.find(" ", start, span[0]) + 1 or span[0]
        end = min(len(text), span[1] + _REACH)
        if end < len(text):
            end = max(text.rfind(" ", span[1], end), span[1])
        if windows and start <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(end, windows[-1][1]))
        else:
            windows.append((start, end))
    return windows
