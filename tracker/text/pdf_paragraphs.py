"""Puts the printed lines of a PDF file together: which of them are one paragraph, and which of those are items."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.text.pdf_lines import Line

INDENT = 4.0  # points, up to which left edges are the same
_LOOSE = 1.3  # of the usual distance of lines: from here on a new paragraph begins
_ALIKE = 0.1  # of the size
_SAME_COLUMN = 40.0  # points between left edges
_SENTENCE_ENDS = (".", "!", "?", ":", ";")
_BULLET = re.compile(r"[•◦▪●○■□‣⁃∙·➢➤✓❖\uf0b7\uf0a7\uf076\uf0d8]\s*|[*–-]\s+")  # noqa: RUF001  marks, no letters
_NUMBERED = re.compile(
    r"(?:\(?(?:\d{1,3}(?:\.\d{1,3}){0,4}|[a-zA-Z]|[ivxIVX]{1,5})[.)]|\d{1,3}(?:\.\d{1,3}){1,4}|§+)(?:\s|$)"
)


@dataclass(frozen=True, slots=True)
class Usual:
    """What most of a document looks like."""

    size: float
    is_bold: bool
    spacing: float  # between base lines, in points

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Usual:
        """Look at all lines of a document."""
        sizes: Counter[float] = Counter()
        weights: Counter[bool] = Counter()
        for line in lines:
            sizes[line.size] += len(line.text)
            weights[line.is_bold] += len(line.text)
        size = sizes.most_common(1)[0][0]
        body = [line for line in lines if line.size == size]
        steps = Counter(round(b.base - a.base) for a, b in itertools.pairwise(body) if a.page == b.page)
        plausible = {step: count for step, count in steps.items() if 0.9 * size < step < 3 * size}
        often = max(plausible.values(), default=0)
        spacing = min((step for step, count in plausible.items() if 3 * count >= often), default=1.2 * size)
        return cls(size, weights.most_common(1)[0][0], spacing)


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together."""

    lines: list[Line]
    is_item: bool
    mark: int  # how many characters of it are its bullet

    @classmethod
    def begun_by(cls, line: Line) -> Paragraph:
        """Begin a paragraph."""
        bullet = _BULLET.match(line.text)
        return cls([line], line.has_bullet or bullet is not None, bullet.end() if bullet else 0)

    @property
    def length(self) -> int:
        """How many characters it has."""
        return sum(len(line.text) + 1 for line in self.lines)


def paragraphs(pages: Sequence[Sequence[Line]], usual: Usual) -> Iterator[Paragraph]:
    """Put the lines of all pages together to paragraphs, in the order of the file."""
    open_one: Paragraph | None = None
    for page in pages:
        for line in page:
            if open_one and _goes_on(open_one, line, pages[open_one.lines[-1].page], usual):
                open_one.lines.append(line)
                continue
            if open_one:
                yield open_one
            open_one = Paragraph.begun_by(line)
    if open_one:
        yield open_one


def _goes_on(paragraph: Paragraph, line: Line, page: Sequence[Line], usual: Usual) -> bool:
    """Tell whether a line goes on with a paragraph, or begins one of its own."""
    last = paragraph.lines[-1]
    if last.is_hyphenated and not line.has_bullet:
        return True
    starts_small = line.text[0].islower()
    if line.has_bullet or _BULLET.match(line.text) or not _is_alike(last, line):
        return False
    if last.is_bold != line.is_bold and not starts_small:
        return False
    if not _is_full(last, line, page):
        return False
    if last.page != line.page or line.base < last.base:
        return starts_small or not (last.text.endswith(_SENTENCE_ENDS) or _NUMBERED.match(line.text))
    return _is_next(paragraph, line, usual.spacing * line.size / usual.size)


def _is_next(paragraph: Paragraph, line: Line, spacing: float) -> bool:
    """Tell whether a line stands where the next one of a paragraph would stand."""
    last = paragraph.lines[-1]
    step, shift = line.base - last.base, line.left - last.left
    if not 0.5 * line.size <= step <= _LOOSE * spacing:
        return False
    if len(paragraph.lines) > 1:
        return abs(shift) <= INDENT
    if _NUMBERED.match(line.text):
        return False
    return shift <= INDENT or bool(paragraph.is_item or _NUMBERED.match(last.text))


def _is_alike(one: Line, other: Line) -> bool:
    """Tell whether lines are of one size, but for the letters of another font among them."""
    return abs(one.size - other.size) <= _ALIKE * one.size


def _is_full(last: Line, line: Line, page: Sequence[Line]) -> bool:
    """Tell whether a line ends because the first word of the next one found no room in it."""
    column = (each for each in page if abs(each.left - last.left) <= _SAME_COLUMN and _is_alike(each, last))
    edge = max((each.right for each in column), default=last.right)
    return last.right + 0.2 * last.size + line.first_word > edge - 0.02 * (edge - last.left)
