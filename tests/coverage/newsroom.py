"""A newsroom for tests: a server with feeds and pages in our own words, a clock that is set by hand, stored changes."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from archives import capture
from coverage_news import ACME, NOON
from scripted_server import Asked, ScriptedServer, page

from tracker.coverage.reading import ServiceNames
from tracker.explain.news import Gathered, Indexes, gather, link_articles, link_changes
from tracker.explain.news_texts import Texts
from tracker.net.address import allow_list
from tracker.net.session import Gate
from tracker.store.coverage import coverage_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.fetch.news import NewsSource
    from tracker.model import Change
    from tracker.store.store import Store

SERVICES = {"Acme": ACME, "Brio": ServiceNames("Brio")}
HOUR = timedelta(hours=1)
Link = tuple[str, str, str]  # path of the article, role, first evidence


@dataclass
class Clock:
    """A clock that is set by hand."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def set(self, days: float) -> None:
        self.now = NOON + timedelta(days=days)

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Site:
    """What a server has: bodies by path, with their types."""

    pages: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def script(self, asked: Asked) -> Iterator[bytes]:
        path = asked.target.partition("?")[0]
        if path not in self.pages:
            return page(b"not here", "404 Not Found")
        kind, body = self.pages[path]
        tag = f'"{hash(body)}"'
        if asked.headers.get("if-none-match") == tag:
            return page(b"", "304 Not Modified", ETag=tag)
        return page(body, Content_Type=kind, ETag=tag)

    def article(self, path: str, title: str, *paragraphs: str, head: str = "") -> None:
        told = "".join(f"<p>{html.escape(one)}</p>" for one in paragraphs)
        body = (
            f'<!doctype html><html lang="en"><head><title>{title}</title>{head}</head><body><nav>Home, News</nav>'
            f"<article><h1>{title}</h1>{told}</article><footer>All rights</footer></body></html>"
        )
        self.pages[path] = ("text/html; charset=utf-8", body.encode())

    def rss(self, base: str, *entries: tuple[str, str, datetime]) -> None:
        items = "".join(
            f"<item><title>{title}</title><link>{base}{path}?utm_source=rss</link>"
            f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
            for path, title, at in entries
        )
        body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'
        self.pages["/rss.xml"] = ("application/rss+xml", body.encode())

    def atom(self, base: str, *entries: tuple[str, str, datetime]) -> None:
        items = "".join(
            f'<entry><title>{title}</title><id>{path}</id><link href="{base}{path}"/>'
            f"<published>{at:%Y-%m-%dT%H:%M:%SZ}</published><updated>{at:%Y-%m-%dT%H:%M:%SZ}</updated></entry>"
            for path, title, at in entries
        )
        body = f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>{items}</feed>'
        self.pages["/atom.xml"] = ("application/atom+xml", body.encode())


@dataclass
class Newsroom:
    """An archive, a server and what the daemon calls."""

    store: Store
    server: ScriptedServer
    clock: Clock
    indexes: Indexes = field(default_factory=Indexes)

    @property
    def gate(self) -> Gate:
        return Gate("test/1", allow_list((f"127.0.0.1:{self.server.port}",)))

    def gather(self, *sources: NewsSource) -> Gathered:
        return gather(self.store, sources, self.gate, self.clock, SERVICES, HOUR, sleep=self.clock.sleep)

    def work(self) -> int:
        """Do what the daemon does until nothing is left to do; gives how many articles were read."""
        texts, looked_at = Texts(self.gate, None, self.clock), 0
        for _ in range(20):
            link_changes(self.store, SERVICES, self.clock, self.indexes)
            done = link_articles(self.store, texts, SERVICES, self.clock, self.indexes)
            looked_at += done
            self.clock.now += timedelta(minutes=1)  # hosts are left alone between two pages
            if not done:
                return looked_at
        raise AssertionError("the articles never stop waiting")

    def record(self, change: Change, day: float) -> int:
        told = capture(
            f"{change.document} {day}".encode(), at=self.clock.now, service="Acme", document=change.document or ""
        )
        with self.store.writing() as writing:
            return writing.record_change(writing.record_capture(told), None, change, made_by="m")

    def coverage(self, change: int) -> list[Link]:
        with self.store.reading() as connection:
            return [
                (link.article.id.removeprefix(self.server.url("")), str(link.role), link.evidence[0].note)
                for link in coverage_of(connection, change)
            ]
