"""The differs that ours is measured against, each behind the same two questions.

`spent` is the processor time that one comparison takes; `rows` is what a comparison says of every character, in the
form of our own `diff --alignment`. A peer that is not installed says so when it is opened.
"""

from __future__ import annotations

import difflib
import re
import time
from abc import ABC, abstractmethod
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from rapidfuzz.distance import Indel

from tracker.diff.alignment import alignment
from tracker.diff.changes import edits_of
from tracker.diff.compare import Comparison, compare
from tracker.diff.words import readable
from tracker.text.shelf import Shelf
from tracker.text.version import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WORD = re.compile(r"\S+")

Span = tuple[int, int]


class Pair(NamedTuple):
    """Two texts of one document, one after the other."""

    old: str
    new: str


class Row(TypedDict):
    """A stretch that both texts share: "equal" or "moved" ("cosmetic", "delete" and "insert" in our own rows)."""

    op: str
    before: Span | None
    after: Span | None


class Absent(Exception):
    """A peer is not installed."""


class Peer(ABC):
    """A differ; `slow` ones are measured on every twentieth pair."""

    name: str
    slow = False

    def prepare(self, pairs: Sequence[Pair]) -> None:  # noqa: B027  # most need not
        """Takes all pairs that will be asked for, before the clock starts."""

    def spent(self, pair: Pair) -> float:
        """Gives the processor seconds of one comparison."""
        started = time.process_time()
        self.compare(pair)
        return time.process_time() - started

    @abstractmethod
    def compare(self, pair: Pair) -> object:
        """Compares, word by word."""

    def close(self) -> None:  # noqa: B027  # most started nothing
        """Ends what the peer started."""


class Aligner(Peer):
    """A differ that says which words of both texts are the same."""

    @abstractmethod
    def rows(self, pair: Pair) -> list[Row]:
        """Says what both texts share."""


def _needs(module: str) -> Any:  # the doors to libraries that say little of their types
    if find_spec(module.partition(".")[0]) is None:
        raise Absent(f"the Python package {module.partition('.')[0]} is not installed")
    return import_module(module)


# -- ours ----------------------------------------------------------------------------------------------------------


class Ours(Aligner):
    """Reads both texts, aligns their clauses, finds word edits and passages that moved, and spells readable edits."""

    name = "ours"

    def compare(self, pair: Pair) -> object:
        """Compares from texts in memory."""
        return _all_edits(_compared(pair))

    def rows(self, pair: Pair) -> list[Row]:
        """Gives our own rows."""
        rows = alignment(_compared(pair))
        return [{"op": row.op, "before": row.before, "after": row.after} for row in rows]


class OursInHistory(Peer):
    """The same where the old version was read before, as in a history, in which each text is read once."""

    name = "ours, old version read before"

    def spent(self, pair: Pair) -> float:
        """Counts the new version and the comparison."""
        shelf = Shelf()
        old = read(pair.old, shelf)
        _ = old.digest
        started = time.process_time()
        _all_edits(compare(old, read(pair.new, shelf)))
        return time.process_time() - started

    def compare(self, pair: Pair) -> object:
        """Compares, reading both."""
        return _all_edits(_compared(pair))


def _compared(pair: Pair) -> Comparison:
    shelf = Shelf()
    return compare(read(pair.old, shelf), read(pair.new, shelf))


def _all_edits(comparison: Comparison) -> object:
    edits = []
    for k, (a, b) in enumerate(comparison.sides):
        if a and b:
            edits.append(edits_of(readable(comparison.runs(k), a.tokens, b.tokens), a, b))
    return edits, comparison.passages


# -- peers that compare rows of words ------------------------------------------------------------------------------


class WordPeer(Aligner):
    """A library that compares two rows of words."""

    def compare(self, pair: Pair) -> object:
        """Compares the words between blanks."""
        return self.kept(pair.old.split(), pair.new.split())

    @abstractmethod
    def kept(self, old: list[str], new: list[str]) -> Iterable[tuple[int, int, int]]:
        """Gives the rows of words kept: first old word, first new word, how many."""

    def rows(self, pair: Pair) -> list[Row]:
        """Gives a row for each stretch of words kept."""
        old, new = ([found.span() for found in _WORD.finditer(text)] for text in pair)
        kept = self.kept(pair.old.split(), pair.new.split())
        return [equal((old[i][0], old[i + n - 1][1]), (new[j][0], new[j + n - 1][1])) for i, j, n in kept if n]


def equal(before: Span, after: Span, op: str = "equal") -> Row:
    """Give a row of what both texts share."""
    return {"op": op, "before": before, "after": after}


class Difflib(WordPeer):
    """The standard library's."""

    name = "difflib, words"
    slow = True

    def kept(self, old: list[str], new: list[str]) -> Iterable[tuple[int, int, int]]:
        """Compares with the heuristics that make it bearable."""
        return difflib.SequenceMatcher(None, old, new).get_matching_blocks()


class Rapidfuzz(WordPeer):
    """The longest common subsequence, whole documents at once; takes gigabytes on long ones."""

    name = "rapidfuzz, words"
    slow = True

    def kept(self, old: list[str], new: list[str]) -> Iterable[tuple[int, int, int]]:
        """Compares words by number."""
        ids: dict[str, int] = {}
        a, b = ([ids.setdefault(word, len(ids)) for word in words] for words in (old, new))
        return [
            (op.src_start, op.dest_start, op.src_end - op.src_start) for op in Indel.opcodes(a, b) if op.tag == "equal"
        ]


class Pygit2(WordPeer):
    """libgit2 with a word a line."""

    name = "pygit2, a word a line"

    def __init__(self) -> None:
        self.patch = _needs("pygit2").Patch

    def kept(self, old: list[str], new: list[str]) -> Iterable[tuple[int, int, int]]:
        """Gives what lies between its hunks."""
        patch = self.patch.create_from("\n".join([*old, ""]), "\n".join([*new, ""]), context_lines=0)
        out: list[tuple[int, int, int]] = []
        i = j = 0
        for hunk in patch.hunks:
            # where a side has no line, the hunk names the one before
            start = hunk.old_start - 1 if hunk.old_lines else hunk.old_start
            out.append((i, j, start - i))
            i, j = start + hunk.old_lines, (hunk.new_start - 1 if hunk.new_lines else hunk.new_start) + hunk.new_lines
        out.append((i, j, len(old) - i))
        return out


class DiffMatchPatch(WordPeer):
    """diff-match-patch in word mode with its semantic clean-up; its limit of a second stays."""

    name = "diff-match-patch, words"
    slow = True

    def __init__(self) -> None:
        self.engine = _needs("diff_match_patch").diff_match_patch()

    def kept(self, old: list[str], new: list[str]) -> Iterable[tuple[int, int, int]]:
        """Compares words as characters."""
        a, b, _ = self.engine.diff_linesToChars("\n".join([*old, ""]), "\n".join([*new, ""]))
        diffs = self.engine.diff_main(a, b, checklines=False)
        self.engine.diff_cleanupSemantic(diffs)
        out: list[tuple[int, int, int]] = []
        i = j = 0
        for op, words in diffs:
            if op == 0:
                out.append((i, j, len(words)))
            i, j = i + (len(words) if op <= 0 else 0), j + (len(words) if op >= 0 else 0)
        return out


# -- prosediff -----------------------------------------------------------------------------------------------------


class Prosediff(Aligner):
    """prosediff's alignment of paragraphs with moved paragraphs and passages."""

    name = "prosediff"
    slow = True

    def __init__(self) -> None:
        self.engine = _needs("prosediff.diff")

    def compare(self, pair: Pair) -> object:
        """Aligns the lines that are not blank, as it does for Markdown."""
        old, new = ([line for line in text.split("\n") if line.strip()] for text in pair)
        return self.engine.align(old, new, 0, markdown=True)

    def rows(self, pair: Pair) -> list[Row]:
        """Gives the words kept in each pair of its lines, then its passages, which take words from those."""
        old, new = (_lines(text) for text in pair)
        found, _, _ = self.engine.align(
            [line for _, line in old], [line for _, line in new], None, markdown=True, max_hidden=None
        )
        out: list[Row] = []
        moved: dict[int, dict[str, Any]] = {}
        for row in found:
            if row.kind in {"equal", "replace"}:
                (a, before), (b, after) = old[row.left_no - 1], new[row.right_no - 1]
                out += self._words(before, after, (a, b), "equal", (row.old_moves, row.new_moves))
            elif row.kind in {"moved-out", "moved-in"}:
                moved.setdefault(row.move_pair, {})[row.kind] = row
        for pair_of_rows in moved.values():
            if len(pair_of_rows) == 2:
                a, before = old[pair_of_rows["moved-out"].left_no - 1]
                b, after = new[pair_of_rows["moved-in"].right_no - 1]
                out += self._words(before, after, (a, b), "moved", ((), ()))
        for left, gone, right, come in self.engine.moved_passages(found):
            (a, before), (b, after) = old[left.left_no - 1], new[right.right_no - 1]
            places = a + gone.start, b + come.start
            out += self._words(before[gone.start : gone.end], after[come.start : come.end], places, "moved", ((), ()))
        return out

    def _words(self, before: str, after: str, at: Span, op: str, without: tuple[Any, Any]) -> list[Row]:
        out = []
        for kind, a0, a1, b0, _ in self.engine.word_ops(before, after):
            if kind == "equal" and a1 > a0:
                for start, end in self.engine.outside(a0, a1, without[0]):
                    for first, last in self.engine.outside(b0 + start - a0, b0 + end - a0, without[1]):
                        shift = at[0] + a0 - b0
                        out.append(equal((first + shift, last + shift), (at[1] + first, at[1] + last), op))
        return out


def _lines(text: str) -> list[tuple[int, str]]:
    """Gives the lines that are not blank, and where each begins."""
    out = []
    at = 0
    for line in text.split("\n"):
        if line.strip():
            out.append((at, line))
        at += len(line) + 1
    return out


# -- peers in a process of their own -------------------------------------------------------------------------------
