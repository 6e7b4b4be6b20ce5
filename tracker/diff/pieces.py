"""Blocks that were split or merged: several neighbours that make up one block together."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import LCSseq

from tracker.model import BlockKind
from tracker.text.blocks import BORDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.text.blocks import Block

PIECE_WORDS = 4  # least number of words of a piece
PIECE = 0.80  # share of a piece's words that must stand in the whole it was split from
WHOLE = 0.70  # share of the whole's words that its pieces must hold together
LARGEST_PIECE = 8_000  # words: larger blocks are not looked at as pieces
GAIN = 0.6  # least share of a piece's words that no other piece gives the whole
BATCH = 8  # pieces: fewer of one size are not worth a search of their own
BATCH_SPREAD = 1.25  # the largest piece of a batch has about so many times the words of the smallest
SHORT_END = 8  # words: a neighbour so short is not looked for, but taken along where all its words fit
BESIDE = 2  # words or marks that may lie between it and the others


def pieces_of(
    wholes: Sequence[Block], left: Sequence[int], parts: Sequence[Block], right: Sequence[int]
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Gives each block of `left` with the neighbours of `right` that nearly consist of its words, in its order."""
    places = [j for j in right if parts[j].size >= PIECE_WORDS]
    if len(places) < 2:
        return
    where = by_codes(parts, places)
    codes = sorted(where, key=len)
    sizes = list(map(len, codes))
    if sizes[-1] > LARGEST_PIECE:
        return
    batches = _batches(sizes)
    known: dict[bytes, dict[int, int]] = {}
    for i in left:
        code = wholes[i].codes
        if len(code) < 2 * PIECE_WORDS:
            continue
        held = known.get(code)
        if held is None:
            held = known[code] = {}
            for other, common in _held(code, codes, sizes, batches):
                held.update(dict.fromkeys(where[other], common))
        if len(held) > 1:
            for run in _consecutive(sorted(held)):
                if len(run) > 1 and sum(held[j] for j in run) >= WHOLE * len(code):
                    together = _making_up(code, run, parts)
                    if len(together) > 1:
                        together = _with_ends(code, together, parts, set(right))
                        if keeps_label(wholes[i], *[parts[j] for j in together]):
                            yield i, together


def keeps_label(one: Block, *others: Block) -> bool:
    """Tells whether the label of a row, its first cell, stands in what the row became, or was before.

    Rows repeat the cells of other rows ("Yes", a whole sentence): by these alone a row is not told from others.
    """
    if one.kind is not BlockKind.ROW:
        return all(keeps_label(other, one) for other in others if other.kind is BlockKind.ROW)
    if all(other.kind is BlockKind.ROW for other in others):
        return True
    label = one.text.partition(BORDER)[0].casefold()
    return label in " ".join([other.full for other in others]).casefold()


def _held(
    whole: bytes, pieces: Sequence[bytes], sizes: Sequence[int], batches: Iterable[tuple[int, int]]
) -> Iterator[tuple[bytes, int]]:
    """Gives the pieces that a whole nearly holds, and how many of their words."""
    fitting = bisect_right(sizes, len(whole) + PIECE_WORDS)
    for start, end in batches:
        if start >= fitting:
            return
        found = process.extract(
            whole,
            pieces[start : min(end, fitting)],
            scorer=LCSseq.similarity,  # type: ignore[arg-type]  # it counts: its answers are whole numbers
            limit=None,
            score_cutoff=PIECE * sizes[start],
        )
        yield from [(piece, int(common)) for piece, common, _ in found if common >= PIECE * len(piece)]


def by_codes(blocks: Sequence[Block], places: Iterable[int]) -> dict[bytes, list[int]]:
    """Gives the places of blocks by their codes: blocks of equal codes are as like to any other."""
    out: dict[bytes, list[int]] = {}
    for place in places:
        out.setdefault(blocks[place].codes, []).append(place)
    return out


def _batches(sizes: Sequence[int]) -> list[tuple[int, int]]:
    """Cuts rising sizes into stretches of like size, so that one cut-off suits all of a stretch."""
    starts = [0]
    for k, size in enumerate(sizes):
        if k - starts[-1] >= BATCH and size > BATCH_SPREAD * sizes[starts[-1]]:
            starts.append(k)
    return list(zip(starts, [*starts[1:], len(sizes)], strict=True))


def _making_up(whole: bytes, run: list[int], parts: Sequence[Block]) -> tuple[int, ...]:
    """Gives those of some neighbours that make up a whole together: each adds words of it that the others lack."""
    while len(run) > 1:
        common = LCSseq.similarity(whole, b"".join([parts[j].codes for j in run]))
        gains = {j: common - LCSseq.similarity(whole, b"".join([parts[k].codes for k in run if k != j])) for j in run}
        poor = [j for j in run if gains[j] < GAIN * len(parts[j].codes)]
        if not poor:
            return tuple(run) if common >= WHOLE * len(whole) else ()
        run = max(_consecutive(j for j in run if j not in poor), key=len, default=[])
    return ()


def _with_ends(whole: bytes, run: tuple[int, ...], parts: Sequence[Block], free: set[int]) -> tuple[int, ...]:
    """Adds the short neighbours, too short to be looked for, whose words stand in the whole right beside the others."""
    blocks = LCSseq.editops(whole, b"".join([parts[j].codes for j in run])).as_matching_blocks()
    first, last = blocks[0].a, blocks[-2].a + blocks[-2].size  # at last comes an empty one
    while (j := run[0] - 1) in free and 0 < len(code := parts[j].codes) <= SHORT_END:
        start = whole.rfind(code, 0, first)
        if start < 0 or first - start - len(code) > BESIDE:
            break
        run, first = (j, *run), start
    while (j := run[-1] + 1) in free and 0 < len(code := parts[j].codes) <= SHORT_END:
        start = whole.find(code, last)
        if start < 0 or start - last > BESIDE:
            break
        run, last = (*run, j), start + len(code)
    return run


def _consecutive(places: Iterable[int]) -> list[list[int]]:
    out: list[list[int]] = []
    for place in places:
        if out and out[-1][-1] == place - 1:
            out[-1].append(place)
        else:
            out.append([place])
    return out
