"""The comparison as a partition of both texts: every character belongs to one row, in the text as it is stored."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from tracker.model import BlockKind, Span
from tracker.text.blocks import BORDER, CELL_BORDER
from tracker.text.inline import offsets, visible
from tracker.text.tokens import token_starts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.diff.align import Group
    from tracker.diff.compare import Comparison
    from tracker.text.blocks import Block
    from tracker.text.version import Version


class Row(NamedTuple):
    """A stretch of both texts: "equal", "moved", "cosmetic", "delete" or "insert"; None where a side has nothing."""

    op: str
    before: Span | None
    after: Span | None


class Cell(NamedTuple):
    """A token's place in the text, marks included, and whether a blank follows it."""

    start: int
    end: int
    ends_word: bool


def alignment(comparison: Comparison) -> list[Row]:
    """Gives the rows of a comparison, in order of the new text, what was deleted where it stood.

    "equal" and "moved" rows hold the same characters but blanks; "cosmetic" rows differ only in what comparing ignores.
    """
    rows: list[Row] = []
    old, new = comparison.old, comparison.new
    for i, j in _untouched(comparison):
        rows.append(Row("equal", old.extent(i), new.extent(j)))
    for group in comparison.groups:
        if group.equal:
            rows += _equal_rows(old, new, group)
    for k, group in enumerate(comparison.changed):
        rows += _changed_rows(comparison, k, group)
    return _complete(rows, len(old.text), len(new.text))


def _untouched(comparison: Comparison) -> Iterator[tuple[int, int]]:
    """The blocks that the aligner left out since they are the same and in place."""
    taken_old = {i for group in comparison.groups for i in group.old}
    taken_new = {j for group in comparison.groups for j in group.new}
    left = [i for i in range(len(comparison.old.blocks)) if i not in taken_old]
    right = [j for j in range(len(comparison.new.blocks)) if j not in taken_new]
    return zip(left, right, strict=True)


def _equal_rows(old: Version, new: Version, group: Group) -> list[Row]:
    i, j = group.old[0], group.new[0]
    op = "moved" if group.moved else "equal"
    before, after = old.extent(i), new.extent(j)
    if _solid(old.text[slice(*before)]) == _solid(new.text[slice(*after)]):
        return [Row(op, before, after)]
    left, right = _cells(old, group.old), _cells(new, group.new)
    if not left or len(left) != len(right):
        return [Row("cosmetic", before, after)]
    return _opening(old, new, group, left, right) + _paired(old.text, new.text, left, right, op)


def _changed_rows(comparison: Comparison, k: int, group: Group) -> list[Row]:
    old, new = comparison.old, comparison.new
    left, right = _cells(old, group.old), _cells(new, group.new)
    rows = _opening(old, new, group, left, right)
    gone: list[Span] = []
    come: list[Span] = []
    for run in comparison.runs(k):
        if run.equal:
            op = "moved" if group.moved else "equal"
            rows += _paired(old.text, new.text, left[run.a0 : run.a1], right[run.b0 : run.b1], op)
        else:
            gone.append((run.a0, run.a1))
            come.append((run.b0, run.b1))
    for passage in comparison.passages:
        if passage.new.group == k:
            source = comparison.changed[passage.old.group]
            spans = _cells(old, source.old)[passage.old.start : passage.old.end]
            rows += _paired(old.text, new.text, spans, right[passage.new.start : passage.new.end], "moved")
    moved_out = [(p.old.start, p.old.end) for p in comparison.passages if p.old.group == k]
    moved_in = [(p.new.start, p.new.end) for p in comparison.passages if p.new.group == k]
    rows += [Row("delete", (left[s].start, left[e - 1].end), None) for s, e in _without(gone, moved_out)]
    rows += [Row("insert", None, (right[s].start, right[e - 1].end)) for s, e in _without(come, moved_in)]
    return rows


def _opening(old: Version, new: Version, group: Group, left: Sequence[Cell], right: Sequence[Cell]) -> list[Row]:
    """The markers and printed numbers of a group's first blocks."""
    before = (old.extent(group.old[0])[0], left[0].start) if group.old and left else None
    after = (new.extent(group.new[0])[0], right[0].start) if group.new and right else None
    if before and after:
        same = _solid(old.text[slice(*before)]) == _solid(new.text[slice(*after)])
        return [Row(("moved" if group.moved else "equal") if same else "cosmetic", before, after)]
    if before:
        return [Row("delete", before, None)]
    return [Row("insert", None, after)] if after else []


def _cells(version: Version, indexes: Sequence[int]) -> list[Cell]:
    """Gives the place in the text of each token of some blocks, with the marks of emphasis and links around it."""
    out: list[Cell] = []
    for k, index in enumerate(indexes):
        block = version.blocks[index]
        token_places = token_starts(block.full) if k else [start + block.number_length for start in block.token_starts]
        if not token_places:
            continue
        base = version.span(index)[0]
        shift, raw, places = _words_of(block)
        starts = [places[start] for start in token_places]
        bounds = [_boundary(raw, a, b) for a, b in itertools.pairwise(starts)]
        base += shift
        first = starts[0] if block.number_length and not k else 0
        for start, end in zip([first, *bounds], [*bounds, len(raw)], strict=True):
            piece = raw[start:end]
            words = len(piece.rstrip())
            out.append(Cell(base + start, base + start + words, words < len(piece) or end == len(raw)))
    return out


def _boundary(raw: str, start: int, following: int) -> int:
    """Where a token's cell ends: behind the last blank before the next token, or where that begins."""
    blank = max(raw.rfind(" ", start, following), raw.rfind("\n", start, following))
    return blank + 1 if blank > start else following


def _words_of(block: Block) -> tuple[int, str, list[int]]:
    """Gives where in a block its words begin, their source, and the place in it of each character of the full text."""
    if block.kind is not BlockKind.ROW:
        return 0, block.raw, offsets(block.raw)
    raw = block.raw.lstrip("| \t")
    shift = len(block.raw) - len(raw)
    raw = raw.rstrip("| \t")
    places = offsets(raw)
    out: list[int] = []
    at = 0
    for border in CELL_BORDER.finditer(visible(raw).text):
        bar = border.start() + border.group().index("|")
        out += [*places[at : border.start()], *[places[bar]] * len(BORDER)]
        at = border.end()
    return shift, raw, [*out, *places[at:]]


def _paired(old: str, new: str, left: Sequence[Cell], right: Sequence[Cell], op: str) -> list[Row]:
    """Rows for tokens equal as comparing sees them, whole words at a time; rows of the same kind are joined."""
    rows: list[Row] = []
    first = 0
    for k, (a, b) in enumerate(zip(left, right, strict=True)):
        if k < len(left) - 1 and not (a.ends_word and b.ends_word):
            continue
        before, after = (left[first].start, a.end), (right[first].start, b.end)
        first = k + 1
        kind = op if _solid(old[slice(*before)]) == _solid(new[slice(*after)]) else "cosmetic"
        last = rows[-1] if rows else None
        if (
            last
            and last.op == kind != "cosmetic"
            and _adjoin(old, last.before, before)
            and _adjoin(new, last.after, after)
        ):
            rows[-1] = Row(kind, _span(last.before, before), _span(last.after, after))
        else:
            rows.append(Row(kind, before, after))
    return rows


def _adjoin(text: str, left: Span | None, right: Span) -> bool:
    """Tells whether nothing but blanks lies between two spans."""
    return left is not None and not text[left[1] : right[0]].strip()


def _span(left: Span | None, right: Span) -> Span:
    return (left[0] if left else right[0]), right[1]


def _solid(text: str) -> str:
    return "".join(text.split())


def _without(stretches: list[Span], taken: list[Span]) -> list[Span]:
    out: list[Span] = []
    for start, end in stretches:
        at = start
        for s, e in sorted(taken):
            if e <= at or s >= end:
                continue
            if s > at:
                out.append((at, s))
            at = e
        if at < end:
            out.append((at, end))
    return out


def _complete(rows: list[Row], old_length: int, new_length: int) -> list[Row]:
    """Adds what lies between the rows (blank lines, rules, marks of tables) as cosmetic rows of one side."""
    rows = [Row(r.op, _filled(r.before), _filled(r.after)) for r in rows if _filled(r.before) or _filled(r.after)]
    out = list(rows)
    for side, length in ((0, old_length), (1, new_length)):
        at = 0
        for start, end in sorted(span for row in rows if (span := (row.before, row.after)[side])):
            if start > at:
                out.append(Row("cosmetic", (at, start), None) if side == 0 else Row("cosmetic", None, (at, start)))
            at = max(at, end)
        if at < length:
            out.append(Row("cosmetic", (at, length), None) if side == 0 else Row("cosmetic", None, (at, length)))
    return sorted(out, key=lambda r: (r.after or (1 << 60, 0), r.before or (1 << 60, 0)))


def _filled(span: Span | None) -> Span | None:
    return span if span and span[0] < span[1] else None
