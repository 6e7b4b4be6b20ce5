"""Episodes: changes of a service that are one event, however many records tell of it.

The same words come or go in several documents within days; or words are put up, withdrawn and put up again. What is
kept of a change to tell is a `Happening`: some numbers and names, never its words.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import xxhash

from tracker.model import Cause, ChangeKind, Op

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tracker.model import Change, ClauseChange

WITHIN = timedelta(days=7)  # between one change of an episode and the next
LONGEST = timedelta(days=30)  # from the first to the last: what goes on and on is no event
NOTABLE = 2
_MARKS = re.compile(r"\W+")
_LEAST_LETTERS = 8  # a shorter edit is the same elsewhere by chance
# What lengthens a text by nothing new, or shortens it by nothing: words that are there already.
_NO_EDIT = frozenset({ChangeKind.COPIED, ChangeKind.RELINKED})


class Happening(NamedTuple):
    """What is kept of a change to tell which episode it belongs to.

    It joins the last happening that left one of the names it seeks. A change leaves its names in any case, a return to
    an earlier text only where it joined: most returns come and go without a change.
    """

    at: datetime
    id: str
    seeks: frozenset[str]
    leaves: frozenset[str]
    is_change: bool


def happening(change: Change) -> Happening | None:
    """Gives what is to be kept of a change; None where it cannot be part of an episode."""
    document, after = change.document or "", change.after
    if change.cause is Cause.VARIANT and change.returns_to:
        seeks = {_text(document, change.returns_to)}
        leaves = {_text(document, change.returns_to)}
        if change.undoes:  # from now on the two texts are put up and withdrawn
            seeks.add(_record(document, change.undoes))
            leaves.add(_text(document, change.undoes))
        return Happening(after.at, after.id, frozenset(seeks), frozenset(leaves), is_change=False)
    if change.cause is not Cause.CHANGE or not change.significance:
        return None
    least = min(NOTABLE, change.significance)
    named = (name_of(one.change) for one in change.clauses if one.verdict.significance >= least)
    edits = frozenset(name for name in named if name)
    return Happening(after.at, after.id, edits, edits | {_record(document, after.id)}, is_change=True)


def _record(document: str, record: str) -> str:
    return f"record {document} {record}"


def _text(document: str, record: str) -> str:
    return f"text {document} {record}"


def name_of(clause: ClauseChange) -> str | None:
    """Gives a short name of the words that go and come in a clause, whichever way; None where they tell too little."""
    if clause.kind in _NO_EDIT:
        return None
    if clause.edits:
        gone = " ".join(edit.text for edit in clause.edits if edit.op is Op.DELETE)
        come = " ".join(edit.text for edit in clause.edits if edit.op is Op.INSERT)
    else:
        gone, come = ("", "") if clause.before and clause.after else (clause.before or "", clause.after or "")
    sides = sorted(_MARKS.sub(" ", side.casefold()).strip() for side in (gone, come))
    if sum(map(len, sides)) < _LEAST_LETTERS:
        return None
    return xxhash.xxh3_64_hexdigest("\n".join(sides).encode("utf-8", "replace"))


def episodes(happenings: Sequence[Happening]) -> dict[int, str]:
    """Gives the episode of each happening of a service that belongs to one, by its place in the sequence.

    An episode has the id of the record with which it began.
    """
    order = sorted(range(len(happenings)), key=lambda k: happenings[k].at)
    leader = list(range(len(happenings)))
    last: dict[str, int] = {}  # name -> the happening that left it last
    for k in order:
        one = happenings[k]
        there = [last[name] for name in one.seeks if name in last]
        near = [
            other
            for other in there
            if one.at - happenings[other].at <= WITHIN and one.at - happenings[_root(leader, other)].at <= LONGEST
        ]
        for other in near:
            _join(leader, other, k, happenings)
        if near or one.is_change:
            last.update(dict.fromkeys(one.leaves, k))
    members: dict[int, list[int]] = {}
    for k in order:
        members.setdefault(_root(leader, k), []).append(k)
    return {k: happenings[group[0]].id for group in members.values() if len(group) > 1 for k in group}


def _root(leader: list[int], k: int) -> int:
    while leader[k] != k:
        leader[k] = leader[leader[k]]
        k = leader[k]
    return k


def _join(leader: list[int], one: int, other: int, happenings: Sequence[Happening]) -> None:
    a, b = _root(leader, one), _root(leader, other)
    first, second = (a, b) if happenings[a].at <= happenings[b].at else (b, a)
    leader[second] = first
