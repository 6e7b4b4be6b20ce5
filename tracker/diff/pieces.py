"""Blocks that were split or merged: several neighbours that make up one block together."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import LCSseq

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.text.blocks import Block

PIECE_WORDS = 4  # least number of words of a piece
PIECE = 0.80  # share of a piece's words that must stand in the whole it was split from
WHOLE = 0.70  # share of the whole's words that its pieces must hold together
LARGEST_PIECE = 8_000  # words: larger blocks are not looked at as pieces
GAIN = 0.6  # least share of a piece's words that no other piece gives the whole
SHORT_END = 8  # words: a neighbour so short is not looked for, but taken along where all its words fit


def pieces_of(
    wholes: Sequence[Block], left: Sequence[int], parts: Sequence[Block], right: Sequence[int]
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Gives each block of `left` with the neighbours of `right` that nearly consist of its words, in its order."""
    by_size = sorted((len(parts[j].codes), j) for j in right if parts[j].size >= PIECE_WORDS)
    if len(by_size) < 2 or by_size[-1][0] > LARGEST_PIECE:
        return
    sizes = [size for size, _ in by_size]
    codes = [parts[j].codes for _, j in by_size]
    for i in left:
        code = wholes[i].codes
        fitting = bisect_right(sizes, len(code) + PIECE_WORDS)
        if fitting < 2 or len(code) < 2 * PIECE_WORDS:
            continue
        found = process.extract(
            code,
            codes[:fitting],
            scorer=LCSseq.similarity,  # type: ignore[arg-type]  # it counts: its answers are whole numbers
            limit=None,
            score_cutoff=PIECE * sizes[0],
        )
        held = {by_size[k][1]: common for other, common, k in found if common >= PIECE * len(other)}
        if len(held) > 1:
            for run in _consecutive(sorted(held)):
                if len(run) > 1 and sum(held[j] for j in run) >= WHOLE * len(code):
                    together = _making_up(code, run, parts)
                    if len(together) > 1:
                        yield i, _with_ends(code, together, parts, set(right))


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
    """Adds the short neighbours, too short to be looked for, all of whose words the whole has at that end."""
    common = LCSseq.similarity(whole, b"".join([parts[j].codes for j in run]))
    for end in (0, -1):
        while (j := run[end] + (1 if end else -1)) in free and 0 < len(parts[j].codes) <= SHORT_END:
            longer = (*run, j) if end else (j, *run)
            more = LCSseq.similarity(whole, b"".join([parts[k].codes for k in longer]))
            if more - common < len(parts[j].codes):
                break
            run, common = longer, more
    return run


def _consecutive(places: Iterable[int]) -> list[list[int]]:
    out: list[list[int]] = []
    for place in places:
        if out and out[-1][-1] == place - 1:
            out[-1].append(place)
        else:
            out.append([place])
    return out
