"""The life of clauses: which clause of one version is which of the next, through all records of a document.

A clause keeps its identity where the comparison pairs it: unchanged, edited, moved, renumbered. Of a split, the piece
that holds most of the words goes on as the old clause; of a merger, the clause that gave most of them. A return to an
earlier text brings back the clauses of that text, and a clause added with the very words of one that went is that one.
Several faces of a document go on side by side: one that is not shown has lost nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.assess import assess
from tracker.lives import BORN, RETURNED, Event, Life
from tracker.model import ChangeKind
from tracker.past import FLAPS, Past

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.diff.align import Group
    from tracker.diff.compare import Comparison
    from tracker.model import Change, ClauseChange, JudgedClause, Record
    from tracker.past import Face
    from tracker.replay import Play
    from tracker.text.version import Version


def lives_of(records: Iterable[Record], play: Play) -> list[Life]:
    """Give the life of every clause of a document, in the order in which they were born."""
    biographer = Biographer()
    for record in records:
        biographer.take(record, play)
    return biographer.finish()


class Biographer:
    """Follows the clauses of one document; `rows` holds, for each text, who stands at which place."""

    def __init__(self) -> None:
        self.past = Past()
        self.records = 0
        self.lives: list[Life] = []
        self.rows: dict[str, list[int]] = {}  # digest of a version -> the clause at each of its blocks
        self.gone: dict[bytes, int] = {}  # fingerprint -> the clause of these words that was removed
        self.lines: dict[str, int] = {}  # digest of a version -> the line of texts it is part of
        self.flips: dict[frozenset[int], int] = {}  # lines one of which began as a change of the other -> returns told
        self.last_words: dict[int, bytes] = {}  # the other way round

    def take(self, record: Record, play: Play) -> None:
        """Follow one record."""
        self.records += 1
        before = list(self.past.faces)
        heard: list[tuple[Comparison, tuple[JudgedClause, ...]]] = []
        change = assess(
            record, self.past, play.pages(record), play.rules, on_comparison=lambda *told: heard.append(told)
        )
        shown = self.past.faces[0] if self.past.faces else None
        if shown is None or (before and before[0] is shown):
            return
        if heard:
            base = next(face for face in before if face.version is heard[0][0].old)
            if base is not before[0]:
                self._bring_back(change, base, before)
            self._follow(change, *heard[0])
            self._note_line(heard[0][0], before)
        elif shown.version.digest in self.rows:
            self._bring_back(change, shown, before)
        else:
            row = [self._born(change, shown.version, j) for j in range(len(shown.version.blocks))]
            self.rows[shown.version.digest] = row
            self.lines[shown.version.digest] = len(self.lines)

    def _note_line(self, comparison: Comparison, before: Sequence[Face]) -> None:
        """Note whether a text takes the place of the one it was compared with, or stands apart as another face."""
        old, new = comparison.old.digest, comparison.new.digest
        if any(face.version is comparison.old and face in self.past.faces for face in before):
            self.lines[new] = len(self.lines)
            self.flips[frozenset({self.lines[old], self.lines[new]})] = 0
        else:
            self.lines[new] = self.lines[old]

    def finish(self) -> list[Life]:
        """Note where each clause stands at the end."""
        for n, face in reversed(list(enumerate(self.past.faces))):  # the text shown last has the last word
            for j, id_ in enumerate(self.rows[face.version.digest]):
                life = self.lives[id_]
                life.is_there = life.is_there or n == 0
                if life.is_there:
                    life.stands_at(face.version, j)
        return self.lives

    def _event(
        self,
        change: Change,
        kind: str,
        judged: JudgedClause | None = None,
        words: str | None = None,
        others: tuple[int, ...] = (),
    ) -> Event:
        return Event(self.records, change.after, change.cause, kind, judged, words, others)

    def _born(self, change: Change, version: Version, j: int, judged: JudgedClause | None = None) -> int:
        """Begin a life, or take one up again whose words are back."""
        block = version.blocks[j]
        id_ = self.gone.get(block.fingerprint)
        if id_ is None:
            id_ = len(self.lives)
            self.lives.append(Life(id_, block.kind, version.path(j), version.number(j), block.text))
            kind = BORN
        else:
            self._lives_again(id_)
            kind = RETURNED
        self.lives[id_].events.append(self._event(change, kind, judged, block.text))
        return id_

    def _follow(self, change: Change, comparison: Comparison, clauses: tuple[JudgedClause, ...]) -> None:
        """Carry the clauses of one version over to the next."""
        old = self.rows[comparison.old.digest]
        for id_ in old:
            self._lives_again(id_)
        row = _kept(old, comparison)
        waiting = list(reversed(clauses))
        pairs = [(group, _told(group, comparison, waiting)) for group in comparison.groups]
        for group, judged in pairs:
            if group.old and group.new:
                self._go_on(change, comparison, group, judged, (old, row))
        for group, judged in pairs:
            if group.new and not group.old:
                row[group.new[0]] = self._born(change, comparison.new, group.new[0], judged)
        for group, judged in pairs:
            if group.old and not group.new:
                self._end(change, old[group.old[0]], comparison.old, group.old[0], judged)
        self.rows[comparison.new.digest] = row

    def _go_on(
        self,
        change: Change,
        comparison: Comparison,
        group: Group,
        judged: JudgedClause | None,
        rows: tuple[list[int], list[int]],
    ) -> None:
        """Carry on a clause that is paired with one or more."""
        old, row = rows
        heirs = sorted(group.new, key=lambda j: -comparison.new.blocks[j].size)
        givers = sorted(group.old, key=lambda i: -comparison.old.blocks[i].size)
        id_ = row[heirs[0]] = old[givers[0]]
        pieces = [self._born(change, comparison.new, j) for j in heirs[1:]]
        row_pieces = dict(zip(heirs[1:], pieces, strict=True))
        for j, piece in row_pieces.items():
            row[j] = piece
        for i in givers[1:]:
            self.lives[old[i]].stands_at(comparison.old, i)
            self.lives[old[i]].events.append(self._event(change, "merged", judged, others=(id_,)))
            self.lives[old[i]].is_there = False
        if judged:
            others = (*pieces, *(old[i] for i in givers[1:]))
            kind = str(judged.change.kind)
            self.lives[id_].events.append(self._event(change, kind, judged, others=others))

    def _end(self, change: Change, id_: int, version: Version, i: int, judged: JudgedClause | None) -> None:
        life = self.lives[id_]
        life.stands_at(version, i)
        life.events.append(self._event(change, str(ChangeKind.REMOVED), judged))
        life.is_there = False
        self._forget(id_)
        self._forget(self.gone.get(version.blocks[i].fingerprint, id_))  # one clause for the same words
        self.gone[version.blocks[i].fingerprint] = id_
        self.last_words[id_] = version.blocks[i].fingerprint

    def _lives_again(self, id_: int) -> None:
        self.lives[id_].is_there = True
        self._forget(id_)

    def _forget(self, id_: int) -> None:
        """Forget with which words a clause went."""
        self.gone.pop(self.last_words.pop(id_, b""), None)

    def _bring_back(self, change: Change, shown: Face, before: Sequence[Face]) -> None:
        """Note which clauses come, go and change their words when an earlier text takes the place of another."""
        now = dict(zip(self.rows[shown.version.digest], shown.version.blocks, strict=True))
        for id_ in now:
            self._lives_again(id_)
        for face in self._replaced(shown, before):
            row = self.rows[face.version.digest]
            was = dict(zip(row, face.version.blocks, strict=True))
            for id_, block in now.items():
                if id_ not in was or was[id_].key != block.key:
                    self.lives[id_].events.append(self._event(change, RETURNED, words=block.text))
            for i, id_ in enumerate(row):
                if id_ not in now:
                    self._end(change, id_, face.version, i, None)

    def _replaced(self, shown: Face, before: Sequence[Face]) -> list[Face]:
        """Give the texts whose place an earlier text takes.

        A face that began as a change of another is taken back with the first returns; after that the two take turns.
        """
        out = [face for face in before if face not in self.past.faces]
        pair = frozenset({self.lines[before[0].version.digest], self.lines[shown.version.digest]})
        if before[0] not in out and self.flips.get(pair, FLAPS) < FLAPS:
            self.flips[pair] += 1
            out.append(before[0])
        return out


def _kept(old: list[int], comparison: Comparison) -> list[int]:
    """Give the row of the new version with those clauses in it that no group names: they are the same, in order."""
    named_old = {i for group in comparison.groups for i in group.old}
    named_new = {j for group in comparison.groups for j in group.new}
    row = [-1] * len(comparison.new.blocks)
    left = (id_ for i, id_ in enumerate(old) if i not in named_old)
    right = (j for j in range(len(row)) if j not in named_new)
    for id_, j in zip(left, right, strict=True):
        row[j] = id_
    return row


_SAME_WORDS = frozenset({ChangeKind.MOVED, ChangeKind.RENUMBERED, ChangeKind.RELINKED})


def _told(group: Group, comparison: Comparison, waiting: list[JudgedClause]) -> JudgedClause | None:
    """Take the change that was told of a group from those that wait; groups of the same words may have none."""
    if not waiting:
        return None
    if group.equal and not _speaks_of(waiting[-1].change, comparison.new, group.new[0]):
        return None
    return waiting.pop()


def _speaks_of(change: ClauseChange, version: Version, j: int) -> bool:
    return (
        change.kind in _SAME_WORDS
        and not change.edits
        and change.after == version.blocks[j].text
        and change.number == version.number(j)
        and change.path == version.path(j)
    )
