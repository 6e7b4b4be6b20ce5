from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from archives import HOUR, START, capture

from tracker.store.documents import Watched

if TYPE_CHECKING:
    from datetime import datetime

    from tracker.store.store import Store


def watch(store: Store, document: str, *, host: str = "example.org", due: datetime = START, digest: str = "d") -> None:
    with store.writing() as writing:
        writing.watch("Telegram", document, host=host, declaration=digest, due=due)


def names(store: Store, now: datetime, most: int | None = None) -> list[str]:
    return [one.document for one in store.due(now, most)]


def test_what_is_due_comes_longest_overdue_first_and_one_of_a_host(store: Store) -> None:
    watch(store, "Later", host="a.org", due=START + HOUR)
    watch(store, "First", host="b.org", due=START - 2 * HOUR)
    watch(store, "Second of its host", host="b.org", due=START - HOUR)
    watch(store, "Now", host="c.org", due=START)

    assert names(store, START) == ["First", "Now"]
    assert names(store, START, most=1) == ["First"]
    assert names(store, START + HOUR) == ["First", "Now", "Later"]


def test_a_host_that_asked_for_time_gets_it_and_never_less(store: Store) -> None:
    watch(store, "Terms")
    with store.writing() as writing:
        writing.delay("example.org", START + 2 * HOUR)
        writing.delay("example.org", START + HOUR)
        writing.delay("other.org", START + HOUR)

    assert names(store, START + HOUR) == []
    assert names(store, START + 2 * HOUR) == ["Terms"]


def test_a_document_checked_in_what_is_now_the_future_is_due(store: Store) -> None:
    watch(store, "Terms")
    with store.writing() as writing:
        writing.checked("Telegram", "Terms", at=START, next_check_at=START + HOUR)

    assert names(store, START) == []
    assert names(store, START - timedelta(days=400)) == ["Terms"]


def test_failing_is_told_since_the_first_failure_and_over_with_the_first_success(store: Store) -> None:
    watch(store, "Terms")
    with store.writing() as writing:
        for step, failure in enumerate([None, "timeout", "503"]):
            at = START + step * HOUR
            writing.checked("Telegram", "Terms", at=at, next_check_at=at + HOUR, failure=failure)

    assert store.documents() == (
        Watched(
            service="Telegram",
            document="Terms",
            watched=True,
            host="example.org",
            declaration="d",
            checked_at=START + 2 * HOUR,
            next_check_at=START + 3 * HOUR,
            last_good_at=START,
            failing_since=START + HOUR,
            failure="503",
            validators={},
        ),
    )

    with store.writing() as writing:
        writing.checked("Telegram", "Terms", at=START + 3 * HOUR, next_check_at=START + 4 * HOUR)
    [terms] = store.documents()
    assert (terms.failing_since, terms.failure, terms.last_good_at) == (None, None, START + 3 * HOUR)


def test_validators_stay_until_others_come_or_the_declaration_changes(store: Store) -> None:
    watch(store, "Terms")
    with store.writing() as writing:
        told = {"etag": '"x"', "last_modified": "Sun, 01 Sep 2024 06:00:00 GMT"}
        writing.checked("Telegram", "Terms", at=START, next_check_at=START + HOUR, validators=told)
        writing.checked("Telegram", "Terms", at=START, next_check_at=START + HOUR)
    watch(store, "Terms")
    assert [one.validators for one in store.documents()] == [told]
    assert names(store, START) == []

    watch(store, "Terms", digest="another")

    assert [one.validators for one in store.documents()] == [{}]
    assert names(store, START) == ["Terms"]


def test_a_document_no_longer_watched_keeps_its_history(store: Store) -> None:
    watch(store, "Terms")
    store.record_capture(capture(b"page", document="Terms"))
    with store.writing() as writing:
        writing.unwatch("Telegram", "Terms")

    assert names(store, START + HOUR) == []
    assert [record.body for record in store.history("Telegram", "Terms")] == [b"page"]


def test_captures_of_a_document_nobody_watches_make_it_known(store: Store) -> None:
    store.record_capture(capture(b"page"))

    assert [(one.document, one.watched) for one in store.documents()] == [("Privacy Policy", False)]
    assert names(store, START) == []
