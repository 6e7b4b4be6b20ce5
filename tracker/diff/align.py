"""Which block of the old version became which of the new one; every block is accounted for exactly once.

The steps (patience diff, Heckel 1978, and trials on real policies): equal ends are trimmed; equal blocks that keep
their order are anchors, the heaviest such row wins; equal blocks off that row have moved; what is left is paired by
likeness, first inside the gaps between anchors, then across them under a stricter rule; one block may become several,
and several one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from itertools import chain, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import Indel

from tracker.diff.editions import edition_below
from tracker.diff.pieces import by_codes, pieces_of
from tracker.diff.rows import heaviest_row
from tracker.diff.words import CELLS, opcodes
from tracker.model import BlockKind
from tracker.text.blocks import PSEUDO_HEADING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.text.blocks import Block

IN_PLACE = 0.40  # least likeness of two blocks in the same gap
IN_PLACE_SHORT = 0.55  # ... where the shorter has fewer than SHORT words
SHORT = 8
SURE = 0.65  # likeness that needs no second look
CONTENT = 0.12  # least share of the shorter one's long words that both must have
LONG = 120  # words: in long blocks little words alone make half of the tokens agree by chance
CONTENT_LONG = 0.30  # ... so they must have more long words in common
SECTION = 40  # words that the lowest heading weighs more than it has, and each level above it twice as many
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


def align(old: Sequence[Block], new: Sequence[Block]) -> list[Group]:
    """Pairs the blocks of two versions; blocks that are the same and in place are left out.

    Returns the groups in the order of the new version, removed blocks where they stood.
    """
    head, tail = _same_ends(old, new)
    aligner = _Aligner(old, new, head, tail)
    below = edition_below(old, new, [(head - 1, head - 1), *sorted(aligner.in_place.items())], tail)
    if below is None:
        return aligner.groups()
    head, tail = _same_ends(old, new[:below])
    known = {block.key for block in old}
    copies = [Group((), (j,), copied=new[j].key in known) for j in range(below, len(new))]
    return [*_Aligner(old, new[:below], head, tail).groups(), *copies]


def _same_ends(old: Sequence[Block], new: Sequence[Block]) -> tuple[int, int]:
    limit = min(len(old), len(new))
    head = 0
    while head < limit and old[head].is_same(new[head]):
        head += 1
    tail = 0
    while tail < limit - head and old[-1 - tail].is_same(new[-1 - tail]):
        tail += 1
    return head, tail


class _Aligner:
    """One comparison. `partner` maps old to new for anchors in place; `moved` for equal blocks off the row."""

    def __init__(self, old: Sequence[Block], new: Sequence[Block], head: int, tail: int) -> None:
        self.old, self.new = old, new
        self.head, self.tail = head, tail
        self.old_names: dict[int, str] = {}
        self.new_names: dict[int, str] = {}
        self.in_place: dict[int, int] = {}
        self.moved: dict[int, int] = {}
        self.found: list[Group] = []
        self.free_old: list[int] = []
        self.free_new: list[int] = []

        self.old_range = range(head, len(old) - tail)
        self.new_range = range(head, len(new) - tail)
        self._anchor(self.old_range, self.new_range)

    def groups(self) -> list[Group]:
        """Pairs what the anchors left and gives all groups."""
        old_range, new_range = self.old_range, self.new_range
        self.free_old = [i for i in old_range if i not in self.in_place and i not in self.moved]
        taken = set(self.in_place.values()) | set(self.moved.values())
        self.free_new = [j for j in new_range if j not in taken]
        if self.free_old and self.free_new and self._speak_alike():
            self._pair_in_gaps()
            self._pair_across()
        return self._ordered()

    # -- equal blocks ----------------------------------------------------------------------------------------

    def _anchor(self, old_range: range, new_range: range) -> None:
        self.old_names = {i: self.old[i].key for i in old_range}
        self.new_names = {j: self.new[j].key for j in new_range}
        where_old, where_new = _places(self.old_names), _places(self.new_names)
        common_old = [i for i in old_range if self.old_names[i] in where_new]
        common_new = [j for j in new_range if self.new_names[j] in where_old]
        if [self.old_names[i] for i in common_old] == [self.new_names[j] for j in common_new]:
            self.in_place.update(zip(common_old, common_new, strict=True))
            return
        unique = []
        for i in common_old:
            name = self.old_names[i]
            if len(where_old[name]) == 1 and len(where_new[name]) == 1:
                unique.append((i, where_new[name][0]))
        row = heaviest_row(unique, [_weight(self.old[i]) for i, _ in unique])
        self.in_place.update(row)
        self._anchor_repeats(common_old, common_new, old_range, new_range)
        self._move_unique(unique)
        self._move_repeats(where_old, where_new)

    def _anchor_repeats(self, common_old: list[int], common_new: list[int], old_range: range, new_range: range) -> None:
        """Pairs blocks that occur more than once, between the anchors and in order."""
        anchors = sorted(self.in_place.items())
        bounds = [(old_range.start - 1, new_range.start - 1), *anchors, (old_range.stop, new_range.stop)]
        for (i0, j0), (i1, j1) in pairwise(bounds):
            a = common_old[bisect_right(common_old, i0) : bisect_left(common_old, i1)]
            b = common_new[bisect_right(common_new, j0) : bisect_left(common_new, j1)]
            if not a or not b or len(a) * len(b) > CELLS:
                continue
            for run in opcodes([self.old_names[i] for i in a], [self.new_names[j] for j in b]):
                if run.equal:
                    self.in_place.update(zip(a[run.a0 : run.a1], b[run.b0 : run.b1], strict=True))

    def _move_unique(self, unique: list[tuple[int, int]]) -> None:
        taken = set(self.in_place.values())
        for i, j in unique:
            if i not in self.in_place and j not in taken:
                self.moved[i] = j

    def _move_repeats(self, where_old: Places, where_new: Places) -> None:
        taken = set(self.in_place.values()) | set(self.moved.values())
        for key, places in where_old.items():
            if key not in where_new or self.old[places[0]].size < MOVED_PIECE:
                continue
            left = [i for i in places if i not in self.in_place and i not in self.moved]
            right = [j for j in where_new[key] if j not in taken]
            self.moved.update(zip(left, right, strict=False))

    # -- blocks that are only alike --------------------------------------------------------------------------

    def _speak_alike(self) -> bool:
        """Tells whether what is left shares enough words; if not, the text was replaced or changed its language."""
        if len(self.free_old) * len(self.free_new) < _MANY:
            return True
        left = set[str]().union(*[self.old[i].tokens for i in self.free_old])
        right = set[str]().union(*[self.new[j].tokens for j in self.free_new])
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
        row = dict(heaviest_row(ordered, [self.old[i].size for i, _ in ordered])) if len(ordered) > 1 else dict(ordered)
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
            if i not in used_old and j not in used_new:
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
        groups = [
            Group((i,), (j,), equal=True) for i, j in self.in_place.items() if not self.old[i].is_same(self.new[j])
        ]
        groups += [Group((i,), (j,), equal=True, moved=True) for i, j in self.moved.items()]
        groups += self.found
        groups += [Group((), (j,)) for j in self.free_new]
        place = dict(self.in_place.items())
        anchors = sorted(place)
        keyed = [((g.new[0], 1, 0), g) for g in groups]
        for i in self.free_old:
            k = bisect_left(anchors, i)
            after = place[anchors[k - 1]] if k else self.head - 1
            keyed.append(((after, 2, i), Group((i,), ())))
        return [group for _, group in sorted(keyed, key=lambda pair: pair[0])]


Scored = tuple[float, int, int]  # how alike (0 to 1), old block, new block
Places = dict[str, list[int]]


def _weight(block: Block) -> int:
    return block.size + (SECTION * 2 ** (PSEUDO_HEADING - block.level) if block.kind is BlockKind.HEADING else 0)


def _places(names: Mapping[int, str]) -> Places:
    out: Places = {}
    for i, name in names.items():
        out.setdefault(name, []).append(i)
    return out
