"""What frames the pages of a PDF file: running headers and footers, page numbers. They are no part of the document."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.text.pdf_lines import Line

_EDGE = 3  # lines from the upper and from the lower edge in which a frame stands
_SHARE = 0.4  # of the pages on which it repeats; those on the left and on the right may differ
_SAME_HEIGHT = 4.0  # points
_COUNTED = 0.5  # share of the pages that print a number, from which on it is taken for that of the page
_NUMBER = re.compile(r"\d+")
_AT_AN_END = re.compile(r"^\W*(\d{1,4})\b|\b(\d{1,4})\W*$")


def without_frame(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Give the lines of each page without those that repeat at its edges or hold its number."""
    frame = {*_repeated(pages), *_numbered(pages)}
    return [[line for line in page if line not in frame] for page in pages]


def _edges(page: Sequence[Line], depth: int) -> Iterator[Line]:
    by_height = sorted(page, key=lambda line: line.base)
    yield from dict.fromkeys((*by_height[:depth], *by_height[-depth:]))


def _repeated(pages: Sequence[Sequence[Line]]) -> Iterator[Line]:
    """Give the lines that most pages have at the same height, alike or but for the number of the page."""
    alike: defaultdict[tuple[str, int], list[Line]] = defaultdict(list)
    for page in pages:
        for line in _edges(page, _EDGE):
            words = _NUMBER.sub("#", " ".join(line.text.split()))
            alike[words, round(line.base / _SAME_HEIGHT)].append(line)
    least = max(2, _SHARE * len(pages))
    for lines in alike.values():
        if len(lines) >= least and len({line.page for line in lines}) == len(lines) and _says_nothing_new(lines):
            yield from lines


def _says_nothing_new(lines: Sequence[Line]) -> bool:
    """Tell whether lines that are alike hold the same numbers, or some that grow with those of their pages."""
    numbers = [tuple(map(int, _NUMBER.findall(line.text))) for line in lines]
    if len(set(numbers)) == 1:
        return True
    return any(
        len({number - line.page for line, number in zip(lines, column, strict=True)}) == 1
        for column in zip(*numbers, strict=True)
    )


def _numbered(pages: Sequence[Sequence[Line]]) -> Iterator[Line]:
    """Give the first and last lines of pages that begin or end with the number of the page, whatever else they say."""
    found = [
        (line, int(number) - line.page)
        for page in pages
        for line in _edges(page, 1)
        for match in _AT_AN_END.finditer(line.text)
        for number in filter(None, match.groups())
    ]
    offsets = Counter(offset for _, offset in {(line.page, offset) for line, offset in found})
    usual, count = offsets.most_common(1)[0] if offsets else (0, 0)
    if count >= max(3, _COUNTED * len(pages)):
        yield from (line for line, offset in found if offset == usual)
