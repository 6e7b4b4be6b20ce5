"""What two versions share to the letter, set aside before anything of it is read.

Most of a new version stands in the old one as it is. What both begin and end with, then chunks, then the lines of lists
and tables that are the same and keep their order become one block on both sides, an anchor like any other to the
aligner; what they hold is read only if somebody asks where a clause stands.
"""

from __future__ import annotations

import re
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from tracker.diff.rows import surely_in_order, weight_unread
from tracker.model import BlockKind
from tracker.text.blocks import Block
from tracker.text.shelf import BLANK_LINE
from tracker.text.units import begins_unit, units_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tracker.text.version import Version

STEP = 16384  # characters compared at once, at first
LEAST_STEP = 8


class Shared(Block):
    """A stretch of text that both versions have; it stands in for its blocks."""

    __slots__ = ("source",)

    def __init__(self, source: str, number: int) -> None:
        self.kind = BlockKind.PARAGRAPH
        self.key = f"\0{number}"  # no text has this key
        self.source = source

    def is_same(self, other: Block) -> bool:
        """Tells whether it stands in for the same stretch."""
        return self is other

    def has_line(self, raw: str) -> bool:
        """Tells whether one of its lines has a block's source behind its marker."""
        return raw in self.source and re.search(rf"(?m)(?:^|[ \t]){re.escape(raw)}[ \t]*$", self.source) is not None

    def __getattr__(self, name: str) -> object:
        """Weighs the stretch when its place is in question."""
        if name != "size":
            raise AttributeError(name)
        self.size = weight_unread(self.source)
        return self.size


class Row:
    """The blocks of a version that have to be read to compare it with another one, with stand-ins for the others."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self.blocks: list[Block] = []
        self._marks: list[tuple[int, int]] = []  # places in `blocks`, and in the text

    def add(self, stretch: Shared, at: int) -> None:
        """Adds a stand-in for what begins at a place in the text."""
        self._marks.append((len(self.blocks), at))
        self.blocks.append(stretch)

    def read(self, sources: Iterable[str], at: int) -> None:
        """Reads what stands next in the text, from a place in it."""
        self._marks.append((len(self.blocks), at))
        chunk = self.version.shelf.chunk
        for source in sources:
            self.blocks += chunk(source).blocks

    def places(self) -> list[int]:
        """Gives the number that each block has in its version, that of its first for a stand-in; at last, their end."""
        out: list[int] = []
        for (first, at), (end, _) in pairwise([*self._marks, (len(self.blocks), 0)]):
            start = self.version.index_at(at)
            out += range(start, start + end - first)
        return [*out, len(self.version.blocks)]


def rows_apart(old: Version, new: Version) -> tuple[Row, Row]:
    """Reads of two versions what is not the same in both."""
    cutter = _Cutter(Row(old), Row(new))
    cutter.cut()
    return cutter.old, cutter.new


def read_whole(version: Version) -> Row:
    """Reads all of a version."""
    row = Row(version)
    row.read(version.text.split(BLANK_LINE), 0)
    return row


class _Parts:
    """Pieces of a text, one behind the other, and where in it each begins."""

    def __init__(self, sources: list[str], starts: list[int]) -> None:
        self.sources = sources
        self.starts = starts

    def __getitem__(self, wanted: slice) -> _Parts:
        return _Parts(self.sources[wanted], self.starts[wanted])

    def lines(self) -> _Parts:
        """Gives the same pieces, lists and tables in lines."""
        sources: list[str] = []
        starts: list[int] = []
        for source, start in zip(self.sources, self.starts, strict=True):
            units, places = units_of(source)
            sources += units
            starts += [start + place for place in places]
        return _Parts(sources, starts)


def _chunks(text: str, start: int, end: int) -> _Parts:
    """Cuts a stretch of text at its blank lines; those it ends with are left out."""
    stretch = text[start:end].rstrip("\n")
    if not stretch:
        return _Parts([], [])
    sources = stretch.split(BLANK_LINE)
    return _Parts(sources, list(accumulate([len(s) + len(BLANK_LINE) for s in sources[:-1]], initial=start)))


class _Cutter:
    """Cuts two texts into what both have and what only one has."""

    def __init__(self, old: Row, new: Row) -> None:
        self.old = old
        self.new = new
        self._stretches = 0

    def cut(self) -> None:
        """Fills both rows."""
        a, b = self.old.version.text, self.new.version.text
        head, tail = _same_ends(a, b)
        if head:
            self._share(0, 0, a[:head])
        left, right = _chunks(a, head, len(a) - tail), _chunks(b, head, len(b) - tail)
        self._set_aside(left, right, in_lines=False)
        if tail:
            self._share(len(a) - tail, len(b) - tail, a[-tail:])

    def _share(self, at_old: int, at_new: int, source: str) -> None:
        self._stretches += 1
        stretch = Shared(source, self._stretches)
        self.old.add(stretch, at_old)
        self.new.add(stretch, at_new)

    def _set_aside(self, left: _Parts, right: _Parts, *, in_lines: bool) -> None:
        i = j = 0
        for a, b, n in _stretches(left.sources, right.sources):
            self._differ(left[i:a], right[j:b], in_lines=in_lines)
            start = left.starts[a]
            end = left.starts[a + n - 1] + len(left.sources[a + n - 1])
            self._share(start, right.starts[b], self.old.version.text[start:end])
            i, j = a + n, b + n
        self._differ(left[i:], right[j:], in_lines=in_lines)

    def _differ(self, left: _Parts, right: _Parts, *, in_lines: bool) -> None:
        if left.sources and right.sources and not in_lines and _has_lines(left) and _has_lines(right):
            self._set_aside(left.lines(), right.lines(), in_lines=True)
            return
        for row, parts in ((self.old, left), (self.new, right)):
            if parts.sources:
                row.read(parts.sources, parts.starts[0])


def _has_lines(parts: _Parts) -> bool:
    return any("\n" in source for source in parts.sources)


def _stretches(left: list[str], right: list[str]) -> Iterator[tuple[int, int, int]]:
    """Gives the stretches that are the same on both sides: where they begin, and how many parts they have."""
    start, end = (0, 0), (-1, -1)
    for i, j in surely_in_order(left, right, lambda i: weight_unread(left[i])):
        if (i, j) != end:
            if end > start:
                yield (*start, end[0] - start[0])
            start = i, j
        end = i + 1, j + 1
    if end > start:
        yield (*start, end[0] - start[0])


def _same_ends(old: str, new: str) -> tuple[int, int]:
    """Gives how many characters of whole units two texts begin and end with alike."""
    m, n = len(old), len(new)
    limit = min(m, n)
    at = _alike(limit, lambda a, b: new.startswith(old[a:b], a))
    if at == m == n:
        return at, 0
    head = at
    while head and not (old[head - 1] == "\n" and begins_unit(old, head, (0, at))):
        head = old.rfind("\n", 0, head - 1) + 1
    limit -= max(0, head - len(BLANK_LINE))  # what parts the units may be counted twice
    at = _alike(limit, lambda a, b: new.endswith(old[m - b : m - a], 0, n - a))
    start = old.find("\n", m - at) + 1
    while start and not begins_unit(old, start, (m - at, m)):
        start = old.find("\n", start) + 1
    return head, m - start if start else 0


def _alike(limit: int, same: Callable[[int, int], bool]) -> int:
    """Gives how far two texts are the same, at most to `limit`, or a few characters less; `same` compares a stretch."""
    at = 0
    step = STEP
    while step >= LEAST_STEP and at < limit:
        end = min(at + step, limit)
        if same(at, end):
            at = end
        else:
            step //= 4
    return at
