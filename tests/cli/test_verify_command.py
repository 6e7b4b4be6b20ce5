"""`tracker verify` as its users meet it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from archives import HOUR, START, capture, series
from authorities import Signer, authority, gate, new_signer, stamping
from commands import fails, objects, tracker

from tracker.exchange.stamping import Authority, Unstamped, stamp
from tracker.store.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def signer() -> Iterator[Signer]:
    made = new_signer()
    yield made
    shutil.rmtree(made.folder.parent)


def archive(folder: Path, *lines: str) -> Path:
    """Make an archive of three captures beside its configuration."""
    (folder / "config.toml").write_text("\n".join(('archive = "archive.sqlite"', *lines)))
    with open_store(folder / "archive.sqlite") as store:
        for step, body in enumerate(series(3)):
            store.record_capture(capture(body, at=START + step * HOUR))
    return folder / "archive.sqlite"


def stamped(file: Path, by: Signer) -> None:
    with open_store(file) as store, authority(stamping(by)) as server:
        row = stamp(store, Authority(server.url(), by.root), gate(), datetime(2024, 9, 3, tzinfo=UTC))
        assert not isinstance(row, Unstamped), row.why


def altered(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


def test_a_sound_archive_ends_with_0_and_says_what_was_checked(tmp_path: Path) -> None:
    archive(tmp_path)
    done = tracker("verify", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("tracker: 3 captures, head ")
    assert done.stderr.endswith("; 0 time-stamps: all as recorded\n")


def test_what_is_broken_is_named_and_ends_with_1(tmp_path: Path) -> None:
    altered(archive(tmp_path), "UPDATE captures SET outcome = 'failed' WHERE id = 2")
    done = tracker("verify", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "capture 2: it does not have the hash it was recorded with\n")
    assert "1 thing is not as it was recorded" in done.stderr

    told = tracker("verify", "--json", cwd=tmp_path)
    assert told.returncode == 1
    assert told.stdout == '{"what":"capture 2","why":"it does not have the hash it was recorded with"}\n'


def test_stamps_are_verified_by_the_certificates_of_the_configuration(tmp_path: Path, signer: Signer) -> None:
    (tmp_path / "roots.pem").write_bytes(signer.root)
    stamped(archive(tmp_path, "[evidence]", 'certificates = "roots.pem"'), signer)
    done = tracker("verify", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert done.stderr.endswith("; 1 time-stamp: all as recorded\n")
    assert "alone" not in done.stderr


def test_a_chain_written_anew_is_found_by_its_stamp(tmp_path: Path, signer: Signer) -> None:
    """Without a stamp, nobody can tell an archive from another one that was recorded in its place."""
    file = archive(tmp_path)
    stamped(file, signer)
    with open_store(tmp_path / "forged.sqlite") as store:
        for step, body in enumerate(series(3)):
            store.record_capture(capture(body + b"<!-- -->", at=START + step * HOUR))
    with closing(sqlite3.connect(tmp_path / "forged.sqlite")) as connection, connection:
        connection.execute("ATTACH ? AS old", (str(file),))
        connection.execute("INSERT INTO stamps SELECT * FROM old.stamps")
    shutil.move(tmp_path / "forged.sqlite", file)
    done = tracker("verify", "--json", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == '{"what":"stamp 1 (of capture 3)","why":"Mismatch between messages"}\n'


def test_stamps_that_rest_on_themselves_are_told(tmp_path: Path, signer: Signer) -> None:
    stamped(archive(tmp_path), signer)
    done = tracker("verify", cwd=tmp_path)
    assert done.returncode == 0
    assert "1 time-stamp was verified by what was kept with it alone" in done.stderr


def test_certificates_that_cannot_be_read_and_no_archive_are_errors(tmp_path: Path) -> None:
    fails(2, "there is no archive yet", "verify", cwd=tmp_path)
    archive(tmp_path, "[evidence]", 'certificates = "away.pem"')
    fails(2, "evidence.certificates", "verify", cwd=tmp_path)


def test_json_of_a_sound_archive_is_empty(tmp_path: Path) -> None:
    archive(tmp_path)
    assert objects(tracker("verify", "--json", cwd=tmp_path)) == []
