"""A column of blocks: the page itself, or one cell of a table. Knows quotes and items, but no elements."""

from __future__ import annotations

from dataclasses import dataclass, field

from tracker.text.html_inline import starting_a_line
from tracker.text.html_lists import BULLET

_DEEPEST = 16  # boxes inside one another; what lies deeper is written as if it did not
_INDENT = "    "


@dataclass(slots=True)
class Block:
    """One heading, paragraph, item or table, with the marks of what it stands in."""

    lines: list[str]
    level: int = 0  # of a heading
    tight: bool = False  # stands on the line right after the block before it
    is_table: bool = False

    def text(self) -> str:
        """Return the block as it stands in the text."""
        return ("\n" if self.is_table else "  \n").join(self.lines)


@dataclass(slots=True)
class _Box:
    """Something that blocks stand in: a quote, a list item or a definition."""

    first: str  # before the first line of the first block
    rest: str  # before every other line
    list_id: int = 0
    used: bool = False
    dissolved: bool = False  # what it holds is written as if it stood outside

    @property
    def is_item(self) -> bool:
        return self.list_id > 0

    @property
    def is_definition(self) -> bool:
        return self.first.startswith(":")


@dataclass(slots=True)
class Column:
    """Takes lines and puts them into blocks, each with the marks of the boxes that are open."""

    blocks: list[Block] = field(default_factory=list)
    _boxes: list[_Box] = field(default_factory=list)
    _lists: list[int] = field(default_factory=list)
    _lists_seen: int = 0
    _last_chain: tuple[int, ...] = ()  # the lists in which the last block stands
    _after_term: bool = False

    def open_list(self) -> None:
        """Begin a list; its items follow."""
        self._lists_seen += 1
        self._lists.append(self._lists_seen)

    def close_list(self) -> None:
        """End the innermost list."""
        if self._lists:
            self._lists.pop()

    def open_item(self, marker: str) -> None:
        """Begin an item of the innermost list."""
        if not self._lists:
            self.open_list()  # an item without a list; browsers show it with a bullet
        self._open(_Box(marker, _INDENT, list_id=self._lists[-1]))

    def open_quote(self) -> None:
        """Begin a block quote."""
        self._open(_Box("> ", "> "))

    def open_definition(self) -> None:
        """Begin the definition of the term before it."""
        self._open(_Box(":   ", _INDENT))

    def close_box(self) -> None:
        """End the innermost quote, item or definition."""
        self._boxes.pop()

    def paragraph(self, lines: list[str]) -> None:
        """Add a paragraph."""
        self._add(Block([starting_a_line(line) for line in lines]))

    def term(self, lines: list[str]) -> None:
        """Add a term that definitions may follow."""
        self.paragraph(lines)
        self._after_term = True

    def end_terms(self) -> None:
        """Let no definition follow: the list of terms is over."""
        self._after_term = False

    def heading(self, level: int, words: str) -> None:
        """Add a heading; a list item that begins with it becomes the section it heads."""
        numbers = ""
        for box in self._boxes:
            if box.is_item or box.is_definition:
                if not (box.used or box.dissolved) and box.first != BULLET and box.is_item:
                    numbers += box.first
                box.dissolved = True
        self._add(Block([f"{'#' * level} {numbers}{words}"], level=level))

    def table(self, lines: list[str]) -> None:
        """Add a table that holds data."""
        self._add(Block(lines, is_table=True))

    def adopt(self, blocks: list[Block]) -> None:
        """Add blocks of a cell whose table only places things."""
        for block in blocks:
            if block.level:
                self.heading(block.level, block.lines[0].removeprefix("#" * block.level + " "))
            else:
                self._add(block)

    def _open(self, box: _Box) -> None:
        box.dissolved = sum(not each.dissolved for each in self._boxes) >= _DEEPEST
        self._boxes.append(box)

    def _add(self, block: Block) -> None:
        if self._boxes:
            self._mark(block)
            self._after_term = any(box.is_definition and not box.dissolved for box in self._boxes)
        else:
            self._last_chain = ()
            self._after_term = False
        self.blocks.append(block)

    def _mark(self, block: Block) -> None:
        self._dissolve_empty_boxes()
        boxes = [box for box in self._boxes if not box.dissolved]
        chain = tuple(box.list_id for box in boxes if box.is_item)
        innermost = boxes[-1] if boxes else None
        if innermost and not innermost.used and (innermost.is_item or innermost.is_definition):
            last = self._last_chain
            follows = bool(last) and ((chain[-1:] and chain[-1] in last) or last == chain[:-1])
            block.tight = innermost.is_definition or bool(innermost.is_item and follows)
        first = "".join(box.rest if box.used else box.first for box in boxes)
        rest = "".join(box.rest for box in boxes)
        block.lines = [f"{rest if at else first}{line}" for at, line in enumerate(block.lines)]
        for box in boxes:
            box.used = True
        self._last_chain = chain

    def _dissolve_empty_boxes(self) -> None:
        """Drop the bullets of items that hold nothing but the next item, and definitions of no term."""
        following_item = False
        for box in reversed(self._boxes):
            if box.used or box.dissolved:
                continue
            if (box.is_item and following_item) or (box.is_definition and not self._after_term):
                box.dissolved = True
            following_item = following_item or box.is_item
