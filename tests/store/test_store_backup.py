from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from archives import HOUR, START, capture, series

from tracker.errors import StoreError, StoreLocked
from tracker.store.backup import restore
from tracker.store.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tracker.store.store import Store

PAGES = series(20)


def fill(store: Store) -> list[str]:
    with store.writing() as writing:
        writing.watch("Telegram", "Privacy Policy", host="example.org", declaration="d", due=START)
        for step, body in enumerate(PAGES):
            writing.record_capture(capture(body, at=START + step * HOUR))
    return [one.line for one in store.log()]


def test_a_backup_is_an_archive_of_its_own(store: Store, tmp_path: Path) -> None:
    lines = fill(store)

    store.backup(tmp_path / "copy")
    store.record_capture(capture(b"later"))

    with open_store(tmp_path / "copy", writes=False) as copy:
        assert [one.line for one in copy.log()] == lines
        assert [record.body for record in copy.history("Telegram", "Privacy Policy")] == PAGES
        assert copy.documents() == store.documents()
        assert list(copy.verify()) == []


def test_a_backup_replaces_no_file(store: Store, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("mine")

    with pytest.raises(StoreError, match="there is a file of that name"):
        store.backup(tmp_path / "copy")

    assert (tmp_path / "copy").read_text() == "mine"


def test_a_restored_archive_goes_on_where_the_backup_ended(
    address: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with open_store(address) as store:
        lines = fill(store)
        store.backup(tmp_path / "copy")
        store.record_capture(capture(b"lost by the restore"))
    if "://" in address:
        new: Callable[[], str] = request.getfixturevalue("new_postgresql")
        address = new()

    restore(tmp_path / "copy", address)

    with open_store(address) as store:
        assert [one.line for one in store.log()] == lines
        store.record_capture(capture(b"new", at=START + 99 * HOUR))
        with store.writing() as writing:
            writing.watch("Telegram", "FAQ", host="example.org", declaration="d", due=START)
        assert [record.body for record in store.history("Telegram", "Privacy Policy")] == [*PAGES, b"new"]
        assert list(store.verify()) == []


def test_what_a_restore_replaced_is_kept_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "archive.sqlite"
    with open_store(file) as store:
        fill(store)
        store.backup(tmp_path / "copy")
        store.record_capture(capture(b"later"))
        lines = [one.line for one in store.log()]

    restore(tmp_path / "copy", file)

    with open_store(tmp_path / "archive.sqlite.before-restore", writes=False) as old:
        assert [one.line for one in old.log()] == lines


def test_a_broken_backup_is_refused_and_the_archive_stays(tmp_path: Path) -> None:
    file = tmp_path / "archive.sqlite"
    with open_store(file) as store:
        lines = fill(store)
        store.backup(tmp_path / "copy")
    with closing(sqlite3.connect(tmp_path / "copy")) as connection, connection:
        connection.execute("UPDATE blobs SET data = x'00' WHERE id = 3")

    with pytest.raises(StoreError, match="this backup is broken: blob 3"):
        restore(tmp_path / "copy", file)

    with open_store(file, writes=False) as store:
        assert [one.line for one in store.log()] == lines


def test_a_file_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("not a database, only words")

    with pytest.raises(StoreError, match="copy"):
        restore(tmp_path / "copy", tmp_path / "archive.sqlite")
    with pytest.raises(StoreError, match="there is no such file"):
        restore(tmp_path / "nothing", tmp_path / "archive.sqlite")

    assert not (tmp_path / "archive.sqlite").exists()


def test_nothing_is_restored_while_someone_writes(tmp_path: Path) -> None:
    with open_store(tmp_path / "archive.sqlite") as store:
        store.backup(tmp_path / "copy")

        with pytest.raises(StoreLocked):
            restore(tmp_path / "copy", tmp_path / "archive.sqlite")


def test_a_postgresql_archive_that_holds_something_is_not_overwritten(
    new_postgresql: Callable[[], str], tmp_path: Path
) -> None:
    address = new_postgresql()
    with open_store(address) as store:
        fill(store)
        store.backup(tmp_path / "copy")

    with pytest.raises(StoreError, match="this archive is not empty"):
        restore(tmp_path / "copy", address)
