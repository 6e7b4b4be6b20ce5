"""Reads a unit of canonical text into blocks: a unit means the same wherever it stands."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import NamedTuple

from tracker.model import BlockKind
from tracker.text.blocks import PSEUDO_HEADING, Block

_HEADING = re.compile(r"(#{1,6})(?:[ \t]+|$)")
_UNDERLINE = re.compile(r"(?:=+|-{2,})[ \t]*$")
_RULE = re.compile(r"([*_-])(?:[ \t]*\1){2,}[ \t]*$")
_TABLE_RULE = re.compile(r"\|[ \t:|-]+$")
_ITEM = re.compile(r"(?:[*+-]|\d{1,4}[.)]|[a-z][.)]|[ivxl]{1,6}[.)])(?:[ \t]+|$)")
_MARKED = r"[*+-][ \t]|\||\d{1,4}[.)][ \t]"
_PARTING = re.compile(
    rf"\n(?=[ \t]*(?:\n|{_MARKED}))"
)  # the end of a line before one that is blank or begins with a marker
_BEGINNING = re.compile(rf"[ \t]*(?:{_MARKED})")
_QUOTE = re.compile(r"(?:>[ \t]?)+")
_HARD_BREAKS = ("  ", "\\")
_BOLD = re.compile(r"\*\*(?!\s)[^\n]{1,118}(?<![\s.;,])\*\*:?$")


def units_of(chunk: str) -> tuple[list[str], list[int]]:
    """Splits a chunk into units, lists and tables into their lines; gives also where each begins."""
    if "\n" not in chunk:
        return [chunk], [0]
    units = _PARTING.split(chunk)
    return units, list(accumulate([len(unit) + 1 for unit in units[:-1]], initial=0))


def begins_unit(text: str, at: int, within: tuple[int, int]) -> bool:
    """Tells whether a unit begins at a place behind a line feed, as far as a stretch of the text tells."""
    start, end = within
    return (text[at - 2] == "\n" and at - 2 >= start) or _BEGINNING.match(text, at, end) is not None


def read_unit(unit: str) -> tuple[Block, ...]:
    """Gives the blocks of a unit; lines that are only wrapped go on in their block, hard breaks end it."""
    if "\n" not in unit:
        return _read_line(unit)
    reader = _UnitReader()
    at = 0
    for line in unit.split("\n"):
        reader.take(line, at)
        at += len(line) + 1
    reader.close()
    return tuple(reader.blocks)


class _Opening(NamedTuple):
    """What a line opens that a marker begins: the marker takes `length` characters of it."""

    kind: BlockKind
    level: int
    length: int
    marker: str = ""
    ends: bool = True  # no other line goes on in its block


def _opening(body: str, indent: int) -> _Opening | None:
    """Tells what a line opens, indented so many characters; None where no marker begins it."""
    first = body[0]
    if first == "|":
        return _Opening(BlockKind.ROW, 0, 0)
    if first == "#":
        heading = _HEADING.match(body)
        return _Opening(BlockKind.HEADING, heading.end(1), heading.end()) if heading else None
    if first == ":" and body[1:4] == "   ":
        return _Opening(BlockKind.DEFINITION, 0, 4, ":", ends=False)
    if first in "*+-" or body[1:2] in ".)" or (first.isalnum() and ("." in body[1:7] or ")" in body[1:7])):
        return _item(body, indent)
    return None


def _item(body: str, indent: int) -> _Opening | None:
    item = _ITEM.match(body)
    if not item:
        return None
    length = item.end()
    if body[length : length + 1] in ("*", "+", "-") and (inner := _ITEM.match(body, length)):
        length = inner.end()  # "* * text": an item that holds only a list
    heading = _HEADING.match(body, length)
    if heading:
        return _Opening(BlockKind.HEADING, heading.end(1) - length, heading.end(), item.group().strip())
    return _Opening(BlockKind.ITEM, indent // 2, length, item.group().strip(), ends=False)


def _is_rule(body: str) -> bool:
    """Tells whether a line is a rule, or the one below the head of a table."""
    if body[0] not in "*_-|" or body[-1] not in "*_-| \t:":
        return False
    return bool(_RULE.match(body) or ("-" in body and _TABLE_RULE.match(body)))


def _read_line(line: str) -> tuple[Block, ...]:
    """Reads a unit of one line, as nearly all are."""
    body = line.lstrip()
    start = indent = len(line) - len(body)
    if body[:1] == ">":
        quote = _QUOTE.match(body)
        if quote:
            body = body[quote.end() :]
            start += quote.end()
            if not body.strip():
                return ()
    if not body or _is_rule(body):
        return ()
    opening = _opening(body, indent)
    if opening is None:
        return _block(BlockKind.PARAGRAPH, 0, body, (indent, start), "", alone=True)
    kind, level, length, marker, _ = opening
    return _block(kind, level, body[length:], (indent, start + length), marker, alone=True)


def _block(
    kind: BlockKind, level: int, source: str, places: tuple[int, int], marker: str, *, alone: bool, end: int = 0
) -> tuple[Block, ...]:
    """Gives the block that some lines make; none where they have no words.

    `places` are where its marker and its words begin in the unit, `end` is the end of its underline; a paragraph that
    is all bold and stands `alone` on its line is a heading.
    """
    raw = source.rstrip()
    if not raw or raw == "\\":
        return ()
    if kind is BlockKind.PARAGRAPH and alone and raw.startswith("**") and _BOLD.match(raw):
        kind, level = BlockKind.HEADING, PSEUDO_HEADING
    opened, start = places
    block = Block(kind, level, raw, (opened, start, end or start + len(raw)), marker)
    if raw[0] in "[!<&" and not block.text and not block.number:  # an anchor or a picture alone has no words
        return ()
    return (block,)


class _UnitReader:
    """Reads a unit line by line; `lines` are those of the block that is not finished yet."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.lines: list[str] = []
        self.kind = BlockKind.PARAGRAPH
        self.level = 0
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
        indent = len(line) - len(body)
        start = at + indent
        quote = _QUOTE.match(body) if body[0] == ">" else None
        if quote:
            start += quote.end()
            body = body[quote.end() :]
            if not body.strip():
                self.close()
                return
        if body[0] in "=-" and _UNDERLINE.match(body) and self._is_open_title():
            self.kind, self.level = BlockKind.HEADING, 1 if body[0] == "=" else 2
            self.close(at + len(line.rstrip()))
        elif _is_rule(body):
            self.close()
        elif opening := _opening(body, indent):
            kind, level, length, marker, ends = opening
            self._open(kind, level, body[length:], (at + indent, start + length), marker)
            if ends:
                self.close()
        elif self.lines and not self.broken:
            self.lines.append(line)
        else:
            kind, level = (self.kind, self.level) if self.lines else (BlockKind.PARAGRAPH, 0)
            self._open(kind, level, body, (at + indent, start))
        self.broken = line.endswith(_HARD_BREAKS)

    def _is_open_title(self) -> bool:
        return len(self.lines) == 1 and self.kind is BlockKind.PARAGRAPH and not self.broken

    def _open(self, kind: BlockKind, level: int, text: str, places: tuple[int, int], marker: str = "") -> None:
        self.close()
        self.kind, self.level, self.marker = kind, level, marker
        self.opened, self.start = places
        self.lines.append(text)

    def close(self, end: int = 0) -> None:
        """Ends the open block, if there is one; `end` is the end of its underline."""
        if self.lines:
            alone = len(self.lines) == 1
            places = self.opened, self.start
            self.blocks += _block(
                self.kind, self.level, "\n".join(self.lines), places, self.marker, alone=alone, end=end
            )
        self.lines.clear()
        self.kind, self.level, self.marker, self.broken = BlockKind.PARAGRAPH, 0, "", False
