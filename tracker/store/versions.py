"""Versions and changes: what was made of captures. All of it can be thrown away and made again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tracker.digest.schema import encode, encode_with_episode
from tracker.errors import StoreError
from tracker.model import Cause, Noise
from tracker.store import codec
from tracker.store.blobs import body_of, put
from tracker.store.crash import Point
from tracker.store.database import new_key
from tracker.store.schema import captures, changes, documents, versions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from tracker.model import Change
    from tracker.store.blobs import Cache
    from tracker.store.crash import Crash
    from tracker.store.database import AnyRow

_NEAR = 4
_AT_ONCE = 200
_STREAMED = {"yield_per": _AT_ONCE}
_LONGEST = 1 << 28  # bytes of JSON: no change comes near it; a damaged row shall not ask for more


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version as the archive has it; its text is read when asked for."""

    id: int
    capture: int
    at: datetime
    language: str | None
    fingerprint: str
    cause: Cause
    made_by: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A stored change: what it is found by, and its JSON."""

    id: int
    service: str
    document: str
    capture: int
    version: int | None
    at: datetime
    cause: Cause
    noise: Noise | None
    significance: int
    is_live: bool
    made_by: str
    json: bytes


def record_version(
    connection: Connection,
    capture: int,
    text: str,
    *,
    language: str | None,
    fingerprint: str,
    cause: Cause,
    made_by: str,
    cache: Cache,
    crash: Crash,
) -> int:
    """Add the version a capture gave, its text as a blob; the same one again gives the id it has."""
    key = (versions.c.capture_id == capture) & (versions.c.made_by == made_by)
    if (there := connection.scalar(sa.select(versions.c.id).where(key))) is not None:
        return int(there)
    document, at = _taken(connection, capture)
    near = sa.select(versions.c.blob_id).where(versions.c.document_id == document).order_by(versions.c.id.desc())
    last = list(dict.fromkeys(connection.scalars(near.limit(_NEAR * _NEAR))))[:_NEAR]
    blob = put(connection, text.encode("utf-8", "surrogatepass"), last, cache)
    added = connection.execute(
        sa.insert(versions).values(
            document_id=document,
            capture_id=capture,
            blob_id=blob,
            at=at,
            language=language,
            fingerprint=fingerprint,
            cause=cause.value,
            made_by=made_by,
        )
    )
    crash(Point.VERSION)
    return new_key(added)


def record_change(
    connection: Connection,
    capture: int,
    version: int | None,
    change: Change,
    *,
    made_by: str,
    is_live: bool,
    crash: Crash,
) -> int:
    """Add what a capture changed; judged anew, by something else than before, it replaces what was said of it.

    A change keeps its id for ever. One that is judged higher than it was is not told to anybody on that account.
    """
    asked = sa.select(changes.c.id, changes.c.made_by, changes.c.is_live, changes.c.significance)
    there = connection.execute(asked.where(changes.c.capture_id == capture)).first()
    if there is not None and there.made_by == made_by:
        return int(there.id)
    document, at = _taken(connection, capture)
    row = {
        "document_id": document,
        "capture_id": capture,
        "version_id": version,
        "made_by": made_by,
        "at": at,
        "before_ref": change.before.id if change.before else None,
        "after_ref": change.after.id,
        "cause": change.cause.value,
        "noise": change.noise.value if change.noise else None,
        "significance": change.significance,
        "is_live": is_live,
        "told": codec.quick(encode(change)),
    }
    if there is None:
        key = new_key(connection.execute(sa.insert(changes).values(row)))
    else:
        key = int(there.id)
        row["is_live"] = is_live or (there.is_live and change.significance <= there.significance)
        connection.execute(sa.update(changes).where(changes.c.id == key).values(row))
    crash(Point.CHANGE)
    return key


def name_episode(connection: Connection, change: int, episode: str) -> None:
    """Say which episode a stored change belongs to."""
    there = change_of(connection, change)
    if there is None:
        raise StoreError(f"change {change} is not in the archive: it belongs to no episode")
    named = codec.quick(encode_with_episode(there.json, episode))
    connection.execute(sa.update(changes).where(changes.c.id == change).values(told=named))


def _taken(connection: Connection, capture: int) -> tuple[int, datetime]:
    row = connection.execute(
        sa.select(captures.c.document_id, captures.c.placed_at).where(captures.c.id == capture)
    ).first()
    if row is None:
        raise StoreError(f"capture {capture} is not in the archive: nothing can be made of it")
    return row.document_id, row.placed_at


def of_document(connection: Connection, document: int) -> tuple[VersionRow, ...]:
    """Give the versions of a document in the order in which they were recorded."""
    asked = sa.select(versions).where(versions.c.document_id == document).order_by(versions.c.id)
    return tuple(map(_version, connection.execute(asked)))


def _version(row: AnyRow) -> VersionRow:
    return VersionRow(row.id, row.capture_id, row.at, row.language, row.fingerprint, Cause(row.cause), row.made_by)


def text_of(connection: Connection, version: int, cache: Cache) -> str:
    """Give the canonical text of a version."""
    blob = connection.scalar(sa.select(versions.c.blob_id).where(versions.c.id == version))
    if blob is None:
        raise StoreError(f"version {version} is not in the archive")
    return body_of(connection, blob, cache).decode("utf-8", "surrogatepass")


def last_of(connection: Connection, document: int) -> VersionRow | None:
    """Give the version of a document that was recorded last."""
    asked = sa.select(versions).where(versions.c.document_id == document).order_by(versions.c.id.desc()).limit(1)
    row = connection.execute(asked).first()
    return None if row is None else _version(row)


def change_of(connection: Connection, number: int) -> ChangeRow | None:
    """Give the change of this number."""
    asked = sa.select(changes, documents.c.service, documents.c.document).join(
        documents, documents.c.id == changes.c.document_id
    )
    row = connection.execute(asked.where(changes.c.id == number)).first()
    return None if row is None else _change(row)


def told(connection: Connection, document: int | None, since: datetime | None, least: int) -> Iterator[ChangeRow]:
    """Give the changes from a significance and a moment on, oldest first."""
    asked = (
        sa.select(changes, documents.c.service, documents.c.document)
        .join(documents, documents.c.id == changes.c.document_id)
        .where(changes.c.significance >= least)
        .order_by(changes.c.at, changes.c.id)
    )
    if document is not None:
        asked = asked.where(changes.c.document_id == document)
    if since is not None:
        asked = asked.where(changes.c.at >= since)
    with connection.execute(asked, execution_options=_STREAMED) as rows:
        for row in rows:
            yield _change(row)


def _change(row: AnyRow) -> ChangeRow:
    try:
        json = codec.unpacked_whole(row.told, _LONGEST)
    except codec.Unreadable as wrong:
        raise StoreError(f"change {row.id}: {wrong}; `tracker rebuild` makes it again") from wrong
    return ChangeRow(
        id=row.id,
        service=row.service,
        document=row.document,
        capture=row.capture_id,
        version=row.version_id,
        at=row.at,
        cause=Cause(row.cause),
        noise=Noise(row.noise) if row.noise else None,
        significance=row.significance,
        is_live=row.is_live,
        made_by=row.made_by,
        json=json,
    )
