"""Composing: what a subscription is told of a period. Pure: what happened and what was told before in, a message out.

Every change is considered once, in the message of the period in which it was recorded, and becomes one of four things:
an entry, a part of another entry (the same event), a number at the foot, or something said of an earlier entry.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.digest.events import episode_of, events, is_same_document, is_same_event, takes_back
from tracker.digest.message import Digest, Entry, Foot, Group, Telling
from tracker.digest.standing import is_believed, undone, what_became_of
from tracker.model import Cause, Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.digest.events import Event
    from tracker.digest.message import Stored
    from tracker.digest.news import News, Told, Wants
    from tracker.model import Change

NEWSWORTHY = 3
_EXPLAINS = frozenset({Role.QUOTES, Role.DESCRIBES, Role.CONTESTED})


def compose(id: str, wants: Wants, news: News) -> Digest | None:  # noqa: A002  it is the id of the message
    """Give the message of a period; None where there is nothing to tell and the subscriber wants no message then."""
    kept_back = waiting(wants, news.changes)
    fresh = tuple(one for one in _fresh(wants, news) if one.id not in kept_back)
    found = (*_entries(wants, news, fresh), *_of_told(news), *_follow_ups(wants, news))
    entries = sorted({(one.stored.id, one.telling): one for one in found}.values(), key=_rank)
    shown = entries[: wants.most]
    if not shown and not wants.nothing_changed:
        return None
    return Digest(
        id=id,
        subscription=wants.subscription,
        since=news.since,
        until=news.until,
        groups=_groups(shown),
        foot=_foot(wants, news, fresh, entries),
        timezone=wants.timezone,
        language=wants.language,
    )


def waiting(wants: Wants, changes: Sequence[Stored]) -> frozenset[int]:
    """Give the changes that are to be considered again with the next message; no others have to be kept in mind.

    A newsworthy change waits for a second capture, unless the subscriber wants it before, or it is undone by now.
    """
    if wants.provisional:
        return frozenset()
    returns = _returns(changes)
    return frozenset(
        one.id
        for one in changes
        if not one.is_confirmed
        and one.change.significance >= NEWSWORTHY
        and _is_wanted(wants, one.change)
        and undone(one, returns) is None
    )


def tellings(digest: Digest) -> tuple[tuple[int, Telling], ...]:
    """Give what a message says of which change: what has to be remembered as told, with the coverage of follow-ups."""
    said: dict[tuple[int, Telling], None] = {}
    for entry in digest.entries:
        for one in (entry.stored, *entry.also):
            said[one.id, entry.telling] = None
        if entry.withdrawn_at is not None:
            said[entry.stored.id, Telling.WITHDRAWN] = None
    return tuple(said)


def _fresh(wants: Wants, news: News) -> Iterator[Stored]:
    """Give each change of the chosen documents that was not told, once, oldest first."""
    known = {told.stored.id for told in news.told}
    for one in sorted(news.changes, key=lambda one: (one.change.after.at, one.id)):
        if one.id not in known and wants.watches(one.change):
            known.add(one.id)
            yield one


def _returns(changes: Sequence[Stored]) -> tuple[Stored, ...]:
    return tuple(one for one in changes if one.change.returns_to is not None)


def _is_news(change: Change) -> bool:
    return change.noise is None and change.cause is Cause.CHANGE and change.significance > 0


def _is_wanted(wants: Wants, change: Change) -> bool:
    return (
        _is_news(change)
        and change.significance >= wants.least
        and wants.watches(change)
        and wants.speaks_of_topics(change)
    )


def _entries(wants: Wants, news: News, fresh: tuple[Stored, ...]) -> Iterator[Entry]:
    """Give an entry for each event: what is new of it, where the subscriber was told of it before."""
    returns = _returns(fresh)
    for event in events(one for one in fresh if _is_wanted(wants, one.change)):
        known = [told for told in news.told if _is_known(event.lead.change, told.stored.change)]
        if known:
            yield from _again(event, known)
            continue
        is_sure = all(one.is_confirmed for one in (event.lead, *event.also))
        back = undone(event.lead, returns)
        yield Entry(
            event.lead,
            Telling.CHANGE if is_sure else Telling.PROVISIONAL,
            event.also,
            back.change.after.at if back else event.taken_back_at,
            coverage=event.lead.change.coverage,
        )


def _is_known(change: Change, told: Change) -> bool:
    return episode_of(change) == episode_of(told) and is_same_event(change, told)


def _again(event: Event, known: list[Told]) -> Iterator[Entry]:
    """Give what is new of an event told before: it came to other documents, or went and came again by an edit."""
    for one in (event.lead, *event.also):
        here = [told for told in known if is_same_document(one.change, told.stored.change)]
        if not here:
            yield Entry(one, Telling.SAME, by=known[0].stored)
    lasts = {one.change.document: one for one in (event.lead, *event.also)}
    for told in known:
        last = lasts.get(told.stored.change.document)
        if last is None:
            continue
        stands = not takes_back(last.change, told.stored.change)
        telling = Telling.RESTORED if stands else Telling.WITHDRAWN
        if stands != is_believed(told.tellings) and telling not in told.tellings:
            yield Entry(told.stored, telling, by=last)


def _of_told(news: News) -> Iterator[Entry]:
    """Give what became of changes told before; what befell several of an episode is one entry."""
    found: dict[tuple[tuple[str | None, str], Telling], list[tuple[Stored, Stored | None]]] = {}
    returns = _returns(news.changes)
    for told in news.told:
        became = what_became_of(told.stored, told.tellings, returns)
        if became is not None:
            found.setdefault((episode_of(told.stored.change), became[0]), []).append((told.stored, became[1]))
    for (_, telling), members in found.items():
        (first, by), *others = members
        yield Entry(first, telling, tuple(stored for stored, _ in others), by=by)


def _follow_ups(wants: Wants, news: News) -> Iterator[Entry]:
    """Give the told changes that coverage explains by now, with what is new of it."""
    told = {one.stored.id for one in news.told}
    for one in news.explained if wants.follow_ups else ():
        links = tuple(link for link in one.links if link.role in _EXPLAINS)
        if links and one.stored.id in told:
            yield Entry(one.stored, Telling.FOLLOW_UP, coverage=links)


def _rank(entry: Entry) -> tuple[int, float, float, int]:
    """Most significant first; among equals the one with the strongest clause, then the newest."""
    change = entry.stored.change
    best = max((one.verdict.score for one in change.clauses), default=0.0)
    return -change.significance, -best, -change.after.at.timestamp(), entry.stored.id


def _groups(entries: list[Entry]) -> tuple[Group, ...]:
    """Give the entries by document: services in the order of their best entry, and their documents likewise."""
    services = list(dict.fromkeys(entry.stored.change.service for entry in entries))
    documents: dict[tuple[str | None, str | None], list[Entry]] = {}
    for entry in entries:
        change = entry.stored.change
        documents.setdefault((change.service, change.document), []).append(entry)
    ordered = sorted(documents, key=lambda name: services.index(name[0]))
    return tuple(Group(name[0] or "", name[1] or "", tuple(documents[name])) for name in ordered)


def _foot(wants: Wants, news: News, fresh: tuple[Stored, ...], entries: list[Entry]) -> Foot:
    """Count what the entries do not say."""
    spoken_of = {entry.by.id for entry in entries if entry.by is not None}
    quiet = Counter(one.change.noise for one in fresh if one.change.noise and one.id not in spoken_of)
    minor = [one.change for one in fresh if _is_news(one.change) and not _is_wanted(wants, one.change)]
    below = sum(change.significance < wants.least for change in minor)
    foot = Foot(news.checked, news.unchanged, dict(quiet.most_common()), below, failing=news.failing)
    return replace(foot, other_topics=len(minor) - below, left_out=max(0, len(entries) - wants.most))
