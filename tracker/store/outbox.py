"""The tables of the outbox: digests on their way to people, every try to send one, and how the channels fare.

A digest is written together with its deliveries and with what it tells; from then on it is the outbox that knows
whether it arrived. What was told to whom cannot be made again from the captures: these tables are kept with the same
care. Who may send a delivery holds its lease, and only the holder of the lease says what came of it.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from tracker.store.schema import Key, Moment, metadata


class Status(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    LEASED = "leased"  # somebody is sending it
    SENT = "sent"
    DEAD = "dead"  # given up; `tracker deliveries retry` puts it back
    CANCELLED = "cancelled"  # who should have it is not in the configuration any more


class Tried(StrEnum):
    """What came of a try."""

    BEGUN = "begun"  # it goes on, or its process died in it
    INTERRUPTED = "interrupted"  # its process died; nobody knows whether the message arrived
    SENT = "sent"
    AGAIN = "again"
    DEAD = "dead"


subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", Text, nullable=False, unique=True),  # "" is the operator's
    Column("begun_at", Moment, nullable=False),
    Column("after_change", BigInteger, nullable=False),  # changes up to this one are told, or never will be
    Column("after_link", BigInteger, nullable=False),  # the same of links to coverage
    Column("composed_to", Moment, nullable=False),  # end of the last period that was looked at
    Column("timezone", Text, nullable=False),
    Column("quiet_hours", Text),
    Column("removed_at", Moment),
)

digests = Table(
    "digests",
    metadata,
    Column("id", Key, primary_key=True),
    Column("uid", String(64), nullable=False, unique=True),
    Column("subscription_id", Key, ForeignKey("subscriptions.id"), nullable=False),
    Column("period", Text, nullable=False),  # its name: the local moment at which it ends
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("composed_at", Moment, nullable=False),
    Column("title", Text, nullable=False),
    UniqueConstraint("subscription_id", "period"),
)

tellings = Table(
    "tellings",
    metadata,
    Column("subscription_id", Key, ForeignKey("subscriptions.id"), primary_key=True, autoincrement=False),
    Column("change_id", Key, ForeignKey("changes.id"), primary_key=True, autoincrement=False),
    Column("telling", String(16), primary_key=True),
    Column("link_id", BigInteger, primary_key=True, autoincrement=False),  # of a follow-up; else 0
    Column("digest_id", Key, ForeignKey("digests.id"), nullable=False, index=True),
)

# Changes that a subscription is told of once a second capture shows them too.
held_back = Table(
    "held_back",
    metadata,
    Column("subscription_id", Key, ForeignKey("subscriptions.id"), primary_key=True, autoincrement=False),
    Column("change_id", Key, ForeignKey("changes.id"), primary_key=True, autoincrement=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Key, primary_key=True),
    Column("digest_id", Key, ForeignKey("digests.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("recipient", Text, nullable=False),  # "" where a channel has but one
    Column("uid", String(64), nullable=False, unique=True),  # what the message is known by, however often it is sent
    Column("status", String(10), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("next_attempt_at", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("lease_by", String(32)),
    Column("tries", Integer, nullable=False),  # since it was put into the outbox, or put back
    Column("unclear", Integer, nullable=False),  # of these, how many may have arrived although nobody said so
    Column("ended_at", Moment),
    Column("why", Text),  # it waits, is dead or was cancelled
    Column("payload", LargeBinary, nullable=False),  # the message, compressed: rendered once, the same in every try
    UniqueConstraint("digest_id", "channel", "recipient"),
    Index(None, "channel", "status", "next_attempt_at"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Key, primary_key=True),
    Column("delivery_id", Key, ForeignKey("deliveries.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("seconds", Float),
    Column("outcome", String(12), nullable=False),
    Column("may_have_arrived", Boolean, nullable=False),
    Column("code", Integer),  # of SMTP or HTTP
    Column("detail", Text),
)

channels = Table(
    "channels",
    metadata,
    Column("name", Text, primary_key=True),
    Column("disabled_at", Moment),  # its receiver said that it is gone
    Column("disabled_why", Text),
    Column("ready_at", Moment),  # not to be asked before
    Column("failing_since", Moment),
    Column("failure", Text),
    Column("told_at", Moment),  # when the operator was told of it last
)
