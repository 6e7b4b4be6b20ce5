"""Checks everything the archive holds as evidence, and names what is broken.

A chain shows what was altered in it or taken out of it. Who rewrites all of it from some row on, its head
included, is found only by a head that was kept elsewhere: time-stamped, printed, or in a backup.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tracker.errors import StoreError
from tracker.store.blobs import DEEPEST, body_of
from tracker.store.captures import as_capture, logged
from tracker.store.evidence import START, Outcome, hashed, line
from tracker.store.schema import blobs, captures, chain, versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from tracker.store.blobs import Cache
    from tracker.store.database import AnyRow

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Broken:
    """One thing that is not as it was recorded."""

    what: str  # "capture 17", "blob 3 (sha256 ...)", "the chain"
    why: str


def broken(connection: Connection, cache: Cache) -> Iterator[Broken]:
    """Check the file, the chain and every body; nothing is given where all is well."""
    yield from _file(connection)
    yield from _chain(connection)
    yield from _bodies(connection, cache)


def _file(connection: Connection) -> Iterator[Broken]:
    """Ask SQLite what it thinks of its file, and of rows that name others; PostgreSQL sees to both itself."""
    if connection.dialect.name != "sqlite":
        return
    for row in connection.exec_driver_sql("PRAGMA integrity_check(20)"):
        if row[0] != "ok":
            yield Broken("the file", str(row[0]))
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield Broken(f"row {row[1]} of {row[0]}", f"it names a row of {row[2]} that is missing")


def _chain(connection: Connection) -> Iterator[Broken]:
    """Compute every hash anew. After a broken row the check goes on from the hash that row claims."""
    last, head = 0, START
    for number, row, wrong in _rows(connection):
        if number != last + 1:
            gone = f"capture {last + 1}" + ("" if number == last + 2 else f" to {number - 1}")
            yield Broken(gone, "missing from the chain")
        why = wrong if row is None else _miscounted(row, head)
        if why and not (number != last + 1 and row is not None):  # what follows a gap cannot fit
            yield Broken(f"capture {number}", why)
        last = number
        head = START if row is None else bytes(row.hash)
    kept = connection.execute(sa.select(chain.c.length, chain.c.head)).all()
    if len(kept) != 1 or (kept[0].length, bytes(kept[0].head)) != (last, head):
        yield Broken("the chain", f"its end is not the one that was noted: it has {last} captures")


def _rows(connection: Connection) -> Iterator[tuple[int, AnyRow | None, str]]:
    """Give the rows of the log by number; one that cannot be read comes with the reason instead."""
    after = -(1 << 62)
    ahead = captures.c.id > sa.bindparam("after")
    numbers = sa.select(captures.c.id).where(ahead).order_by(captures.c.id).limit(_AT_ONCE)
    while found := connection.scalars(numbers, {"after": after}).all():
        for number in found:
            row, wrong = None, ""
            try:
                row = connection.execute(logged.where(captures.c.id == number)).first()
                wrong = "" if row else "its document is missing"
            except (ValueError, OverflowError) as unreadable:
                wrong = f"it cannot be read: {unreadable}"
            yield number, row, wrong
        after = found[-1]


def _miscounted(row: AnyRow, previous: bytes) -> str:
    """Say why a row does not have the hash it should, or nothing where it has."""
    try:
        digest = None if row.sha256 is None else bytes(row.sha256)
        text = line(row.id, previous, as_capture(row), digest, row.entry)
    except (ValueError, TypeError, OverflowError) as unreadable:
        return f"it cannot be read: {unreadable}"
    return "" if hashed(text) == row.hash else "it does not have the hash it was recorded with"


def _bodies(connection: Connection, cache: Cache) -> Iterator[Broken]:
    """Read every body, and ask of every blob that something names it and that its row is true."""
    base = blobs.alias()
    asked = (
        sa.select(blobs.c.id, blobs.c.sha256, blobs.c.depth, base.c.depth.label("below"), blobs.c.data.is_(None))
        .add_columns(sa.exists().where(captures.c.blob_id == blobs.c.id, captures.c.outcome == Outcome.EXPIRED.value))
        .add_columns(
            sa.exists().where(captures.c.blob_id == blobs.c.id) | sa.exists().where(versions.c.blob_id == blobs.c.id)
        )
        .outerjoin(base, base.c.id == blobs.c.base_id)
        .order_by(blobs.c.id)
    )
    for blob, digest, depth, below, is_gone, may_be_gone, is_named in connection.execute(asked).all():
        why = ""
        if not is_named:
            why = "no capture and no version names it"
        elif is_gone:
            why = "" if may_be_gone else "its bytes are gone, and no retention rule let them go"
        elif depth != (0 if below is None else below + 1) or depth > DEEPEST:
            why = "its depth is not that of what it was written against and one more"
        else:
            why = _unreadable(connection, blob, cache)
        if why:
            yield Broken(f"blob {blob} (sha256 {bytes(digest).hex()})", why)


def _unreadable(connection: Connection, blob: int, cache: Cache) -> str:
    try:
        body_of(connection, blob, cache)
    except (StoreError, TypeError, ValueError, OverflowError) as wrong:
        return str(wrong)
    return ""
