"""Writes the paragraphs of a PDF file as canonical text, by the writer that writes HTML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.text.html_links import target
from tracker.text.html_words import NO_ATTRIBUTES
from tracker.text.html_write import Writer
from tracker.text.pdf_paragraphs import INDENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.text.html_write import Told
    from tracker.text.pdf_lines import Line, Words
    from tracker.text.pdf_paragraphs import Paragraph, Usual

_LARGER = 1.12  # times the size of the body: a heading
_LEVELS = 6
_HEADING = 120  # characters, at most, of a paragraph that only its bold letters make a heading
_PARTING = 0.02  # share of lines that end in a hyphen where a program parts words
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_WORD_END = re.compile(r"[^\s]+$")
_WORD_START = re.compile(r"[^\W_]+")


def written(paragraphs: Sequence[Paragraph], usual: Usual) -> str:
    """Tell the writer of canonical text what there is."""
    larger = {p.lines[0].size for p in paragraphs if _is_larger(p, usual)}
    levels = {size: min(level, _LEVELS) for level, size in enumerate(sorted(larger, reverse=True), 1)}
    whole_words = _Hyphens([line for paragraph in paragraphs for line in paragraph.lines])
    writer = Writer()
    lists = _Lists(writer)
    for paragraph in paragraphs:
        lists.place(paragraph)
        if _is_larger(paragraph, usual):
            writer.open_heading(levels[paragraph.lines[0].size])
        elif _is_bold_heading(paragraph, usual):
            writer.open_heading(min(len(levels) + 1, _LEVELS))
        for words, address in whole_words.joined(paragraph):
            if address:
                writer.link(words, address)
            else:
                writer.text(words)
        if _is_larger(paragraph, usual) or _is_bold_heading(paragraph, usual):
            writer.CLOSING["h1"](writer, NO_ATTRIBUTES)
        writer.boundary()
    lists.end()
    return writer.finished()


def _is_larger(paragraph: Paragraph, usual: Usual) -> bool:
    size = paragraph.lines[0].size
    return size >= _LARGER * usual.size and not paragraph.is_item and paragraph.length <= 2 * _HEADING


def _is_bold_heading(paragraph: Paragraph, usual: Usual) -> bool:
    return (
        all(line.is_bold for line in paragraph.lines)
        and not (usual.is_bold or paragraph.is_item)
        and paragraph.lines[0].size >= usual.size
        and paragraph.length <= _HEADING
        and not paragraph.lines[-1].text.endswith((".", ",", ";"))
    )


class _Lists:
    """The lists that are open, by the left edge of their bullets."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._edges: list[float] = []

    def place(self, paragraph: Paragraph) -> None:
        """Open and close lists as the next paragraph needs."""
        if not paragraph.is_item:
            self.end()
            return
        edge = paragraph.lines[0].left
        while self._edges and edge < self._edges[-1] - INDENT:
            self._close()
        if self._edges and edge <= self._edges[-1] + INDENT:
            self._tell(Writer.CLOSING, "li")
        else:
            self._tell(Writer.OPENING, "ul")
            self._edges.append(edge)
        self._tell(Writer.OPENING, "li")

    def end(self) -> None:
        """Close all lists."""
        while self._edges:
            self._close()

    def _close(self) -> None:
        self._tell(Writer.CLOSING, "li")
        self._tell(Writer.CLOSING, "ul")
        self._edges.pop()

    def _tell(self, edge: Mapping[str, Told], element: str) -> None:
        edge[element](self._writer, NO_ATTRIBUTES)


class _Hyphens:
    """Knows whether a hyphen at the end of a line belongs to its word, or only parts it there.

    What stands elsewhere in the document decides: the word with its hyphen, or without it. Where neither does, it
    depends on whether so many lines end in hyphens that a program must have put them there.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        self._words = {word.casefold() for line in lines for word in _WORD.findall(line.text)}
        self._parts_words = sum(line.is_hyphenated and line.text[-1].isalpha() for line in lines) >= _PARTING * len(
            lines
        )

    def joined(self, paragraph: Paragraph) -> Iterator[Words]:
        """Give the words of a paragraph, its lines joined."""
        rest = paragraph.mark
        lines = paragraph.lines
        for number, line in enumerate(lines):
            for words, address in line.words:
                yield words[rest:], target(address, "") if address else ""
                rest = max(0, rest - len(words))
            if number + 1 < len(lines):
                yield self._between(line, lines[number + 1]), ""

    def _between(self, line: Line, following: Line) -> str:
        """Give what stands between two lines of a paragraph."""
        if not line.is_hyphenated:
            return "" if line.text.endswith("-") and line.text[-2:-1].isalnum() else " "
        end, start = _WORD_END.search(line.text), _WORD_START.match(following.text)
        if not end or not start or not start.group()[0].islower() or not end.group().isalpha():
            return "-"
        if f"{end.group()}{start.group()}".casefold() in self._words:
            return ""
        if f"{end.group()}-{start.group()}".casefold() in self._words:
            return "-"
        return "" if self._parts_words else "-"
