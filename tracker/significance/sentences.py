"""What the words around a value say of it: who does it, to whom, and whether it is said at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.model import BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from tracker.significance.reading import Found, Reading, Side

_COUNTS = re.compile(
    r"\W*(?:(?:total|average|median|mean|overall) )?(?:number|count|percentage)s? of\b"
    r"|.*\b(?:average|median|mean) (?:number|time|days|response)\b",
    re.IGNORECASE,
)
_TALLY = re.compile(r":\s*[\d.,]+\s*(?:%|(?:business )?(?:days?|hours?))?\s*(?:\||\Z|[A-Z])")
_STUB = 80  # code points of a side that is a remnant of ...
_STUB_SHARE = 6  # ... one so many times longer
_ENDS = ".;:,)?!"
_RUN_IN = 8  # words of a heading that runs into its paragraph
# fmt: off
_SMALL = frozenset((
    "a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "our", "the", "to", "with", "your",
))
# fmt: on


def any_of(words: Iterable[str], members: AbstractSet[str]) -> bool:
    """Tells whether one of the words is a member."""
    return not members.isdisjoint(words)


def before(found: Found, side: Side) -> list[str]:
    """Gives the words of the sentence before a value, the nearest first."""
    start = side.sentence(side.starts[found.first])[0]
    first = found.first
    while first and side.starts[first - 1] >= start:
        first -= 1
    return list(side.words[first : found.first])[::-1]


def after(found: Found, side: Side) -> list[str]:
    """Gives the words of the sentence behind a value."""
    end = side.sentence(side.starts[found.first])[1]
    last = found.last
    while last < len(side.words) and side.starts[last] < end:
        last += 1
    return list(side.words[found.last : last])


def joined(side: Side, at: int) -> bool:
    """Tells whether nothing but a blank or a hyphen stands before a word."""
    if not 0 < at < len(side.words):
        return False
    between = side.text[side.ends[at - 1] : side.starts[at]]
    return len(between) == 1 and between in " -\u2011\u00a0"


def follows(found: Found, side: Side) -> str:
    """Gives the word that goes on from a value, if one does."""
    return side.words[found.last] if joined(side, found.last) else ""


def is_capital(side: Side, at: int) -> bool:
    """Tells whether a word begins with a capital letter."""
    return side.text[side.starts[at]].isupper()


def is_titled(found: Found, side: Side) -> bool:
    """Tells whether a value is printed like the title of something, though its text is not in capitals."""
    words = [n for n in range(found.first, found.last) if side.words[n] not in _SMALL]
    if side.text.isupper() or not all(is_capital(side, n) for n in words):
        return False
    start, end = side.sentence(side.starts[found.first])
    return found.first > 0 and side.starts[found.first] > start and not side.text[start:end].isupper()


def runs_in(found: Found, side: Side) -> bool:
    """Tells whether a value stands in a heading that runs into its paragraph: "Opting Out of Ads. You may ..."."""
    start, end = side.sentence(side.starts[found.first])
    if start or end >= len(side.text) - 1 or side.text.isupper():
        return False
    first, last = side.words_in((start, end))
    words = [n for n in range(first, last) if side.words[n] not in _SMALL]
    return last - first <= _RUN_IN and all(is_capital(side, n) for n in words)


def counts(text: str) -> bool:
    """Tells whether a text is a line of statistics."""
    return _COUNTS.match(text) is not None or _TALLY.search(text) is not None


def is_title(reading: Reading) -> bool:
    """Tells whether a clause is one of the titles that a page lists: no sentence, under words that lead in to none."""
    lead, text = reading.listed_under.rstrip(), (reading.after.text or reading.before.text).rstrip()
    if reading.block is not BlockKind.ITEM or not lead or lead[-1] in _ENDS or len(text) > _STUB:
        return False
    return text[-1:] not in _ENDS[:-2] and not counts(text)


def says_values(reading: Reading) -> bool:
    """Tells whether terms of a clause can be facts: it is no heading, no line of statistics, no remnant of a table."""
    if reading.block is BlockKind.HEADING or counts(reading.after.text or reading.before.text):
        return False
    short, long = sorted((len(reading.before.text), len(reading.after.text)))
    return not (0 < short < _STUB and long > _STUB_SHARE * short)
