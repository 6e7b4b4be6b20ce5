"""Blocks: the headings, paragraphs, list items, table rows and definitions that a text is made of.

Blocks know nothing of their place, so that versions share those of equal parts: a version costs only what it does not
share with the one before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import xxhash

from tracker.model import BlockKind
from tracker.text.inline import visible
from tracker.text.normalize import fold, fold_link
from tracker.text.tokens import Word, codes, content, token_starts, tokens, words

if TYPE_CHECKING:
    from collections.abc import Callable

SENTENCE_WORDS = 5  # a shorter sentence that stands elsewhere too is a chance repeat
PSEUDO_HEADING = 7  # the level of a paragraph that is all bold: below every real heading

BORDER = " | "  # between the cells of a row, in its words
CELL_BORDER = re.compile(r"\s*(?<!\\)\|\s*")
_SENTENCE = re.compile(r"[^\s.!?;:][^.!?;:]*(?:[.!?;:]+(?!\s)[^.!?;:]*)*[.!?;:]*")
_NUMBERED = frozenset(  # what stands before the number of a section, in the languages we meet
    {
        "article", "section", "chapter", "part", "annex", "clause", "schedule",
        "artikel", "abschnitt", "articulo", "artículo", "articolo", "artigo", "раздел", "статья",
    }
)  # fmt: skip
_NUMBER = re.compile(
    r"""
    (?:
      (?P<word>(?i:NUMBERED)
        \s+(?:\d{1,3}(?:\.\d{1,3})*|[IVXLC]{1,6}|[A-Z]))(?:[.:)](?!\w)|\s*[-\u2013\u2014]|$)
      | §{1,2}\s?(?P<sign>\d{1,3}(?:\.\d{1,3})*)[.:)]?
      | \((?P<bracket>\d{1,3}|[A-Za-z]{1,2}|[ivxlIVXL]{1,6})\)
      | (?P<dotted>\d{1,3}(?:\.\d{1,3}){1,5})(?:[.):]|(?=\s+[^\W\d_a-z]))
      | (?P<plain>\d{1,3}|[A-Za-z]|[ivxIVX]{2,6})[.)](?!\w)
    )\s*(?=\S)|(?P<alone>\d{1,3}(?:\.\d{1,3})*[.)]?)$
    """.replace("NUMBERED", "|".join(sorted(_NUMBERED))),
    re.VERBOSE,
)


def fingerprint(key: str) -> bytes:
    """Gives a short name for folded words (XXH3, 64 bits)."""
    return xxhash.xxh3_64_digest(key.encode("utf-8", "replace"))


class Block:
    """One block of text, free of its place. What only few are asked for is found when first asked for, and kept.

    Attributes:
        kind, level: what it is in its page; the level of a heading, the depth of an item.
        raw: its source without marker and indentation.
        open, start, close: offsets in the unit it was read from: of its marker, of `raw`, of the end of its underline.
        marker: the list marker before it; "" where there is none.
        full: the visible words; text: the same without the printed number, which takes `number_length` characters.
        number: the printed number, from the words or the list marker: "8.3", "(a)", "Article 4".
        links: link targets as they stand; folded_links: as comparing sees them.
        key: what comparing looks at: the folded words. Equal keys mean equal words.
        size: how many words it has, about.
        fingerprint: a short name for the key (XXH3, 64 bits).
        words: what stands between the blanks of the text.
        tokens, token_starts: the folded words and marks of the text, and where each begins in it.
        codes: the tokens as one-byte codes, for a quick look at how alike two blocks are.
        content: the words that carry meaning, about: those of at least five letters, blind to case.
        sentences: the key's sentences of at least SENTENCE_WORDS words.
    """

    __slots__ = (
        "close", "codes", "content", "fingerprint", "folded_links", "full", "key", "kind", "level", "links", "marker",
        "number", "number_length", "open", "raw", "sentences", "size", "start", "text", "token_starts", "tokens",
        "words",
    )  # fmt: skip
    fingerprint: bytes
    words: list[Word]
    tokens: list[str]
    token_starts: list[int]
    codes: bytes
    content: frozenset[str]
    sentences: tuple[str, ...]
    folded_links: tuple[str, ...]

    def __init__(self, kind: BlockKind, level: int, raw: str, extent: tuple[int, int, int], marker: str = "") -> None:
        self.kind = kind
        self.level = level
        self.raw = raw
        self.open, self.start, self.close = extent
        self.marker = marker
        if kind is BlockKind.ROW:
            text, self.links = visible(raw.strip("| \t"))
            text = CELL_BORDER.sub(BORDER, text)
        else:
            text, self.links = visible(raw)
        self.full = text
        number = number_of(text)
        if number is None:
            self.number, self.number_length = _ordinal(marker), 0
        else:
            self.number, self.number_length = number
            text = text[self.number_length :]
        self.text = text
        self.key = fold(text)
        self.size = text.count(" ") + 1

    def __getattr__(self, name: str) -> object:
        """Finds the attribute asked for the first time; later reads find it in its slot."""
        find = _FINDS.get(name)
        if find is None:
            raise AttributeError(name)
        value = find(self)
        setattr(self, name, value)
        return value

    def is_same(self, other: Block) -> bool:
        """Tells whether two blocks were read from the same source as the same thing."""
        return self is other or (
            self.key == other.key
            and self.raw == other.raw
            and self.kind is other.kind
            and self.level == other.level
            and self.marker == other.marker
            and self.close - self.start == other.close - other.start
            and self.start - self.open == other.start - other.open
        )

    @property
    def printed(self) -> str:
        """The visible words as printed, number in front."""
        return self.full if self.number_length or self.number is None else f"{self.marker} {self.full}"

    def __repr__(self) -> str:
        return f"Block({self.kind}, {self.level}, {self.number!r}, {self.text[:60]!r})"


_FINDS: dict[str, Callable[[Block], object]] = {
    "fingerprint": lambda block: fingerprint(block.key),
    "words": lambda block: words(block.text),
    "tokens": lambda block: tokens(block.words),
    "token_starts": lambda block: token_starts(block.text),
    "codes": lambda block: codes(block.words),
    "content": lambda block: content(block.words),
    "sentences": lambda block: tuple(
        [sentence for _, sentence in sentences(block.key) if sentence.count(" ") >= SENTENCE_WORDS - 1]
    ),
    "folded_links": lambda block: tuple([fold_link(link) for link in block.links]),
}


def sentences(text: str) -> list[tuple[int, str]]:
    """Splits a text into sentences and clauses between colons: the start of each and its words, end mark and all."""
    return [(found.start(), found.group().rstrip()) for found in _SENTENCE.finditer(text)]


def number_of(text: str) -> tuple[str, int] | None:
    """Finds the number printed before a text: the number and how many characters it takes, or None.

    >>> number_of("8.3. Law Enforcement Authorities")
    ('8.3', 5)
    """
    if not text or (text[0].isalpha() and not _may_number(text[:12])):
        return None
    found = _NUMBER.match(text)
    if not found:
        return None
    kind = found.lastgroup or ""
    value = found.group(kind)
    if kind == "bracket":
        value = f"({value})"
    elif kind == "sign":
        value = f"§ {value}"
    elif kind == "plain" and text[found.end(kind)] == ")":
        value += ")"
    if kind == "alone" and not value.rstrip(".)").count("."):
        return None
    return value.rstrip("."), found.end()


def _may_number(opening: str) -> bool:
    """Tells whether a text that begins with this letter may begin with a number: a quick look, nearly all do not."""
    word, blank, _ = opening.partition(" ")
    if blank and word.casefold() in _NUMBERED:
        return True
    return "." in opening[1:7] or ")" in opening[1:7]


def _ordinal(marker: str) -> str | None:
    marker = marker.rstrip(".")
    return marker if marker and marker not in "*+-:" else None
