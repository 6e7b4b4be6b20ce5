"""Blocks: the headings, paragraphs, list items, table rows and definitions that a chunk of text is made of.

A chunk is what stands between blank lines. Blocks know nothing of their place, so that versions share those of equal
parts: a version costs only what it does not share with the one before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import xxhash

from tracker.model import BlockKind
from tracker.text.inline import visible
from tracker.text.normalize import fold, fold_link
from tracker.text.tokens import codes, token_starts, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SENTENCE_WORDS = 5  # a shorter sentence that stands elsewhere too is a chance repeat
PSEUDO_HEADING = 7  # the level of a paragraph that is all bold: below every real heading

_HEADING = re.compile(r"(#{1,6})(?:[ \t]+|$)")
_UNDERLINE = re.compile(r"(?:=+|-{2,})[ \t]*$")
_RULE = re.compile(r"([*_-])(?:[ \t]*\1){2,}[ \t]*$")
_TABLE_RULE = re.compile(r"\|[ \t:|-]+$")
_ITEM = re.compile(r"(?:[*+-]|\d{1,4}[.)]|[a-z][.)]|[ivxl]{1,6}[.)])(?:[ \t]+|$)")
_STANDS_ALONE = re.compile(r"[ \t]*(?:[*+-][ \t]|\||\d{1,4}[.)][ \t])(?!.*(?: {2}|\\)$)")
_CELL_BORDER = re.compile(r"\s*(?<!\\)\|\s*")
_SENTENCE = re.compile(r"[^\s.!?;:][^.!?;:]*(?:[.!?;:]+(?!\s)[^.!?;:]*)*[.!?;:]*")
_QUOTE = re.compile(r"(?:>[ \t]?)+")
_HARD_BREAKS = ("  ", "\\")
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


def fingerprint(key: str) -> bytes:
    """Gives a short name for folded words (XXH3, 64 bits)."""
    return xxhash.xxh3_64_digest(key.encode("utf-8", "replace"))


class Block:
    """One block of text, free of its place. What it says is read when first asked for, and kept.

    Attributes:
        kind, level: what it is in its page; the level of a heading, the depth of an item.
        raw: its source without marker and indentation.
        open, start, close: offsets in the unit it was read from: of its marker, of `raw`, of the end of its underline.
        marker: the list marker before it; "" where there is none.
        full: the visible words; text: the same without the printed number, which takes `number_length` characters.
        number: the printed number, from the words or the list marker: "8.3", "(a)", "Article 4".
        links: link targets as they stand; folded_links: as comparing sees them.
        key: what comparing looks at: the folded words. Equal keys mean equal words.
        fingerprint: a short name for the key (XXH3, 64 bits).
        tokens, token_starts: the folded words and marks of the text, and where each begins in it.
        codes: the tokens as one-byte codes, for a quick look at how alike two blocks are.
        content: the words that carry meaning, about: those of at least five letters, blind to case.
        sentences: the key's sentences of at least SENTENCE_WORDS words.
        size: how many words it has, about.
    """

    __slots__ = (
        "close", "codes", "content", "fingerprint", "folded_links", "full", "key", "kind", "level", "links", "marker",
        "number", "number_length", "open", "raw", "sentences", "size", "start", "text", "token_starts", "tokens",
    )  # fmt: skip
    full: str
    text: str
    number: str | None
    number_length: int
    links: tuple[str, ...]
    folded_links: tuple[str, ...]
    key: str
    fingerprint: bytes
    tokens: list[str]
    token_starts: list[int]
    codes: bytes
    content: frozenset[str]
    sentences: tuple[str, ...]
    size: int

    def __init__(self, kind: BlockKind, level: int, raw: str, extent: tuple[int, int, int], marker: str = "") -> None:
        self.kind = kind
        self.level = level
        self.raw = raw
        self.open, self.start, self.close = extent
        self.marker = marker

    def __getattr__(self, name: str) -> object:
        """Fills the attribute asked for the first time; later reads find it in its slot."""
        fill = _FILLS.get(name)
        if fill is None:
            raise AttributeError(name)
        fill(self)
        return getattr(self, name)

    def _read(self) -> None:
        raw = self.raw.strip("| \t") if self.kind is BlockKind.ROW else self.raw
        text, self.links = visible(raw)
        if self.kind is BlockKind.ROW:
            text = _CELL_BORDER.sub(" | ", text)
        self.full = self.text = text
        number = number_of(text)
        if number is None:
            self.number, self.number_length = _ordinal(self.marker), 0
        else:
            self.number, self.number_length = number
            self.text = text[self.number_length :]

    def _tokenize(self) -> None:
        self.tokens = tokens(self.text)

    def _place_tokens(self) -> None:
        self.token_starts = token_starts(self.text)

    def _fold(self) -> None:
        self.key = fold(self.text)

    def _hash(self) -> None:
        self.fingerprint = fingerprint(self.key)

    def _measure(self) -> None:
        self.size = self.text.count(" ") + 1

    def _encode(self) -> None:
        self.codes = codes(self.tokens)

    def _weigh(self) -> None:
        self.content = frozenset([token.casefold() for token in self.tokens if len(token) > 4])

    def _part(self) -> None:
        found = [sentence for _, sentence in sentences(self.key)]
        self.sentences = tuple([s for s in found if s.count(" ") >= SENTENCE_WORDS - 1])

    def _fold_links(self) -> None:
        self.folded_links = tuple([fold_link(link) for link in self.links])

    def is_same(self, other: Block) -> bool:
        """Tells whether two blocks were read from the same source as the same thing."""
        return self is other or (
            self.raw == other.raw
            and self.kind is other.kind
            and self.level == other.level
            and self.marker == other.marker
            and self.close - self.start == other.close - other.start
        )

    @property
    def printed(self) -> str:
        """The visible words as printed, number in front."""
        return self.full if self.number_length or self.number is None else f"{self.marker} {self.full}"

    def __repr__(self) -> str:
        return f"Block({self.kind}, {self.level}, {self.number!r}, {self.text[:60]!r})"


_FILLS: dict[str, Callable[[Block], None]] = {
    **dict.fromkeys(("full", "text", "number", "number_length", "links"), Block._read),  # noqa: SLF001  # its own methods
    "tokens": Block._tokenize,  # noqa: SLF001
    "token_starts": Block._place_tokens,  # noqa: SLF001
    "key": Block._fold,  # noqa: SLF001
    "fingerprint": Block._hash,  # noqa: SLF001
    "size": Block._measure,  # noqa: SLF001
    "codes": Block._encode,  # noqa: SLF001
    "content": Block._weigh,  # noqa: SLF001
    "sentences": Block._part,  # noqa: SLF001
    "folded_links": Block._fold_links,  # noqa: SLF001
}


def sentences(text: str) -> list[tuple[int, str]]:
    """Splits a text into sentences and clauses between colons: the start of each and its words, end mark and all."""
    return [(found.start(), found.group().rstrip()) for found in _SENTENCE.finditer(text)]


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


def _is_rule(body: str) -> bool:
    """Tells whether a line is a rule, or the one below the head of a table."""
    return bool(_RULE.match(body) or ("-" in body and _TABLE_RULE.match(body)))


def _ordinal(marker: str) -> str | None:
    marker = marker.rstrip(".")
    return marker if marker and marker not in "*+-:" else None


class Chunk(NamedTuple):
    """The blocks of a chunk, and where in it the unit of each begins."""

    blocks: tuple[Block, ...]
    places: tuple[int, ...]


_SHELF = 3000  # chunks and units kept of a document, twice over


class Shelf:
    """The blocks read lately of one document, by their source: what comes back is not read again.

    Two generations: when the young one is full it becomes the old one, and what the old one held is forgotten.
    """

    def __init__(self) -> None:
        self._young: dict[str, Chunk] = {}
        self._old: dict[str, Chunk] = {}

    def chunk(self, source: str) -> Chunk:
        """Gives the blocks of a chunk; lines that are only wrapped go on in their block, hard breaks end it."""
        found = self._young.get(source)
        if found is not None:
            return found
        found = self._old.get(source) or self._read(source)
        if len(self._young) >= _SHELF:
            self._old, self._young = self._young, {}
        self._young[source] = found
        return found

    def _read(self, source: str) -> Chunk:
        """Reads a chunk, unit by unit: a unit means the same wherever it stands."""
        units = _units(source)
        if len(units) == 1:
            return _read_unit(source)
        blocks: list[Block] = []
        places: list[int] = []
        at = 0
        for unit in units:
            found = self.chunk(unit).blocks
            blocks += found
            places += [at] * len(found)
            at += len(unit) + 1
        return Chunk(tuple(blocks), tuple(places))


def _units(chunk: str) -> Sequence[str]:
    """Splits a list or table into its lines; any other chunk is one unit."""
    if "\n" not in chunk:
        return (chunk,)
    lines = chunk.split("\n")
    return lines if all(map(_STANDS_ALONE.match, lines)) else (chunk,)


def _read_unit(unit: str) -> Chunk:
    if "\n" not in unit and unit[:1].isalpha() and "." not in unit[1:7] and ")" not in unit[1:7]:
        raw = unit.rstrip()  # a line of words that no marker opens: most units are of this kind
        return Chunk((Block(BlockKind.PARAGRAPH, 0, raw, (0, 0, len(raw))),), (0,))
    reader = _UnitReader()
    at = 0
    for line in unit.split("\n"):
        reader.take(line, at)
        at += len(line) + 1
    reader.close()
    return Chunk(tuple(reader.blocks), (0,) * len(reader.blocks))


class _UnitReader:
    """Reads a unit line by line; `open` are the lines of the block that is not finished yet."""

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
        """Reads one line that stands at `at` in the unit."""
        body = line.lstrip()
        if not body:
            self.close()
            return
        start = at + len(line) - len(body)
        self.line_start = start
        quote = _QUOTE.match(body) if body[0] == ">" else None
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
        elif (
            first in "*_-|"
            and body[-1] in "*_-| \t:"
            and (_RULE.match(body) or ("-" in body and _TABLE_RULE.match(body)))
        ):
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
        self.broken = line.endswith(_HARD_BREAKS)

    def _item(self, body: str, start: int, marker: str, length: int, level: int) -> None:
        rest = body[length:]
        if rest and rest[0] in "*+-" and (inner := _ITEM.match(rest)):  # "* * text": an item that holds only a list
            length += inner.end()
            rest = body[length:]
        heading = _HEADING.match(rest) if rest[:1] == "#" else None
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
