"""News: articles, their links to changes, where they come from.

A released revision is never edited; it repeats what `coverage.py` said on its day.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tracker.store.schema import Key, Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    _sources()
    _articles()
    _links()


def _sources() -> None:
    op.create_table(
        "news_sources",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("checked_at", Moment),
        sa.Column("next_check_at", Moment),
        sa.Column("failing_since", Moment),
        sa.Column("failures", sa.SmallInteger, nullable=False),
        sa.Column("failure", sa.Text),
        sa.Column("memory", sa.Text, nullable=False),
    )


def _articles() -> None:
    op.create_table(
        "articles",
        sa.Column("id", Key, primary_key=True),
        sa.Column("address", sa.Text, nullable=False, unique=True),
        sa.Column("origin", sa.String(8), nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("seen_at", Moment, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("publisher", sa.Text),
        sa.Column("author", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("published", Moment),
        sa.Column("published_from", sa.Text),
        sa.Column("not_after", Moment),
        sa.Column("sha256", sa.LargeBinary(32)),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("read_at", Moment),
        sa.Column("next_read_at", Moment),
        sa.Column("tries", sa.SmallInteger, nullable=False),
        sa.Column("failure", sa.Text),
        sa.Column("sketch", sa.LargeBinary),
        sa.Index(None, "state", "next_read_at"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "article_addresses",
        sa.Column("address", sa.Text, primary_key=True),
        sa.Column("article_id", Key, _article(), nullable=False, index=True),
    )
    op.create_table(
        "article_claims",
        sa.Column("article_id", Key, _article(), primary_key=True, autoincrement=False),
        sa.Column("event", sa.String(40), primary_key=True),
        sa.Column("slot", sa.String(20), primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Index(None, "event", "slot", "name", "value"),
    )
    op.create_table(
        "article_subjects",
        sa.Column("article_id", Key, _article(), primary_key=True, autoincrement=False),
        sa.Column("service", sa.Text, primary_key=True),
        sa.Column("compared_to", sa.BigInteger, nullable=False),
        sa.Column("matcher", sa.SmallInteger, nullable=False),
        sa.Index(None, "service"),
    )


def _links() -> None:
    op.create_table(
        "coverage_links",
        sa.Column("id", Key, primary_key=True),
        sa.Column("change_id", Key, _change(), nullable=False),
        sa.Column("article_id", Key, _article(), nullable=False, index=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("matcher", sa.SmallInteger, nullable=False),
        sa.Column("linked_at", Moment, nullable=False),
        sa.UniqueConstraint("change_id", "article_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "coverage_verdicts",
        sa.Column("change_id", Key, _change(), primary_key=True, autoincrement=False),
        sa.Column("article_id", Key, _article(), primary_key=True, autoincrement=False),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("role", sa.String(20)),
        sa.Column("note", sa.Text),
        sa.Column("at", Moment, nullable=False),
    )


def _article() -> sa.ForeignKey:
    return sa.ForeignKey("articles.id", ondelete="CASCADE")


def _change() -> sa.ForeignKey:
    return sa.ForeignKey("changes.id", ondelete="CASCADE")
