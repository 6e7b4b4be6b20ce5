"""What is to be told: subscriptions and what they were told, digests, deliveries and attempts, channels."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tracker.store.schema import Key, Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    _told()
    _sent()


def _told() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", Key, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("begun_at", Moment, nullable=False),
        sa.Column("after_change", sa.BigInteger, nullable=False),
        sa.Column("after_link", sa.BigInteger, nullable=False),
        sa.Column("composed_to", Moment, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("quiet_hours", sa.Text),
        sa.Column("removed_at", Moment),
    )
    op.create_table(
        "digests",
        sa.Column("id", Key, primary_key=True),
        sa.Column("uid", sa.String(64), nullable=False, unique=True),
        sa.Column("subscription_id", Key, sa.ForeignKey("subscriptions.id"), nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("until", Moment, nullable=False),
        sa.Column("composed_at", Moment, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.UniqueConstraint("subscription_id", "period"),
    )
    op.create_table(
        "tellings",
        sa.Column("subscription_id", Key, sa.ForeignKey("subscriptions.id"), primary_key=True, autoincrement=False),
        sa.Column("change_id", Key, sa.ForeignKey("changes.id"), primary_key=True, autoincrement=False),
        sa.Column("telling", sa.String(16), primary_key=True),
        sa.Column("link_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("digest_id", Key, sa.ForeignKey("digests.id"), nullable=False, index=True),
    )
    op.create_table(
        "held_back",
        sa.Column("subscription_id", Key, sa.ForeignKey("subscriptions.id"), primary_key=True, autoincrement=False),
        sa.Column("change_id", Key, sa.ForeignKey("changes.id"), primary_key=True, autoincrement=False),
    )


def _sent() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", Key, primary_key=True),
        sa.Column("digest_id", Key, sa.ForeignKey("digests.id"), nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("uid", sa.String(64), nullable=False, unique=True),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("next_attempt_at", Moment, nullable=False),
        sa.Column("lease_until", Moment),
        sa.Column("lease_by", sa.String(32)),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("unclear", sa.Integer, nullable=False),
        sa.Column("ended_at", Moment),
        sa.Column("why", sa.Text),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("digest_id", "channel", "recipient"),
        sa.Index(None, "channel", "status", "next_attempt_at"),
    )
    op.create_table(
        "attempts",
        sa.Column("id", Key, primary_key=True),
        sa.Column("delivery_id", Key, sa.ForeignKey("deliveries.id"), nullable=False, index=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("seconds", sa.Float),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("may_have_arrived", sa.Boolean, nullable=False),
        sa.Column("code", sa.Integer),
        sa.Column("detail", sa.Text),
    )
    op.create_table(
        "channels",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("disabled_at", Moment),
        sa.Column("disabled_why", sa.Text),
        sa.Column("ready_at", Moment),
        sa.Column("failing_since", Moment),
        sa.Column("failure", sa.Text),
        sa.Column("told_at", Moment),
    )
