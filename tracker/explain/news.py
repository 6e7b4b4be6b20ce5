"""News and changes: which explains which. Verbs the daemon and `tracker check` call again and again.

All state is in the archive, so each of them can end anywhere and be called once more. Texts pass through and are not
kept: an article that a later change may concern, by the hashes of its words, is read again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tracker.coverage.claims import denied
from tracker.coverage.consensus import Claim, agreed_against, note_on
from tracker.coverage.linking import VERSION, contested_link, match_one, with_denial
from tracker.coverage.reading import is_about
from tracker.coverage.sketch import may_concern, sketch, unpacked, wanted
from tracker.explain.news_gathering import Gathered, gather, meet
from tracker.explain.news_index import Indexes, texts_of
from tracker.explain.news_texts import Unread
from tracker.model import Article, Role
from tracker.net.pace import pause
from tracker.store import articles, documents, linked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from tracker.coverage.consensus import Account
    from tracker.coverage.linking import Linked, Matched
    from tracker.coverage.reading import ServiceNames
    from tracker.coverage.sketch import Wanted
    from tracker.explain.news_index import Index
    from tracker.explain.news_texts import Texts
    from tracker.fetch.article import Story
    from tracker.model import CoverageLink
    from tracker.store.database import AnyRow
    from tracker.store.linked import Sketched
    from tracker.store.store import Store

__all__ = ["Gathered", "Indexes", "gather", "link_articles", "link_changes", "meet", "relink"]

_EARLIEST: Final = timedelta(days=-15)  # an article this much older than the record of a change can still be about it
_LATEST: Final = timedelta(days=366)
_WEAK: Final = frozenset({None, "embedded post", "page", "text"})  # a feed knows better than these
_AT_ONCE: Final = 40


def link_articles(
    store: Store,
    texts: Texts,
    services: Mapping[str, ServiceNames],
    clock: Callable[[], datetime],
    indexes: Indexes | None = None,
    most: int = _AT_ONCE,
) -> int:
    """Read articles that wait for it and link them; gives how many were looked at."""
    desk = Desk(store, texts, services, clock, indexes or Indexes())
    with store.reading() as connection:
        waiting = articles.waiting(connection, clock(), most)
    for row in waiting:
        desk.look_at(row)
    return len(waiting)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where articles are read and linked, one at a time."""

    store: Store
    texts: Texts
    services: Mapping[str, ServiceNames]
    clock: Callable[[], datetime]
    indexes: Indexes

    def look_at(self, row: AnyRow) -> None:
        """Read one article and link it; where its host wants to be left alone, let it wait."""
        host = urlsplit(row.place).hostname if row.origin == "page" else None
        started = self.clock()
        with self.store.reading() as connection:
            told_of = articles.services_of(connection, row.id)
            ready_at = linked.ready_at(connection, host)
        if ready_at is not None and ready_at > started:
            with self.store.writing() as writing:
                articles.later(writing.connection, row.id, ready_at)
            return
        story = self.texts.read(row.origin, row.place)
        now = self.clock()
        found = {} if isinstance(story, Unread) else self._matched(_article(story, row), told_of)
        with self.store.writing() as writing:
            if host:
                rested = now + pause((now - started).total_seconds(), 0.0, 0.0)
                documents.delay(writing.connection, host, rested)
            if isinstance(story, Unread):
                _lost(writing.connection, row.id, story, told_of, now)
            else:
                _keep(writing.connection, row, story, found, now)

    def _matched(self, article: Article, told_of: tuple[str, ...]) -> dict[str, tuple[Index, Matched]]:
        """Match an article with the changes of every service it is about."""
        found = {}
        for name, names in self.services.items():
            if name in told_of or is_about(article, names):
                index = self.indexes.of(self.store, name)
                known = replace(names, given=names.given or name in told_of)
                matched = match_one(article, index.archive, known)
                found[name] = (index, replace(matched, links=self._held_against_texts(matched, index)))
        return found

    def _held_against_texts(self, matched: Matched, index: Index) -> tuple[Linked, ...]:
        """Give the links of an article, the first with what the texts of its change say against the article."""
        if not matched.links or matched.links[0].link.role not in {Role.QUOTES, Role.DESCRIBES}:
            return matched.links
        first, *others = matched.links
        before, after = texts_of(self.store, index.ids[first.change])
        denial = denied(matched.reading, before, after)
        return (replace(first, link=with_denial(first.link, denial)), *others)


def _article(story: Story, row: AnyRow) -> Article:
    """Give an article as the matcher takes it; what its page does not say, its source may have said."""
    published, source = story.published, story.published_from
    if published is None or (source in _WEAK and row.published is not None):
        published, source = (row.published, row.published_from) if row.published is not None else (published, source)
    title = story.title or row.title
    return Article(story.address, story.address, title, story.publisher, published, source, story.language, story.text)


def _lost(connection: Connection, article: int, why: Unread, told_of: tuple[str, ...], now: datetime) -> None:
    """Note that an article could not be read, and that changes need not wait for it."""
    articles.failed(connection, article, why.detail, now + why.again_after if why.again_after else None)
    for service in told_of:
        last = linked.state_of(connection, service)[0]
        linked.compared(connection, article, service, last, VERSION)


def _keep(
    connection: Connection, row: AnyRow, story: Story, found: Mapping[str, tuple[Index, Matched]], now: datetime
) -> None:
    """Keep what was found of an article, and nothing of its text but what shows it."""
    article = _article(story, row)
    one = next((matched for _, matched in found.values()), None)
    if one is None:
        articles.failed(connection, row.id, "it names no service that is declared", None)
        return
    facts = articles.Facts(
        story.address,
        article.title,
        article.publisher,
        story.author,
        article.language,
        article.published,
        article.published_from,
        None if article.published else min(filter(None, (story.not_after, row.not_after)), default=None),
        hashlib.sha256(story.text.encode("utf-8", "surrogatepass")).digest(),
        sketch(one.reading).packed(),
    )
    claims = tuple(_claims(one.account))
    key = articles.read(connection, row.id, facts, claims, now)
    if key is None:
        return
    articles.concerns(connection, key, found)
    links: list[tuple[int, CoverageLink]] = []
    for service, (index, matched) in found.items():
        contested = _contested(connection, key, article, matched, service)
        told = ((index.ids[each.change], each.link) for each in matched.links)
        links += [contested] if contested else told
        linked.compared(connection, key, service, index.last, VERSION)
    linked.put(connection, key, links, matcher=VERSION, now=now)
    articles.wait(connection, _now_alone(connection, key, claims), now)


def _claims(account: Account) -> Iterator[articles.Told]:
    for claim in account.claims.values():
        for name in sorted(account.names):
            yield articles.Told(claim.event, claim.slot, name, claim.value)


def _contested(
    connection: Connection, key: int, article: Article, matched: Matched, service: str
) -> tuple[int, CoverageLink] | None:
    """Give the link of an article that stands alone against others on an event: beside the change they are about."""
    for told in _claims(matched.account):
        tally = articles.tally(connection, told, key)
        claim = matched.account.claims[told.event, told.slot]
        if agreed := agreed_against(claim, tally):
            change = linked.beside(connection, articles.who_say(connection, told._replace(value=agreed)), service)
            if change is not None:
                return change, contested_link(article, claim.words, note_on(claim, tally))
    return None


def _now_alone(connection: Connection, key: int, claims: Iterable[articles.Told]) -> list[int]:
    """Give the articles that stand alone since this one was read, and are not known to."""
    found: list[int] = []
    for told in claims:
        tally = articles.tally(connection, told, 0)
        for value in tally:
            alone = articles.who_say(connection, told._replace(value=value)) if tally[value] == 1 else ()
            others = {each: count for each, count in tally.items() if each != value}
            claim = Claim(told.event, told.slot, value, "")
            if alone and alone[0] != key and agreed_against(claim, others):
                roles = {row.role for row in linked.links_of(connection, alone[0])}
                found += alone if roles - {Role.CONTESTED} else ()
    return found


def link_changes(
    store: Store, services: Mapping[str, ServiceNames], clock: Callable[[], datetime], indexes: Indexes | None = None
) -> int:
    """Find the articles that changes they were not compared with may concern; they are read again. Gives how many."""
    indexes = indexes or Indexes()
    found = 0
    for service in services:
        with store.reading() as connection:
            waiting = linked.to_compare(connection, service, linked.state_of(connection, service)[0], VERSION)
        if waiting:
            found += _compare(store, indexes.of(store, service), service, waiting, clock())
    return found


def _compare(store: Store, index: Index, service: str, waiting: Sequence[Sketched], now: datetime) -> int:
    since: dict[int, tuple[Wanted, ...]] = {}
    near: list[int] = []
    for one in waiting:
        if one.compared_to not in since:
            since[one.compared_to] = wanted(index.archive, index.place_after(one.compared_to))
        if one.matcher != VERSION or _is_near(one, since[one.compared_to], index):
            near.append(one.article)
    with store.writing() as writing:
        articles.wait(writing.connection, near, now)
        for one in waiting:
            linked.compared(writing.connection, one.article, service, index.last, VERSION)
    return len(near)


def _is_near(one: Sketched, changes: Iterable[Wanted], index: Index) -> bool:
    sketched = unpacked(one.sketch)
    for change in changes:
        at = index.moments[change.change]
        timely = one.published is None or _EARLIEST <= one.published - at <= _LATEST
        if may_concern(sketched, change, timely=timely):
            return True
    return False


def relink(store: Store, service: str | None = None) -> None:
    """Let all articles be compared with all changes again: those were judged anew, or names were declared."""
    with store.writing() as writing:
        linked.compare_anew(writing.connection, service)
