"""What there is to consider for the next message: changes, what was told before, how the watching went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tracker.store.evidence import Outcome
from tracker.store.outbox import held_back, tellings
from tracker.store.schema import captures, changes, documents, suspects
from tracker.store.tellings import PROVISIONAL, SETTLED, settled_since
from tracker.store.versions import change_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from tracker.store.tellings import Subscription
    from tracker.store.versions import ChangeRow

PATIENCE = timedelta(days=1)  # a change that no second capture can confirm, as its page fails, is told all the same
_SEEN = (Outcome.CAPTURED, Outcome.NOT_MODIFIED)


@dataclass(frozen=True, slots=True)
class Considered:
    """A change that the next message may tell."""

    row: ChangeRow
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class Watching:
    """How the watching itself went in a period."""

    checked: int
    unchanged: int
    failing: tuple[tuple[str, str, datetime, str], ...]  # service, document, since, why


def considered(connection: Connection, subscription: Subscription, last: int, now: datetime) -> tuple[Considered, ...]:
    """Give the live changes that came, or turned out to be news, since the last message, and those held back."""
    is_held = changes.c.id.in_(sa.select(held_back.c.change_id).where(held_back.c.subscription_id == subscription.id))
    is_settled = changes.c.id.in_(settled_since(subscription))
    is_new = (changes.c.id > subscription.after_change) & (changes.c.id <= last)
    asked = sa.select(changes.c.id).where(changes.c.is_live, is_held | is_new | is_settled).order_by(changes.c.id)
    return tuple(one for number in connection.scalars(asked).all() if (one := _one(connection, number, now)))


def recorded_since(connection: Connection, since: datetime, now: datetime) -> tuple[Considered, ...]:
    """Give the live changes from a moment on, whoever was told of them."""
    asked = sa.select(changes.c.id).where(changes.c.is_live, changes.c.at >= since).order_by(changes.c.id)
    return tuple(one for number in connection.scalars(asked).all() if (one := _one(connection, number, now)))


def _one(connection: Connection, number: int, now: datetime) -> Considered | None:
    row = change_of(connection, number)
    return None if row is None else Considered(row, _is_confirmed(connection, row, now))


def _is_confirmed(connection: Connection, row: ChangeRow, now: datetime) -> bool:
    """Tell whether a later capture of the page was good, or whether that has been waited for long enough."""
    document = sa.select(changes.c.document_id).where(changes.c.id == row.id).scalar_subquery()
    is_later = (captures.c.document_id == document) & (captures.c.placed_at > row.at) & captures.c.outcome.in_(_SEEN)
    good = sa.exists().where(is_later, captures.c.id.not_in(sa.select(suspects.c.capture_id)))
    return now - row.at > PATIENCE or bool(connection.scalar(sa.select(good)))


def told_before(
    connection: Connection, subscription: int, fresh: Iterable[ChangeRow], refs: Collection[str], also: Collection[int]
) -> tuple[tuple[Considered, frozenset[str]], ...]:
    """Give the told changes that new ones may undo, return to or go on with, and all that was said of each.

    `refs` are the records that the new changes name; what was told since the first of them began is given, of the
    services that have news. With it come those told as provisional only, and those in `also`.
    """
    said: dict[int, set[str]] = {}
    for row in connection.execute(sa.select(tellings).where(tellings.c.subscription_id == subscription)):
        said.setdefault(row.change_id, set()).add(row.telling)
    wanted = {number for number, what in said.items() if _is_open(what)} | (said.keys() & set(also))
    for service in {one.service for one in fresh} if said else ():
        wanted |= said.keys() & _named(connection, service, refs)
    found = ((change_of(connection, number), said[number]) for number in sorted(wanted))
    return tuple(
        (Considered(row, _is_confirmed(connection, row, row.at)), frozenset(what)) for row, what in found if row
    )


def _is_open(said: set[str]) -> bool:
    return PROVISIONAL in said and said.isdisjoint(SETTLED)


def _named(connection: Connection, service: str, refs: Collection[str]) -> set[int]:
    """Give the changes of a service that records name, and all since the first of them."""
    of_service = changes.c.document_id.in_(sa.select(documents.c.id).where(documents.c.service == service))
    named = changes.c.after_ref.in_(refs) | changes.c.before_ref.in_(refs)
    first = connection.scalar(sa.select(sa.func.min(changes.c.id)).where(of_service, named))
    if first is None:
        return set()
    return set(connection.scalars(sa.select(changes.c.id).where(of_service, changes.c.id >= first)))


def watching(
    connection: Connection, span: tuple[datetime, datetime], services: Collection[str], names: Collection[str]
) -> Watching:
    """Count what was asked for in a period, of the chosen services and documents (none: all), and what fails now."""
    chosen: sa.ColumnElement[bool] = sa.true()
    if services:
        chosen &= documents.c.service.in_(services)
    if names:
        chosen &= documents.c.document.in_(names)
    of_chosen = sa.select(documents.c.id).where(chosen)
    in_time = (captures.c.placed_at > span[0]) & (captures.c.placed_at <= span[1])
    asked = sa.select(sa.func.count()).select_from(captures).where(captures.c.document_id.in_(of_chosen), in_time)
    checked = connection.scalar(asked.where(captures.c.outcome != Outcome.EXPIRED)) or 0
    seen = connection.scalar(asked.where(captures.c.outcome.in_(_SEEN))) or 0
    in_time = (changes.c.at > span[0]) & (changes.c.at <= span[1])
    moved = sa.select(sa.func.count()).select_from(changes).where(changes.c.document_id.in_(of_chosen), in_time)
    failing = sa.select(documents).where(chosen, documents.c.watched, documents.c.failing_since.is_not(None))
    rows = connection.execute(failing.order_by(documents.c.service, documents.c.document))
    return Watching(
        checked,
        max(0, seen - (connection.scalar(moved) or 0)),
        tuple((row.service, row.document, row.failing_since, row.failure or "") for row in rows),
    )
