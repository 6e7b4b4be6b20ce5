from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from archives import HOUR, START, capture, series, unchanged
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.errors import StoreError
from tracker.model import Cause
from tracker.store.database import database
from tracker.store.schema import blobs, captures, chain
from tracker.store.store import open_store
from tracker.store.verify import Broken

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.store.store import Store


def altered(address: str | Path, *statements: sa.Executable) -> None:
    """Change rows behind the archive's back."""
    opened = database(address)
    with opened.writer.connect() as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    opened.close()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("verify") / "archive.sqlite"
    with open_store(file) as store, store.writing() as writing:
        for step, body in enumerate(series(12)):
            writing.record_capture(capture(body, at=START + step * HOUR, document="Terms" if step % 3 else "FAQ"))
        writing.record_capture(unchanged(START + 13 * HOUR, document="FAQ"))
    return file


ROW = st.integers(1, 12)
COLUMNS = st.sampled_from(
    [column for table in (captures, blobs) for column in table.columns if column.name not in ("depth", "base_id")]
)


def read(file: Path) -> list[tuple[str, bytes]]:
    with open_store(file, writes=False) as store:
        return [(logged.line, store.body(logged.sha256 or "")) for logged in store.log()]


@settings(max_examples=150)
@given(column=COLUMNS, row=ROW, at=st.integers(0, 10_000), byte=st.integers(1, 255))
def test_any_changed_byte_is_found(
    filled: Path, tmp_path_factory: pytest.TempPathFactory, column: sa.Column[object], row: int, at: int, byte: int
) -> None:
    file = tmp_path_factory.mktemp("altered") / "archive.sqlite"
    file.write_bytes(filled.read_bytes())
    with closing(sqlite3.connect(file)) as connection, connection:
        table, name = column.table, column.name
        [found] = connection.execute(f"SELECT {name} FROM {table} WHERE id = ?", (row,)).fetchone()
        value = changed(found, at, byte)
        connection.execute(f"UPDATE {table} SET {name} = ? WHERE id = ?", (value, row))

    with open_store(file, writes=False) as store:
        assert list(store.verify())


def changed(value: object, at: int, byte: int) -> object:
    if isinstance(value, bytes):
        return value[: at % len(value)] + bytes([value[at % len(value)] ^ byte]) + value[at % len(value) + 1 :]
    if isinstance(value, str):
        place = at % len(value)
        return value[:place] + chr(ord(value[place]) ^ (byte % 31 + 1)) + value[place + 1 :]
    return byte + 100


@given(column=st.sampled_from(["depth", "base_id"]), row=st.integers(2, 12), value=st.integers(0, 12))
@settings(max_examples=60)
def test_a_changed_base_is_found_or_gives_the_same_bytes(
    filled: Path, tmp_path_factory: pytest.TempPathFactory, column: str, row: int, value: int
) -> None:
    file = tmp_path_factory.mktemp("altered") / "archive.sqlite"
    file.write_bytes(filled.read_bytes())
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(f"UPDATE blobs SET {column} = ? WHERE id = ?", (value, row))

    with open_store(file, writes=False) as store:
        is_found = bool(list(store.verify()))
    assert is_found or read(file) == read(filled)


@settings(max_examples=26)
@given(table=st.sampled_from([captures, blobs]), row=st.integers(1, 13))
def test_any_row_taken_out_is_found(
    filled: Path, tmp_path_factory: pytest.TempPathFactory, table: sa.Table, row: int
) -> None:
    file = tmp_path_factory.mktemp("altered") / "archive.sqlite"
    file.write_bytes(filled.read_bytes())
    with closing(sqlite3.connect(file)) as connection, connection:
        gone = connection.execute(f"DELETE FROM {table} WHERE id = ?", (row,)).rowcount

    with open_store(file, writes=False) as store:
        assert bool(list(store.verify())) is bool(gone)


def test_what_is_broken_is_named(store: Store, address: str) -> None:
    for step, body in enumerate(series(3)):
        store.record_capture(capture(body, at=START + step * HOUR))
    altered(address, sa.update(captures).where(captures.c.id == 2).values(outcome="failed"))
    altered(address, sa.update(blobs).where(blobs.c.id == 3).values(data=b"rubbish"))

    found = list(store.verify())

    digests = [one.sha256 for one in store.log()]
    assert found[0] == Broken("capture 2", "it does not have the hash it was recorded with")
    assert [one.what for one in found[1:]] == [f"blob 3 (sha256 {digests[2]})"]
    with pytest.raises(StoreError, match=r"^blob 3 .*restore it from a backup"):
        list(store.history("Telegram", "Privacy Policy"))


def test_captures_cut_off_at_the_end_are_missed(store: Store, address: str) -> None:
    for step, body in enumerate(series(3)):
        store.record_capture(capture(body, at=START + step * HOUR))
    store.record_capture(unchanged(START + 9 * HOUR))
    altered(address, sa.delete(captures).where(captures.c.id == 4))

    assert list(store.verify()) == [Broken("the chain", "its end is not the one that was noted: it has 3 captures")]


def test_a_gap_in_the_chain_is_told_once(store: Store, address: str) -> None:
    store.record_capture(capture(b"page"))
    for step in range(1, 5):
        store.record_capture(unchanged(START + step * HOUR))
    altered(address, sa.delete(captures).where(captures.c.id.in_([2, 3])))

    assert list(store.verify()) == [Broken("capture 2 to 3", "missing from the chain")]


def test_bytes_that_no_rule_let_go_are_missed(store: Store, address: str) -> None:
    store.record_capture(capture(b"page"))
    altered(address, sa.update(blobs).values(data=None))

    assert [one.why for one in store.verify()] == ["its bytes are gone, and no retention rule let them go"]


def test_a_sound_archive_with_versions_has_nothing_broken(store: Store) -> None:
    with store.writing() as writing:
        for step, body in enumerate(series(5)):
            number = writing.record_capture(capture(body, at=START + step * HOUR))
            writing.record_version(
                number, body.decode(), language="en", fingerprint="f", cause=Cause.CHANGE, made_by="test"
            )

    assert list(store.verify()) == []


def test_an_end_of_the_chain_that_says_something_else_is_found(store: Store, address: str) -> None:
    store.record_capture(capture(b"page"))
    altered(address, sa.update(chain).values(length=7))

    assert [one.what for one in store.verify()] == ["the chain"]
