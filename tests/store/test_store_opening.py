from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from archives import HOUR, START, capture, series

import tracker.store.migrations
from tracker.errors import StoreError, StoreFull, StoreLocked, StoreTooNew
from tracker.store.crash import Point, go_on
from tracker.store.database import database
from tracker.store.place import file_system, remarks
from tracker.store.schema import REVISIONS, metadata
from tracker.store.store import open_store
from tracker.store.upgrade import Schema, revision, upgrade

if TYPE_CHECKING:
    from tracker.store.store import Store

MIGRATIONS = Path(tracker.store.migrations.__file__).parent
LATER = f"""
import sqlalchemy as sa
from alembic import op

revision = "later"
down_revision = "{REVISIONS[-1]}"


def upgrade():
    with op.batch_alter_table("documents") as table:
        table.add_column(sa.Column("note", sa.Text))
"""


def later_schema(folder: Path, written: str = LATER) -> Schema:
    """Make a schema with one revision more than ours."""
    (folder / "versions").mkdir(parents=True)
    for file in (MIGRATIONS / "env.py", *MIGRATIONS.glob("versions/r*.py")):
        (folder / file.relative_to(MIGRATIONS)).write_text(file.read_text("utf-8"), "utf-8")
    (folder / "versions/later_note.py").write_text(written, "utf-8")
    return Schema(str(folder), (*REVISIONS, "later"))


def test_the_revisions_make_the_tables_the_code_expects(store: Store, address: str) -> None:
    opened = database(address)
    with opened.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    opened.close()

    assert differences == []
    assert tuple(ScriptDirectory(str(MIGRATIONS)).get_heads()) == REVISIONS[-1:]


def test_an_archive_of_a_later_program_is_refused(address: str) -> None:
    with open_store(address):
        pass
    opened = database(address)
    with opened.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    opened.close()

    for writes in (True, False):
        with pytest.raises(StoreTooNew, match="its schema is 9999"), open_store(address, writes=writes):
            pass


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other")) as connection, connection:
        connection.execute("CREATE TABLE orders (id INTEGER)")

    with pytest.raises(StoreError, match="holds tables of something else"), open_store(tmp_path / "other"):
        pass


def test_an_upgrade_keeps_what_was_there_and_a_copy_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "archive.sqlite"
    with open_store(file) as store:
        for step, body in enumerate(series(3)):
            store.record_capture(capture(body, at=START + step * HOUR))
        lines = [one.line for one in store.log()]
    later, opened = later_schema(tmp_path / "later"), database(file)

    upgrade(opened, go_on, later)

    assert revision(opened, later) == "later"
    with opened.reading() as connection:
        assert [column["name"] for column in sa.inspect(connection).get_columns("documents")][-1] == "note"
        assert connection.exec_driver_sql("SELECT count(*) FROM captures").scalar() == 3
    opened.close()
    with open_store(tmp_path / f"archive.sqlite.before-{REVISIONS[-1]}", writes=False) as copy:
        assert [one.line for one in copy.log()] == lines


@pytest.mark.parametrize("point", [Point.COPIED, Point.UPGRADED])
def test_an_interrupted_upgrade_leaves_the_old_archive_and_can_be_done_again(tmp_path: Path, point: Point) -> None:
    def crash(here: Point) -> None:
        if here is point:
            raise InterruptedError

    with open_store(tmp_path / "archive.sqlite") as store:
        store.record_capture(capture(b"page"))
    later, opened = later_schema(tmp_path / "later"), database(tmp_path / "archive.sqlite")

    with pytest.raises(InterruptedError):
        upgrade(opened, crash, later)
    assert revision(opened, later) == REVISIONS[-1]

    upgrade(opened, go_on, later)
    assert revision(opened, later) == "later"
    opened.close()


def test_who_only_reads_finds_no_archive_where_there_is_none(tmp_path: Path) -> None:
    with (
        pytest.raises(StoreError, match="there is no archive here yet"),
        open_store(tmp_path / "archive.sqlite", writes=False),
    ):
        pass

    assert list(tmp_path.iterdir()) == []


def test_a_second_writer_is_told_who_the_first_is(address: str) -> None:
    with open_store(address):
        with pytest.raises(StoreLocked, match=f"process {os.getpid()} writes to this archive") as told:
            open_store(address).__enter__()
        assert told.value.pid == os.getpid()

        with open_store(address, writes=False) as reader:
            assert reader.documents() == ()

    with open_store(address):
        pass


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_the_lock_is_free_when_its_holder_is_killed_even_if_a_child_of_it_lives(tmp_path: Path) -> None:
    file = tmp_path / "archive.sqlite"
    holds = (
        "import os, sys, signal\n"
        "from tracker.store.store import open_store\n"
        f"with open_store({str(file)!r}):\n"
        "    child = os.fork()\n"
        "    if child: print(child, flush=True)\n"
        "    signal.pause()\n"
    )
    with subprocess.Popen([sys.executable, "-c", holds], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        child = int(holder.stdout.readline())
        try:
            with pytest.raises(StoreLocked, match=f"process {holder.pid} "):
                open_store(file).__enter__()
            holder.kill()
            holder.wait()

            with open_store(file) as store:
                assert store.record_capture(capture()) == 1
        finally:
            os.kill(child, signal.SIGKILL)


def test_what_is_asked_of_sqlite_is_what_it_does(tmp_path: Path) -> None:
    with open_store(tmp_path / "archive.sqlite") as store, store.writing() as writing:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        asked = [writing.connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert asked == ["wal", 2, 1, 30_000]


def test_who_reads_cannot_write(store: Store, address: str) -> None:
    opened = database(address)
    with pytest.raises(StoreError, match=r"read.?only"), opened.reading() as connection:
        connection.execute(sa.text("DELETE FROM captures"))
    opened.close()


def test_a_full_disk_is_told_and_nothing_of_the_transaction_stays(tmp_path: Path) -> None:
    with open_store(tmp_path / "archive.sqlite") as store:
        store.record_capture(capture(b"page"))

        with store.writing() as writing:
            pages = writing.connection.exec_driver_sql("PRAGMA page_count").scalar()
            writing.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

        with pytest.raises(StoreFull, match="full"):
            store.record_capture(capture(os.urandom(1 << 20), at=START + HOUR))

        assert [record.body for record in store.history("Telegram", "Privacy Policy")] == [b"page"]
        assert list(store.verify()) == []


def test_a_file_that_is_no_database_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "archive.sqlite").write_bytes(b"these are words, and no database at all" * 100)

    with pytest.raises(StoreError, match="file is not a database"), open_store(tmp_path / "archive.sqlite"):
        pass


def test_an_address_that_is_none_is_told_without_its_password(tmp_path: Path) -> None:
    for wrong in ("mysql://me:secret@localhost/archive", "postgresql://me:secret@127.0.0.1:1/archive"):
        with pytest.raises(StoreError) as told, open_store(wrong):
            pass
        assert "secret" not in str(told.value)


def test_the_file_system_is_that_of_the_nearest_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        f"23 22 0:40 / {tmp_path} rw shared:1 - nfs4 server:/export rw\n"
        "24 22 0:41 / /nowhere rw - tmpfs tmpfs rw\n"
    )

    assert file_system(tmp_path / "archive.sqlite", mounts) == "nfs4"
    assert file_system(Path("/archive.sqlite"), mounts) == "ext4"
    assert file_system(tmp_path, tmp_path / "missing") is None


def test_the_user_is_warned_of_a_remote_disk_and_of_an_old_sqlite(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"23 22 0:40 / {tmp_path} rw - nfs server:/export rw\n")
    opened = database(tmp_path / "archive.sqlite")

    assert [told.split(" can ")[0] for told in remarks(opened, mounts, (3, 51, 2))] == [
        "SQLite 3.51.2",
        f"{opened.path} lies on a nfs file system, where SQLite's locks and WAL do not hold: use a local disk",
    ]
    assert len(remarks(opened, mounts, (3, 51, 3))) == 1
