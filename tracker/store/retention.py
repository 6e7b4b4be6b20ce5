"""Lets bodies go that a retention rule no longer keeps. What was seen, when and with which hash stays for ever.

Other bodies may be written as differences from one that goes. Those are written anew first, against the
nearest body below that stays, each in a transaction of its own; only then do the bytes go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tracker.store import codec
from tracker.store.blobs import body_of
from tracker.store.captures import append
from tracker.store.crash import Point
from tracker.store.evidence import Capture, Outcome
from tracker.store.schema import blobs, captures, changes, documents, versions

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from tracker.store.blobs import Cache
    from tracker.store.crash import Crash
    from tracker.store.database import Database


def expire(
    database: Database, before: datetime, now: datetime, *, clock: str, tool: str, cache: Cache, crash: Crash
) -> int:
    """Let go of the bodies last seen before a moment from which nothing was made; gives how many went.

    The last body of a document stays, and so does every body that gave a version or a change: without them
    nothing could be rebuilt or shown.
    """
    with database.reading() as connection:
        going = _going(connection, before)
        staying = _resting_on(connection, going)
    for blob in staying:
        with database.writing() as connection:
            _rebase(connection, blob, going, cache)
    crash(Point.REBASED)
    with database.writing() as connection:
        gone = sorted(_going(connection, before) & going)
        for blob in gone:
            _let_go(connection, blob, now, clock, tool, crash)
        crash(Point.LET_GO)
    return len(gone)


def _going(connection: Connection, before: datetime) -> set[int]:
    """Choose the blobs that go."""
    is_of_a_body = captures.c.blob_id.is_not(None) & (captures.c.outcome != Outcome.EXPIRED.value)
    last = sa.select(sa.func.max(captures.c.id)).where(is_of_a_body).group_by(captures.c.document_id)
    made = sa.union(sa.select(versions.c.capture_id), sa.select(changes.c.capture_id))
    needed = sa.select(captures.c.blob_id).where(
        is_of_a_body,
        (captures.c.at >= before) | captures.c.id.in_(last) | captures.c.id.in_(made),
    )
    texts = sa.select(versions.c.blob_id)
    asked = sa.select(blobs.c.id).where(blobs.c.data.is_not(None), blobs.c.id.not_in(needed), blobs.c.id.not_in(texts))
    return set(connection.scalars(asked))


def _resting_on(connection: Connection, going: set[int]) -> list[int]:
    """Give the blobs that stay but were written against one that goes, lowest first."""
    pairs = connection.execute(sa.select(blobs.c.id, blobs.c.base_id).where(blobs.c.base_id.is_not(None)))
    return sorted(row.id for row in pairs if row.base_id in going and row.id not in going)


def _rebase(connection: Connection, blob: int, going: set[int], cache: Cache) -> None:
    """Write a blob against the nearest one below it that stays, or alone."""
    body = body_of(connection, blob, cache)
    depth, base = connection.execute(sa.select(blobs.c.depth, blobs.c.base_id).where(blobs.c.id == blob)).one()
    while base in going:
        base = connection.scalar(sa.select(blobs.c.base_id).where(blobs.c.id == base))
    packed = codec.smallest(body, {} if base is None else {base: body_of(connection, base, cache)})
    new = 0
    if packed.base is not None:
        new = 1 + connection.execute(sa.select(blobs.c.depth).where(blobs.c.id == packed.base)).scalar_one()
    values = {"base_id": packed.base, "data": packed.frame}
    connection.execute(sa.update(blobs).where(blobs.c.id == blob).values(values))
    _lift(connection, blob, depth - new)


def _lift(connection: Connection, blob: int, by: int) -> None:
    """Take from the depth of a blob, and of all that rests on it, what its rebasing saved."""
    resting = sa.select(blobs.c.id).where(blobs.c.id == blob).cte("resting", recursive=True)
    resting = resting.union_all(sa.select(blobs.c.id).where(blobs.c.base_id == resting.c.id))
    shallower = sa.update(blobs).where(blobs.c.id.in_(sa.select(resting.c.id)))
    connection.execute(shallower.values(depth=blobs.c.depth - by))


def _let_go(connection: Connection, blob: int, now: datetime, clock: str, tool: str, crash: Crash) -> None:
    """Take the bytes of a blob out and say so in the chain."""
    connection.execute(sa.update(blobs).where(blobs.c.id == blob).values(data=None, base_id=None, depth=0))
    owner = (
        sa.select(documents.c.id, documents.c.service, documents.c.document, blobs.c.sha256)
        .join(captures, captures.c.document_id == documents.c.id)
        .join(blobs, blobs.c.id == captures.c.blob_id)
        .where(captures.c.blob_id == blob)
        .order_by(captures.c.id)
        .limit(1)
    )
    row = connection.execute(owner).one()
    said = Capture(row.service, row.document, now, Outcome.EXPIRED, clock, tool)
    append(connection, said, row.id, blob, bytes(row.sha256), crash)
