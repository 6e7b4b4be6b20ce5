"""Gathering what the next message of a subscription is composed from, out of rows: values for the composer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.digest.addresses import stored
from tracker.digest.compose import NEWSWORTHY
from tracker.digest.message import Failing, Telling
from tracker.digest.news import Explained, News, Told, Wants
from tracker.digest.reading import decode
from tracker.store import considered as rows
from tracker.store import tellings
from tracker.store.coverage import coverage_of, links_since

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from tracker.config import Config
    from tracker.config_tables import SubscriptionTable
    from tracker.digest.message import Stored
    from tracker.store.considered import Considered
    from tracker.store.coverage import LinkRow
    from tracker.store.tellings import Subscription


@dataclass(frozen=True, slots=True)
class Gathered:
    """What there is for a message, and how far the subscription is told with it."""

    known: Subscription
    news: News
    last: tuple[int, int]  # change and link
    links: Mapping[int, tuple[int, ...]]  # the numbers of the new links of each change
    held: frozenset[int]  # the changes that were held back so far


def wants_of(wanted: SubscriptionTable) -> Wants:
    """Give what the composer has to know of a subscription."""
    return Wants(
        subscription=wanted.name,
        services=frozenset(wanted.services),
        documents=frozenset(wanted.documents),
        topics=frozenset(wanted.topics),
        least=wanted.least,
        follow_ups=wanted.follow_ups,
        provisional=wanted.provisional,
        nothing_changed=wanted.nothing_changed and wanted.period != "at_once",
        timezone=wanted.timezone,
        language=wanted.language,
    )


def gathered(
    connection: Connection, config: Config, wanted: SubscriptionTable, known: Subscription, now: datetime
) -> Gathered:
    """Gather what came since a subscription was told last."""
    last = tellings.heads(connection)
    fresh = rows.considered(connection, known, last[0], now)
    links = tuple(one for one in links_since(connection, known.after_link) if one.id <= last[1])
    since = min(known.composed_to, now)
    news = _news(connection, config, wanted, known, (since, now), fresh, links)
    numbers: dict[int, tuple[int, ...]] = {}
    for one in links:
        numbers[one.change_id] = (*numbers.get(one.change_id, ()), one.id)
    return Gathered(known, news, last, numbers, tellings.held(connection, known.id))


def gathered_since(
    connection: Connection,
    config: Config,
    wanted: SubscriptionTable,
    known: Subscription,
    since: datetime,
    now: datetime,
) -> Gathered:
    """Gather all that was recorded since a moment, whatever the subscription was told of it."""
    fresh = rows.recorded_since(connection, since, now)
    counted = rows.watching(connection, (since, now), wanted.services, wanted.documents)
    changes = tuple(_stored(connection, config, one) for one in fresh)
    news = _counted(News(since, now, changes), counted)
    return Gathered(known, news, (known.after_change, known.after_link), {}, frozenset())


def _news(
    connection: Connection,
    config: Config,
    wanted: SubscriptionTable,
    known: Subscription,
    span: tuple[datetime, datetime],
    fresh: tuple[Considered, ...],
    links: tuple[LinkRow, ...],
) -> News:
    changes = tuple(_stored(connection, config, one) for one in fresh)
    explained = {one.change_id for one in links}
    before = rows.told_before(connection, known.id, [one.row for one in fresh], _refs(changes), explained)
    told = {one.row.id: Told(_stored(connection, config, one), frozenset(map(Telling, said))) for one, said in before}
    found = News(
        *span,
        changes=changes,
        told=tuple(told.values()),
        explained=tuple(
            Explained(told[change].stored, tuple(one.link for one in links if one.change_id == change))
            for change in sorted(explained & told.keys())
        ),
    )
    return _counted(found, rows.watching(connection, span, wanted.services, wanted.documents))


def _counted(news: News, counted: rows.Watching) -> News:
    failing = tuple(Failing(*one) for one in counted.failing)
    return replace(news, checked=counted.checked, unchanged=counted.unchanged, failing=failing)


def _refs(changes: Iterable[Stored]) -> frozenset[str]:
    """Give the records that new changes name: what they undo, what they return to, with what their episode began."""
    named = ((one.change.undoes, one.change.returns_to, one.change.episode) for one in changes)
    return frozenset(name for names in named for name in names if name is not None)


def _stored(connection: Connection, config: Config, one: Considered) -> Stored:
    change = replace(decode(one.row.json), coverage=coverage_of(connection, one.row.id))
    return stored(
        one.row.id,
        change,
        public_url=config.told.public_url,
        is_confirmed=one.is_confirmed or one.row.significance < NEWSWORTHY,  # only such a change has to wait
        recorded_at=one.row.at,
    )
