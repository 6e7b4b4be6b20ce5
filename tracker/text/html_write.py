"""Writes canonical text: told of elements and words in the order of the page, gives blocks of small Markdown.

Nothing here knows a parser. An element is told by its name and, where `WITH_ATTRIBUTES` has it, with its
attributes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from tracker.text.html_column import Column
from tracker.text.html_lists import Numbering
from tracker.text.html_table import Cell, Table, span
from tracker.text.html_words import NO_ATTRIBUTES, Attributes, Words

Told = Callable[["Writer", Attributes], None]

WITH_ATTRIBUTES = frozenset({"a", "ol", "ul", "li", "td", "th", "table"})
# What may stand inside a heading without ending it: boxes for design.
_WITHIN_HEADING = ("div", "header", "hgroup", "center", "section", "article", "main", "address")
_OTHER_BLOCKS = (
    "aside", "body", "caption", "details", "dialog", "fieldset", "figcaption", "figure", "footer",
    "form", "hr", "html", "legend", "nav", "optgroup", "option", "p", "search", "tbody", "tfoot",
    "thead",
)  # fmt: skip


def _heading_opener(level: int) -> Told:
    def told(writer: Writer, _: Attributes) -> None:
        writer.open_heading(level)

    return told


class Writer(Words):
    """Collects the canonical text of one page.

    `OPENING` and `CLOSING` hold what to call at the start and end of the elements that matter, by name.
    """

    def __init__(self, base: str = "", dropped: tuple[str, ...] = ()) -> None:
        super().__init__(base, dropped)
        self._columns = [Column()]
        self._tables: list[Table] = []
        self._numberings: list[Numbering] = []
        self._heading = 0
        self._in_term = False

    def boundary(self, _: Attributes = NO_ATTRIBUTES) -> None:
        """End the block: words after this do not go on in its line."""
        if not self.runs:
            return
        column = self._columns[-1]
        if self._heading:
            if words := self.taken_as_one_line():
                column.heading(self._heading, words)
                self._heading = 0
            return
        write = column.term if self._in_term else column.paragraph
        for lines in self.taken():
            write(lines)

    def finished(self) -> str:
        """Return the canonical text of what was told."""
        self.boundary()
        parts: list[str] = []
        for block in self._columns[0].blocks:
            if parts:
                parts.append("\n" if block.tight else "\n\n")
            parts.append(block.text())
        return "".join(parts) + "\n" if parts else ""

    # Blocks

    def _block_within_heading(self, _: Attributes) -> None:
        if self._heading:
            self.gap()
        else:
            self.boundary()

    def _open_pre(self, _: Attributes) -> None:
        self.boundary()
        self.lines_kept += 1

    def _close_pre(self, _: Attributes) -> None:
        self.boundary()
        self.lines_kept -= 1

    def _open_summary(self, _: Attributes) -> None:
        self.boundary()
        self.open_bold()

    def _close_summary(self, _: Attributes) -> None:
        self.boundary()
        self.close_look()

    def open_heading(self, level: int) -> None:
        """Begin a heading."""
        self.boundary()
        self._heading = level

    def _close_heading(self, _: Attributes) -> None:
        self.boundary()
        self._heading = 0

    def _open_quote(self, _: Attributes) -> None:
        self.boundary()
        self._columns[-1].open_quote()

    def _close_box(self, _: Attributes) -> None:
        self.boundary()
        self._columns[-1].close_box()

    def _open_term(self, _: Attributes) -> None:
        self.boundary()
        self._in_term = True

    def _close_term(self, _: Attributes) -> None:
        self.boundary()
        self._in_term = False

    def _edge_of_terms(self, _: Attributes) -> None:
        self.boundary()
        self._columns[-1].end_terms()

    def _open_definition(self, _: Attributes) -> None:
        self.boundary()
        self._columns[-1].open_definition()

    # Lists

    def _open_bullets(self, attributes: Attributes) -> None:
        self._open_list(Numbering(ordered=False, attributes=attributes))

    def _open_numbers(self, attributes: Attributes) -> None:
        self._open_list(Numbering(ordered=True, attributes=attributes))

    def _open_list(self, numbering: Numbering) -> None:
        self.boundary()
        self._numberings.append(numbering)
        self._columns[-1].open_list()

    def _close_list(self, _: Attributes) -> None:
        self.boundary()
        self._numberings.pop()
        self._columns[-1].close_list()

    def _open_item(self, attributes: Attributes) -> None:
        self.boundary()
        numbering = self._numberings[-1] if self._numberings else Numbering(ordered=False, attributes={})
        self._columns[-1].open_item(numbering.marker(attributes.get("value")))

    def skip_item(self, attributes: Attributes) -> None:
        """Count an item that is no part of the document; those after it keep their numbers."""
        if self._numberings:
            self._numberings[-1].marker(attributes.get("value"))

    # Tables

    def _open_table(self, attributes: Attributes) -> None:
        self.boundary()
        for outer in self._tables:
            outer.places_things = True
        self._tables.append(Table(places_things=attributes.get("role") in ("presentation", "none")))

    def _close_table(self, _: Attributes) -> None:
        self.boundary()
        table = self._tables.pop()
        column = self._columns[-1]
        if table.holds_data():
            column.table(table.lines())
        else:
            for row in table.rows:
                for cell in row:
                    column.adopt(cell.blocks)

    def _open_row(self, _: Attributes) -> None:
        self.boundary()
        if self._tables:
            self._tables[-1].rows.append([])

    def _open_cell(self, attributes: Attributes) -> None:
        self.boundary()
        if not self._tables:
            return
        rows = self._tables[-1].rows or [[]]
        self._tables[-1].rows = rows
        column = Column()
        rows[-1].append(Cell(column.blocks, span(attributes.get("colspan")), span(attributes.get("rowspan"))))
        self._columns.append(column)

    def _close_cell(self, _: Attributes) -> None:
        self.boundary()
        if self._tables:
            self._columns.pop()

    OPENING: ClassVar[dict[str, Told]] = {
        **{f"h{level}": _heading_opener(level) for level in range(1, 7)},
        **dict.fromkeys(_OTHER_BLOCKS, boundary),
        **dict.fromkeys(_WITHIN_HEADING, _block_within_heading),
        **dict.fromkeys(("ul", "menu", "dir"), _open_bullets),
        **dict.fromkeys(("b", "strong"), Words.open_bold),
        **dict.fromkeys(("i", "em"), Words.open_emphasis),
        **dict.fromkeys(("pre", "listing", "xmp", "plaintext"), _open_pre),
        **dict.fromkeys(("td", "th"), _open_cell),
        **dict.fromkeys(("button", "input", "img", "label"), Words.gap),
        "ol": _open_numbers,
        "li": _open_item,
        "blockquote": _open_quote,
        "dl": _edge_of_terms,
        "dt": _open_term,
        "dd": _open_definition,
        "summary": _open_summary,
        "table": _open_table,
        "tr": _open_row,
        "br": Words.line_break,
        "q": Words.quotation_mark,
        "a": Words.open_link,
    }
    CLOSING: ClassVar[dict[str, Told]] = {
        **dict.fromkeys(_OTHER_BLOCKS, boundary),
        **dict.fromkeys(_WITHIN_HEADING, _block_within_heading),
        **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _close_heading),
        **dict.fromkeys(("ul", "menu", "dir", "ol"), _close_list),
        **dict.fromkeys(("b", "strong", "i", "em", "a"), Words.close_look),
        **dict.fromkeys(("pre", "listing", "xmp", "plaintext"), _close_pre),
        **dict.fromkeys(("td", "th"), _close_cell),
        **dict.fromkeys(("blockquote", "li", "dd"), _close_box),
        **dict.fromkeys(("button", "label"), Words.gap),
        "dl": _edge_of_terms,
        "dt": _close_term,
        "summary": _close_summary,
        "table": _close_table,
        "tr": boundary,
        "q": Words.quotation_mark,
    }
