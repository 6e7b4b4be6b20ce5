"""Collects the words of one block, with what each looks like and where it leads."""

from __future__ import annotations

from collections.abc import Mapping

from tracker.text.html_inline import BREAK, GAP, INVISIBLE, PLAIN, Look, Run, line, paragraphs
from tracker.text.html_links import target

Attributes = Mapping[str, str | None]
NO_ATTRIBUTES: Attributes = {}


class Words:
    """The words since the last boundary between blocks."""

    def __init__(self, base: str, dropped: tuple[str, ...]) -> None:
        self.runs: list[Run] = []
        self.lines_kept = 0  # how many elements are open that keep lines as they are
        self._base = base
        self._dropped = dropped
        self._has_breaks = False
        self._look: Look = PLAIN
        self._looks: list[Look] = []  # before each open link or emphasis

    def text(self, words: str) -> None:
        """Take the characters of a text node."""
        if not words.isascii():
            words = INVISIBLE.sub("", words)
        if self.lines_kept:
            for at, part in enumerate(words.split("\n")):
                if at:
                    self.line_break()
                self.runs.append((part, self._look))
        elif self.runs or not words.isspace():
            self.runs.append((words, self._look))

    def link(self, words: str, address: str) -> None:
        """Take words that lead to an address, whatever link is open."""
        self.runs.append((words, (address, self._look[1], self._look[2])))

    def taken(self) -> list[list[str]]:
        """Give the words as lines, paragraph by paragraph, and begin anew."""
        runs, self.runs = self.runs, []
        if self._has_breaks:
            self._has_breaks = False
            return paragraphs(runs)
        words = line(runs)
        return [[words]] if words else []

    def taken_as_one_line(self) -> str:
        """Give the words as one line without emphasis, and begin anew."""
        runs, self.runs = self.runs, []
        self._has_breaks = False
        return line([GAP if run is BREAK else (run[0], (run[1][0], False, False)) for run in runs])

    def line_break(self, _: Attributes = NO_ATTRIBUTES) -> None:
        """End the line, not the block."""
        self.runs.append(BREAK)
        self._has_breaks = True

    def gap(self, _: Attributes = NO_ATTRIBUTES) -> None:
        """Keep the words on both sides apart."""
        self.runs.append(GAP)

    def quotation_mark(self, _: Attributes = NO_ATTRIBUTES) -> None:
        """Take the mark that browsers print around short quotes."""
        self.text('"')

    def open_bold(self, _: Attributes = NO_ATTRIBUTES) -> None:
        """Begin bold words."""
        self._looks.append(self._look)
        self._look = (self._look[0], True, self._look[2])

    def open_emphasis(self, _: Attributes = NO_ATTRIBUTES) -> None:
        """Begin emphasised words."""
        self._looks.append(self._look)
        self._look = (*self._look[:2], True)

    def open_link(self, attributes: Attributes) -> None:
        """Begin words that lead somewhere."""
        self._looks.append(self._look)
        href = attributes.get("href")
        self._look = (target(href, self._base, self._dropped) if href else "", *self._look[1:])

    def close_look(self, _: Attributes = NO_ATTRIBUTES) -> None:
        """End the innermost link, bold or emphasis."""
        self._look = self._looks.pop()
