"""A changed clause cut down to what a reader needs: the changed words, and some words around them."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from tracker.model import Edit, Op
from tracker.text.normalize import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.model import ClauseChange

GAP = " [\u2026] "

_AROUND = 14  # words kept on each side of a change
_LONGEST = 90  # words of a run that came or went as a whole
_LETTERS = 12  # that a word has at most on an average run; what is written without blanks is cut by this
_WORD = re.compile(r"\S+\s*")


def excerpt(change: ClauseChange) -> tuple[Edit, ...]:
    """Give the runs of a clause to show, long ones cut."""
    runs = _runs(change)
    last = len(runs) - 1
    return tuple(
        Edit(run.op, _cut(run, is_first=number == 0, is_last=number == last)) for number, run in enumerate(runs)
    )


def _runs(change: ClauseChange) -> tuple[Edit, ...]:
    return tuple(_tidied(_unfolded(change.edits))) if change.edits else tuple(_whole(change))


def _unfolded(edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Give the edits with what differs in quotes, dashes or blanks alone as words that stay."""
    told: list[Edit] = []
    for edit in edits:
        old = told[-1] if told else None
        if old and (old.op, edit.op) == (Op.DELETE, Op.INSERT) and fold(old.text) == fold(edit.text):
            told[-1] = Edit(Op.EQUAL, edit.text)
        else:
            told.append(edit)
    return tuple(_joined(told))


def _joined(edits: list[Edit]) -> Iterator[Edit]:
    """Join neighbours that stay."""
    for op, run in groupby(edits, key=lambda edit: edit.op):
        yield Edit(op, "".join(edit.text for edit in run))


def _tidied(edits: tuple[Edit, ...]) -> Iterator[Edit]:
    """Give the runs with the blanks at the end of changed words behind them, where nobody marks them."""
    pending = ""
    for number, edit in enumerate(edits):
        text = edit.text
        following = edits[number + 1].op if number + 1 < len(edits) else Op.EQUAL
        if edit.op is Op.EQUAL:
            yield Edit(Op.EQUAL, pending + text)
            pending = ""
            continue
        bare = text.rstrip()
        if bare:
            yield Edit(edit.op, bare)
        pending = text[len(bare) :] or pending
        if following is edit.op or (edit.op is Op.INSERT and following is Op.DELETE):
            yield Edit(Op.EQUAL, pending)
            pending = ""
    if pending:
        yield Edit(Op.EQUAL, pending)


def _whole(change: ClauseChange) -> Iterator[Edit]:
    """A clause that came or went has no word edits; one that only moved shows how it begins."""
    if change.before is None or change.after is None:
        if change.before:
            yield Edit(Op.DELETE, change.before)
        if change.after:
            yield Edit(Op.INSERT, change.after)
    elif change.before == change.after:
        yield Edit(Op.EQUAL, change.after)
    else:
        yield Edit(Op.EQUAL, " | ".join(change.parts) if change.parts else change.after)


def _cut(run: Edit, *, is_first: bool, is_last: bool) -> str:
    """Cut a run: unchanged words far from a change, the middle of what is very long."""
    words = _words(run.text)
    if run.op is not Op.EQUAL:
        return _middle_out(words, run.text, _LONGEST, _LONGEST // 3)
    if is_first and is_last:
        return _middle_out(words, run.text, 2 * _AROUND, 0)
    if is_first and len(words) > _AROUND:
        return GAP.lstrip() + "".join(words[-_AROUND:])
    if is_last and len(words) > _AROUND:
        return _lead(run.text) + "".join(words[:_AROUND]).rstrip() + GAP.rstrip()
    if is_first or is_last:
        return run.text
    return _middle_out(words, run.text, _AROUND, _AROUND)


def _words(text: str) -> list[str]:
    """Give the words of a text; where it is written without blanks, pieces of as many letters."""
    words = _WORD.findall(text)
    if len(text) <= _LETTERS * (len(words) + _LONGEST):
        return words
    return [word[k : k + _LETTERS] for word in words for k in range(0, len(word), _LETTERS)]


def _middle_out(words: list[str], text: str, head: int, tail: int) -> str:
    if len(words) <= head + tail + 5:
        return text
    end = "".join(words[len(words) - tail :]) if tail else ""
    return _lead(text) + "".join(words[:head]).rstrip() + GAP + end


def _lead(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]
