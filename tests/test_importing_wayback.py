from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from scripted_server import RESET, ScriptedServer
from web_archive import Archived, Clock, Kept, web_archive

from tracker.errors import SourceError
from tracker.exchange.importing import Archive, Imported
from tracker.exchange.importing_wayback import import_wayback, listed
from tracker.text.declaration import Declaration, Page, PastPages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripted_server import Asked

    from tracker.store.store import Store

OLD, NEW = "https://example.org/legal/privacy", "https://example.org/privacy"
FIRST, LAST = datetime(1996, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
MOVED = datetime(2020, 12, 31, tzinfo=UTC)
HTML = {"Content-Type": "text/html; charset=utf-8"}


def kept(stamp: str, url: str, words: str) -> Kept:
    return Kept(f"{stamp}120000", url, f"<p>{words}</p>".encode(), headers=HTML)


def declared(*pages: str, before: str | None = None) -> Declaration:
    past = (PastPages(MOVED, (Page(before),)),) if before else ()
    return Declaration("Privacy Policy", tuple(Page(url) for url in pages), history=past)


def imported(store: Store, archived: Archived, declaration: Declaration) -> Imported:
    with ScriptedServer(archived.script) as server:
        return run(store, server, declaration)


def run(store: Store, server: ScriptedServer, declaration: Declaration) -> Imported:
    web, done = web_archive(server, Clock()), Imported()
    wanted = listed(web, declaration, FIRST, LAST)
    import_wayback(Archive(store, writes=True), web, "Acme", "Privacy Policy", wanted, done)
    return done


def words(store: Store) -> list[tuple[str, str]]:
    return [
        (f"{record.at:%Y%m%d}", " ".join(part.decode() for part in (record.body, *(one.body for one in record.more))))
        for record in store.history("Acme", "Privacy Policy")
    ]


def test_each_address_is_asked_for_the_time_in_which_it_was_declared(store: Store) -> None:
    archived = Archived(
        kept("20190101", OLD, "first"),
        kept("20200101", OLD, "second"),
        kept("20200601", NEW, "not declared yet"),
        kept("20210101", NEW, "third"),
        kept("20220101", OLD, "not declared any more"),
    )

    done = imported(store, archived, declared(NEW, before=OLD))

    assert done.added == 3
    assert words(store) == [("20190101", "<p>first</p>"), ("20200101", "<p>second</p>"), ("20210101", "<p>third</p>")]


def test_a_capture_says_where_and_when_the_archive_got_it(store: Store) -> None:
    with ScriptedServer(Archived(kept("20190101", NEW, "first")).script) as server:
        run(store, server, declared(NEW))
        raw = f"{server.url()}web/20190101120000id_/{NEW}"

    (logged,) = store.log()
    capture = logged.capture
    assert (capture.at, capture.clock) == (datetime(2019, 1, 1, 12, tzinfo=UTC), "Memento-Datetime")
    assert (capture.url, capture.source, capture.status, capture.charset) == (NEW, raw, 200, "utf-8")
    assert capture.headers == (("Content-Type", "text/html; charset=utf-8"),)
    assert [(hop.url, hop.status, hop.address) for hop in capture.hops] == [(raw, 200, "127.0.0.1")]


def test_an_import_that_broke_off_goes_on_and_asks_for_nothing_twice(store: Store) -> None:
    archived = Archived(*(kept(f"2019010{day}", NEW, f"day {day}") for day in range(1, 6)))
    left = [3]  # answers before the archive shuts us out: the list and two pages

    def shutting_out(asked: Asked) -> Iterator[bytes]:
        left[0] -= 1
        return archived.script(asked) if left[0] >= 0 else iter((RESET,))

    with ScriptedServer(shutting_out) as server:
        with pytest.raises(SourceError, match="run the same command later"):
            run(store, server, declared(NEW))
        assert [day for day, _ in words(store)] == ["20190101", "20190102"]

        left[0] = 99
        done = run(store, server, declared(NEW))

    assert (done.known, done.added) == (2, 3)
    assert [day for day, _ in words(store)] == [f"2019010{day}" for day in range(1, 6)]


def test_what_is_there_is_not_asked_for_again(store: Store) -> None:
    archived = Archived(kept("20190101", NEW, "first"), kept("20190201", NEW, "second"))
    with ScriptedServer(archived.script) as server:
        run(store, server, declared(NEW))
        there = len(server.asked)
        again = run(store, server, declared(NEW))

    assert (again.added, again.known) == (0, 2)
    assert [asked.target.partition("?")[0] for asked in server.asked[there:]] == ["/cdx/search/cdx"]


def test_a_page_that_the_archive_cannot_give_is_named_and_the_others_come(store: Store) -> None:
    cut = Kept("20190201120000", NEW, b"half", headers=HTML | {"Content-Length": "400"})

    done = imported(store, Archived(kept("20190101", NEW, "first"), cut), declared(NEW))

    assert (done.added, len(done.refused)) == (1, 1)
    assert done.refused[0].endswith("it was cut when it was captured: 4 of 400 bytes")


def test_a_document_of_two_pages_has_a_record_each_time_one_of_them_is_captured_anew(store: Store) -> None:
    other = "https://example.org/annex"
    archived = Archived(
        kept("20190101", NEW, "terms 1"),
        kept("20190201", other, "annex 1"),
        kept("20190301", NEW, "terms 2"),
        kept("20190401", other, "annex 2"),
    )
    with ScriptedServer(archived.script) as server:
        run(store, server, declared(NEW, other))
        assert run(store, server, declared(NEW, other)).added == 0

    assert [text for _, text in words(store)] == [
        "<p>terms 1</p> <p>annex 1</p>",
        "<p>terms 2</p> <p>annex 1</p>",
        "<p>terms 2</p> <p>annex 2</p>",
    ]
