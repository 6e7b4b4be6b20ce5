"""Events: changes of one episode that a reader is told of once, however many documents and days they come in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.model import Op

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from tracker.digest.message import Stored
    from tracker.model import Change, ClauseChange

NOTABLE = 2
_MARKS = re.compile(r"\W+")

Sides = tuple[str, str]  # the words that go and those that come


@dataclass(frozen=True, slots=True)
class Event:
    """A change, and those that say nothing beside it."""

    lead: Stored
    also: tuple[Stored, ...] = ()
    taken_back_at: datetime | None = None  # by an edit of its document that is its opposite


def events(changes: Iterable[Stored]) -> tuple[Event, ...]:
    """Give the events of changes that come oldest first: one of each episode, and one for whatever else it brought."""
    episodes: dict[tuple[str | None, str], list[Stored]] = {}
    for one in changes:
        episodes.setdefault(episode_of(one.change), []).append(one)
    return tuple(event for members in episodes.values() for event in _of_one(members))


def _of_one(members: Sequence[Stored]) -> Iterable[Event]:
    """Give the events of an episode: a member joins the first event that has all its notable words."""
    leads: list[tuple[Stored, list[Stored]]] = []
    for one in sorted(members, key=lambda one: -one.change.significance):
        for lead, also in leads:
            if is_same_event(one.change, lead.change):
                also.append(one)
                break
        else:
            leads.append((one, []))
    for lead, also in leads:
        also.sort(key=lambda one: (one.change.after.at, one.id))
        yield Event(lead, tuple(also), _taken_back_at(lead, also))


def episode_of(change: Change) -> tuple[str | None, str]:
    """Name the episode of a change; one with which an episode begins may not know that it does, but gives its name."""
    return change.service, change.episode or change.after.id


def is_same_event(change: Change, lead: Change) -> bool:
    """Tell whether a change brings or takes back what another one of its episode did, and nothing notable beside."""
    words, others = _words(change), _words(lead)
    return bool(words) and words <= others | {(come, gone) for gone, come in others}


def takes_back(change: Change, lead: Change) -> bool:
    """Tell whether a change of the same event goes the other way."""
    return _words(change).isdisjoint(_words(lead))


def is_same_document(one: Change, other: Change) -> bool:
    """Tell whether two changes are of one document."""
    return (one.service, one.document) == (other.service, other.document)


def _taken_back_at(lead: Stored, also: Sequence[Stored]) -> datetime | None:
    """Tell since when the words of an event are gone from its document again; None where they stand."""
    here = (one.change for one in also if is_same_document(one.change, lead.change))
    later = [change for change in here if change.after.at > lead.change.after.at]
    return later[-1].after.at if later and takes_back(later[-1], lead.change) else None


def _words(change: Change) -> frozenset[Sides]:
    """Give what goes and comes in the notable clauses of a change; in a minor one, in all that count."""
    least = min(NOTABLE, change.significance)
    return frozenset(_sides(one.change) for one in change.clauses if one.verdict.significance >= least)


def _sides(clause: ClauseChange) -> Sides:
    if clause.edits:
        gone = " ".join(edit.text for edit in clause.edits if edit.op is Op.DELETE)
        come = " ".join(edit.text for edit in clause.edits if edit.op is Op.INSERT)
    else:
        gone, come = clause.before or "", clause.after or ""
    return _bare(gone), _bare(come)


def _bare(text: str) -> str:
    return _MARKS.sub(" ", text.casefold()).strip()
