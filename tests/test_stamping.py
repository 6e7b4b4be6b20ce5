"""Time-stamps: asked of an authority on loopback, believed only where everything fits."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from archives import HOUR, START, capture, unchanged
from authorities import Signer, authority, gate, new_signer, openssl, stamping
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_server import ScriptedServer, page

from tracker.config import Config
from tracker.config_tables import ConfigTable, EvidenceTable
from tracker.errors import UsageError
from tracker.exchange.stamping import (
    Authority,
    Checked,
    Unstamped,
    broken_stamps,
    read_authority,
    stamp,
    stamp_due,
)
from tracker.store import stamps
from tracker.store.database import database
from tracker.store.schema import captures
from tracker.store.schema import stamps as table
from tracker.store.store import open_store
from tracker.store.verify import Broken
from tracker.timestamp import Stamped, Worthless, judged, query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scripted_server import Asked

    from tracker.store.stamps import StampRow
    from tracker.store.store import Store

NOW = datetime(2024, 9, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def signer() -> Iterator[Signer]:
    made = new_signer()
    yield made
    shutil.rmtree(made.folder.parent)


@pytest.fixture(scope="module")
def stranger() -> Iterator[Signer]:
    made = new_signer("Stranger")
    yield made
    shutil.rmtree(made.folder.parent)


def asked(store: Store, by: Signer, answer: Callable[[Asked], Iterator[bytes]]) -> StampRow | Unstamped:
    """Have an archive stamped by a server that answers so."""
    with authority(answer) as server:
        return stamp(store, Authority(server.url("/tsr"), by.root), gate(), NOW)


def broken(store: Store, by: Signer | None) -> list[Broken]:
    return list(broken_stamps(store, None if by is None else by.root, Checked()))


def stamped(store: Store, by: Signer) -> StampRow:
    row = asked(store, by, stamping(by))
    assert not isinstance(row, Unstamped), row.why
    return row


def altered(address: str, statement: sa.Executable) -> None:
    opened = database(address)
    with opened.writer.connect() as connection:
        connection.execute(statement)
        connection.commit()
    opened.close()


def test_a_stamp_is_asked_for_kept_and_verified(store: Store, signer: Signer) -> None:
    store.record_capture(capture())
    store.record_capture(unchanged(START + HOUR))
    with authority(stamping(signer)) as server:
        row = stamp(store, Authority(server.url("/tsr"), signer.root), gate(), NOW)
        (one,) = server.asked
    assert not isinstance(row, Unstamped)
    assert (one.method, one.target) == ("POST", "/tsr")
    assert one.headers["content-type"] == "application/timestamp-query"
    assert bytes.fromhex(store.head()[1]) in one.body
    assert (row.capture, row.asked_at, row.authority) == (2, NOW, server.url("/tsr"))
    assert row.roots.encode() == signer.root
    assert broken(store, signer) == []
    assert broken(store, None) == []


def test_a_backup_keeps_stamps(store: Store, signer: Signer, tmp_path: Path) -> None:
    store.record_capture(capture())
    stamped(store, signer)
    store.backup(tmp_path / "backup.sqlite")
    with open_store(tmp_path / "backup.sqlite", writes=False) as copy:
        checked = Checked()
        assert (list(broken_stamps(copy, signer.root, checked)), checked) == ([], Checked(stamps=1))


def test_openssl_verifies_what_is_kept(store: Store, signer: Signer, tmp_path: Path) -> None:
    store.record_capture(capture())
    row = stamped(store, signer)
    (tmp_path / "stamp.tsr").write_bytes(row.answer)
    (tmp_path / "roots.pem").write_text(row.roots)
    said = openssl(
        "ts", "-verify", "-digest", store.head()[1], "-in", tmp_path / "stamp.tsr", "-CAfile", tmp_path / "roots.pem"
    )  # fmt: skip
    assert "Verification: OK" in said


def refuse(_: bytes) -> bytes:
    """Say that a request is rejected, as RFC 3161 spells it: a status and nothing else."""
    return bytes.fromhex("3005 3003 0201 02")


def test_answers_that_prove_nothing_are_not_kept(store: Store, signer: Signer, stranger: Signer) -> None:
    store.record_capture(capture())
    head = store.head()[1]

    def other_nonce(_: Asked) -> Iterator[bytes]:
        return page(signer.answer(signer.query(head)))

    def other_hash(one: Asked) -> Iterator[bytes]:
        return page(signer.answer(one.body.replace(bytes.fromhex(head), bytes(32))))

    def changed(answer: bytes) -> bytes:
        return answer[:-1] + bytes([answer[-1] ^ 1])

    answers = {
        "Nonce mismatch": other_nonce,
        "Mismatch between messages": other_hash,
        "rejected": stamping(signer, refuse),
        "Error while verifying certificates": stamping(signer, changed),
        "while verifying certificates": stamping(stranger),
        "no answer to a request": lambda _: page(b"<html>Welcome</html>"),
        "no answer to a request for": lambda _: page(b""),
        "it answers 503": lambda _: page(b"", "503 Service Unavailable"),
        "it answers 302": lambda _: page(b"", "302 Found", Location="http://127.0.0.1:9/"),
        "too_large": lambda _: page(b"x" * 300_000),
    }
    for why, answer in answers.items():
        told = asked(store, signer, answer)
        assert isinstance(told, Unstamped)
        assert why in told.why
        assert told.why.startswith("http://127.0.0.1:")
    with store.reading() as connection:
        assert stamps.last(connection) is None


def test_a_stamp_of_another_kind_of_hash_proves_nothing(signer: Signer) -> None:
    answer = signer.answer(signer.query("ab" * 48, digest="sha384"))
    assert judged(answer, b"\xab" * 48, signer.root) == Worthless("it is of a hash that is no SHA-256")


def test_an_authority_that_is_not_there_is_no_error(store: Store, signer: Signer) -> None:
    store.record_capture(capture())
    with ScriptedServer(stamping(signer)) as server:
        gone = server.url()
    told = stamp(store, Authority(gone, signer.root), gate(), NOW)
    assert isinstance(told, Unstamped)
    assert "connect: " in told.why


def test_a_stamp_is_due_once_a_day_and_only_where_something_is_new(store: Store, signer: Signer) -> None:
    with authority(stamping(signer)) as server:
        by = Authority(server.url(), signer.root)
        assert stamp_due(store, by, gate(), NOW) is None, "there is nothing to stamp"
        store.record_capture(capture())
        first = stamp_due(store, by, gate(), NOW)
        store.record_capture(unchanged(START + HOUR))
        assert stamp_due(store, by, gate(), NOW + HOUR) is None, "it was stamped today"
        second = stamp_due(store, by, gate(), NOW + DAY)
        assert stamp_due(store, by, gate(), NOW + 2 * DAY) is None, "nothing is new"
        assert len(server.asked) == 2
    assert [row.capture for row in (first, second) if row and not isinstance(row, Unstamped)] == [1, 2]


@pytest.mark.parametrize(
    ("headers", "later"),
    [({}, HOUR), ({"Retry_After": "60"}, HOUR), ({"Retry_After": "86400"}, DAY)],
)
def test_an_authority_that_failed_is_left_alone_for_a_while(
    store: Store, signer: Signer, headers: dict[str, str], later: timedelta
) -> None:
    store.record_capture(capture())
    with authority(lambda _: page(b"", "503 Service Unavailable", **headers)) as server:
        by = Authority(server.url(), signer.root)
        assert isinstance(stamp_due(store, by, gate(), NOW), Unstamped)
        assert stamp_due(store, by, gate(), NOW + later - timedelta(seconds=1)) is None
        assert isinstance(stamp_due(store, by, gate(), NOW + later), Unstamped)
        assert len(server.asked) == 2


def test_a_chain_that_was_written_anew_does_not_fit_its_stamp(store: Store, address: str, signer: Signer) -> None:
    store.record_capture(capture())
    stamped(store, signer)
    altered(address, sa.update(captures).values(hash=bytes(32)))
    assert broken(store, signer) == [Broken("stamp 1 (of capture 1)", "Mismatch between messages")]


def test_a_stamp_of_a_capture_that_is_gone_tells_that_the_chain_was_cut(
    store: Store, address: str, signer: Signer
) -> None:
    store.record_capture(capture())
    store.record_capture(unchanged(START + HOUR))
    stamped(store, signer)
    if "postgresql" in address:
        pytest.skip("PostgreSQL does not let go of a capture that a stamp names")
    with closing(sqlite3.connect(address)) as connection, connection:
        connection.execute("DELETE FROM captures WHERE id = 2")
    assert broken(store, signer) == [
        Broken("stamp 1 (of capture 2)", "capture 2 is missing: the chain was cut off after it was stamped")
    ]


def test_a_changed_stamp_is_named(store: Store, address: str, signer: Signer, stranger: Signer) -> None:
    store.record_capture(capture())
    row = stamped(store, signer)
    altered(address, sa.update(table).values(at=row.at + DAY))
    assert broken(store, signer)[0].why.startswith("its row says ")
    assert "certificates" in broken(store, stranger)[0].why
    altered(address, sa.update(table).values(roots="rubbish"))
    assert broken(store, None)[0].why.startswith("what was kept with it cannot be read")
    altered(address, sa.update(table).values(answer=b"rubbish"))
    assert broken(store, signer)[0].why.startswith("it is no answer to a request")


@settings(max_examples=60)
@given(at=st.integers(0, 4000), byte=st.integers(1, 255), cut=st.booleans())
def test_an_answer_with_a_changed_byte_is_worthless_or_says_the_same(
    signer: Signer, at: int, byte: int, *, cut: bool
) -> None:
    answer, head, made = _one_answer(signer)
    place = at % len(answer)
    other = answer[:place] if cut else answer[:place] + bytes([answer[place] ^ byte]) + answer[place + 1 :]
    assert isinstance(made, Stamped)
    worth = judged(other, head, signer.root)
    assert isinstance(worth, Worthless) or worth.at == made.at


_answers: dict[str, tuple[bytes, bytes, Stamped | Worthless]] = {}


def _one_answer(signer: Signer) -> tuple[bytes, bytes, Stamped | Worthless]:
    if "one" not in _answers:
        asked_for = query("line")
        answer = signer.answer(asked_for.der)
        head = asked_for.der[asked_for.der.index(b"\x04\x20") + 2 :][:32]
        _answers["one"] = answer, head, judged(answer, head, signer.root, asked_for.nonce)
    return _answers["one"]


def config(tmp_path: Path, authority: str | None, certificates: str | None) -> Config:
    return Config(
        tmp_path / "config.toml", ConfigTable(evidence=EvidenceTable(authority=authority, certificates=certificates))
    )


def test_the_configuration_names_authority_and_certificates(tmp_path: Path, signer: Signer) -> None:
    (tmp_path / "roots.pem").write_bytes(signer.root)
    (tmp_path / "none.pem").write_text("none")
    assert read_authority(config(tmp_path, None, None)) is None
    url = "https://tsa.example/tsr"
    assert read_authority(config(tmp_path, url, "roots.pem")) == Authority(url, signer.root)
    for certificates, message in (
        (None, "takes evidence.certificates"),
        ("away.pem", "cannot be read"),
        ("none.pem", "no certificates in PEM"),
    ):
        with pytest.raises(UsageError, match=message):
            read_authority(config(tmp_path, url, certificates))
    with pytest.raises(UsageError, match="neither http nor https"):
        read_authority(config(tmp_path, "ldap://tsa.example", "roots.pem"))
