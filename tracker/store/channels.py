"""How the channels fare: since when one fails, until when it is left alone, whether its receiver is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tracker.store.outbox import Status, channels, deliveries, digests, subscriptions

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel as the outbox knows it."""

    name: str
    disabled_at: datetime | None = None
    disabled_why: str | None = None
    ready_at: datetime | None = None
    failing_since: datetime | None = None
    failure: str | None = None
    told_at: datetime | None = None

    def may_send(self, now: datetime, longest: timedelta) -> bool:
        """Tell whether the channel may be used; a pause that is longer than any was planned by a clock gone wrong."""
        return self.disabled_at is None and (self.ready_at is None or not now < self.ready_at <= now + longest)


def state_of(connection: Connection, name: str) -> ChannelState:
    """Give the state of a channel; one that was never used fares well."""
    row = connection.execute(sa.select(channels).where(channels.c.name == name)).first()
    return ChannelState(name) if row is None else ChannelState(**row._mapping)  # noqa: SLF001  it is SQLAlchemy's name


def states(connection: Connection) -> tuple[ChannelState, ...]:
    """Give the state of every channel that was used."""
    rows = connection.execute(sa.select(channels).order_by(channels.c.name))
    return tuple(ChannelState(**row._mapping) for row in rows)  # noqa: SLF001  as above


def works(connection: Connection, name: str) -> None:
    """Note that a channel works."""
    _set(connection, name, dict.fromkeys(("disabled_at", "disabled_why", "ready_at", "failing_since", "failure")))


def enable(connection: Connection, name: str) -> None:
    """Note that a channel shall be tried again, whatever was said of it."""
    _set(connection, name, dict.fromkeys(("disabled_at", "disabled_why", "ready_at")))


def fails(
    connection: Connection, name: str, now: datetime, why: str, *, ready_at: datetime | None, is_gone: bool
) -> None:
    """Note that a channel failed, until when it is left alone, and for good where its receiver is gone."""
    since = state_of(connection, name).failing_since
    row: dict[str, object] = {"failure": why, "failing_since": now if since is None or since > now else since}
    if ready_at is not None:
        row["ready_at"] = ready_at
    if is_gone:
        row |= {"disabled_at": now, "disabled_why": why}
    _set(connection, name, row)


def told(connection: Connection, name: str, now: datetime) -> None:
    """Note that the operator was told how a channel fares."""
    _set(connection, name, {"told_at": now})


def _set(connection: Connection, name: str, row: dict[str, object]) -> None:
    if not connection.execute(sa.update(channels).where(channels.c.name == name).values(row)).rowcount:
        connection.execute(sa.insert(channels).values(name=name, **row))


def dead_since(connection: Connection, name: str, since: datetime | None) -> int:
    """Count the deliveries to subscribers that a channel gave up after a moment."""
    asked = (
        sa.select(sa.func.count())
        .select_from(deliveries)
        .join(digests, digests.c.id == deliveries.c.digest_id)
        .join(subscriptions, subscriptions.c.id == digests.c.subscription_id)
        .where(deliveries.c.channel == name, deliveries.c.status == Status.DEAD, subscriptions.c.name != "")
    )
    return connection.scalar(asked if since is None else asked.where(deliveries.c.ended_at > since)) or 0
