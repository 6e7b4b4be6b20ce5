from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from scripted_server import RESET, Asked, Script, ScriptedServer, page
from web_archive import Archived, Clock, Kept, web_archive

from tracker.errors import SourceError
from tracker.fetch.memento import Memento
from tracker.fetch.remembered import Missing, Remembered

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "https://example.org/privacy?lang=en"
FIRST, LAST = datetime(1996, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
HTML = {"Content-Type": "text/html; charset=latin-1"}


def stamps(archived: Archived, *, timemaps: bool = False, url: str = URL) -> list[tuple[str, str]]:
    with ScriptedServer(archived.script) as server:
        archived.base = server.url("").rstrip("/")
        found = web_archive(server, Clock(), timemaps=timemaps).mementos(url, FIRST, LAST)
        return [(f"{one.at:%Y%m%d}", one.raw.removeprefix(archived.base)) for one in found]


def asked_for(archived: Archived, memento: Memento | None = None) -> Remembered | Missing:
    """List what is there and ask for the first of it."""
    with ScriptedServer(archived.script) as server:
        web = web_archive(server, Clock())
        return web.page(memento or web.mementos(URL, FIRST, LAST)[0])


def test_captures_are_listed_once_for_each_time_their_bytes_became_others() -> None:
    archived = Archived(
        Kept("20200101000000", URL, b"a"),
        Kept("20200201000000", URL, b"a"),
        Kept("20200301000000", URL, b"b"),
        Kept("20200401000000", URL, b"a"),
        Kept("20200501000000", "https://example.org/other", b"c"),
    )

    assert stamps(archived) == [
        ("20200101", f"/web/20200101000000id_/{URL}"),
        ("20200301", f"/web/20200301000000id_/{URL}"),
        ("20200401", f"/web/20200401000000id_/{URL}"),
    ]


def test_a_long_list_is_asked_for_page_by_page() -> None:
    kept = [Kept(f"20200101{hour:02}0000", URL, str(hour).encode()) for hour in range(9)]

    assert len(stamps(Archived(*kept, most=2))) == 9


def test_what_never_was_captured_is_an_empty_list() -> None:
    assert stamps(Archived()) == []


def test_a_redirect_is_listed_only_where_no_page_was_captured_that_day() -> None:
    archived = Archived(
        Kept("20200101000000", URL.replace("https", "http"), b"", 301, {"Location": URL}),
        Kept("20200101000001", URL, b"a"),
        Kept("20210101000000", URL, b"", 301, {"Location": "https://example.org/new"}),
    )

    assert [day for day, _ in stamps(archived)] == ["20200101", "20210101"]


def test_an_archive_without_a_cdx_server_is_asked_by_timemaps() -> None:
    archived = Archived(Kept("20200101000000", URL, b"a"), Kept("20200201000000", URL, b"b"))

    assert stamps(archived, timemaps=True) == [
        ("20200101", f"/web/20200101000000id_/{URL}"),
        ("20200201", f"/web/20200201000000id_/{URL}"),
    ]


def test_a_memento_is_given_as_it_was_received_with_its_own_headers_and_moment() -> None:
    found = asked_for(Archived(Kept("20200101000000", URL, b"<p>\xe9</p>", headers=HTML | {"ETag": '"x"'})))

    assert isinstance(found, Remembered)
    assert (found.at, found.body, found.note) == (datetime(2020, 1, 1, tzinfo=UTC), b"<p>\xe9</p>", None)
    assert {name.lower(): value for name, value in found.headers} == {
        "content-type": "text/html; charset=latin-1",
        "etag": '"x"',
    }


def test_redirects_are_followed_inside_the_archive_to_the_page_of_that_day() -> None:
    new = "https://example.org/new"
    archived = Archived(
        Kept("20200101000000", URL, b"", 301, {"Location": new}), Kept("20200101100000", new, b"new", headers=HTML)
    )

    found = asked_for(archived)

    assert isinstance(found, Remembered)
    assert (found.at, found.body) == (datetime(2020, 1, 1, 10, tzinfo=UTC), b"new")
    assert [hop.status for hop in found.hops] == [301, 302, 200]
    assert all("/web/2020" in hop.url for hop in found.hops)


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        (Kept("20200101000000", URL, b"", 301, {"Location": "ftp://example.org/"}), "leads to ftp://example.org/"),
        (Kept("20200101000000", URL, b"", 301, {"Location": "/help"}), "out of the archive"),
        (Kept("20200101000000", URL, b"", 301, {"Location": "https://example.org/gone"}), "the archive answers 404"),
        (Kept("20200101000000", URL, b"", 301, {"Location": URL}), "more than 5 redirects"),
        (
            Kept("20200101000000", URL, b"half", headers=HTML | {"Content-Length": "4000"}),
            "it was cut when it was captured: 4 of 4,000 bytes",
        ),
    ],
)
def test_what_is_no_whole_page_of_the_archive_is_missing(kept: Kept, why: str) -> None:
    found = asked_for(Archived(kept))

    assert isinstance(found, Missing)
    assert why in found.why


def test_a_redirect_to_a_page_of_another_year_says_nothing_of_that_day() -> None:
    new = "https://example.org/new"
    archived = Archived(Kept("20200101000000", URL, b"", 301, {"Location": new}), Kept("20210101000000", new, b"new"))

    found = asked_for(archived)

    assert isinstance(found, Missing)
    assert found.why == "the nearest page there is of 2021-01-01"


def test_a_page_of_the_archive_itself_is_no_memento() -> None:
    def script(_: Asked) -> Iterator[bytes]:
        return page(b"<p>The archive has moved.</p>")

    with ScriptedServer(script) as server:
        raw = f"{server.url()}web/20200101000000id_/{URL}"
        found = web_archive(server, Clock()).page(Memento(datetime(2020, 1, 1, tzinfo=UTC), URL, raw))

    assert isinstance(found, Missing)
    assert "no Memento-Datetime" in found.why


def test_bytes_that_are_not_those_of_the_list_are_noted() -> None:
    found = asked_for(Archived(Kept("20200101000000", URL, b"page", digest="A" * 32)))

    assert isinstance(found, Remembered)
    received = base64.b32encode(hashlib.sha1(b"page").digest()).decode()
    assert found.note == f"its SHA-1 {received} is not that of the archive's list, {'A' * 32}"


def refusing(times: int, answer: bytes | None, archived: Archived) -> Script:
    """Answer so many requests with something else."""
    left = [times]

    def script(asked: Asked) -> Iterator[bytes]:
        left[0] -= 1
        if left[0] >= 0:
            return iter((RESET if answer is None else answer,))
        return archived.script(asked)

    return script


def told(status: str, **headers: str) -> bytes:
    return next(page(b"slow down", status, **headers))


@pytest.mark.parametrize(
    ("answer", "slept"),
    [
        (told("429 Too Many Requests", Retry_After="90"), [90.0, 180.0]),
        (told("429 Too Many Requests"), [60.0, 120.0]),
        (told("503 Service Unavailable"), [30.0, 60.0]),
        (None, [300.0, 600.0]),
    ],
)
def test_an_archive_that_refuses_is_left_alone_longer_each_time(answer: bytes | None, slept: list[float]) -> None:
    clock, said = Clock(), list[str]()
    with ScriptedServer(refusing(2, answer, Archived(Kept("20200101000000", URL, b"a")))) as server:
        found = web_archive(server, clock, said=said).mementos(URL, FIRST, LAST)

    assert len(found) == 1
    assert clock.slept == slept
    assert len(said) == 2


def test_requests_have_a_pause_between_any_two() -> None:
    clock = Clock()
    with ScriptedServer(Archived(Kept("20200101000000", URL, b"a")).script) as server:
        web = web_archive(server, clock)
        (memento,) = web.mementos(URL, FIRST, LAST)
        web.page(memento)
        web.page(memento)

    assert clock.slept == [4.0, 4.0]


def test_an_archive_that_stays_away_ends_the_import_with_what_to_do() -> None:
    clock = Clock()
    with (
        ScriptedServer(refusing(99, None, Archived())) as server,
        pytest.raises(SourceError, match="run the same command later, and it goes on from there"),
    ):
        web_archive(server, clock).mementos(URL, FIRST, LAST)

    assert clock.slept == [300.0, 600.0, 1200.0, 2400.0]


def test_one_page_that_the_archive_cannot_give_is_missing_and_three_in_a_row_are_the_archive() -> None:
    memento = Memento(datetime(2020, 1, 1, tzinfo=UTC), URL, "")
    with ScriptedServer(lambda _: iter((told("503 Service Unavailable"),))) as server:
        web = web_archive(server, Clock())
        asked = replace(memento, raw=f"{server.url()}web/20200101000000id_/{URL}")
        assert [web.page(asked), web.page(asked)] == [Missing(asked, "the archive answers 503")] * 2
        with pytest.raises(SourceError, match="the archive answers 503: what came so far is kept"):
            web.page(asked)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html>", "the list is no JSON"),
        (b'{"a": 1}', "the list is no table"),
        (b'[["urlkey","x"]]', "the list has the columns urlkey, x"),
        (b'[["timestamp","original","statuscode","digest"],["x","u","200","d"]]', "'x' is no moment"),
        (b'[["timestamp","original","statuscode","digest"],["2020"]]', "lacks columns"),
    ],
)
def test_a_list_in_another_form_than_the_protocol_has_is_refused(body: bytes, message: str) -> None:
    with (
        ScriptedServer(lambda _: page(body)) as server,
        pytest.raises(SourceError, match=message),
    ):
        web_archive(server, Clock()).mementos(URL, FIRST, LAST)
