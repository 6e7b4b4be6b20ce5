"""The door of the archive: `open_store` gives a `Store`, whose `writing` gives the one transaction that changes it."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

import tracker.store.coverage
import tracker.store.outbox  # noqa: F401  its tables belong to the schema
from tracker.errors import StoreError
from tracker.store import backup, captures, documents, place, retention, verify, versions
from tracker.store.blobs import Cache, body_of
from tracker.store.crash import Point, go_on
from tracker.store.database import database, only_writer
from tracker.store.schema import REVISIONS, blobs, chain
from tracker.store.upgrade import revision, upgrade
from tracker.store.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from tracker.model import Record
    from tracker.store.crash import Crash
    from tracker.store.database import Database
    from tracker.store.documents import Watched
    from tracker.store.evidence import Capture, Logged
    from tracker.store.verify import Broken
    from tracker.store.versions import ChangeRow, VersionRow


@contextmanager
def open_store(address: str | Path, *, writes: bool = True, crash: Crash = go_on) -> Iterator[Store]:
    """Open the archive in a SQLite file or at a `postgresql://` address, and bring it to the schema of this code.

    Who writes is alone: StoreLocked where another process does. Readers are many.
    """
    opened = database(address)
    is_there = opened.path is None or opened.path.exists()
    if not (writes or is_there):
        raise StoreError(f"{opened.name}: there is no archive here yet")
    with ExitStack() as stack:
        stack.callback(opened.close)
        if writes:
            stack.enter_context(only_writer(opened))
            upgrade(opened, crash)
        elif revision(opened) != REVISIONS[-1]:
            with only_writer(opened):
                upgrade(opened, crash)
        crash(Point.CREATED)
        yield Store(opened, crash)


class Store:
    """An open archive."""

    def __init__(self, opened: Database, crash: Crash) -> None:
        self._database, self._crash, self._cache = opened, crash, Cache()

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Open a transaction: what is written in it is there whole when it ends, or not at all.

        Nothing slow belongs in it, and nothing that talks to the network.
        """
        with self._database.writing() as connection:
            self._crash(Point.BEGUN)
            yield Writing(connection, self._cache, self._crash)
            self._crash(Point.WRITTEN)
        self._crash(Point.COMMITTED)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads, for what other parts keep beside captures, versions and changes."""
        with self._database.reading() as connection:
            yield connection

    def reached(self, point: Point) -> None:
        """Say that what happens between transactions has come to a named point."""
        self._crash(point)

    def record_capture(self, capture: Capture) -> int:
        """Record one capture in a transaction of its own; when its number is given back, it is on the disk."""
        with self.writing() as writing:
            return writing.record_capture(capture)

    def due(self, now: datetime, most: int | None = None) -> tuple[Watched, ...]:
        """Give the documents to check now, at most one of a host, the longest overdue first."""
        with self._database.reading() as connection:
            return documents.due(connection, now, most)

    def documents(self) -> tuple[Watched, ...]:
        """Give every document the archive knows, watched or not."""
        with self._database.reading() as connection:
            return documents.listed(connection)

    def history(self, service: str, document: str) -> Iterator[Record]:
        """Give the records of a document in their order, as every source of history does."""
        for _, record in self.numbered_history(service, document):
            yield record

    def numbered_history(self, service: str, document: str) -> Iterator[tuple[int, Record]]:
        """Give the records of a document in their order, each with the number of its capture."""
        with self._database.reading() as connection:
            if (key := documents.known(connection, service, document)) is not None:
                yield from captures.history(connection, key, self._cache)

    def last_record(self, service: str, document: str) -> tuple[Logged, ...]:
        """Give the captures of the last record of a document: one, or one for each of its pages."""
        with self._database.reading() as connection:
            key = documents.known(connection, service, document)
            return () if key is None else captures.last_good(connection, key)

    def log(self, service: str | None = None, document: str | None = None) -> Iterator[Logged]:
        """Give the captures in the order of the chain: all, or those of one document."""
        with self._database.reading() as connection:
            if service is None or document is None:
                yield from captures.log(connection, None)
            elif (key := documents.known(connection, service, document)) is not None:
                yield from captures.log(connection, key)

    def last_captures(self, service: str, document: str, most: int) -> tuple[Logged, ...]:
        """Give the captures of a document that were logged last, whatever came of them, in their order."""
        with self._database.reading() as connection:
            key = documents.known(connection, service, document)
            return () if key is None else captures.latest(connection, key, most)

    def suspects(self, service: str, document: str) -> tuple[tuple[int, str], ...]:
        """Give the numbers of the suspect captures nobody has settled, with what looks wrong in each."""
        with self._database.reading() as connection:
            key = documents.known(connection, service, document)
            return () if key is None else captures.open_suspects(connection, key)

    def body(self, sha256: str) -> bytes:
        """Give the body with this hash; it is checked as it is read."""
        with self._database.reading() as connection:
            asked = sa.select(blobs.c.id).where(blobs.c.sha256 == bytes.fromhex(sha256))
            if (blob := connection.scalar(asked)) is None:
                raise StoreError(f"no body with the SHA-256 {sha256} is in the archive")
            return body_of(connection, blob, self._cache)

    def versions(self, service: str, document: str) -> tuple[VersionRow, ...]:
        """Give the versions of a document in the order in which they were recorded."""
        with self._database.reading() as connection:
            key = documents.known(connection, service, document)
            return () if key is None else versions.of_document(connection, key)

    def last_version(self, service: str, document: str) -> VersionRow | None:
        """Give the version of a document that was recorded last."""
        with self._database.reading() as connection:
            key = documents.known(connection, service, document)
            return None if key is None else versions.last_of(connection, key)

    def change(self, number: int) -> ChangeRow | None:
        """Give the change of this number."""
        with self._database.reading() as connection:
            return versions.change_of(connection, number)

    def text(self, version: int) -> str:
        """Give the canonical text of a version."""
        with self._database.reading() as connection:
            return versions.text_of(connection, version, self._cache)

    def changes(
        self, service: str | None = None, document: str | None = None, *, since: datetime | None = None, least: int = 0
    ) -> Iterator[ChangeRow]:
        """Give the stored changes of at least a significance, oldest first: of all documents, or of one."""
        with self._database.reading() as connection:
            if service is None or document is None:
                yield from versions.told(connection, None, since, least)
            elif (key := documents.known(connection, service, document)) is not None:
                yield from versions.told(connection, key, since, least)

    def head(self) -> tuple[int, str]:
        """Give the length of the chain and its last hash: what a time-stamp is asked for."""
        with self._database.reading() as connection:
            row = connection.execute(sa.select(chain.c.length, chain.c.head)).one()
            return int(row.length), bytes(row.head).hex()

    def verify(self) -> Iterator[Broken]:
        """Check the file, the chain and every body; gives what is broken, nothing where all is well."""
        with self._database.reading() as connection:
            yield from verify.broken(connection, Cache())

    def expire(self, before: datetime, now: datetime, *, clock: str, tool: str) -> int:
        """Let go of bodies last seen before a moment of which nothing was made; gives how many went."""
        return retention.expire(
            self._database, before, now, clock=clock, tool=tool, cache=self._cache, crash=self._crash
        )

    def backup(self, to: Path) -> None:
        """Write the archive as it is now into a new SQLite file."""
        backup.back_up(self._database, to, self._crash)

    def remarks(self) -> tuple[str, ...]:
        """Say what the user should know of the place of the archive and of its database."""
        return place.remarks(self._database)
