"""Feeds and pages that mean harm: nothing is opened, nothing is noted, nothing takes long."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from coverage_news import NOON
from newsroom import Clock, Newsroom
from scripted_server import ScriptedServer, page

from tracker.explain.news import meet
from tracker.explain.news_sources import Folder
from tracker.fetch.feeds import Feed, read_feed
from tracker.fetch.gdelt import Gdelt
from tracker.fetch.news import Item, Refused
from tracker.store import articles
from tracker.store.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scripted_server import Asked

ENTRY = "<item><title>Acme &x; opens</title><link>https://news.example/a</link></item>"
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY x "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><rss version="2.0"><channel>' + ENTRY + "</channel></rss>"
)
XXE = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    '<rss version="2.0"><channel>' + ENTRY + "</channel></rss>"
)


def attack(asked: Asked) -> Iterator[bytes]:
    if asked.target == "/large":
        yield b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n"
        yield from (b"<item>" * 100_000 for _ in range(90))
    elif asked.target.startswith("/away"):
        yield from page(b"", "302 Found", Location=f"/away{len(asked.target)}{asked.target[-1:]}")
    else:
        bodies = {"/bomb": BOMB, "/xxe": XXE, "/prose": "Acme is in the news.", "/path": "/etc/passwd", "/empty": ""}
        yield from page(bodies[asked.target.partition("?")[0]].encode(), Content_Type="application/rss+xml")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with open_store(tmp_path / "archive.sqlite") as store, ScriptedServer(attack) as server:
        yield Newsroom(store, server, Clock(NOON))


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/bomb", "declares entities"),
        ("/xxe", "declares entities"),
        ("/large", "too_large"),
        ("/away", "redirect_loop"),
        ("/prose", "no feed"),
        ("/path", "no feed"),
        ("/empty", "no feed"),
    ],
)
def test_a_feed_that_is_none_is_a_failure_that_is_told_and_tried_again_later(
    room: Newsroom, path: str, why: str
) -> None:
    feed = Feed(room.server.url(path))
    gathered = room.gather(feed)
    assert (gathered.met, len(gathered.failures)) == (0, 1)
    assert why in gathered.failures[0][1]
    assert room.gather(feed).asked == 0
    room.clock.now += timedelta(hours=7)
    assert room.gather(feed).asked == 1


def test_entities_in_another_coding_are_seen_too() -> None:
    for coding in ("utf-16", "utf-16-be", "utf-8-sig"):
        assert isinstance(read_feed(BOMB.encode(coding), "", NOON), Refused)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "file:///etc/passwd", "http://a@b.example/", "//news.example/a", "", "x" * 3000]
)
def test_an_entry_that_leads_to_no_page_is_left_out(address: str) -> None:
    feed = f'<rss version="2.0"><channel><item><title>Acme</title><link>{address}</link></item></channel></rss>'
    assert read_feed(feed.encode(), "", NOON) in ((), Refused("this is no feed"))


@pytest.mark.parametrize("path", ["/large", "/away", "/prose", "/empty"])
def test_a_page_that_is_no_article_leaves_nothing_but_its_failure(room: Newsroom, path: str) -> None:
    with room.store.writing() as writing:
        key = meet(writing.connection, Item(room.server.url(path)), ("Acme",), "user", NOON)
    assert key is not None
    room.work()
    with room.store.reading() as connection:
        row = articles.row(connection, key)
    assert (row.state, row.sketch, row.sha256) == (articles.FAILED, None, None)
    assert row.failure


def test_an_article_at_an_address_of_the_inside_is_not_asked_for(room: Newsroom) -> None:
    with room.store.writing() as writing:
        key = meet(writing.connection, Item("http://127.0.0.1:1/admin"), ("Acme",), "user", NOON)
    assert key is not None
    room.work()
    with room.store.reading() as connection:
        assert "blocked_address" in articles.row(connection, key).failure


def test_a_folder_that_is_not_there_and_gdelt_that_complains_are_failures(room: Newsroom, tmp_path: Path) -> None:
    missing = Folder(tmp_path / "none", "inbox")
    gdelt = Gdelt("Acme", ("Acme",), address=room.server.url("/prose"))
    gathered = room.gather(missing, gdelt)
    assert [name for name, _ in gathered.failures] == ["inbox", "gdelt Acme"]
