"""Backups: one SQLite file that holds the whole archive as it was at one moment, wherever the archive lies."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tracker.errors import StoreError
from tracker.store.blobs import Cache
from tracker.store.crash import Point, go_on
from tracker.store.database import Database, database, explained, only_writer
from tracker.store.schema import REVISIONS, metadata
from tracker.store.upgrade import copy, revision, settle, upgrade
from tracker.store.verify import broken

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from tracker.store.crash import Crash

_AT_ONCE = 200  # rows
_STREAMED = {"yield_per": _AT_ONCE}


def back_up(archive: Database, to: Path, crash: Crash) -> None:
    """Write a backup to a file that must not be there yet; it has its name only when it is whole."""
    if to.exists():
        raise StoreError(f"{to}: there is a file of that name; a backup replaces none")
    unfinished = to.with_name(to.name + ".unfinished")
    if archive.path is not None:
        copy(archive.path, unfinished)
    else:
        unfinished.unlink(missing_ok=True)
        _copy_rows(archive, unfinished)
    crash(Point.BACKED_UP)
    settle(unfinished, to)


def _copy_rows(archive: Database, to: Path) -> None:
    """Copy all tables of a PostgreSQL archive, as one transaction sees them, into a new SQLite file."""
    new = database(to)
    try:
        upgrade(new, go_on)
        with archive.reading() as source, new.writing() as target:
            _copy_tables(source, target)
    finally:
        new.close()
    with closing(sqlite3.connect(to)) as file:
        file.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it


def _copy_tables(source: Connection, target: Connection) -> None:
    for table in reversed(metadata.sorted_tables):
        target.execute(sa.delete(table))
    for table in metadata.sorted_tables:
        rows = source.execute(sa.select(table).order_by(*table.primary_key), execution_options=_STREAMED)
        for part in rows.mappings().partitions(_AT_ONCE):
            target.execute(sa.insert(table), [dict(row) for row in part])


def restore(backup: Path, address: str | Path) -> None:
    """Put a backup in the place of an archive, whole and checked, or change nothing.

    The SQLite file that was there is kept beside it as `.before-restore`. A PostgreSQL archive has to be empty.
    """
    if not backup.exists():
        raise StoreError(f"{backup}: there is no such file")
    target = database(address)
    try:
        with only_writer(target):
            if target.path is not None:
                _replace(backup, target.path)
            else:
                _fill(backup, target)
    finally:
        target.close()


def _replace(backup: Path, file: Path) -> None:
    """Copy, check, and only then move aside what is there."""
    coming = file.with_name(file.name + ".restoring")
    copy(backup, coming)
    _sound(coming, backup)
    for suffix in ("", "-wal"):
        old = file.with_name(file.name + suffix)
        aside = file.with_name(f"{file.name}.before-restore{suffix}")
        aside.unlink(missing_ok=True)
        if old.exists():
            aside.write_bytes(old.read_bytes())
            settle(aside, aside)
    # A log of the old file would be applied to the new one.
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    settle(coming, file)


def _fill(backup: Path, target: Database) -> None:
    _sound(backup, backup)
    upgrade(target, go_on)
    source = database(backup)
    try:
        if revision(source) != REVISIONS[-1]:
            raise StoreError(f"{backup}: its schema is older; restore it to a SQLite file, which upgrades it, first")
        with source.reading() as rows, target.writing() as connection:
            _only_empty(connection, target.name)
            _copy_tables(rows, connection)
            _count_on(connection)
    finally:
        source.close()


def _only_empty(connection: Connection, name: str) -> None:
    filled = [table.name for table in metadata.sorted_tables if table.name != "chain"]
    for table in filled:
        if connection.scalar(sa.select(sa.exists().select_from(metadata.tables[table]))):
            raise StoreError(f"{name}: this archive is not empty; a backup is restored to an empty one only")


def _count_on(connection: Connection) -> None:
    """Let PostgreSQL number new rows from the last restored one on."""
    for table in metadata.sorted_tables:
        key = table.autoincrement_column
        if key is not None:
            last = connection.scalar(sa.select(sa.func.max(key)))
            sequence = sa.func.pg_get_serial_sequence(table.name, key.name)
            if last is not None:
                connection.execute(sa.select(sa.func.setval(sequence, last)))


def _sound(file: Path, named: Path) -> None:
    """Refuse a backup that is none, is ahead of this code, or is broken."""
    opened = database(file)
    try:
        with explained(str(named)):
            known = revision(opened)
            if known is None:
                raise StoreError(f"{named}: this file holds no archive")
            if known != REVISIONS[-1]:
                return  # the tables below are those of now; it is upgraded, and can be verified, when it is opened
            with opened.reading() as connection:
                first = next(broken(connection, Cache()), None)
        if first is not None:
            raise StoreError(f"{named}: this backup is broken: {first.what}: {first.why}; nothing was changed")
    finally:
        opened.close()
