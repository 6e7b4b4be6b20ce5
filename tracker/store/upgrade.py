"""Brings an archive to the schema of this code, and refuses one that is ahead of it.

Alembic is imported only where there is something to do: it takes longer to load than most commands take to run.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa
from sqlalchemy import event

from tracker.errors import StoreError, StoreTooNew
from tracker.store.crash import Point
from tracker.store.database import PAGE, PATIENCE, explained
from tracker.store.schema import REVISIONS

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from tracker.store.crash import Crash
    from tracker.store.database import Database


class Schema(NamedTuple):
    """Where Alembic finds the revisions, and which there are, oldest first."""

    script: str
    revisions: tuple[str, ...]


OURS = Schema("tracker.store:migrations", REVISIONS)
_REVISION = sa.table("alembic_version", sa.column("version_num", sa.String()))


def revision(database: Database, schema: Schema = OURS) -> str | None:
    """Give the revision of the archive's schema, None where there is none yet; StoreTooNew for an unknown one."""
    with database.reading() as connection:
        tables = set(sa.inspect(connection).get_table_names())
        found = connection.scalar(sa.select(_REVISION.c.version_num)) if _REVISION.name in tables else None
    if found is None and tables - {_REVISION.name}:
        raise StoreError(f"{database.name}: this database holds tables of something else, and no archive")
    if found is not None and found not in schema.revisions:
        raise StoreTooNew(
            f"{database.name}: its schema is {found}, this program knows none after {schema.revisions[-1]}; "
            "install the version of the tracker that wrote it, or a later one"
        )
    return found


def upgrade(database: Database, crash: Crash, schema: Schema = OURS) -> None:
    """Run the revisions that are missing, all in one transaction; its only writer is the caller.

    A SQLite file that holds something is copied first, to a name that tells its revision.
    """
    before = revision(database, schema)
    if before == schema.revisions[-1]:
        return
    if database.path is not None and before is not None:
        copy(database.path, database.path.with_name(f"{database.path.name}.before-{before}"))
        crash(Point.COPIED)
    from alembic import command  # noqa: PLC0415  see above
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", schema.script)
    config.set_main_option("path_separator", "os")
    engine = sa.create_engine(database.writer.url, poolclass=sa.NullPool, connect_args=_connect_args(database))
    if database.path is not None:
        event.listen(engine, "connect", _foreign_keys_off)
        event.listen(engine, "begin", _begin)
    with explained(database.name), engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        _named_rows_exist(connection, database.name)
        crash(Point.UPGRADED)


def _connect_args(database: Database) -> dict[str, int]:
    return {} if database.path is None else {"timeout": PATIENCE}


def _foreign_keys_off(opened: sqlite3.Connection, _: object) -> None:
    """Let tables be written anew: dropping one would take along whatever names its rows."""
    opened.isolation_level = None
    for pragma in (f"page_size = {PAGE}", "journal_mode = WAL", "synchronous = FULL"):
        opened.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _named_rows_exist(connection: Connection, name: str) -> None:
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise StoreError(f"{name}: the upgrade would leave rows that name missing ones; nothing was changed")


def copy(file: Path, to: Path) -> None:
    """Copy a SQLite file as it is at one moment, whoever writes to it, and see it onto the disk."""
    unfinished = to.with_name(to.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as source:
            source.execute("VACUUM INTO ?", (str(unfinished),))
    except sqlite3.Error as wrong:
        raise StoreError(f"{file}: cannot be copied to {to}: {wrong}") from wrong
    settle(unfinished, to)


def settle(unfinished: Path, to: Path) -> None:
    """Give a finished file its name, for good: its bytes and its name outlast a power cut."""
    with unfinished.open("rb+") as file:
        os.fsync(file.fileno())
    unfinished.replace(to)
    if os.name != "nt":
        folder = os.open(to.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
