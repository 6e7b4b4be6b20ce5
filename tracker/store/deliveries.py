"""Deliveries: put into the outbox, leased, tried, ended.

Who may send a delivery holds its lease, and only the holder of the lease says what came of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from tracker.store import codec
from tracker.store.database import new_key
from tracker.store.outbox import Status, Tried, attempts, deliveries, digests, subscriptions

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Connection


LONGEST_WAIT = timedelta(days=8)  # between two tries; one planned for later was planned by a clock that was wrong
_LONGEST = 1 << 28  # bytes of a message: none comes near it; a damaged row shall not ask for more


@dataclass(frozen=True, slots=True)
class Leased:
    """A delivery that its holder, and nobody else, may send now."""

    id: int
    attempt: int
    token: str
    uid: str
    channel: str
    recipient: str
    payload: bytes
    tries: int  # with this one
    unclear: int


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of a try, as it is written down."""

    outcome: Tried
    seconds: float
    code: int | None = None
    detail: str | None = None
    may_have_arrived: bool = False
    next_attempt_at: datetime | None = None  # where there is to be another


def add(
    connection: Connection,
    digest: int,
    channel: str,
    recipient: str,
    *,
    uid: str,
    payload: bytes,
    at: datetime,
    refused: str | None = None,
) -> int:
    """Put a message into the outbox; one that can never be sent is dead from the beginning and says why."""
    row = {
        "digest_id": digest,
        "channel": channel,
        "recipient": recipient,
        "uid": uid,
        "status": Status.WAITING if refused is None else Status.DEAD,
        "created_at": at,
        "next_attempt_at": at,
        "tries": 0,
        "unclear": 0,
        "ended_at": None if refused is None else at,
        "why": refused,
        "payload": codec.quick(payload),
    }
    return new_key(connection.execute(sa.insert(deliveries).values(row)))


def lease(
    connection: Connection, channel: str, now: datetime, until: datetime, token: str, quiet: Collection[int] = ()
) -> Leased | None:
    """Lease the delivery of a channel that has been due for longest, and note that a try began.

    A lease that ran out is that of a process that died. A moment further away than any that is planned here was
    planned before the clock went back. Subscriptions in `quiet` wait.
    """
    asked = (
        sa.select(deliveries)
        .join(digests, digests.c.id == deliveries.c.digest_id)
        .where(deliveries.c.channel == channel, _is_due(now, until), digests.c.subscription_id.not_in(quiet))
        .order_by(deliveries.c.next_attempt_at, deliveries.c.id)
        .limit(1)
    )
    row = connection.execute(asked).first()
    if row is None:
        return None
    try:
        payload = codec.unpacked_whole(row.payload, _LONGEST)
    except codec.Unreadable as wrong:
        broken = {"status": Status.DEAD, "ended_at": now, "why": f"the message is damaged: {wrong}"}
        connection.execute(sa.update(deliveries).where(deliveries.c.id == row.id).values(broken))
        return lease(connection, channel, now, until, token, quiet)
    _interrupted(connection, row.id)
    taken = {"status": Status.LEASED, "lease_until": until, "lease_by": token, "tries": row.tries + 1}
    connection.execute(sa.update(deliveries).where(deliveries.c.id == row.id).values(taken))
    begun = sa.insert(attempts).values(delivery_id=row.id, at=now, outcome=Tried.BEGUN, may_have_arrived=False)
    attempt = new_key(connection.execute(begun))
    return Leased(row.id, attempt, token, row.uid, row.channel, row.recipient, payload, row.tries + 1, row.unclear)


def _is_due(now: datetime, until: datetime) -> sa.ColumnElement[bool]:
    planned, lease_until = deliveries.c.next_attempt_at, deliveries.c.lease_until
    is_waiting = (deliveries.c.status == Status.WAITING) & ((planned <= now) | (planned > now + LONGEST_WAIT))
    is_left = (deliveries.c.status == Status.LEASED) & ((lease_until <= now) | (lease_until > until))
    return is_waiting | is_left


def _interrupted(connection: Connection, delivery: int) -> None:
    begun = (attempts.c.delivery_id == delivery) & (attempts.c.outcome == Tried.BEGUN)
    connection.execute(sa.update(attempts).where(begun).values(outcome=Tried.INTERRUPTED, may_have_arrived=True))


def finish(connection: Connection, leased: Leased, ended: Ended, now: datetime) -> bool:
    """Write down what came of a try; False where the lease had run out and somebody else has the delivery."""
    told = {
        "outcome": ended.outcome,
        "seconds": ended.seconds,
        "code": ended.code,
        "detail": ended.detail,
        "may_have_arrived": ended.may_have_arrived,
    }
    connection.execute(sa.update(attempts).where(attempts.c.id == leased.attempt).values(told))
    status = {Tried.SENT: Status.SENT, Tried.DEAD: Status.DEAD}.get(ended.outcome, Status.WAITING)
    row = {
        "status": status,
        "lease_until": None,
        "lease_by": None,
        "unclear": leased.unclear + ended.may_have_arrived,
        "next_attempt_at": ended.next_attempt_at or now,
        "ended_at": None if status is Status.WAITING else now,
        "why": None if status is Status.SENT else ended.detail,
    }
    is_held = (deliveries.c.id == leased.id) & (deliveries.c.lease_by == leased.token)
    is_held &= deliveries.c.status == Status.LEASED
    return connection.execute(sa.update(deliveries).where(is_held).values(row)).rowcount == 1


class Waiting(NamedTuple):
    """A delivery that waits: for whom, and on which way."""

    id: int
    subscription: str
    channel: str
    recipient: str


def waiting(connection: Connection) -> tuple[Waiting, ...]:
    """Give what waits, be it due or not."""
    asked = (
        sa.select(deliveries.c.id, subscriptions.c.name, deliveries.c.channel, deliveries.c.recipient)
        .join(digests, digests.c.id == deliveries.c.digest_id)
        .join(subscriptions, subscriptions.c.id == digests.c.subscription_id)
        .where(deliveries.c.status == Status.WAITING)
    )
    return tuple(Waiting(*row) for row in connection.execute(asked))


def cancel(connection: Connection, delivery: int, why: str, now: datetime) -> None:
    """Cancel a delivery that still waits."""
    is_waiting = (deliveries.c.id == delivery) & (deliveries.c.status == Status.WAITING)
    cancelled = {"status": Status.CANCELLED, "ended_at": now, "why": why}
    connection.execute(sa.update(deliveries).where(is_waiting).values(cancelled))


def due_channels(connection: Connection, now: datetime, until: datetime) -> tuple[str, ...]:
    """Give the channels for which something is due."""
    asked = sa.select(deliveries.c.channel).where(_is_due(now, until)).distinct().order_by(deliveries.c.channel)
    return tuple(connection.scalars(asked))


def put_back(connection: Connection, delivery: int, now: datetime) -> str | None:
    """Put a dead or waiting delivery back, due now, with all its tries; gives its channel.

    None where it is neither, or where it is dead because there was nothing that could be sent.
    """
    row = connection.execute(sa.select(deliveries).where(deliveries.c.id == delivery)).first()
    is_open = row is not None and row.status in (Status.DEAD, Status.WAITING)
    if row is None or not is_open or (row.status == Status.DEAD and not row.tries):
        return None
    fresh = {"status": Status.WAITING, "next_attempt_at": now, "tries": 0, "unclear": 0, "ended_at": None, "why": None}
    connection.execute(sa.update(deliveries).where(deliveries.c.id == delivery).values(fresh))
    return str(row.channel)
