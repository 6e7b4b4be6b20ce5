"""The first tables: documents and hosts, the capture log and its bodies, versions and changes.

A released revision is never edited; it repeats what `schema.py` said on its day.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tracker.store.schema import Key, Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _watched()
    _evidence()
    _made_of_it()
    end = sa.table("chain", sa.column("id"), sa.column("length"), sa.column("head", sa.LargeBinary))
    op.execute(end.insert().values(id=1, length=0, head=bytes(32)))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE blobs ALTER COLUMN data SET STORAGE EXTERNAL")  # nothing is left to compress


def _watched() -> None:
    op.create_table("hosts", sa.Column("name", sa.Text, primary_key=True), sa.Column("ready_at", Moment))
    op.create_table(
        "documents",
        sa.Column("id", Key, primary_key=True),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("watched", sa.Boolean, nullable=False),
        sa.Column("host", sa.Text, sa.ForeignKey("hosts.name")),
        sa.Column("declaration", sa.Text),
        sa.Column("checked_at", Moment),
        sa.Column("next_check_at", Moment),
        sa.Column("last_good_at", Moment),
        sa.Column("failing_since", Moment),
        sa.Column("failure", sa.Text),
        sa.Column("validators", sa.Text),
        sa.UniqueConstraint("service", "document"),
        sa.Index(None, "watched", "next_check_at"),
    )


def _evidence() -> None:
    op.create_table(
        "blobs",
        sa.Column("id", Key, primary_key=True),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("length", sa.BigInteger, nullable=False),
        sa.Column("depth", sa.SmallInteger, nullable=False),
        sa.Column("base_id", Key, sa.ForeignKey("blobs.id"), index=True),
        sa.Column("data", sa.LargeBinary),
    )
    op.create_table(
        "captures",
        sa.Column("id", Key, primary_key=True, autoincrement=False),
        sa.Column("document_id", Key, sa.ForeignKey("documents.id"), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("placed_at", Moment, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("blob_id", Key, sa.ForeignKey("blobs.id"), index=True),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Index(None, "document_id", "placed_at", "id"),
        sa.Index(None, "document_id", "id"),
    )
    op.create_table(
        "chain",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("length", sa.BigInteger, nullable=False),
        sa.Column("head", sa.LargeBinary(32), nullable=False),
    )
    op.create_table(
        "suspects",
        sa.Column("capture_id", Key, sa.ForeignKey("captures.id"), primary_key=True, autoincrement=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("settled_at", Moment),
        sa.Column("settled_as", sa.String(16)),
    )
    op.create_table(
        "stamps",
        sa.Column("id", Key, primary_key=True),
        sa.Column("capture_id", Key, sa.ForeignKey("captures.id"), nullable=False, index=True),
        sa.Column("asked_at", Moment, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("authority", sa.Text, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("roots", sa.Text, nullable=False),
    )


def _made_of_it() -> None:
    op.create_table(
        "versions",
        sa.Column("id", Key, primary_key=True),
        sa.Column("document_id", Key, sa.ForeignKey("documents.id"), nullable=False),
        sa.Column("capture_id", Key, sa.ForeignKey("captures.id"), nullable=False),
        sa.Column("blob_id", Key, sa.ForeignKey("blobs.id"), nullable=False, index=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("cause", sa.String(20), nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.UniqueConstraint("capture_id", "made_by"),
        sa.Index(None, "document_id", "id"),
        sa.Index(None, "document_id", "fingerprint"),
    )
    op.create_table(
        "changes",
        sa.Column("id", Key, primary_key=True),
        sa.Column("document_id", Key, sa.ForeignKey("documents.id"), nullable=False),
        sa.Column("capture_id", Key, sa.ForeignKey("captures.id"), nullable=False, unique=True),
        sa.Column("version_id", Key, sa.ForeignKey("versions.id"), index=True),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("before_ref", sa.Text),
        sa.Column("after_ref", sa.Text, nullable=False),
        sa.Column("cause", sa.String(20), nullable=False),
        sa.Column("noise", sa.String(16)),
        sa.Column("significance", sa.SmallInteger, nullable=False),
        sa.Column("is_live", sa.Boolean, nullable=False),
        sa.Column("told", sa.LargeBinary, nullable=False),
        sa.Index(None, "document_id", "at"),
        sa.Index(None, "at", "significance"),
    )
