"""Which block of the old version became which of the new one; every block is accounted for exactly once.

The steps (patience diff, Heckel 1978, and trials on real policies): equal ends are trimmed; equal blocks that keep
their order are anchors, the heaviest such row wins; equal blocks off that row have moved; what is left is paired by
likeness, first inside the gaps between anchors, then across them under a stricter rule; one block may become several,
and several one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import Indel

from tracker.diff.editions import edition_below, may_hold_edition
from tracker.diff.pieces import by_codes, keeps_label, pieces_of
from tracker.diff.rows import heaviest_row, in_order, weight
from tracker.diff.shared import Row, Shared, read_whole, rows_apart
from tracker.diff.words import CELLS
from tracker.text.tokens import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.text.blocks import Block
    from tracker.text.version import Version

IN_PLACE = 0.40  # least likeness of two blocks in the same gap
IN_PLACE_SHORT = 0.55  # ... where the shorter has fewer than SHORT words
SHORT = 8
SURE = 0.65  # likeness that needs no second look
CONTENT = 0.12  # least share of the shorter one's long words that both must have
LONG = 120  # words: in long blocks little words alone make half of the tokens agree by chance
CONTENT_LONG = 0.30  # ... so they must have more long words in common
MOVED = 0.62  # least likeness of a block that moved and was edited
MOVED_WORDS = 12  # ... and its least number of words
MOVED_PIECE = 3  # words: a block of fewer words that stands elsewhere is a chance repeat, not a move
PAIRS = 60_000  # likeness is computed for every pair up to here; beyond it only for blocks that share rare words
_MANY = 2500  # pairs: fewer are compared without asking whether it makes sense
SAME_LANGUAGE = 0.15  # least share of common vocabulary for likeness to mean anything


class Group(NamedTuple):
    """Old blocks that became new blocks. One to one: equal or edited; one to many: split; many to one: merged."""

    old: tuple[int, ...]
    new: tuple[int, ...]
    equal: bool = False
    moved: bool = False
    copied: bool = False  # the new block repeats words of the old version


class Aligned(NamedTuple):
    """What became what: groups of blocks by their place in two rows, in the order of the new version.

    Removed blocks stand where they stood; blocks that are the same and in place are left out.
    """

    old: Row
    new: Row
    groups: list[Group]


def align(old: Version, new: Version) -> Aligned:
    """Pairs the blocks of two versions."""
    left, right = rows_apart(old, new)
    aligner = _Aligner(left.blocks, right.blocks)
    if may_hold_edition(aligner.anchors()):
        left, right = read_whole(old), read_whole(new)
        aligner = _Aligner(left.blocks, right.blocks)
        below = edition_below(right.blocks, aligner.anchors())
        if below is not None:
            known = {block.key for block in left.blocks}
            copies = [Group((), (j,), copied=right.blocks[j].key in known) for j in range(below, len(right.blocks))]
            return Aligned(left, right, [*_Aligner(left.blocks, right.blocks[:below]).groups(), *copies])
    return Aligned(left, right, aligner.groups())


class _Aligner:
    """One comparison. `in_place` maps old to new for anchors; `moved` for equal blocks off their row."""

    def __init__(self, old: Sequence[Block], new: Sequence[Block]) -> None:
        self.old, self.new = old, new
        self.old_keys = [block.key for block in old]
        self.new_keys = [block.key for block in new]
        self.in_place: dict[int, int] = {}
        self.moved: dict[int, int] = {}
        self.found: list[Group] = []
        self._anchor()
        self.free_old = [i for i in range(len(old)) if i not in self.in_place and i not in self.moved]
        taken = {*self.in_place.values(), *self.moved.values()}
        self.free_new = [j for j in range(len(new)) if j not in taken]

    def anchors(self) -> list[tuple[int, int]]:
        """Gives the pairs of equal blocks in place, in order."""
        return sorted(self.in_place.items())

    def groups(self) -> list[Group]:
        """Pairs what the anchors left and gives all groups."""
        if self.free_old and self.free_new and self._speak_alike():
            self._pair_in_gaps()
            self._pair_across()
        return self._ordered()

    # -- equal blocks ----------------------------------------------------------------------------------------

    def _anchor(self) -> None:
        head, tail = _same_ends(self.old, self.new)
        m, n = len(self.old) - tail, len(self.new) - tail
        left, right = self.old_keys[head:m], self.new_keys[head:n]
        row = in_order(left, right, lambda i: weight(self.old[head + i]))
        self.in_place.update(zip(range(head), range(head), strict=True))
        self.in_place.update([(head + i, head + j) for i, j in row])
        self.in_place.update(zip(range(m, m + tail), range(n, n + tail), strict=True))
        if len(row) < len(left) and len(row) < len(right):
            self._move(head, m, n)

    def _move(self, head: int, m: int, n: int) -> None:
        """Pairs equal blocks off the row, in order; of few words only those that occur once on both sides."""
        taken = set(self.in_place.values())
        left = _places(self.old_keys, [i for i in range(head, m) if i not in self.in_place])
        right = _places(self.new_keys, [j for j in range(head, n) if j not in taken])
        for key in [key for key in left if key in right]:
            if self.old[left[key][0]].size >= MOVED_PIECE or self._occurs_once(self.old[left[key][0]]):
                self.moved.update(zip(left[key], right[key], strict=False))

    def _occurs_once(self, block: Block) -> bool:
        if isinstance(block, Shared):
            return True
        if self.old_keys.count(block.key) > 1 or self.new_keys.count(block.key) > 1:
            return False
        return not any(isinstance(other, Shared) and other.has_line(block.raw) for other in self.old)

    # -- blocks that are only alike --------------------------------------------------------------------------

    def _speak_alike(self) -> bool:
        """Tells whether what is left shares enough words; if not, the text was replaced or changed its language."""
        if len(self.free_old) * len(self.free_new) < _MANY:
            return True
        left = vocabulary({self.old[i].text for i in self.free_old})
        right = vocabulary({self.new[j].text for j in self.free_new})
        return len(left & right) >= SAME_LANGUAGE * min(len(left), len(right))

    def _pair_in_gaps(self) -> None:
        anchors = sorted(self.in_place.items())
        old_anchors = [i for i, _ in anchors]
        new_anchors = [j for _, j in anchors]
        gaps: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for i in self.free_old:
            gaps[bisect_left(old_anchors, i)][0].append(i)
        for j in self.free_new:
            gaps[bisect_left(new_anchors, j)][1].append(j)
        for left, right in gaps.values():
            if left and right:
                self._pair_gap(left, right)
        self._drop_found()

    def _pair_gap(self, left: list[int], right: list[int]) -> None:
        used_old: set[int] = set()
        used_new: set[int] = set()
        if len(left) + len(right) > 2:
            for group in (*self._splits(left, right), *self._merges(left, right)):
                if not used_old & set(group.old) and not used_new & set(group.new):
                    self._take(group, used_old, used_new)
        rest_old = [i for i in left if i not in used_old]
        rest_new = [j for j in right if j not in used_new]
        ranked = [
            (alike + self._shared_content(i, j), alike, i, j)
            for alike, i, j in self._likeness(rest_old, rest_new, IN_PLACE)
            if self._same_clause(alike, i, j)
        ]
        ranked.sort(key=lambda s: (-s[0], abs(s[2] - s[3]), s[2], s[3]))
        pairs: dict[int, tuple[int, float]] = {}
        for _, alike, i, j in ranked:
            if i not in pairs and j not in used_new:
                used_new.add(j)
                pairs[i] = j, alike
        self._keep_in_row(pairs)

    def _keep_in_row(self, pairs: dict[int, tuple[int, float]]) -> None:
        """Takes the pairs that keep their order; of the others only those surely the same clause: they moved."""
        ordered = [(i, j) for i, (j, _) in sorted(pairs.items())]
        row = dict(heaviest_row(ordered, lambda i: self.old[i].size))
        for i, j in ordered:
            if i in row:
                self.found.append(Group((i,), (j,)))
            elif pairs[i][1] >= MOVED and min(self.old[i].size, self.new[j].size) >= MOVED_WORDS:
                self.found.append(Group((i,), (j,), moved=True))

    def _take(self, group: Group, used_old: set[int], used_new: set[int]) -> None:
        self.found.append(group)
        used_old.update(group.old)
        used_new.update(group.new)

    def _same_clause(self, alike: float, i: int, j: int) -> bool:
        """Tells whether two blocks in one gap are the same clause: alike enough, and not by little words alone."""
        a, b = self.old[i], self.new[j]
        if not keeps_label(a, b):
            return False
        if alike >= SURE:
            return True
        if min(a.size, b.size) < SHORT:
            return alike >= IN_PLACE_SHORT
        least = CONTENT_LONG if max(a.size, b.size) > LONG else CONTENT
        return self._shared_content(i, j) >= least

    def _shared_content(self, i: int, j: int) -> float:
        a, b = self.old[i].content, self.new[j].content
        return len(a & b) / (min(len(a), len(b)) or 1)

    def _splits(self, left: list[int], right: list[int]) -> Iterator[Group]:
        """Finds old blocks that several new ones, one behind the other, hold together."""
        for whole, pieces in pieces_of(self.old, left, self.new, right):
            yield Group((whole,), pieces)

    def _merges(self, left: list[int], right: list[int]) -> Iterator[Group]:
        """Finds new blocks that hold several old ones, one behind the other."""
        for whole, pieces in pieces_of(self.new, right, self.old, left):
            yield Group(pieces, (whole,))

    def _pair_across(self) -> None:
        """Pairs blocks of different gaps: they moved and were edited."""
        left = [i for i in self.free_old if self.old[i].size >= MOVED_WORDS]
        right = [j for j in self.free_new if self.new[j].size >= MOVED_WORDS]
        if not left or not right:
            return
        used_old: set[int] = set()
        used_new: set[int] = set()
        for _, i, j in self._likeness(left, right, MOVED):
            if i not in used_old and j not in used_new and keeps_label(self.old[i], self.new[j]):
                self._take(Group((i,), (j,), moved=True), used_old, used_new)
        self._drop_found()

    def _drop_found(self) -> None:
        gone_old = {i for group in self.found for i in group.old}
        gone_new = {j for group in self.found for j in group.new}
        self.free_old = [i for i in self.free_old if i not in gone_old]
        self.free_new = [j for j in self.free_new if j not in gone_new]

    def _likeness(self, left: list[int], right: list[int], least: float) -> list[Scored]:
        """Gives the pairs at least so alike, most alike first (then in order of the text).

        Where the exact comparison would be too much work the share of long words in common stands for it.
        """
        # texts that hold themselves many times over (one copy a region) are compared once
        lefts, rights = by_codes(self.old, left), by_codes(self.new, right)
        wanted = None
        if len(lefts) * len(rights) > PAIRS:
            wanted = self._candidates([same[0] for same in lefts.values()], [same[0] for same in rights.values()])
        all_codes = list(rights)
        out: list[Scored] = []
        for code, here in lefts.items():
            among = all_codes if wanted is None else [self.new[j].codes for j in wanted.get(here[0], ())]
            if len(code) * max(map(len, among), default=0) > CELLS:
                pairs = [(i, j) for i in here for other in among for j in rights[other]]
                out += [(alike, i, j) for i, j in pairs if (alike := self._shared_content(i, j)) >= least]
                continue
            found = process.extract(code, among, scorer=Indel.normalized_similarity, limit=None, score_cutoff=least)
            out += [(alike, i, j) for other, alike, _ in found for i in here for j in rights[other]]
        out.sort(key=lambda s: (-s[0], abs(s[1] - s[2]), s[1], s[2]))
        return out

    def _candidates(self, left: list[int], right: list[int]) -> dict[int, list[int]]:
        """For each old block the new ones that share at least two of its eight rarest words."""
        where: dict[str, list[int]] = defaultdict(list)
        for j in right:
            for token in set(self.new[j].tokens):
                where[token].append(j)
        rarest = {token: k for k, token in enumerate(sorted(where, key=lambda t: (len(where[t]), t)))}
        out: dict[int, list[int]] = {}
        for i in left:
            known = sorted(rarest.keys() & self.old[i].tokens, key=rarest.__getitem__)
            rare = [where[token] for token in known[:8] if len(where[token]) <= 40]
            shared = sorted(Counter(chain.from_iterable(rare)).items(), key=itemgetter(1), reverse=True)
            out[i] = [j for j, n in shared[:12] if n >= min(2, len(known))]
        return out

    # -- the answer ------------------------------------------------------------------------------------------

    def _ordered(self) -> list[Group]:
        anchors = self.anchors()
        groups = [Group((i,), (j,), equal=True) for i, j in anchors if not self.old[i].is_same(self.new[j])]
        groups += [Group((i,), (j,), equal=True, moved=True) for i, j in self.moved.items()]
        groups += self.found
        groups += [Group((), (j,)) for j in self.free_new]
        groups.sort(key=lambda group: group.new[0])
        if not self.free_old:
            return groups
        keyed = [((group.new[0], 0), group) for group in groups]
        k, after = 0, -1
        for i in self.free_old:
            while k < len(anchors) and anchors[k][0] < i:
                after = anchors[k][1]
                k += 1
            keyed.append(((after, 1), Group((i,), ())))
        keyed.sort(key=itemgetter(0))  # those removed at one place stay in their order
        return [group for _, group in keyed]


Scored = tuple[float, int, int]  # how alike (0 to 1), old block, new block
Places = dict[str, list[int]]


def _same_ends(old: Sequence[Block], new: Sequence[Block]) -> tuple[int, int]:
    limit = min(len(old), len(new))
    head = 0
    while head < limit and old[head].is_same(new[head]):
        head += 1
    tail = 0
    while tail < limit - head and old[-1 - tail].is_same(new[-1 - tail]):
        tail += 1
    return head, tail


def _places(keys: Sequence[str], common: Iterable[int]) -> Places:
    out: Places = {}
    for i in common:
        out.setdefault(keys[i], []).append(i)
    return out
