"""Time-stamps of the chain: rows that are only ever added, each an authority's answer about the hash of one capture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tracker.store.database import new_key
from tracker.store.schema import captures, hosts, stamps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from tracker.store.database import AnyRow


@dataclass(frozen=True, slots=True)
class StampRow:
    """A stamp as the archive has it."""

    id: int
    capture: int  # the number of the capture whose hash was stamped: all before it are below that hash
    asked_at: datetime  # by our clock
    at: datetime  # by that of the authority
    authority: str  # its address
    answer: bytes  # DER, as it was received
    roots: str  # PEM: the certificates above its own, as they were configured when it was verified


def add(
    connection: Connection, capture: int, *, asked_at: datetime, at: datetime, authority: str, answer: bytes, roots: str
) -> int:
    """Keep a stamp."""
    row = {
        "capture_id": capture,
        "asked_at": asked_at,
        "at": at,
        "authority": authority,
        "answer": answer,
        "roots": roots,
    }
    return new_key(connection.execute(sa.insert(stamps).values(row)))


def kept(connection: Connection) -> Iterator[StampRow]:
    """Give all stamps, oldest first."""
    for row in connection.execute(sa.select(stamps).order_by(stamps.c.id)):
        yield _stamp(row)


def last(connection: Connection) -> StampRow | None:
    """Give the stamp that was kept last."""
    row = connection.execute(sa.select(stamps).order_by(stamps.c.id.desc()).limit(1)).first()
    return None if row is None else _stamp(row)


def first_from(connection: Connection, capture: int) -> StampRow | None:
    """Give the first stamp that covers a capture."""
    covering = sa.select(stamps).where(stamps.c.capture_id >= capture)
    row = connection.execute(covering.order_by(stamps.c.capture_id, stamps.c.id).limit(1)).first()
    return None if row is None else _stamp(row)


def hash_of(connection: Connection, capture: int) -> bytes | None:
    """Give the hash of a capture; None where there is none of that number."""
    found = connection.scalar(sa.select(captures.c.hash).where(captures.c.id == capture))
    return None if found is None else bytes(found)


def ready_at(connection: Connection, host: str) -> datetime | None:
    """Give the moment before which a host is not to be asked; None where it may be asked."""
    return connection.scalar(sa.select(hosts.c.ready_at).where(hosts.c.name == host))


def _stamp(row: AnyRow) -> StampRow:
    return StampRow(
        row.id, row.capture_id, row.asked_at, row.at, row.authority, bytes(row.answer), row.roots
    )  # fmt: skip
