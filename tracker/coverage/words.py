"""Words, sentences and quotations of a text, with their offsets: what articles and clauses are read into."""

from __future__ import annotations

import re
from array import array
from functools import lru_cache
from typing import Final, NamedTuple

from tracker.coverage.lexicon import ending_off, lexicon, root

_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_MONTHS: Final = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
# A stamp is no wording: "September 23, 2024" in a tweet once matched a line of a policy's own changelog.
_DATE: Final = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?)?(?:{_MONTHS})\.?\s+(?:\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s+\d{{4}}\b)?|\d{{4}}\b)"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})\b|\b\d{{4}}-\d\d-\d\d\b|\b\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}\b",
    re.IGNORECASE,
)
# Every repetition is bounded or taken at once: a hundred thousand dots in a row cost no more than other text.
_SENTENCE_END: Final = re.compile(
    r"[.!?\u2026]{1,4}[\"\u201d\u2019')\]]{0,4}\s{1,8}(?=[\"\u201c\u2018(\[]?[^\Wa-z_])|\n\s*"
)
_QUOTATION: Final = re.compile(
    r"\u201c([^\u201c\u201d]{12,2000})\u201d|\"([^\"\n]{12,2000})\"|\u00ab([^\u00ab\u00bb]{12,2000})\u00bb|"
    r"\u201e([^\u201e\u201c\u201d]{12,2000})[\u201c\u201d]|\u2018([^\u2018\n]{12,600}?)\u2019(?!\w)"
)
_DIGIT: Final = re.compile(r"\d")
_SHORTEST_SENTENCE: Final = 3  # "U.S." and "Inc." end no sentence


class Words(NamedTuple):
    """The words of a text that carry meaning, by their stems, and where each begins and ends."""

    stems: tuple[str, ...]
    starts: array[int]
    ends: array[int]


class Fragment(NamedTuple):
    """A sentence or a quotation: where it stands, its words, and its text ready for aligning."""

    start: int
    end: int
    quoted: bool
    stems: frozenset[str]
    plain: str


@lru_cache(maxsize=1 << 17)
def stem(word: str) -> str:
    """Gives the stem of a lower-case word; "" where the word carries no meaning of its own."""
    word = word.replace("\u2019", "'").removesuffix("'s").replace("'", "")
    if word in lexicon().stop or (len(word) < 2 and not word.isdigit()):
        return ""
    return root(word)


def lower(text: str) -> str:
    """Gives the text in lower case, every character in its place (the lower case of a few is longer)."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c if len(c.lower()) != 1 else c.lower() for c in text)


def masked(text: str) -> str:
    """Gives the text with its dates blanked out, in lower case and at the same offsets."""
    plain = lower(text)
    return _DATE.sub(_blank, plain) if _DIGIT.search(plain) else plain  # no date is without a digit


def _blank(found: re.Match[str]) -> str:
    return " " * (found.end() - found.start())


def words(plain: str, language: str | None = None) -> Words:
    """Gives the meaningful words of a masked text; words of another language by their English counterpart."""
    glossary = lexicon().glossary.get((language or "en")[:2].lower(), {})
    stems, starts, ends = [], array("I"), array("I")
    for match in _WORD.finditer(plain):
        word = match[0]
        if found := stem(glossary.get(ending_off(word), word) if glossary else word):
            stems.append(found)
            starts.append(match.start())
            ends.append(match.end())
    return Words(tuple(stems), starts, ends)


def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Gives the spans of the sentences of a text."""
    spans: list[tuple[int, int]] = []
    start = 0
    for end in [*(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]:
        broken_line = "\n" in text[max(start, end - 3) : end]
        if broken_line or end == len(text) or len(text[start:end].split()) >= _SHORTEST_SENTENCE:
            if text[start:end].strip():
                spans.append(_trimmed(text, start, end))
            start = end
    return tuple(spans)


def quotations(text: str) -> tuple[tuple[int, int], ...]:
    """Gives the spans of the words that stand between quotation marks."""
    return tuple(match.span(match.lastindex or 0) for match in _QUOTATION.finditer(text))


def dates(text: str) -> tuple[str, ...]:
    """Gives the dates a text names, as they stand."""
    return tuple(match.group() for match in _DATE.finditer(text)) if _DIGIT.search(text) else ()


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())
