"""The capture log: rows that are only ever added, each chained to the one before, and the history they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tracker.errors import StoreError
from tracker.model import Part, Record, record_id
from tracker.store.blobs import body_of, put
from tracker.store.crash import Point
from tracker.store.documents import identified
from tracker.store.evidence import Capture, Logged, Outcome, entry, hashed, line, read_entry
from tracker.store.schema import blobs, captures, chain, documents, suspects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from tracker.store.blobs import Cache
    from tracker.store.crash import Crash
    from tracker.store.database import AnyRow
    from tracker.store.evidence import Entry

TRUSTED = frozenset(
    {"confirmed", "accepted"}
)  # what a suspect capture may turn out to be: by a second one, by the user
NEAR = 4  # distinct bodies of a document that a new one is compared with
_LOOK_BACK = 64  # captures in which they are looked for
_AT_ONCE = 500  # rows fetched at a time while a log is read
_STREAMED = {"yield_per": _AT_ONCE}

logged = (
    sa.select(
        captures.c.id,
        documents.c.service,
        documents.c.document,
        captures.c.at,
        captures.c.placed_at,
        captures.c.outcome,
        captures.c.entry,
        captures.c.hash,
        blobs.c.sha256,
    )
    .join(documents, documents.c.id == captures.c.document_id)
    .outerjoin(blobs, blobs.c.id == captures.c.blob_id)
)

# Asked for every capture: built once.
_end = sa.select(chain.c.length, chain.c.head)
_move = sa.update(chain)
_add = sa.insert(captures)
_digest = sa.select(blobs.c.sha256).where(blobs.c.id == sa.bindparam("blob"))
_seen = (
    sa.select(captures.c.blob_id)
    .join(blobs, blobs.c.id == captures.c.blob_id)
    .where(
        captures.c.document_id == sa.bindparam("document"),
        captures.c.outcome != Outcome.EXPIRED.value,
        blobs.c.data.is_not(None),
    )
    .order_by(captures.c.id.desc())
    .limit(_LOOK_BACK)
)

_good = (
    sa.select(captures.c.blob_id)
    .where(captures.c.document_id == sa.bindparam("document"), captures.c.outcome == Outcome.CAPTURED.value)
    .order_by(captures.c.id.desc())
    .limit(1)
)


def record(connection: Connection, capture: Capture, cache: Cache, crash: Crash) -> int:
    """Add a capture to the log and its body, where it is new, to the blobs; gives its number."""
    document = identified(connection, capture.service, capture.document)
    blob = _blob(connection, document, capture, cache, crash)
    digest = None if blob is None else connection.scalar(_digest, {"blob": blob})
    return append(connection, capture, document, blob, digest, crash)


def append(
    connection: Connection, capture: Capture, document: int, blob: int | None, digest: bytes | None, crash: Crash
) -> int:
    """Add a row at the end of the chain."""
    length, head = connection.execute(_end).one()
    number, kept = int(length) + 1, entry(capture)
    head = hashed(line(number, bytes(head), capture, digest, kept))
    row = {
        "id": number,
        "document_id": document,
        "at": capture.at,
        "placed_at": capture.placed_at or capture.at,
        "outcome": capture.outcome.value,
        "blob_id": blob,
        "entry": kept,
        "hash": head,
    }
    connection.execute(_add, row)
    crash(Point.CAPTURE)
    connection.execute(_move, {"length": number, "head": head})
    crash(Point.CHAINED)
    return number


def _blob(connection: Connection, document: int, capture: Capture, cache: Cache, crash: Crash) -> int | None:
    """Give the blob of a capture: that of its body, or the one the server says is still right."""
    if capture.outcome is Outcome.NOT_MODIFIED:
        last = connection.scalar(_good, {"document": document})
        if last is None:
            raise StoreError(
                f"{capture.service}, {capture.document}: said to be unchanged, but the archive has no body of it"
            )
        return int(last)
    if capture.body is None:
        return None
    blob = put(connection, capture.body, _near(connection, document), cache)
    crash(Point.BLOB)
    return blob


def _near(connection: Connection, document: int) -> list[int]:
    """Give the blobs of the last distinct bodies of a document, newest first."""
    seen = connection.scalars(_seen, {"document": document})
    return list(dict.fromkeys(seen))[:NEAR]


def history(connection: Connection, document: int, cache: Cache) -> Iterator[tuple[int, Record]]:
    """Give the records of a document in their order, each with the number of its capture.

    There is one for each time its body became another.
    """
    asked = (
        logged.add_columns(captures.c.blob_id, suspects.c.settled_as)
        .outerjoin(suspects, suspects.c.capture_id == captures.c.id)
        .where(
            captures.c.document_id == document,
            captures.c.outcome == Outcome.CAPTURED.value,
            blobs.c.data.is_not(None),
        )
        .order_by(captures.c.placed_at, captures.c.id)
    )
    before: list[int] = []
    with connection.execute(asked, execution_options=_STREAMED) as rows:
        for pages in _together(rows):
            now = [row.blob_id for row, _ in pages]
            if now != before:
                before = now
                yield int(pages[0][0].id), _record(connection, pages, cache)


def _together(rows: Iterable[AnyRow]) -> Iterator[list[tuple[AnyRow, Entry]]]:
    """Give the captures of each record: one, or those of all pages of a document that is made of several."""
    pages: list[tuple[AnyRow, Entry]] = []
    for row in rows:
        kept = read_entry(row.entry)
        if pages and not (kept.part == len(pages) and row.placed_at == pages[0][0].placed_at):
            yield pages
            pages = []
        pages.append((row, kept))
    if pages:
        yield pages


def _record(connection: Connection, pages: list[tuple[AnyRow, Entry]], cache: Cache) -> Record:
    (row, kept), *more = pages
    digests = [bytes(page.sha256).hex() for page, _ in pages]
    return Record(
        service=row.service,
        document=row.document,
        at=row.at,
        id=record_id(digests),
        source=kept.source or kept.url,
        format=kept.format,
        body=body_of(connection, row.blob_id, cache),
        recorded_as=kept.recorded_as,
        charset=kept.charset,
        more=tuple(
            Part(one.format, body_of(connection, page.blob_id, cache), one.url, one.charset) for page, one in more
        ),
        is_trusted=row.settled_as in TRUSTED,
    )


def log(connection: Connection, document: int | None) -> Iterator[Logged]:
    """Give the log, or what of it concerns one document, in the order of the chain; bodies are named only."""
    asked = logged.order_by(captures.c.id)
    if document is not None:
        asked = asked.where(captures.c.document_id == document)
    with connection.execute(asked, execution_options=_STREAMED) as rows:
        for row in rows:
            yield as_logged(connection, row)


def as_logged(connection: Connection, row: AnyRow) -> Logged:
    """Read a row of the log, with the line its hash is of."""
    capture = as_capture(row)
    digest = None if row.sha256 is None else bytes(row.sha256)
    text = line(row.id, previous(connection, row.id), capture, digest, row.entry)
    return Logged(row.id, capture, digest.hex() if digest else None, text, bytes(row.hash).hex())


def as_capture(row: AnyRow) -> Capture:
    """Read a row of the log back to what was recorded; its body stays where it is."""
    kept = read_entry(row.entry)
    return Capture(
        service=row.service,
        document=row.document,
        at=row.at,
        outcome=Outcome(row.outcome),
        placed_at=None if row.placed_at == row.at else row.placed_at,
        **{name: getattr(kept, name) for name in kept.__struct_fields__},
    )


def previous(connection: Connection, number: int) -> bytes:
    """Give the hash that the capture of this number is chained to."""
    before = connection.scalar(sa.select(captures.c.hash).where(captures.c.id == number - 1))
    return bytes(32) if before is None else bytes(before)


def last_good(connection: Connection, document: int) -> tuple[Logged, ...]:
    """Give the captures of the last record of a document: one, or one for each of its pages."""
    asked = logged.where(captures.c.document_id == document, captures.c.outcome == Outcome.CAPTURED.value)
    found: list[Logged] = []
    newest_first = asked.order_by(captures.c.id.desc())
    while True:
        row = connection.execute(newest_first.offset(len(found)).limit(1)).first()
        if row is None:
            return tuple(found)
        found.insert(0, as_logged(connection, row))
        if not found[0].capture.part:
            return tuple(found)


def latest(connection: Connection, document: int, most: int) -> tuple[Logged, ...]:
    """Give the captures of a document that were logged last, in their order."""
    asked = logged.where(captures.c.document_id == document).order_by(captures.c.id.desc()).limit(most)
    return tuple(as_logged(connection, row) for row in reversed(connection.execute(asked).all()))


def suspect(connection: Connection, number: int, reason: str) -> None:
    """Mark a capture that looks like no page of its document; the evidence itself stays as it is."""
    connection.execute(sa.insert(suspects).values(capture_id=number, reason=reason))


def settle(connection: Connection, number: int, verdict: str, at: datetime) -> None:
    """Say what a suspect capture turned out to be."""
    chosen = suspects.c.capture_id == number
    connection.execute(sa.update(suspects).where(chosen).values(settled_at=at, settled_as=verdict))


def open_suspects(connection: Connection, document: int) -> tuple[tuple[int, str], ...]:
    """Give the suspect captures of a document that nobody settled, with what looks wrong."""
    asked = (
        sa.select(suspects.c.capture_id, suspects.c.reason)
        .join(captures, captures.c.id == suspects.c.capture_id)
        .where(captures.c.document_id == document, suspects.c.settled_at.is_(None))
        .order_by(suspects.c.capture_id)
    )
    return tuple((row.capture_id, row.reason) for row in connection.execute(asked))
