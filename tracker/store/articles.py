"""Articles in the archive: met, waiting to be read, read, forgotten. Functions that take the open transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from tracker.store.coverage import addresses, articles, claims, links, subjects, verdicts
from tracker.store.database import new_key

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from tracker.store.database import AnyRow

WAITING, READ, FAILED, FORGOTTEN = "waiting", "read", "failed", "forgotten"
_TRIES = 5  # times an article is asked for before it counts as lost


class Met(NamedTuple):
    """An article as a source told of it."""

    address: str
    origin: str  # where its text is to be had: page, file, record
    place: str
    source: str
    services: tuple[str, ...]
    title: str | None = None
    published: datetime | None = None
    published_from: str | None = None
    not_after: datetime | None = None


class Facts(NamedTuple):
    """What reading an article gave, but for its text."""

    address: str
    title: str | None
    publisher: str | None
    author: str | None
    language: str | None
    published: datetime | None
    published_from: str | None
    not_after: datetime | None
    sha256: bytes
    sketch: bytes


class Told(NamedTuple):
    """What an article claims of an event: (event, slot, name, value)."""

    event: str
    slot: str
    name: str
    value: str


def meet(connection: Connection, met: Met, now: datetime) -> int | None:
    """Note an article that is met for the first time; None where it is known, whatever became of it."""
    if find(connection, met.address) is not None:
        return None
    added = connection.execute(
        sa.insert(articles).values(
            address=met.address,
            origin=met.origin,
            place=met.place,
            source=met.source,
            seen_at=now,
            title=met.title,
            published=met.published,
            published_from=met.published_from,
            not_after=met.not_after,
            state=WAITING,
            next_read_at=now,
            tries=0,
        )
    )
    key = new_key(added)
    connection.execute(sa.insert(addresses).values(address=met.address, article_id=key))
    concerns(connection, key, met.services)
    return key


def concerns(connection: Connection, article: int, services: Iterable[str]) -> None:
    """Note which services an article may be about, besides those noted already."""
    there = set(connection.scalars(sa.select(subjects.c.service).where(subjects.c.article_id == article)))
    for service in dict.fromkeys(services):
        if service not in there:
            connection.execute(
                sa.insert(subjects).values(article_id=article, service=service, compared_to=0, matcher=0)
            )


def latest(connection: Connection, most: int) -> list[int]:
    """Give the articles met last, the last one first."""
    asked = sa.select(articles.c.id).where(articles.c.state != FORGOTTEN).order_by(articles.c.id.desc()).limit(most)
    return list(connection.scalars(asked))


def find(connection: Connection, address: str) -> int | None:
    """Give the key of an article by any address it was met under, or by its number."""
    known = sa.select(addresses.c.article_id).where(addresses.c.address == address)
    if (key := connection.scalar(known)) is not None:
        return int(key)
    if address.isascii() and address.isdigit():
        return connection.scalar(sa.select(articles.c.id).where(articles.c.id == int(address)))
    return None


def row(connection: Connection, article: int) -> AnyRow:
    """Give everything that is kept of an article."""
    return connection.execute(sa.select(articles).where(articles.c.id == article)).one()


def waiting(connection: Connection, now: datetime, most: int) -> tuple[AnyRow, ...]:
    """Give the articles whose turn to be read has come, those that wait longest first."""
    asked = (
        sa.select(articles)
        .where(articles.c.state == WAITING, articles.c.next_read_at <= now)
        .order_by(articles.c.next_read_at, articles.c.id)
        .limit(most)
    )
    return tuple(connection.execute(asked))


def services_of(connection: Connection, article: int) -> tuple[str, ...]:
    """Give the services an article may be about."""
    asked = sa.select(subjects.c.service).where(subjects.c.article_id == article).order_by(subjects.c.service)
    return tuple(connection.scalars(asked))


def wait(connection: Connection, chosen: Iterable[int], now: datetime) -> None:
    """Let articles be read again: what was forgotten stays forgotten."""
    for article in chosen:
        connection.execute(
            sa.update(articles)
            .where(articles.c.id == article, articles.c.state != FORGOTTEN)
            .values(state=WAITING, next_read_at=now, tries=0, failure=None)
        )


def later(connection: Connection, article: int, until: datetime) -> None:
    """Ask for an article no sooner: its host wants to be left alone."""
    connection.execute(sa.update(articles).where(articles.c.id == article).values(next_read_at=until))


def failed(connection: Connection, article: int, why: str, again_at: datetime | None) -> None:
    """Note that an article could not be read; one that was read before keeps what is known of it."""
    tries = row(connection, article).tries + 1
    is_over = again_at is None or tries >= _TRIES
    was_read = articles.c.read_at.is_not(None)
    connection.execute(
        sa.update(articles)
        .where(articles.c.id == article)
        .values(
            state=sa.case((was_read, READ), else_=FAILED) if is_over else WAITING,
            next_read_at=None if is_over else again_at,
            tries=tries,
            failure=why,
        )
    )


def read(connection: Connection, article: int, facts: Facts, told: Iterable[Told], now: datetime) -> int | None:
    """Note what reading an article gave; gives its key, which is another where it was met by two addresses.

    None where it is one that was forgotten, met again by another address.
    """
    other = find(connection, facts.address)
    if other is not None and other != article:
        _merge(connection, article, other)
        article = other
        if row(connection, article).state == FORGOTTEN:
            return None
    elif other is None:
        connection.execute(sa.insert(addresses).values(address=facts.address, article_id=article))
    connection.execute(
        sa.update(articles)
        .where(articles.c.id == article)
        .values(facts._asdict() | {"state": READ, "read_at": now, "next_read_at": None, "tries": 0, "failure": None})
    )
    connection.execute(sa.delete(claims).where(claims.c.article_id == article))
    for one in dict.fromkeys(told):
        connection.execute(sa.insert(claims).values(article_id=article, **one._asdict()))
    return article


def _merge(connection: Connection, article: int, into: int) -> None:
    """Let two articles be one: the later one goes, its addresses and subjects stay."""
    concerns(connection, into, services_of(connection, article))
    connection.execute(sa.update(addresses).where(addresses.c.article_id == article).values(article_id=into))
    connection.execute(sa.delete(articles).where(articles.c.id == article))


def forget(connection: Connection, article: int) -> None:
    """Forget an article for good: of it stays its address alone, so that no source brings it back."""
    for table in (claims, links, verdicts, subjects):
        connection.execute(sa.delete(table).where(table.c.article_id == article))
    kept = {"id", "address", "origin", "place", "seen_at"}
    empty = {column.name: None for column in articles.c if column.name not in kept}
    connection.execute(
        sa.update(articles).where(articles.c.id == article).values(empty | {"state": FORGOTTEN, "tries": 0})
    )


def tally(connection: Connection, one: Told, but: int) -> dict[str, int]:
    """Count what other articles say of the same side of the same event."""
    asked = (
        sa.select(claims.c.value, sa.func.count())
        .where(claims.c.event == one.event, claims.c.slot == one.slot, claims.c.name == one.name)
        .where(claims.c.article_id != but)
        .group_by(claims.c.value)
    )
    return {value: int(count) for value, count in connection.execute(asked)}


def who_say(connection: Connection, one: Told) -> tuple[int, ...]:
    """Give the articles that claim this."""
    same = (claims.c.event == one.event) & (claims.c.slot == one.slot) & (claims.c.name == one.name)
    asked = sa.select(claims.c.article_id).where(same, claims.c.value == one.value).order_by(claims.c.article_id)
    return tuple(connection.scalars(asked))
