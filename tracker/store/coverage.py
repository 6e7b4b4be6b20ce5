"""What the archive keeps of the news: articles without their text, their links to changes, what users say of those.

A link can be thrown away and made again; what a user said of one stays, and every later match heeds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, LargeBinary, SmallInteger, String, Table, Text

from tracker.model import Article, CoverageLink, Evidence, Role
from tracker.store.schema import Key, Moment, metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tracker.store.database import AnyRow

sources = Table(
    "news_sources",
    metadata,
    Column("name", Text, primary_key=True),  # "feed https://...", "gdelt Telegram", "inbox"
    Column("checked_at", Moment),
    Column("next_check_at", Moment),
    Column("failing_since", Moment),
    Column("failures", SmallInteger, nullable=False),  # in a row
    Column("failure", Text),  # why, in words
    Column("memory", Text, nullable=False),  # JSON: what the source wants to be reminded of when it is asked again
)

articles = Table(
    "articles",
    metadata,
    Column("id", Key, primary_key=True),
    Column("address", Text, nullable=False, unique=True),  # canonical; of an article without one, its name
    Column("origin", String(8), nullable=False),  # where its text is to be had: page, file, record
    Column("place", Text, nullable=False),  # the address or the file it is read from
    Column("source", Text),  # what told us of it
    Column("seen_at", Moment, nullable=False),
    Column("title", Text),
    Column("publisher", Text),
    Column("author", Text),
    Column("language", Text),
    Column("published", Moment),
    Column("published_from", Text),
    Column("not_after", Moment),  # where no date can be trusted: it was published by then
    Column("sha256", LargeBinary(32)),  # of its text
    Column("state", String(10), nullable=False),  # waiting, read, failed, forgotten
    Column("read_at", Moment),
    Column("next_read_at", Moment),  # while waiting
    Column("tries", SmallInteger, nullable=False),
    Column("failure", Text),
    Column("sketch", LargeBinary),  # hashes of its words: enough to see that a change may concern it, no text
    Index(None, "state", "next_read_at"),
    sqlite_autoincrement=True,
)

# Every address an article was met under; feeds and aggregators name it by others than its own.
addresses = Table(
    "article_addresses",
    metadata,
    Column("address", Text, primary_key=True),
    Column("article_id", Key, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
)

# What an article claims of an event, without its words: enough to see which one stands alone.
claims = Table(
    "article_claims",
    metadata,
    Column("article_id", Key, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("event", String(40), primary_key=True),
    Column("slot", String(20), primary_key=True),
    Column("name", Text, primary_key=True),  # whom the event is about
    Column("value", Text, nullable=False),
    Index(None, "event", "slot", "name", "value"),
)

# Which services an article may be about, and how far in the changes of each it was compared.
subjects = Table(
    "article_subjects",
    metadata,
    Column("article_id", Key, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("service", Text, primary_key=True),
    Column("compared_to", BigInteger, nullable=False),  # the last change it was compared with
    Column("matcher", SmallInteger, nullable=False),  # version of the matcher that did
    Index(None, "service"),
)

links = Table(
    "coverage_links",
    metadata,
    Column("id", Key, primary_key=True),
    Column("change_id", Key, ForeignKey("changes.id", ondelete="CASCADE"), nullable=False),
    Column("article_id", Key, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("role", String(20), nullable=False),
    Column("score", Float, nullable=False),
    Column("evidence", Text, nullable=False),  # JSON: at most three spans of at most 300 characters
    Column("matcher", SmallInteger, nullable=False),
    Column("linked_at", Moment, nullable=False),
    sa.UniqueConstraint("change_id", "article_id"),
    sqlite_autoincrement=True,  # a number is never given twice: who was told of link 7 knows all up to 7
)

verdicts = Table(
    "coverage_verdicts",
    metadata,
    Column("change_id", Key, ForeignKey("changes.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("article_id", Key, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("verdict", String(10), nullable=False),  # pinned, rejected
    Column("role", String(20)),  # of a pinned link, as the user says
    Column("note", Text),
    Column("at", Moment, nullable=False),
)

_evidence = msgspec.json.Decoder(tuple[Evidence, ...])
_shown = sa.select(
    links.c.id.label("link_id"), links.c.change_id, links.c.role, links.c.score, links.c.evidence, articles
).join(articles, articles.c.id == links.c.article_id)


class LinkRow(NamedTuple):
    """A stored link: its number, the change it belongs to, and the link."""

    id: int
    change_id: int
    link: CoverageLink


def coverage_of(connection: Connection, change_id: int) -> tuple[CoverageLink, ...]:
    """Give the coverage of a change, best first."""
    asked = _shown.where(links.c.change_id == change_id).order_by(links.c.score.desc(), links.c.id)
    return tuple(_row(row).link for row in connection.execute(asked))


def links_since(connection: Connection, last_link_id: int) -> tuple[LinkRow, ...]:
    """Give the links made after the one with a number, in the order in which they were made.

    A link keeps its number as long as it says the same; one whose role became another is a new link.
    """
    return tuple(map(_row, connection.execute(_shown.where(links.c.id > last_link_id).order_by(links.c.id))))


def _row(row: AnyRow) -> LinkRow:
    link = CoverageLink(article_of(row), Role(row.role), row.score, _evidence.decode(row.evidence))
    return LinkRow(row.link_id, row.change_id, link)


def article_of(row: AnyRow) -> Article:
    """Give what is kept of an article, without its text."""
    url = row.address if "://" in row.address else None
    return Article(row.address, url, row.title, row.publisher, row.published, row.published_from, row.language, "")
