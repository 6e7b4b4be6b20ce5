"""Word edits inside a clause: the one door to rapidfuzz's opcodes and to diff-match-patch.

Works on tokens, never on characters, so that words stay whole; no step looks at a clock.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from diff_match_patch import diff_match_patch
from rapidfuzz.distance import Indel

from tracker.text.tokens import is_word

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

CELLS = 60_000_000  # work limit of one exact comparison (tokens x tokens); beyond it sentences are paired first
_SENTENCE_END = frozenset(".!?;:")

_NEVER_HIDDEN = re.compile(
    r"(?i)\d|^(?:no|not|never|none|nor|neither|without|cannot|unless|except|may|might|must|shall|should|will|would|can|could|"
    r"only|and/or|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?|nicht|kein\w*|nie|muss|darf|kann|ne|pas|jamais|peut|doit|nunca|puede|debe|non|mai|pu\u00f2|deve|"
    r"n\u00e3o|pode|\u043d\u0435|\u043d\u0438\u043a\u043e\u0433\u0434\u0430)$"
    r"|n't$"
)
_PHRASE = 3  # words: a kept row of so many, one of them a long one, is what the reader looks for
_LONG_WORD = 6  # letters
_LITTLE = 3  # letters


@lru_cache(maxsize=1 << 15)
def never_hidden(token: str) -> bool:
    """Tells whether a token is a number, date, negation or modal verb: kept, it must not be shown as changed."""
    return bool(_NEVER_HIDDEN.search(token))


KEPT, CHANGED = True, False


class Run(NamedTuple):
    """A stretch of tokens on both sides that is equal, or that was replaced (either side may be empty)."""

    equal: bool
    a0: int
    a1: int
    b0: int
    b1: int


def compare_tokens(a: Sequence[str], b: Sequence[str]) -> list[Run]:
    """Compares two rows of tokens exactly; the runs cover both without a gap.

    Common ends are trimmed first. Where the rest is too much for an exact comparison, its sentences are paired and only
    what lies between equal ones is compared; a remainder still too large counts as replaced. Where a change could stand
    in several places it is slid to the start of a sentence.
    """
    if not a or not b:
        return [Run(CHANGED, 0, len(a), 0, len(b))]
    runs = _exact(a, b)
    return _slid(runs, a, b) if len(runs) > 2 else runs


def _exact(a: Sequence[str], b: Sequence[str]) -> list[Run]:
    head = _common_head(a, b)
    tail = _common_tail(a, b, head)
    runs: list[Run] = []
    if head:
        runs.append(Run(KEPT, 0, head, 0, head))
    middle_a, middle_b = a[head : len(a) - tail], b[head : len(b) - tail]
    if middle_a or middle_b:
        runs.extend(
            Run(e, a0 + head, a1 + head, b0 + head, b1 + head) for e, a0, a1, b0, b1 in _middle(middle_a, middle_b)
        )
    if tail:
        runs.append(Run(KEPT, len(a) - tail, len(a), len(b) - tail, len(b)))
    return runs


def _common_head(a: Sequence[str], b: Sequence[str]) -> int:
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _common_tail(a: Sequence[str], b: Sequence[str], head: int) -> int:
    return _common_head(a[: head - 1 if head else None : -1], b[: head - 1 if head else None : -1])


def _middle(a: Sequence[str], b: Sequence[str]) -> list[Run]:
    if not a or not b:
        return [Run(CHANGED, 0, len(a), 0, len(b))]
    if len(a) * len(b) > CELLS:
        return _by_sentences(a, b)
    return opcodes(a, b)


def opcodes(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[Run]:
    """Gives the runs of two rows of hashable things, changes merged (delete and insert side by side are one run)."""
    ids: defaultdict[Hashable, int] = defaultdict(count().__next__)
    x, y = list(map(ids.__getitem__, a)), list(map(ids.__getitem__, b))
    found = Indel.editops(bytes(x), bytes(y)) if len(ids) <= 256 else Indel.editops(x, y)
    runs: list[Run] = []
    i = j = 0
    for a0, b0, size in found.as_matching_blocks():
        if a0 > i or b0 > j:
            runs.append(Run(CHANGED, i, a0, j, b0))
        i, j = a0 + size, b0 + size
        if size:
            runs.append(Run(KEPT, a0, i, b0, j))
    return runs


def _by_sentences(a: Sequence[str], b: Sequence[str]) -> list[Run]:
    left, right = _sentences(a), _sentences(b)
    if len(left) * len(right) > CELLS or len(left) < 2 or len(right) < 2:
        return [Run(CHANGED, 0, len(a), 0, len(b))]
    out: list[Run] = []
    for run in opcodes([" ".join(a[i:j]) for i, j in left], [" ".join(b[i:j]) for i, j in right]):
        a0, a1 = _bounds(left, run.a0, run.a1, len(a))
        b0, b1 = _bounds(right, run.b0, run.b1, len(b))
        if run.equal or (a1 - a0) * (b1 - b0) > CELLS or a0 == a1 or b0 == b1:
            out.append(Run(run.equal, a0, a1, b0, b1))
        else:
            out.extend(
                Run(r.equal, r.a0 + a0, r.a1 + a0, r.b0 + b0, r.b1 + b0) for r in compare_tokens(a[a0:a1], b[b0:b1])
            )
    return out


def _sentences(tokens: Sequence[str]) -> list[tuple[int, int]]:
    ends = [i + 1 for i, token in enumerate(tokens) if token in _SENTENCE_END]
    if not ends or ends[-1] != len(tokens):
        ends.append(len(tokens))
    return list(zip([0, *ends], ends, strict=False))


def _bounds(spans: Sequence[tuple[int, int]], first: int, last: int, end: int) -> tuple[int, int]:
    start = spans[first][0] if first < len(spans) else end
    return start, spans[last - 1][1] if last > first else start


def readable(runs: Sequence[Run], a: Sequence[str], b: Sequence[str]) -> list[Run]:
    """Joins changes that chance matches chop up, as a reader would mark them (diff-match-patch's semantic clean-up).

    The clean-up runs on tokens mapped to characters, between kept rows that stay: phrases, and whatever holds a number,
    a date, a negation or a modal verb.
    """
    if sum(not run.equal for run in runs) < 2:
        return list(runs)  # nothing chops up a single change
    out: list[Run] = []
    stretch: list[Run] = []
    for run in runs:
        if run.equal and _stays(a[run.a0 : run.a1]):
            out.extend(_cleaned(stretch, a, b))
            stretch = []
            out.append(run)
        else:
            stretch.append(run)
    out.extend(_cleaned(stretch, a, b))
    return _slid(_merged(out), a, b)


def _stays(kept: Sequence[str]) -> bool:
    """Tells whether a kept row of tokens stays kept in what a reader is shown."""
    if len(kept) > 12 or any(map(never_hidden, kept)):
        return True
    words = [token for token in kept if is_word(token)]
    return len(words) >= _PHRASE and max(map(len, words)) >= _LONG_WORD


def _cleaned(runs: list[Run], a: Sequence[str], b: Sequence[str]) -> list[Run]:
    if len([run for run in runs if not run.equal]) < 2:
        return runs
    ids: dict[str, str] = {}

    def spelled(tokens: Sequence[str]) -> str:
        return "".join([ids.setdefault(token, chr(0x100 + len(ids))) for token in tokens])

    diffs: list[tuple[int, str]] = []
    for run in runs:
        if run.equal:
            diffs.append((0, spelled(a[run.a0 : run.a1])))
        else:
            if run.a1 > run.a0:
                diffs.append((-1, spelled(a[run.a0 : run.a1])))
            if run.b1 > run.b0:
                diffs.append((1, spelled(b[run.b0 : run.b1])))
    diff_match_patch().diff_cleanupSemantic(diffs)
    out: list[Run] = []
    i, j = runs[0].a0, runs[0].b0
    for op, text in diffs:
        i1, j1 = i + (len(text) if op <= 0 else 0), j + (len(text) if op >= 0 else 0)
        out.append(Run(op == 0, i, i1, j, j1))
        i, j = i1, j1
    return _without_islands(_merged(out), a)


def _without_islands(runs: list[Run], a: Sequence[str]) -> list[Run]:
    """Drops kept rows of marks or little words alone, and of one or two words between changes larger than they are."""
    out: list[Run] = []
    for k, run in enumerate(runs):
        is_island = False
        if run.equal and 0 < k < len(runs) - 1:
            kept = [token for token in a[run.a0 : run.a1] if is_word(token)]
            around = [_size(runs[k - 1]), _size(runs[k + 1])]
            little = len(kept) <= 2 and all(len(token) <= _LITTLE for token in kept)
            is_island = little or (len(kept) <= 2 and max(around) >= 2 and sum(around) >= 2 * len(kept) + 1)
        out.append(run._replace(equal=CHANGED) if is_island else run)
    return _merged(out)


def _size(run: Run) -> int:
    return max(run.a1 - run.a0, run.b1 - run.b0)


def _merged(runs: Sequence[Run]) -> list[Run]:
    out: list[Run] = []
    for run in runs:
        if out and out[-1].equal == run.equal:
            last = out[-1]
            out[-1] = Run(run.equal, last.a0, run.a1, last.b0, run.b1)
        else:
            out.append(run)
    return out


def _slid(runs: list[Run], a: Sequence[str], b: Sequence[str]) -> list[Run]:
    """Slides pure insertions and deletions so that they begin where a sentence does, where the words allow it."""
    out = list(runs)
    for k in range(1, len(out) - 1):
        before, run, after = out[k - 1], out[k], out[k + 1]
        if run.equal or not (before.equal and after.equal):
            continue
        if run.a0 == run.a1:
            shift = _best_shift(b, (run.b0, run.b1), (before.b0, after.b1), k > 1)
        elif run.b0 == run.b1:
            shift = _best_shift(a, (run.a0, run.a1), (before.a0, after.a1), k > 1)
        else:
            continue
        if shift:
            out[k - 1] = before._replace(a1=before.a1 + shift, b1=before.b1 + shift)
            out[k] = Run(CHANGED, run.a0 + shift, run.a1 + shift, run.b0 + shift, run.b1 + shift)
            out[k + 1] = after._replace(a0=after.a0 + shift, b0=after.b0 + shift)
    return _merged([run for run in out if run.a1 > run.a0 or run.b1 > run.b0])


def _best_shift(tokens: Sequence[str], change: tuple[int, int], room: tuple[int, int], joins: bool) -> int:
    """Finds how far tokens[start:end] can slide so that it starts behind a mark that ends a sentence or a phrase.

    Among equal places the leftmost; where it can meet the change before it (`joins`), that place.
    """
    (start, end), (low, high) = change, room
    best, best_rank = 0, _rank(tokens, start, end)
    for step in (-1, 1):
        shift = 0
        while True:
            if step < 0:
                if start + shift <= low or tokens[start + shift - 1] != tokens[end + shift - 1]:
                    break
            elif end + shift >= high or tokens[start + shift] != tokens[end + shift]:
                break
            shift += step
            rank = _rank(tokens, start + shift, end + shift)
            if joins and start + shift == low:
                return shift
            if rank > best_rank or (step < 0 and rank == best_rank):
                best, best_rank = shift, rank
    return best


def _rank(tokens: Sequence[str], start: int, end: int) -> int:
    first = 2 if start == 0 or tokens[start - 1] in _SENTENCE_END else 1 if tokens[start - 1] in ",(" else 0
    last = 2 if end == len(tokens) or tokens[end - 1] in _SENTENCE_END else 1 if tokens[end - 1] in ",)" else 0
    return first + last
