"""Blocks: the headings, paragraphs, list items, table rows and definitions that a chunk of text is made of.

A chunk is what stands between blank lines. Blocks know nothing of their place, so that equal chunks of different
versions share theirs: a version costs only what it does not share with the one before.
"""

from __future__ import annotations

import re
from functools import cached_property

from tracker.model import BlockKind
from tracker.text.inline import visible
from tracker.text.normalize import fold, fold_link
from tracker.text.tokens import code, tokens

PSEUDO_HEADING = 7  # the level of a paragraph that is all bold: below every real heading

_HEADING = re.compile(r"(#{1,6})(?:[ \t]+|$)")
_UNDERLINE = re.compile(r"(?:=+|-{2,})[ \t]*$")
_RULE = re.compile(r"([*_-])(?:[ \t]*\1){2,}[ \t]*$")
_TABLE_RULE = re.compile(r"\|[ \t:|-]*-[ \t:|-]*$")
_ITEM = re.compile(r"(?:[*+-]|\d{1,4}[.)]|[a-z][.)]|[ivxl]{1,6}[.)])(?:[ \t]+|$)")
_QUOTE = re.compile(r"(?:>[ \t]?)+")
_HARD_BREAK = re.compile(r"(?: {2,}|\\)$")
_BOLD = re.compile(r"\*\*(?!\s)[^\n]{1,118}(?<![\s.;,])\*\*:?$")
_NUMBER = re.compile(
    r"""
    (?:
      (?P<word>(?i:article|section|chapter|part|annex|clause|schedule|artikel|abschnitt|articulo|artículo|articolo|artigo|раздел|статья)
        \s+(?:\d{1,3}(?:\.\d{1,3})*|[IVXLC]{1,6}|[A-Z]))(?:[.:)](?!\w)|\s*[-\u2013\u2014]|$)
      | §{1,2}\s?(?P<sign>\d{1,3}(?:\.\d{1,3})*)[.:)]?
      | \((?P<bracket>\d{1,3}|[A-Za-z]{1,2}|[ivxlIVXL]{1,6})\)
      | (?P<dotted>\d{1,3}(?:\.\d{1,3}){1,5})(?:[.):]|(?=\s+[^\W\d_a-z]))
      | (?P<plain>\d{1,3}|[A-Za-z]|[ivxIVX]{2,6})[.)](?!\w)
    )\s*(?=\S)|(?P<alone>\d{1,3}(?:\.\d{1,3})*[.)]?)$
    """,
    re.VERBOSE,
)


class Block:
    """One block of text, free of its place; its words are read once, when first asked for.

    `raw` is its source without marker and indentation, `start` its place in the chunk; `open` and `close` hold the marker
    before it and the underline behind it too.
    """

    def __init__(self, kind: BlockKind, level: int, raw: str, extent: tuple[int, int, int], marker: str = "") -> None:
        self.kind = kind
        self.level = level
        self.raw = raw
        self.open, self.start, self.close = extent
        self.marker = marker

    @cached_property
    def _read(self) -> tuple[str, str | None, int, tuple[str, ...]]:
        raw = self.raw.strip("| \t") if self.kind is BlockKind.ROW else self.raw
        text, links = visible(raw)
        if self.kind is BlockKind.ROW:
            text = re.sub(r"\s*(?<!\\)\|\s*", " | ", text)
        number = number_of(text)
        return (text, _ordinal(self.marker), 0, links) if number is None else (text, *number, links)

    @cached_property
    def text(self) -> str:
        """The visible words without the printed number."""
        full, _, length, _ = self._read
        return full[length:] if length else full

    @property
    def full(self) -> str:
        """The visible words with the number where it is one of them."""
        return self._read[0]

    @property
    def printed(self) -> str:
        """The visible words as printed, number in front."""
        full, number, length, _ = self._read
        return full if length or number is None else f"{self.marker} {full}"

    @property
    def number(self) -> str | None:
        """The printed number, from the words or the list marker: "8.3", "(a)", "Article 4"."""
        return self._read[1]

    @property
    def number_length(self) -> int:
        """How many characters of the visible words the printed number and the blank behind it take."""
        return self._read[2]

    @property
    def links(self) -> tuple[str, ...]:
        """Link targets as they stand."""
        return self._read[3]

    @cached_property
    def key(self) -> str:
        """What comparing looks at: the folded words. Equal keys mean equal words."""
        return fold(self.text)

    @cached_property
    def folded_links(self) -> tuple[str, ...]:
        """Link targets as comparing sees them."""
        return tuple([fold_link(link) for link in self.links])

    @cached_property
    def tokens(self) -> list[str]:
        """The folded words and marks of the text."""
        return self._tokens[0]

    @property
    def token_starts(self) -> list[int]:
        """Where each token begins in the text."""
        return self._tokens[1]

    @cached_property
    def _tokens(self) -> tuple[list[str], list[int]]:
        return tokens(self.text)

    @cached_property
    def content(self) -> frozenset[str]:
        """The words that carry meaning, about: those of at least five letters, blind to case."""
        return frozenset([token.casefold() for token in self.tokens if len(token) > 4])

    @cached_property
    def codes(self) -> bytes:
        """The tokens as one-byte codes, for a quick look at how alike two blocks are."""
        return bytes([code(token) for token in self.tokens])

    @cached_property
    def size(self) -> int:
        """How many words it has, about: blanks and one."""
        return self.key.count(" ") + 1 if self.key else 0

    def __repr__(self) -> str:
        return f"Block({self.kind}, {self.level}, {self.number!r}, {self.text[:60]!r})"


def number_of(text: str) -> tuple[str, int] | None:
    """Finds the number printed before a text: the number and how many characters it takes, or None.

    >>> number_of("8.3. Law Enforcement Authorities")
    ('8.3', 5)
    """
    if not text or (text[0].isalpha() and text[1:2] not in ".)" and " " not in text[:12]):
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


def _ordinal(marker: str) -> str | None:
    marker = marker.rstrip(".")
    return marker if marker and marker not in "*+-:" else None


def blocks_of(chunk: str) -> tuple[Block, ...]:
    """Splits a chunk into its blocks; lines that are only wrapped go on in their block, hard breaks end it."""
    reader = _ChunkReader()
    at = 0
    for line in chunk.split("\n"):
        reader.take(line, at)
        at += len(line) + 1
    reader.close()
    return tuple(reader.blocks)


class _ChunkReader:
    """Reads a chunk line by line; `open` are the lines of the block that is not finished yet."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.lines: list[str] = []
        self.kind = BlockKind.PARAGRAPH
        self.level = 0
        self.line_start = 0
        self.opened = 0
        self.start = 0
        self.marker = ""
        self.broken = False

    def take(self, line: str, at: int) -> None:
        """Reads one line that stands at `at` in the chunk."""
        body = line.lstrip()
        if not body:
            self.close()
            return
        start = at + len(line) - len(body)
        self.line_start = start
        quote = _QUOTE.match(body)
        if quote:
            start += quote.end()
            body = body[quote.end() :]
            if not body.strip():
                self.close()
                return
        first = body[0]
        if first in "=-" and _UNDERLINE.match(body) and self._is_open_title():
            self.kind, self.level = BlockKind.HEADING, 1 if first == "=" else 2
            self.close(at + len(line.rstrip()))
        elif first in "*_-|" and (_RULE.match(body) or _TABLE_RULE.match(body)):
            self.close()
        elif first == "|":
            self._open(BlockKind.ROW, 0, body, start)
            self.close()
        elif first == "#" and (heading := _HEADING.match(body)):
            self._open(BlockKind.HEADING, heading.end(1), body[heading.end() :], start + heading.end())
            self.close()
        elif first == ":" and body[1:4] == "   ":
            self._open(BlockKind.DEFINITION, 0, body[4:], start + 4, ":")
        elif (first in "*+-" or body[1:2] in ".)" or first.isalnum()) and (item := _ITEM.match(body)):
            self._item(body, start, item.group().strip(), item.end(), (len(line) - len(line.lstrip())) // 2)
        elif self.lines and not self.broken:
            self.lines.append(line)
        else:
            self._open(self.kind if self.lines else BlockKind.PARAGRAPH, self.level if self.lines else 0, body, start)
        self.broken = bool(_HARD_BREAK.search(line))

    def _item(self, body: str, start: int, marker: str, length: int, level: int) -> None:
        rest = body[length:]
        if rest and rest[0] in "*+-" and (inner := _ITEM.match(rest)):  # "* * text": an item that holds only a list
            length += inner.end()
            rest = body[length:]
        heading = _HEADING.match(rest)
        if heading:
            length += heading.end()
            self._open(BlockKind.HEADING, heading.end(1), body[length:], start + length, marker)
            self.close()
        else:
            self._open(BlockKind.ITEM, level, rest, start + length, marker)

    def _is_open_title(self) -> bool:
        return len(self.lines) == 1 and self.kind is BlockKind.PARAGRAPH and not self.broken

    def _open(self, kind: BlockKind, level: int, text: str, start: int, marker: str = "") -> None:
        self.close()
        self.kind, self.level, self.start, self.marker = kind, level, start, marker
        self.opened = self.line_start
        self.lines.append(text)

    def close(self, end: int = 0) -> None:
        """Ends the open block, if there is one; `end` is the end of its underline."""
        if not self.lines:
            return
        raw = "\n".join(self.lines).rstrip()
        if raw and raw != "\\":
            kind, level = self.kind, self.level
            if kind is BlockKind.PARAGRAPH and len(self.lines) == 1 and raw.startswith("**") and _BOLD.match(raw):
                kind, level = BlockKind.HEADING, PSEUDO_HEADING
            extent = self.opened, self.start, end or self.start + len(raw)
            block = Block(kind, level, raw, extent, self.marker)
            if raw[0] not in "[!<&" or block.text or block.number:  # an anchor or a picture alone has no words
                self.blocks.append(block)
        self.lines.clear()
        self.kind, self.level, self.marker, self.broken = BlockKind.PARAGRAPH, 0, "", False
