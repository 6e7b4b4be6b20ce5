"""One document through checks: what is recorded, what is told, and what a bad page can never do."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from scripted_server import Asked, page
from watched import FILLER, START, Watched, html, policy, watching

from tracker.digest.schema import encode
from tracker.model import Cause, ChangeKind, Noise
from tracker.store.evidence import Outcome
from tracker.text.declaration import Declaration, Page, ServiceDeclaration
from tracker.watch.recording import Result, accept
from tracker.watch.rereading import reread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.store.store import Store

COURT = "We only disclose your IP address to the authorities if we receive a court order about a terror suspect."
VALID = "We may disclose your IP address to the authorities if we receive a valid order about a suspect."
WALL = html("Just a moment... Checking your browser before you go on. Enable JavaScript and cookies to continue.")
SHORT = html(FILLER[0])


@pytest.fixture
def acme(store: Store) -> Iterator[Watched]:
    with watching(store) as service:
        service.pages["/privacy"] = policy(COURT)
        service.declare("Acme", Privacy_Policy=("/privacy",))
        yield service


def results(acme: Watched, **time: float) -> list[Result]:
    return [one.result for one in acme.later(**time)]


def outcomes(store: Store) -> list[Outcome]:
    return [one.capture.outcome for one in store.log()]


def test_the_first_check_records_and_tells_nobody(acme: Watched) -> None:
    [checked] = acme.later()

    assert (checked.result, checked.next_check_at) == (Result.FIRST, acme.now + timedelta(hours=12))
    assert [version.cause for version in acme.store.versions("Acme", "Privacy Policy")] == [Cause.FIRST_RECORD]
    assert acme.told() == []
    assert acme.later(hours=1) == []  # not due


def test_a_change_is_recorded_once_with_its_clauses_and_looked_at_again_soon(acme: Watched) -> None:
    acme.later()
    acme.pages["/privacy"] = policy(VALID)

    [checked] = acme.later(hours=12)

    assert checked.result is Result.CHANGED
    assert checked.next_check_at == acme.now + timedelta(minutes=30)
    [told] = acme.told()
    assert checked.change is not None
    assert encode(told) == encode(checked.change)
    assert (told.significance, [one.change.kind for one in told.clauses]) == (3, [ChangeKind.EDITED])
    assert results(acme, minutes=30) == [Result.UNCHANGED]
    assert len(acme.told()) == 1


def test_the_same_bytes_and_the_servers_own_word_cost_one_row_each(acme: Watched) -> None:
    def conditional(asked: Asked) -> Iterator[bytes]:
        if asked.headers.get("if-none-match") == '"1"':
            return iter([b"HTTP/1.1 304 Not Modified\r\n\r\n"])
        return page(policy(COURT), ETag='"1"', Content_Type="text/html")

    acme.later()
    acme.pages["/privacy"] = conditional
    assert results(acme, hours=12) == [Result.UNCHANGED]
    assert results(acme, hours=12) == [Result.UNCHANGED]

    assert outcomes(acme.store) == [Outcome.CAPTURED, Outcome.CAPTURED, Outcome.NOT_MODIFIED]
    assert len({one.sha256 for one in acme.store.log()}) == 1
    assert len(acme.store.versions("Acme", "Privacy Policy")) == 1


def test_another_page_around_the_same_text_is_unchanged(acme: Watched) -> None:
    acme.later()
    for step in range(3):
        acme.pages["/privacy"] = policy(COURT, extra=f"<meta name=nonce content={step}>")
        assert results(acme, hours=12) == [Result.UNCHANGED]

    assert len(list(acme.store.changes())) == 1
    assert len(acme.store.versions("Acme", "Privacy Policy")) == 1


@pytest.mark.parametrize("renewed", [False, True])
def test_a_change_that_is_undone_says_so(acme: Watched, renewed: bool) -> None:
    acme.later()
    acme.pages["/privacy"] = policy(VALID)
    acme.later(hours=12)
    acme.pages["/privacy"] = policy(COURT, extra="<meta name=x>")
    if renewed:
        acme.renew()

    [checked] = acme.later(hours=30)

    first, second = (one.capture for one in list(acme.store.versions("Acme", "Privacy Policy"))[:2])
    digests = {one.number: one.sha256 for one in acme.store.log()}
    assert checked.change is not None
    assert (checked.change.cause, checked.change.returns_to, checked.change.undoes) == (
        Cause.VARIANT,
        digests[first],
        digests[second],
    )


@pytest.mark.parametrize("bad", [WALL, SHORT, b"", html(), b"<html><body><p>no main here</p></body></html>"])
def test_a_bad_page_is_kept_as_suspect_and_never_a_version(acme: Watched, bad: bytes) -> None:
    acme.later()
    acme.pages["/privacy"] = bad

    [checked] = acme.later(hours=12)
    acme.pages["/privacy"] = policy(COURT)
    back = results(acme, hours=1)

    assert (checked.result, checked.next_check_at) == (Result.SUSPECT, START + timedelta(hours=12, minutes=30))
    assert acme.told() == []
    assert back == [Result.UNCHANGED]
    assert acme.store.suspects("Acme", "Privacy Policy") == ()
    assert [one.failure for one in acme.store.documents()] == [None]
    assert [row.cause for row in acme.store.versions("Acme", "Privacy Policy")] == [Cause.FIRST_RECORD]


@pytest.mark.parametrize("again", [SHORT, html(FILLER[0], "One more line.")])
def test_a_short_page_that_stays_is_confirmed_by_the_second_fetch(acme: Watched, again: bytes) -> None:
    acme.later()
    acme.pages["/privacy"] = SHORT
    acme.later(hours=12)
    acme.pages["/privacy"] = again

    [checked] = acme.later(minutes=30)

    assert checked.result is Result.CHANGED
    assert {one.change.kind for told in acme.told() for one in told.clauses} >= {ChangeKind.REMOVED}
    assert acme.store.suspects("Acme", "Privacy Policy") == ()
    assert results(acme, hours=12) == [Result.UNCHANGED]


def test_a_wall_that_stays_is_failing_and_never_confirmed(acme: Watched) -> None:
    acme.later()
    acme.pages["/privacy"] = WALL
    told = [results(acme, hours=12) for _ in range(3)]

    assert told == [[Result.SUSPECT]] * 3
    [document] = acme.store.documents()
    assert document.failing_since == START + timedelta(hours=12)
    assert (document.failure or "").startswith("wall: ")
    assert acme.told() == []


def test_a_user_may_take_a_suspect_page_for_what_it_is(acme: Watched) -> None:
    acme.later()
    acme.pages["/privacy"] = SHORT
    acme.later(hours=12)

    checked = accept(acme.watching, "Acme", "Privacy Policy", acme.now)

    assert checked is not None
    assert checked.result is Result.CHANGED
    assert {one.change.kind for one in acme.told()[0].clauses} == {ChangeKind.REMOVED}
    acme.renew()
    assert results(acme, hours=12) == [Result.UNCHANGED]
    assert accept(acme.watching, "Acme", "Privacy Policy", acme.now) is None


def test_a_failure_is_recorded_retried_and_forgotten_when_it_ends(acme: Watched) -> None:
    acme.later()
    acme.pages["/privacy"] = lambda _: page(b"<p>Bad gateway</p>", "502 Bad Gateway")

    [failed] = acme.later(hours=12)
    assert (failed.result, failed.why.partition(":")[0]) == (Result.FAILED, "http_status")
    assert failed.next_check_at == acme.now + timedelta(minutes=5)
    [document] = acme.store.documents()
    assert document.failing_since == acme.now

    acme.pages["/privacy"] = policy(COURT)
    assert results(acme, hours=7) == [Result.UNCHANGED]
    [document] = acme.store.documents()
    assert (document.failing_since, document.failure) == (None, None)
    assert outcomes(acme.store) == [Outcome.CAPTURED, Outcome.FAILED, Outcome.CAPTURED]


def test_retry_after_holds_for_the_whole_host(acme: Watched) -> None:
    acme.pages["/terms"] = policy("We may end the service.")
    acme.declare("Acme", Privacy_Policy=("/privacy",), Terms=("/terms",))
    acme.later()
    acme.pages["/privacy"] = lambda _: page(b"", "429 Too Many Requests", Retry_After="7200")

    [failed, *others] = acme.later(hours=12)

    assert (failed.result, failed.next_check_at) == (Result.FAILED, acme.now + timedelta(hours=2))
    assert others == []
    assert acme.later(hours=1) == []
    assert len(acme.later(hours=1, minutes=1)) == 2


def test_a_page_whose_end_nobody_knows_is_taken_when_it_comes_twice(acme: Watched) -> None:
    def endless(body: bytes) -> bytes:
        return b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + body

    acme.later()
    acme.pages["/privacy"] = lambda _: iter([endless(policy(VALID))])

    assert results(acme, hours=12) == [Result.FAILED]
    assert acme.told() == []
    assert results(acme, minutes=30) == [Result.CHANGED]
    assert results(acme, minutes=30) == [Result.UNCHANGED]


def test_a_document_of_several_pages_is_whole_or_not_there(acme: Watched) -> None:
    acme.pages |= {"/a": html(*FILLER[:8]), "/b": html(*FILLER[8:])}
    acme.declare("Acme", Terms=("/a", "/b"))
    assert results(acme) == [Result.FIRST]

    acme.pages["/b"] = lambda _: page(b"", "503 Service Unavailable")
    assert results(acme, hours=12) == [Result.FAILED]
    acme.pages["/b"] = b"<main></main>"
    assert results(acme, hours=12) == [Result.SUSPECT]
    acme.pages["/b"] = html(*FILLER[8:], VALID)
    assert results(acme, hours=12) == [Result.CHANGED]

    [told] = acme.told()
    assert [(one.change.kind, one.change.after) for one in told.clauses] == [(ChangeKind.ADDED, VALID)]


def test_another_declaration_makes_no_news(acme: Watched) -> None:
    acme.later()
    page_of = Page(acme.server.url("/privacy"), ("body",))
    acme.services["Acme"] = ServiceDeclaration("Acme", (Declaration("Privacy Policy", (page_of,)),))
    acme.renew()

    assert results(acme) == [Result.UNCHANGED]  # due at once
    acme.pages["/privacy"] = policy(VALID)
    acme.later(hours=12)

    assert [len(one.clauses) for one in acme.told()] == [1]


def test_what_is_read_anew_tells_nobody_and_keeps_its_numbers(acme: Watched) -> None:
    acme.later()
    acme.pages["/privacy"] = policy(VALID)
    acme.later(hours=12)
    before = [(row.id, row.significance, row.is_live) for row in acme.store.changes()]
    page_of = Page(acme.server.url("/privacy"), ("body",))
    acme.services["Acme"] = ServiceDeclaration("Acme", (Declaration("Privacy Policy", (page_of,)),))
    acme.renew()

    [tally] = reread(acme.watching, "Acme")

    assert (tally.records, tally.versions, tally.other_texts, tally.changes) == (2, 2, 2, 1)
    assert [(row.id, row.significance, row.is_live) for row in acme.store.changes()] == before
    causes = [row.cause for row in acme.store.versions("Acme", "Privacy Policy")]
    assert causes == [Cause.FIRST_RECORD, Cause.CHANGE, Cause.TECHNICAL_UPGRADE, Cause.TECHNICAL_UPGRADE]


def test_the_same_edit_in_two_documents_is_one_episode(acme: Watched) -> None:
    acme.pages["/terms"] = policy(COURT)
    acme.declare("Acme", Privacy_Policy=("/privacy",), Terms=("/terms",))
    acme.later()
    acme.pages |= {"/privacy": policy(VALID), "/terms": policy(VALID)}
    acme.later(hours=12)

    first, second = acme.told()
    assert (first.episode, second.episode) == (None, first.after.id)


def test_a_fault_of_ours_keeps_the_page(acme: Watched) -> None:
    acme.later()
    acme.pages["/privacy"] = policy(VALID)
    acme.watching.read = lambda *_: 1 // 0  # type: ignore[assignment]

    with contextlib.suppress(ZeroDivisionError):
        acme.later(hours=12)

    assert outcomes(acme.store) == [Outcome.CAPTURED, Outcome.CAPTURED]
    [document] = acme.store.documents()
    assert "a fault of the tracker" in (document.failure or "")
    acme.renew()
    reread(acme.watching, "Acme")
    assert [row.significance for row in acme.store.changes()] == [0, 3]


def test_a_wall_at_the_first_visit_is_no_first_version(acme: Watched) -> None:
    acme.pages["/privacy"] = WALL
    assert results(acme) == [Result.SUSPECT]
    acme.pages["/privacy"] = policy(COURT)

    [checked] = acme.later(minutes=30)

    assert checked.change is not None
    assert (checked.change.noise, checked.change.significance) == (Noise.CAPTURE_LOSS, 0)
    assert acme.told() == []


def test_a_host_that_fails_again_and_again_is_left_alone_for_longer_each_time(acme: Watched) -> None:
    acme.later()
    acme.pages["/privacy"] = lambda _: page(b"", "503 Service Unavailable")
    acme.later(hours=12)

    failed = [one for _ in range(60) for one in acme.later(minutes=5) if one.result is Result.FAILED]

    pauses = [(b.at - a.at).seconds // 60 for a, b in pairwise(failed)]
    assert pauses == sorted(pauses)
    assert (pauses[0], len(failed)) == (5, 8)
