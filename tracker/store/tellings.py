"""Who is told what: subscriptions, how far each has been told, and what was said to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tracker.store.coverage import links
from tracker.store.database import new_key
from tracker.store.outbox import digests, held_back, subscriptions, tellings
from tracker.store.schema import changes, suspects

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlalchemy import Connection


_OVERLAP = timedelta(hours=1)  # a settling may be a little older than what was composed, by a clock that went back
PROVISIONAL, SETTLED = "provisional", ("change", "confirmed", "withdrawn")  # as the composer calls them


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription as the archive knows it: how far it has been told."""

    id: int
    name: str
    begun_at: datetime
    after_change: int
    after_link: int
    composed_to: datetime
    timezone: str
    quiet_hours: str | None
    removed_at: datetime | None


def subscribed(connection: Connection) -> dict[str, Subscription]:
    """Give every subscription that was ever seen, by name."""
    rows = connection.execute(sa.select(subscriptions).order_by(subscriptions.c.id))
    return {
        row.name: Subscription(
            row.id,
            row.name,
            row.begun_at,
            row.after_change,
            row.after_link,
            row.composed_to,
            row.timezone,
            row.quiet_hours,
            row.removed_at,
        )
        for row in rows
    }


def heads(connection: Connection) -> tuple[int, int]:
    """Give the numbers of the last change and of the last link to coverage."""
    last_change, last_link = sa.func.max(changes.c.id), sa.func.max(links.c.id)
    return connection.scalar(sa.select(last_change)) or 0, connection.scalar(sa.select(last_link)) or 0


def begin(connection: Connection, name: str, now: datetime, timezone: str, quiet_hours: str | None) -> None:
    """Begin a subscription, or one that was removed anew: what was recorded before is never told."""
    last_change, last_link = heads(connection)
    row = {
        "begun_at": now,
        "after_change": last_change,
        "after_link": last_link,
        "composed_to": now,
        "timezone": timezone,
        "quiet_hours": quiet_hours,
        "removed_at": None,
    }
    known = connection.scalar(sa.select(subscriptions.c.id).where(subscriptions.c.name == name))
    if known is None:
        connection.execute(sa.insert(subscriptions).values(name=name, **row))
    else:
        connection.execute(sa.update(subscriptions).where(subscriptions.c.id == known).values(row))
        connection.execute(sa.delete(held_back).where(held_back.c.subscription_id == known))


def change_hours(connection: Connection, subscription: int, timezone: str, quiet_hours: str | None) -> None:
    """Note when nothing is to be sent."""
    hours = {"timezone": timezone, "quiet_hours": quiet_hours}
    connection.execute(sa.update(subscriptions).where(subscriptions.c.id == subscription).values(hours))


def remove(connection: Connection, subscription: int, now: datetime) -> None:
    """Note that a subscription is not in the configuration any more; what it was told stays."""
    row = sa.update(subscriptions).where(subscriptions.c.id == subscription)
    connection.execute(row.values(removed_at=now))


def advance(
    connection: Connection, known: Subscription, after: tuple[int, int], composed_to: datetime, waiting: Collection[int]
) -> bool:
    """Note how far a subscription was told, and what it waits for; False where it moved on meanwhile."""
    is_as_known = (subscriptions.c.id == known.id) & (subscriptions.c.after_change == known.after_change)
    is_as_known &= (subscriptions.c.after_link == known.after_link) & (subscriptions.c.composed_to == known.composed_to)
    row = {"after_change": after[0], "after_link": after[1], "composed_to": composed_to}
    if not connection.execute(sa.update(subscriptions).where(is_as_known).values(row)).rowcount:
        return False
    connection.execute(sa.delete(held_back).where(held_back.c.subscription_id == known.id))
    for change in waiting:
        connection.execute(sa.insert(held_back).values(subscription_id=known.id, change_id=change))
    return True


def record_digest(
    connection: Connection,
    subscription: int,
    uid: str,
    period: str,
    span: tuple[datetime, datetime],
    at: datetime,
    title: str,
) -> int | None:
    """Add a digest; None where the subscription had one of that period."""
    if has_digest(connection, subscription, period):
        return None
    row = {"uid": uid, "subscription_id": subscription, "period": period, "since": span[0], "until": span[1]}
    return new_key(connection.execute(sa.insert(digests).values(**row, composed_at=at, title=title)))


def record_tellings(
    connection: Connection, subscription: int, digest: int, said: Iterable[tuple[int, str, int]]
) -> None:
    """Note what a digest tells: change, what is said of it, link or 0. What was said before is not noted again."""
    known = {
        (row.change_id, row.telling, row.link_id)
        for row in connection.execute(sa.select(tellings).where(tellings.c.subscription_id == subscription))
    }
    for change, telling, link in dict.fromkeys(said):
        if (change, telling, link) not in known:
            row = {"change_id": change, "telling": telling, "link_id": link, "digest_id": digest}
            connection.execute(sa.insert(tellings).values(subscription_id=subscription, **row))


def has_digest(connection: Connection, subscription: int, period: str) -> bool:
    """Tell whether a subscription had a digest of a period."""
    key = (digests.c.subscription_id == subscription) & (digests.c.period == period)
    return connection.scalar(sa.select(digests.c.id).where(key)) is not None


def held(connection: Connection, subscription: int) -> frozenset[int]:
    """Give the changes that a subscription is told of later."""
    asked = sa.select(held_back.c.change_id).where(held_back.c.subscription_id == subscription)
    return frozenset(connection.scalars(asked))


def settled_since(known: Subscription) -> sa.Select[int]:
    """Ask for the changes that looked wrong when they were considered, and turned out to be news since."""
    is_late = suspects.c.settled_at > max(known.begun_at, known.composed_to - _OVERLAP)
    was_told = sa.exists().where(tellings.c.subscription_id == known.id, tellings.c.change_id == changes.c.id)
    return (
        sa.select(changes.c.id)
        .join(suspects, suspects.c.capture_id == changes.c.capture_id)
        .where(is_late, changes.c.is_live, changes.c.noise.is_(None), changes.c.id <= known.after_change, ~was_told)
    )


def has_news(connection: Connection, known: Subscription) -> bool:
    """Tell whether there may be something to tell: it came, it was held back, or it waits for its confirmation."""
    last_change, last_link = heads(connection)
    if last_change > known.after_change or last_link > known.after_link or held(connection, known.id):
        return True
    if connection.scalar(settled_since(known).limit(1)) is not None:
        return True
    settling = tellings.alias()
    is_settled = sa.exists().where(
        settling.c.subscription_id == known.id,
        settling.c.change_id == tellings.c.change_id,
        settling.c.telling.in_(SETTLED),
    )
    is_open = (tellings.c.subscription_id == known.id) & (tellings.c.telling == PROVISIONAL) & ~is_settled
    return connection.scalar(sa.select(tellings.c.change_id).where(is_open).limit(1)) is not None
