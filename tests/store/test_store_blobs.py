from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from archives import HOUR, START, capture, series
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.store import codec
from tracker.store.blobs import DEEPEST
from tracker.store.database import database
from tracker.store.schema import blobs
from tracker.store.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.store.store import Store

words = st.sampled_from([b"we ", b"may ", b"disclose ", b"your ", b"data ", b"\n", b"<p>", b"\0\xff"])
passages = st.builds(b"".join, st.lists(words, max_size=80))
bodies = st.one_of(passages, st.binary(max_size=2000), passages.map(lambda text: text * 40))


@given(body=bodies, bases=st.lists(bodies, max_size=5))
def test_any_body_comes_back_identical_whatever_it_is_written_against(body: bytes, bases: list[bytes]) -> None:
    packed = codec.smallest(body, dict(enumerate(bases)))

    base = None if packed.base is None else bases[packed.base]
    assert codec.unpacked(packed.frame, len(body), base) == body
    assert len(packed.frame) <= len(codec.plain(body))


@given(body=bodies, base=bodies, at=st.integers(0), bit=st.integers(0, 7))
def test_a_flipped_bit_never_gives_another_body(body: bytes, base: bytes, at: int, bit: int) -> None:
    packed = codec.smallest(body, {0: base})
    broken = bytearray(packed.frame)
    broken[at % len(broken)] ^= 1 << bit

    try:
        read = codec.unpacked(bytes(broken), len(body), None if packed.base is None else base)
    except codec.Unreadable:
        return
    assert read == body


@settings(max_examples=25)
@given(pages=st.lists(st.tuples(bodies, st.sampled_from(["FAQ", "Terms"])), max_size=30))
def test_bodies_come_back_identical_in_whatever_order_they_are_recorded(
    tmp_path_factory: pytest.TempPathFactory, pages: list[tuple[bytes, str]]
) -> None:
    file = tmp_path_factory.mktemp("blobs") / "archive.sqlite"
    with open_store(file) as store, store.writing() as writing:
        for step, (body, document) in enumerate(pages):
            writing.record_capture(capture(body, at=START + step * HOUR, document=document))

    with open_store(file, writes=False) as store:
        read = [store.body(logged.sha256 or "") for logged in store.log()]
        assert read == [body for body, _ in pages]
        assert list(store.verify()) == []


def test_a_long_history_is_written_as_differences_that_are_never_too_deep(store: Store, address: str) -> None:
    pages = series(3 * DEEPEST)
    with store.writing() as writing:
        for step, body in enumerate(pages):
            writing.record_capture(capture(body, at=START + step * HOUR))

    opened = database(address)
    with opened.reading() as connection:
        frames = connection.execute(sa.select(blobs.c.depth, sa.func.length(blobs.c.data), blobs.c.base_id)).all()
    opened.close()
    assert max(frame.depth for frame in frames) == DEEPEST
    assert [frame.base_id for frame in frames].count(None) == 1
    assert sum(frame[1] for frame in frames) * 50 < sum(map(len, pages))
    assert [record.body for record in store.history("Telegram", "Privacy Policy")] == pages


def test_a_page_that_flips_is_written_against_the_face_it_returns_to(store: Store, address: str) -> None:
    chance = random.Random(1)
    first, second = (bytes(chance.choices(b"abcdefgh \n", k=20_000)) for _ in range(2))
    for step in range(8):
        store.record_capture(capture((first if step % 2 else second) + b"%d" % step, at=START + step * HOUR))

    opened = database(address)
    with opened.reading() as connection:
        sizes = list(connection.scalars(sa.select(sa.func.length(blobs.c.data)).order_by(blobs.c.id)))
    opened.close()
    assert max(sizes[2:]) < 100


def test_two_documents_share_a_body(store: Store) -> None:
    store.record_capture(capture(b"the same", document="FAQ"))
    store.record_capture(capture(b"the same", document="Terms"))

    assert [one.sha256 for one in store.log("Telegram", "FAQ")] == [
        one.sha256 for one in store.log("Telegram", "Terms")
    ]


def test_a_frame_that_claims_another_size_costs_no_memory() -> None:
    with pytest.raises(codec.Unreadable, match="does not hold the 7 bytes"):
        codec.unpacked(codec.plain(bytes(1 << 20)), 7)


def test_a_body_is_asked_for_by_its_hash(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="no body with the SHA-256 abab"):
        store.body("ab" * 32)
