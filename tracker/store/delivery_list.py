"""Deliveries as people see them, with every try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tracker.store.outbox import Status, Tried, attempts, deliveries, digests, subscriptions

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Connection

    from tracker.store.database import AnyRow


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try."""

    at: datetime
    seconds: float | None
    outcome: Tried
    may_have_arrived: bool
    code: int | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A delivery as people see it."""

    id: int
    uid: str
    subscription: str
    period: str
    title: str
    channel: str
    recipient: str
    status: Status
    created_at: datetime
    next_attempt_at: datetime | None  # while it waits
    ended_at: datetime | None
    why: str | None
    attempts: tuple[Attempt, ...]


def listed(connection: Connection, states: Collection[Status], most: int | None = None) -> tuple[Listed, ...]:
    """Give the deliveries in certain states, the newest first."""
    asked = (
        sa.select(deliveries, digests.c.period, digests.c.title, subscriptions.c.name)
        .join(digests, digests.c.id == deliveries.c.digest_id)
        .join(subscriptions, subscriptions.c.id == digests.c.subscription_id)
        .where(deliveries.c.status.in_(states))
        .order_by(deliveries.c.id.desc())
        .limit(most)
    )
    return tuple(_listed(connection, row) for row in connection.execute(asked).all())


def _listed(connection: Connection, row: AnyRow) -> Listed:
    tried = sa.select(attempts).where(attempts.c.delivery_id == row.id).order_by(attempts.c.id)
    return Listed(
        id=row.id,
        uid=row.uid,
        subscription=row.name,
        period=row.period,
        title=row.title,
        channel=row.channel,
        recipient=row.recipient,
        status=Status(row.status),
        created_at=row.created_at,
        next_attempt_at=row.next_attempt_at if row.status == Status.WAITING else None,
        ended_at=row.ended_at,
        why=row.why,
        attempts=tuple(
            Attempt(one.at, one.seconds, Tried(one.outcome), one.may_have_arrived, one.code, one.detail)
            for one in connection.execute(tried)
        ),
    )
