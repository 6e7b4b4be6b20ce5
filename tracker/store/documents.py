"""What is watched: when each document is due, how it fares, and when its host may be asked again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tracker.store.database import new_key
from tracker.store.schema import Moment, documents, hosts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from tracker.store.database import AnyRow


_known = sa.select(documents.c.id).where(
    documents.c.service == sa.bindparam("of_service"), documents.c.document == sa.bindparam("of_document")
)


@dataclass(frozen=True, slots=True)
class Watched:
    """A document as the scheduler and `status` see it."""

    service: str
    document: str
    watched: bool
    host: str | None
    declaration: str | None
    checked_at: datetime | None
    next_check_at: datetime | None
    last_good_at: datetime | None
    failing_since: datetime | None
    failure: str | None
    validators: Mapping[str, str]  # as the server gave them; empty for another declaration than theirs


def identified(connection: Connection, service: str, document: str) -> int:
    """Give the key of a document, which is made where there is none."""
    found = known(connection, service, document)
    if found is not None:
        return found
    added = connection.execute(sa.insert(documents).values(service=service, document=document, watched=False))
    return new_key(added)


def known(connection: Connection, service: str, document: str) -> int | None:
    """Give the key of a document the archive has heard of."""
    return connection.scalar(_known, {"of_service": service, "of_document": document})


def watch(connection: Connection, service: str, document: str, host: str, declaration: str, due: datetime) -> None:
    """Watch a document from now on; one that is watched keeps its turn unless its declaration is another."""
    key = identified(connection, service, document)
    if connection.scalar(sa.select(hosts.c.name).where(hosts.c.name == host)) is None:
        connection.execute(sa.insert(hosts).values(name=host))
    row = connection.execute(sa.select(documents).where(documents.c.id == key)).one()
    changes: dict[str, object] = {"watched": True, "host": host, "declaration": declaration}
    if not row.watched or row.next_check_at is None or row.declaration != declaration:
        changes |= {"next_check_at": due, "validators": None}
    connection.execute(sa.update(documents).where(documents.c.id == key).values(changes))


def unwatch(connection: Connection, service: str, document: str) -> None:
    """Watch a document no longer; its history stays."""
    key = (documents.c.service == service) & (documents.c.document == document)
    connection.execute(sa.update(documents).where(key).values(watched=False, next_check_at=None))


def checked(
    connection: Connection,
    service: str,
    document: str,
    *,
    at: datetime,
    next_check_at: datetime,
    failure: str | None = None,
    validators: Mapping[str, str] | None = None,
) -> None:
    """Note how a check went and when the next is due; validators given replace those kept."""
    key = identified(connection, service, document)
    changes: dict[str, Any] = {"checked_at": at, "next_check_at": next_check_at, "failure": failure}
    if failure is None:
        changes |= {"last_good_at": at, "failing_since": None}
    else:
        changes["failing_since"] = sa.func.coalesce(documents.c.failing_since, sa.literal(at, Moment))
    if validators is not None:
        changes["validators"] = json.dumps(dict(validators), sort_keys=True)
    connection.execute(sa.update(documents).where(documents.c.id == key).values(changes))


def delay(connection: Connection, host: str, until: datetime) -> None:
    """Ask a host no more before a moment; a moment before the one kept changes nothing."""
    ready_at = connection.execute(sa.select(hosts.c.ready_at).where(hosts.c.name == host)).first()
    if ready_at is None:
        connection.execute(sa.insert(hosts).values(name=host, ready_at=until))
    elif ready_at[0] is None or ready_at[0] < until:
        connection.execute(sa.update(hosts).where(hosts.c.name == host).values(ready_at=until))


def due(connection: Connection, now: datetime, most: int | None) -> tuple[Watched, ...]:
    """Give the documents whose time has come, the longest overdue first, one of each host that may be asked.

    One that was checked in what is now the future is due: the clock went back.
    """
    is_due = (documents.c.next_check_at <= now) | (documents.c.checked_at > now)
    is_ready = hosts.c.ready_at.is_(None) | (hosts.c.ready_at <= now)
    turn = sa.func.row_number().over(
        partition_by=documents.c.host, order_by=(documents.c.next_check_at, documents.c.id)
    )
    waiting = (
        sa.select(documents, turn.label("turn"))
        .outerjoin(hosts, hosts.c.name == documents.c.host)
        .where(documents.c.watched, is_due, is_ready)
        .subquery()
    )
    first = sa.select(waiting).where(waiting.c.turn == 1).order_by(waiting.c.next_check_at, waiting.c.id)
    return tuple(map(_watched, connection.execute(first if most is None else first.limit(most))))


def listed(connection: Connection) -> tuple[Watched, ...]:
    """Give every document of the archive, by service and name."""
    rows = connection.execute(sa.select(documents)).all()
    return tuple(sorted(map(_watched, rows), key=lambda one: (one.service, one.document)))


def _watched(row: AnyRow) -> Watched:
    return Watched(
        service=row.service,
        document=row.document,
        watched=row.watched,
        host=row.host,
        declaration=row.declaration,
        checked_at=row.checked_at,
        next_check_at=row.next_check_at,
        last_good_at=row.last_good_at,
        failing_since=row.failing_since,
        failure=row.failure,
        validators=json.loads(row.validators) if row.validators else {},
    )
