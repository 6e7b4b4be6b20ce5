"""Reads a unit of canonical text into blocks: a unit means the same wherever it stands."""

from __future__ import annotations

import re

from tracker.model import BlockKind
from tracker.text.blocks import PSEUDO_HEADING, Block

_HEADING = re.compile(r"(#{1,6})(?:[ \t]+|$)")
_UNDERLINE = re.compile(r"(?:=+|-{2,})[ \t]*$")
_RULE = re.compile(r"([*_-])(?:[ \t]*\1){2,}[ \t]*$")
_TABLE_RULE = re.compile(r"\|[ \t:|-]+$")
_ITEM = re.compile(r"(?:[*+-]|\d{1,4}[.)]|[a-z][.)]|[ivxl]{1,6}[.)])(?:[ \t]+|$)")
_STANDS_ALONE = re.compile(r"[ \t]*(?:[*+-][ \t]|\||\d{1,4}[.)][ \t])(?!.*(?: {2}|\\)$)")
_QUOTE = re.compile(r"(?:>[ \t]?)+")
_HARD_BREAKS = ("  ", "\\")
_BOLD = re.compile(r"\*\*(?!\s)[^\n]{1,118}(?<![\s.;,])\*\*:?$")


def units_of(chunk: str) -> tuple[str, ...]:
    """Splits a list or table into its lines; any other chunk is one unit."""
    if "\n" not in chunk:
        return (chunk,)
    lines = chunk.split("\n")
    return tuple(lines) if all(map(_STANDS_ALONE.match, lines)) else (chunk,)


def read_unit(unit: str) -> tuple[Block, ...]:
    """Gives the blocks of a unit; lines that are only wrapped go on in their block, hard breaks end it."""
    if "\n" not in unit and unit[:1].isalpha() and "." not in unit[1:7] and ")" not in unit[1:7]:
        raw = unit.rstrip()  # a line of words that no marker opens: most units are of this kind
        return (Block(BlockKind.PARAGRAPH, 0, raw, (0, 0, len(raw))),)
    reader = _UnitReader()
    at = 0
    for line in unit.split("\n"):
        reader.take(line, at)
        at += len(line) + 1
    reader.close()
    return tuple(reader.blocks)


def _is_rule(body: str) -> bool:
    """Tells whether a line is a rule, or the one below the head of a table."""
    return bool(_RULE.match(body) or ("-" in body and _TABLE_RULE.match(body)))


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
