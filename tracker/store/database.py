"""The one door to SQLAlchemy's engines: how connections to SQLite and PostgreSQL are opened, and transactions begun.

SQLite as SQLAlchemy opens it knows no foreign keys, waits five seconds and upgrades a reading transaction to a
writing one when it is too late. Writers here say so when they begin, and wait for thirty.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from tracker.errors import StoreError, StoreFull, StoreLocked
from tracker.store.lock import locked
from tracker.store.schema import chain

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from sqlalchemy import Connection, CursorResult, Engine, Row
    from sqlalchemy.engine.interfaces import DBAPIConnection

    AnyRow = Row[*tuple[Any, ...]]

PATIENCE = 30  # seconds a writer waits for another
PAGE = 8192  # bytes: most differences fit into one page, most pages that stand alone into a few
_LOCK = 7_723_116_025_991  # what PostgreSQL calls our advisory lock: any number, but for ever this one
_NO_ROOM = ("database or disk is full", "No space left on device")


@dataclass(frozen=True, slots=True)
class Database:
    """Where the archive lies and how it is reached."""

    name: str  # what messages call it: without a password
    path: Path | None  # of a SQLite file
    writer: Engine
    reader: Engine
    turn: Lock = field(default_factory=Lock)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open the one writing transaction: everything in it happens, or nothing."""
        with self.turn, explained(self.name), self.writer.begin() as connection:
            if self.path is None:
                connection.execute(sa.select(chain.c.id).with_for_update())
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the archive and changes nothing."""
        with explained(self.name), self.reader.connect() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.writer.dispose()
        self.reader.dispose()


def database(address: str | Path) -> Database:
    """Prepare the connections to a SQLite file or a `postgresql://` address; nothing is opened yet."""
    if isinstance(address, str) and "://" in address and not address.startswith("sqlite:///"):
        return _postgresql(address)
    path = Path(str(address).removeprefix("sqlite:///"))
    return Database(str(path), path, _sqlite(path, writes=True), _sqlite(path, writes=False))


def _sqlite(path: Path, *, writes: bool) -> Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        poolclass=QueuePool,
        pool_size=1 if writes else 4,
        connect_args={"timeout": PATIENCE, "check_same_thread": False},
    )
    event.listen(engine, "connect", _for_writing if writes else _for_reading)
    event.listen(engine, "begin", _begin_writing if writes else _begin_reading)
    return engine


def _for_writing(opened: DBAPIConnection, _: object) -> None:
    _prepare(
        cast("sqlite3.Connection", opened),
        f"PRAGMA page_size = {PAGE}",
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "PRAGMA foreign_keys = ON",
    )


def _for_reading(opened: DBAPIConnection, _: object) -> None:
    _prepare(cast("sqlite3.Connection", opened), "PRAGMA query_only = ON")


def _prepare(connection: sqlite3.Connection, *pragmas: str) -> None:
    connection.isolation_level = None  # transactions begin where we say so, never before a statement
    for pragma in (f"PRAGMA busy_timeout = {PATIENCE * 1000}", *pragmas):
        connection.execute(pragma)


def _begin_writing(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _postgresql(address: str) -> Database:
    try:
        url = sa.make_url(address)
    except sa.exc.ArgumentError:
        raise StoreError("the address of the archive is no path and no address of a database") from None
    shown = url.render_as_string(hide_password=True)
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise StoreError(f"{shown}: the archive is a SQLite file or a PostgreSQL database, nothing else")
    url = url.set(drivername="postgresql+psycopg")
    known_as = {"application_name": f"tracker {os.getpid()}"}
    try:
        writer = sa.create_engine(url, pool_size=1, max_overflow=0, connect_args=known_as)
        reader = sa.create_engine(
            url,
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
            connect_args=known_as,
        )
    except ModuleNotFoundError as missing:
        raise StoreError(f"{shown}: PostgreSQL takes psycopg: pip install 'policy-tracker[postgres]'") from missing
    return Database(shown, None, writer, reader)


@contextmanager
def only_writer(opened: Database) -> Iterator[None]:
    """Be the one process that writes; StoreLocked where there is another."""
    if opened.path is not None:
        with locked(opened.path):
            yield
        return
    with explained(opened.name), opened.reader.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        if not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_LOCK))):
            pid = _postgresql_holder(connection)
            who = f"process {pid}" if pid else "another process"
            raise StoreLocked(f"{opened.name}: {who} writes to this archive; only one may. Stop it, or wait", pid)
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(_LOCK)))


def _postgresql_holder(connection: Connection) -> int | None:
    asked = sa.text(
        "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid) "
        "WHERE locktype = 'advisory' AND granted AND (classid::bigint << 32) | objid::bigint = :lock "
        "AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    name = connection.scalar(asked, {"lock": _LOCK}) or ""
    last = str(name).rpartition(" ")[2]
    return int(last) if last.isdigit() else None


def new_key(added: CursorResult[*tuple[Any, ...]]) -> int:
    """Give the key the database chose for the row that was added."""
    key = added.inserted_primary_key
    assert key is not None  # noqa: S101  it is None after anything but the insert of one row
    return int(key[0])


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn what the database says into our errors; what SQLAlchemy says of our own calls stays a bug."""
    try:
        yield
    except DBAPIError as wrong:
        said = str(wrong.orig or wrong)
        kind = StoreFull if any(words in said for words in _NO_ROOM) else StoreError
        raise kind(f"{name}: {' '.join(said.split())}") from wrong
