"""What a comparison says of each clause: the changed ones, with word edits a reader can follow."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from tracker.diff.compare import Joined
from tracker.diff.words import Run, readable
from tracker.model import ChangeKind, ClauseChange, Edit, Noise, Op, Span
from tracker.text.blocks import SENTENCE_WORDS, Block, sentences
from tracker.text.normalize import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.diff.align import Group
    from tracker.diff.compare import Comparison, Side
    from tracker.diff.moves import Passage

_LEAST_LETTERS = 3 * SENTENCE_WORDS  # a text of fewer characters has fewer words


class Difference(NamedTuple):
    """All that changed between two versions.

    `quiet` names what differs where no clause changed; None where one did, or where nothing differs but blank lines,
    rules and other marks between the clauses.
    """

    clauses: tuple[ClauseChange, ...]
    quiet: Noise | None


def changes(comparison: Comparison) -> Difference:
    """Gives the changed clauses of a comparison in the order of the new version."""
    return _Teller(comparison).tell()


class _Teller:
    """Tells the changes of one comparison; keeps what is only worth computing once."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.old, self.new = comparison.old, comparison.new
        self.markup = self.cosmetic = self.links = False
        self._known: list[set[str] | None] = [None, None]

    def tell(self) -> Difference:
        out: list[ClauseChange] = []
        k = 0
        for group in self.comparison.groups:
            if group.equal:
                out += self._same_words(group)
                continue
            a, b = self.comparison.sides[k]
            out.append(self._changed_words(k, group, a, b))
            k += 1
        if out:
            return Difference(tuple(out), None)
        quiet = (Noise.COSMETIC, self.cosmetic), (Noise.LINKS, self.links), (Noise.MARKUP, self.markup)
        return Difference((), next((noise for noise, found in quiet if found), None))

    def _same_words(self, group: Group) -> Iterable[ClauseChange]:
        i, j = group.old[0], group.new[0]
        a, b = self.old.blocks[i], self.new.blocks[j]
        if not a.is_same(b):
            if a.text != b.text:
                self.cosmetic = True
            elif a.links != b.links:
                self.links = True
            else:
                self.markup = True
        if group.moved:
            yield self._change(ChangeKind.MOVED, group, a.text, b.text)
        elif a.number != b.number:
            yield self._change(ChangeKind.RENUMBERED, group, a.text, b.text)
        elif a.links != b.links and a.folded_links != b.folded_links:
            yield self._change(
                ChangeKind.RELINKED,
                group,
                a.text,
                b.text,
                links=_relinked(a.links, b.links, a.folded_links, b.folded_links),
            )

    def _changed_words(self, k: int, group: Group, a: Side | None, b: Side | None) -> ClauseChange:
        before = a.text if a else None
        after = b.text if b else None
        out, come = self._elsewhere(k, a, b)
        if a is None or b is None:
            kind = ChangeKind.REMOVED if b is None else ChangeKind.ADDED
            if group.copied or (group.new and self._is_copy(self.new.blocks[group.new[0]])):
                kind = ChangeKind.COPIED
            return self._change(kind, group, before, after, before_elsewhere=out, after_elsewhere=come)
        parts: tuple[str, ...] = ()
        if isinstance(b, Joined):
            kind, parts = ChangeKind.SPLIT, b.parts()
        elif isinstance(a, Joined):
            kind, parts = ChangeKind.MERGED, a.parts()
        else:
            kind = ChangeKind.MOVED if group.moved else ChangeKind.EDITED
        edits: tuple[Edit, ...] = ()
        if not parts or a.tokens != b.tokens:
            edits = tuple(edits_of(readable(self.comparison.runs(k), a.tokens, b.tokens), a, b))
        return self._change(
            kind, group, before, after, edits=edits, parts=parts, before_elsewhere=out, after_elsewhere=come
        )

    def _change(
        self,
        kind: ChangeKind,
        group: Group,
        before: str | None,
        after: str | None,
        *,
        edits: tuple[Edit, ...] = (),
        parts: tuple[str, ...] = (),
        links: tuple[tuple[str, str], ...] = (),
        before_elsewhere: tuple[Span, ...] = (),
        after_elsewhere: tuple[Span, ...] = (),
    ) -> ClauseChange:
        version, index = (self.new, group.new[0]) if group.new else (self.old, group.old[0])
        path, number = version.path(index), version.number(index)
        path_before, number_before = path, number
        if group.old and group.new:
            path_before, number_before = self.old.path(group.old[0]), self.old.number(group.old[0])
        return ClauseChange(
            kind=kind,
            before=before,
            after=after,
            edits=edits,
            path=path,
            path_before=path_before if path_before != path else None,
            number=number,
            number_before=number_before if number_before != number else None,
            block=version.blocks[index].kind,
            lead_in=version.lead_in(index),
            parts=parts,
            links=links,
            before_elsewhere=before_elsewhere,
            after_elsewhere=after_elsewhere,
        )

    # -- what merely changed place -----------------------------------------------------------------------------------

    def _elsewhere(self, k: int, a: Side | None, b: Side | None) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
        """Finds the changed words that stand, the same, elsewhere in the other version: passages or whole sentences."""
        if (a is None or len(a.text) < _LEAST_LETTERS) and (b is None or len(b.text) < _LEAST_LETTERS):
            return (), ()
        out = [_span(a, p.old.start, p.old.end) for p in self.moved_out.get(k, ()) if a]
        come = [_span(b, p.new.start, p.new.end) for p in self.moved_in.get(k, ()) if b]
        if a is None or b is None:
            out += self._standing(a, (0, len(a.text)), 1, out) if a else ()
            come += self._standing(b, (0, len(b.text)), 0, come) if b else ()
        else:
            for run in self.comparison.runs(k):
                if not run.equal:
                    if run.a1 - run.a0 >= SENTENCE_WORDS:
                        out += self._standing(a, _span(a, run.a0, run.a1), 1, out)
                    if run.b1 - run.b0 >= SENTENCE_WORDS:
                        come += self._standing(b, _span(b, run.b0, run.b1), 0, come)
        return tuple(sorted(out)), tuple(sorted(come))

    @cached_property
    def moved_out(self) -> dict[int, list[Passage]]:
        """The passages that left each group."""
        out: dict[int, list[Passage]] = {}
        for passage in self.comparison.passages:
            out.setdefault(passage.old.group, []).append(passage)
        return out

    @cached_property
    def moved_in(self) -> dict[int, list[Passage]]:
        """The passages that came to each group."""
        out: dict[int, list[Passage]] = {}
        for passage in self.comparison.passages:
            out.setdefault(passage.new.group, []).append(passage)
        return out

    def _standing(self, side: Side, within: Span, other: int, known: Sequence[Span]) -> list[Span]:
        found: list[Span] = []
        there = self._sentences(other)
        for start, words in sentences(side.text[within[0] : within[1]]):
            if words.count(" ") >= SENTENCE_WORDS - 1 and fold(words) in there:
                span = within[0] + start, within[0] + start + len(words)
                if not any(span[0] < k[1] and k[0] < span[1] for k in known):
                    found.append(span)
        return found

    def _is_copy(self, block: Block) -> bool:
        return block.size >= SENTENCE_WORDS and block.key in self.old_keys

    @cached_property
    def old_keys(self) -> set[str]:
        """What comparing sees of each block of the old version."""
        return {block.key for block in self.old.blocks}

    def _sentences(self, which: int) -> set[str]:
        """All sentences of one version, as comparing sees them."""
        known = self._known[which]
        if known is None:
            version = (self.old, self.new)[which]
            known = self._known[which] = {s for block in version.blocks for s in block.sentences}
        return known


def _relinked(a: Sequence[str], b: Sequence[str], fa: Sequence[str], fb: Sequence[str]) -> tuple[tuple[str, str], ...]:
    if len(a) == len(b):
        return tuple([(x, y) for x, y, p, q in zip(a, b, fa, fb, strict=True) if p != q])
    gone = [x for x, p in zip(a, fa, strict=True) if p not in fb]
    come = [y for y, q in zip(b, fb, strict=True) if q not in fa]
    width = max(len(gone), len(come))
    return tuple(zip([*gone, *[""] * (width - len(gone))], [*come, *[""] * (width - len(come))], strict=True))


def _span(side: Side, start: int, end: int) -> Span:
    begin = side.token_starts[start]
    text = side.text[begin : side.token_starts[end]] if end < len(side.token_starts) else side.text[begin:]
    return begin, begin + len(text.rstrip())


def edits_of(runs: Sequence[Run], a: Side, b: Side) -> list[Edit]:
    """Spells word runs as edits that rebuild both texts to the letter, what only comparing ignores included."""
    out = _Edits()
    left, right = (a.text, _cuts(a)), (b.text, _cuts(b))
    for run in runs:
        before, after = _slice(left, run.a0, run.a1), _slice(right, run.b0, run.b1)
        if not run.equal:
            out.add(Op.DELETE, before)
            out.add(Op.INSERT, after)
        elif before == after:
            out.add(Op.EQUAL, before)
        else:
            _same_words(out, left, right, run)
    return out.edits()


Cuts = tuple[str, list[int]]  # a text, and where each of its tokens begins; at last its end


def _same_words(out: _Edits, left: Cuts, right: Cuts, run: Run) -> None:
    """Spells a run of words that are equal as comparing sees them, but not all to the letter."""
    done = 0
    for k in range(run.a1 - run.a0):
        x, y = _slice(left, run.a0 + k, run.a0 + k + 1), _slice(right, run.b0 + k, run.b0 + k + 1)
        if x != y:
            out.add(Op.EQUAL, _slice(left, run.a0 + done, run.a0 + k))
            same = len(x.rstrip()) if x.rstrip() == y.rstrip() else 0
            out.add(Op.EQUAL, x[:same])
            out.add(Op.DELETE, x[same:])
            out.add(Op.INSERT, y[same:])
            done = k + 1
    out.add(Op.EQUAL, _slice(left, run.a0 + done, run.a1))


def _cuts(side: Side) -> list[int]:
    """Where the text falls into tokens: each takes the blanks behind it, the first what stands before it too."""
    return [0, *side.token_starts[1:], len(side.text)]


def _slice(cuts: Cuts, start: int, end: int) -> str:
    text, places = cuts
    return text[places[start] : places[end]] if start < end else ""


class _Edits:
    """Collects edits; neighbours of one kind are joined, a deletion stands before its insertion."""

    def __init__(self) -> None:
        self.done: list[Edit] = []
        self.gone: list[str] = []
        self.come: list[str] = []

    def add(self, op: Op, text: str) -> None:
        if not text:
            return
        if op is Op.DELETE:
            self.gone.append(text)
        elif op is Op.INSERT:
            self.come.append(text)
        else:
            self._flush()
            if self.done and self.done[-1].op is Op.EQUAL:
                self.done[-1] = Edit(Op.EQUAL, self.done[-1].text + text)
            else:
                self.done.append(Edit(Op.EQUAL, text))

    def edits(self) -> list[Edit]:
        self._flush()
        return self.done

    def _flush(self) -> None:
        if self.gone:
            self.done.append(Edit(Op.DELETE, "".join(self.gone)))
        if self.come:
            self.done.append(Edit(Op.INSERT, "".join(self.come)))
        self.gone, self.come = [], []
