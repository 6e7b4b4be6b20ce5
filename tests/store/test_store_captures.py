from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from archives import HOUR, START, capture, series, unchanged

from tracker.errors import StoreError
from tracker.model import Cause, Format, Record
from tracker.store.evidence import Capture, Hop, Outcome

if TYPE_CHECKING:
    from tracker.store.store import Store


def test_a_capture_comes_back_as_it_was_recorded(store: Store) -> None:
    seen = replace(
        capture(b"page \xff\x00", note="odd \ud800 \x00 name", source="a commit"),
        hops=(Hop("http://example.org/", 301, "93.184.216.34"), Hop("https://example.org/", 302, "::1", "ab" * 32)),
        address="93.184.216.34",
        certificate="cd" * 32,
        headers=(("ETag", '"x"'), ("X-Odd", "\udcff\x00é")),
        request=(("User-Agent", "tracker"),),
        format=Format.PDF,
        recorded_as=Cause.TECHNICAL_UPGRADE,
        placed_at=START + HOUR,
    )

    assert store.record_capture(seen) == 1

    [logged] = store.log()
    assert (logged.number, logged.capture) == (1, replace(seen, body=None))
    assert store.body(logged.sha256 or "") == b"page \xff\x00"


def test_the_hash_of_a_capture_is_that_of_its_line_which_names_the_one_before(store: Store) -> None:
    for step, body in enumerate(series(3)):
        store.record_capture(capture(body, at=START + step * HOUR))

    hashes: list[str] = []
    for step, logged in enumerate(store.log()):
        told = json.loads(logged.line)
        assert told["previous"] == (hashes[-1] if hashes else "0" * 64)
        assert told["body"] == hashlib.sha256(series(3)[step]).hexdigest()
        assert hashlib.sha256(logged.line.encode()).hexdigest() == logged.hash
        hashes.append(logged.hash)
    assert store.head() == (3, hashes[-1])


def test_the_line_of_a_capture_says_only_what_is_known_and_never_changes(store: Store) -> None:
    store.record_capture(capture(None, outcome=Outcome.FAILED, note="timeout"))

    [logged] = store.log()
    assert logged.line == (
        '{"at":"2024-09-01T06:00:00.000000Z","clock":"system","document":"Privacy Policy",'
        '"headers":[["Content-Type","text/html"]],"note":"timeout","number":1,"outcome":"failed",'
        f'"previous":"{"0" * 64}","service":"Telegram","status":200,"tool":"tracker 0",'
        '"url":"https://example.org/privacy"}'
    )


def test_the_same_body_again_and_a_304_cost_one_row_each(store: Store) -> None:
    store.record_capture(capture(b"page"))
    store.record_capture(capture(b"page", at=START + HOUR))
    store.record_capture(unchanged(START + 2 * HOUR))

    assert [one.sha256 for one in store.log()] == [hashlib.sha256(b"page").hexdigest()] * 3
    assert [record.at for record in store.history("Telegram", "Privacy Policy")] == [START]


def test_a_304_for_a_document_without_a_body_is_refused_and_nothing_is_written(store: Store) -> None:
    with pytest.raises(StoreError, match="Telegram, Privacy Policy: said to be unchanged"):
        store.record_capture(unchanged())

    assert list(store.log()) == []


def test_history_gives_a_record_each_time_the_body_became_another(store: Store) -> None:
    for step, body in enumerate([b"a", b"b", b"b", b"a"]):
        store.record_capture(capture(body, at=START + step * HOUR))
    store.record_capture(capture(None, at=START + 4 * HOUR, outcome=Outcome.FAILED))
    store.record_capture(capture(b"other", document="FAQ"))

    assert list(store.history("Telegram", "Privacy Policy")) == [
        Record(
            "Telegram",
            "Privacy Policy",
            START + step * HOUR,
            hashlib.sha256(body).hexdigest(),
            "https://example.org/privacy",
            Format.HTML,
            body,
            Cause.CHANGE,
        )
        for step, body in ((0, b"a"), (1, b"b"), (3, b"a"))
    ]


def test_a_history_imported_later_goes_before_what_was_captured_and_keeps_the_order_of_its_source(store: Store) -> None:
    store.record_capture(capture(b"live", at=START))
    store.record_capture(capture(b"old", at=START - 9 * HOUR))
    store.record_capture(capture(b"again", at=START - 20 * HOUR, placed_at=START - 9 * HOUR))

    assert [record.body for record in store.history("Telegram", "Privacy Policy")] == [b"old", b"again", b"live"]


def test_an_unknown_document_has_no_history(store: Store) -> None:
    assert list(store.history("Nobody", "Nothing")) == []
    assert list(store.log("Nobody", "Nothing")) == []
    assert store.versions("Nobody", "Nothing") == ()


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="names no time zone"):
        store.record_capture(capture(at=START.replace(tzinfo=None)))


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    def fails() -> None:
        with store.writing() as writing:
            writing.record_capture(capture(b"page"))
            raise KeyError("a bug in what writes")

    with pytest.raises(KeyError):
        fails()

    assert (store.head()[0], list(store.log()), list(store.verify())) == (0, [], [])
    assert store.record_capture(capture(b"another")) == 1
    assert [record.body for record in store.history("Telegram", "Privacy Policy")] == [b"another"]


def test_a_suspect_capture_is_kept_and_shown_until_it_is_settled(store: Store) -> None:
    with store.writing() as writing:
        number = writing.record_capture(capture(b"Are you human?"))
        writing.suspect(number, "a challenge page")

    assert store.suspects("Telegram", "Privacy Policy") == ((number, "a challenge page"),)

    with store.writing() as writing:
        writing.settle(number, "wall", START)

    assert store.suspects("Telegram", "Privacy Policy") == ()
    assert list(store.verify()) == []


def page_of(part: int, body: bytes, step: int) -> Capture:
    return replace(capture(body, at=START + step * HOUR), part=part)


def test_the_pages_of_a_document_make_one_record(store: Store) -> None:
    for step, bodies in enumerate([(b"a", b"b"), (b"a", b"b"), (b"a", b"c")]):
        for part, body in enumerate(bodies):
            store.record_capture(page_of(part, body, step))

    records = list(store.history("Telegram", "Privacy Policy"))

    assert [(one.body, [part.body for part in one.more]) for one in records] == [(b"a", [b"b"]), (b"a", [b"c"])]
    assert [one.at for one in records] == [START, START + 2 * HOUR]
    assert len({one.id for one in records}) == 2
    assert [one.capture.part for one in store.last_record("Telegram", "Privacy Policy")] == [0, 1]


def test_a_capture_somebody_vouches_for_is_trusted(store: Store) -> None:
    with store.writing() as writing:
        for step, verdict in enumerate(["accepted", "confirmed", "rejected", None]):
            number = writing.record_capture(capture(b"%d" % step, at=START + step * HOUR))
            writing.suspect(number, "it is short")
            if verdict:
                writing.settle(number, verdict, START)

    assert [one.is_trusted for one in store.history("Telegram", "Privacy Policy")] == [True, True, False, False]


def test_an_unchanged_page_is_the_last_good_one_whatever_failed_between(store: Store) -> None:
    store.record_capture(capture(b"page"))
    store.record_capture(capture(b"Bad gateway", outcome=Outcome.FAILED))
    store.record_capture(unchanged())

    digests = [one.sha256 for one in store.log()]
    assert digests[2] == digests[0] != digests[1]
