from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from archives import HOUR, START, capture, series

from tracker.errors import StoreError
from tracker.model import Cause
from tracker.store.crash import Point
from tracker.store.evidence import Outcome
from tracker.store.store import open_store

if TYPE_CHECKING:
    from tracker.store.store import Store

NOW = START + 1000 * HOUR
PAGES = series(120)


def fill(store: Store, kept: set[int]) -> None:
    """Record pages; versions are made of those kept."""
    with store.writing() as writing:
        for step, body in enumerate(PAGES):
            number = writing.record_capture(capture(body, at=START + step * HOUR))
            if step in kept:
                writing.record_version(
                    number, f"text {step}", language="en", fingerprint="f", cause=Cause.CHANGE, made_by="m"
                )


def expire(store: Store, before: int) -> int:
    return store.expire(START + before * HOUR, NOW, clock="system", tool="tracker 0")


def test_what_stays_reads_as_before_though_its_bases_went(store: Store) -> None:
    kept = {3, 40, 41, 77}
    fill(store, kept)

    assert expire(store, 100) == 96

    staying = [*sorted(kept), *range(100, 120)]
    assert [record.body for record in store.history("Telegram", "Privacy Policy")] == [PAGES[step] for step in staying]
    assert list(store.verify()) == []


def test_that_bodies_went_is_part_of_the_chain_and_their_captures_stay(store: Store) -> None:
    fill(store, set())
    seen = [one.sha256 for one in store.log()]

    expire(store, 2)

    log = list(store.log())
    assert [one.sha256 for one in log] == [*seen, seen[0], seen[1]]
    assert [one.capture.outcome for one in log[-3:]] == [Outcome.CAPTURED, Outcome.EXPIRED, Outcome.EXPIRED]
    with pytest.raises(StoreError, match="a retention rule let its bytes go"):
        store.body(seen[0] or "")


def test_the_last_body_of_a_document_stays_however_old(store: Store) -> None:
    store.record_capture(capture(b"first"))
    store.record_capture(capture(b"last", at=START + HOUR))

    assert expire(store, 999) == 1
    assert expire(store, 999) == 0
    assert [record.body for record in store.history("Telegram", "Privacy Policy")] == [b"last"]


def test_a_body_that_is_seen_again_comes_back(store: Store) -> None:
    for step, body in enumerate([b"first", b"second", b"first"]):
        if step == 2:
            expire(store, 1)
        store.record_capture(capture(body, at=START + step * HOUR))

    assert [record.body for record in store.history("Telegram", "Privacy Policy")][-1] == b"first"
    assert list(store.verify()) == []


@pytest.mark.parametrize("point", [Point.REBASED, Point.LET_GO])
def test_retention_that_is_interrupted_leaves_everything_readable(address: str, point: Point) -> None:
    def crash(here: Point) -> None:
        if here is point:
            raise InterruptedError

    with open_store(address) as store:
        fill(store, {60})
    with pytest.raises(InterruptedError), open_store(address, crash=crash) as store:
        expire(store, 100)

    with open_store(address) as store:
        assert [record.body for record in store.history("Telegram", "Privacy Policy")] == PAGES
        assert list(store.verify()) == []
        assert expire(store, 100) == 99
        assert list(store.verify()) == []
