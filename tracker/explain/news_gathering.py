"""Asking the sources of news which articles there are, and noting those that name a service."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tracker.coverage.reading import is_about
from tracker.fetch.news import Refused
from tracker.model import Article
from tracker.net.pace import back_off
from tracker.store import articles, documents, linked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from tracker.coverage.reading import ServiceNames
    from tracker.fetch.news import Item, Listed, NewsSource
    from tracker.net.session import Gate
    from tracker.store.database import AnyRow
    from tracker.store.store import Store

_PATIENCE: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What came of asking the sources."""

    asked: int
    met: int  # articles not heard of before
    failures: tuple[tuple[str, str], ...]  # source and why


def gather(
    store: Store,
    sources: Iterable[NewsSource],
    gate: Gate,
    clock: Callable[[], datetime],
    services: Mapping[str, ServiceNames],
    every: timedelta,
    *,
    sleep: Callable[[float], None] | None = None,
) -> Gathered:
    """Ask the sources whose turn has come, and note the articles they tell of that name a service.

    A host that wants to be left alone is waited for, where that is a matter of seconds and there is a `sleep`; else
    its source stays due for the next time.
    """
    asked = met = 0
    failures: list[tuple[str, str]] = []
    for source in sources:
        now = clock()
        with store.reading() as connection:
            there = linked.source(connection, source.name)
            ready_at = linked.ready_at(connection, source.host)
        if not _is_due(there, now) or not _is_ready(ready_at, now, sleep):
            continue
        told = source.ask(json.loads(there.memory) if there is not None else {}, gate, clock())
        asked += 1
        if isinstance(told, Refused):
            failures.append((source.name, told.detail))
        with store.writing() as writing:
            met += _noted(writing.connection, source, told, there, services, every, clock())
    return Gathered(asked, met, tuple(failures))


def _is_due(there: AnyRow | None, now: datetime) -> bool:
    return there is None or there.next_check_at is None or there.next_check_at <= now or there.checked_at > now


def _is_ready(ready_at: datetime | None, now: datetime, sleep: Callable[[float], None] | None) -> bool:
    wait = max(ready_at - now, timedelta(0)) if ready_at is not None else timedelta(0)
    if wait and sleep is not None and wait <= _PATIENCE:
        sleep(wait.total_seconds())
        return True
    return not wait


def _noted(
    connection: Connection,
    source: NewsSource,
    told: Listed | Refused,
    there: AnyRow | None,
    services: Mapping[str, ServiceNames],
    every: timedelta,
    now: datetime,
) -> int:
    """Note what a source told; gives how many articles of it were not known."""
    if source.host is not None:
        documents.delay(connection, source.host, now + timedelta(seconds=source.pause))
    if isinstance(told, Refused):
        failures = 1 + (there.failures if there is not None else 0)
        wait = max(told.retry_after or back_off(failures, 0), every)
        linked.asked_source(connection, source.name, at=now, next_check_at=now + wait, failure=told.detail)
        return 0
    met = _meet_all(connection, source, told.items, services, now)
    linked.asked_source(connection, source.name, at=now, next_check_at=now + every, memory=told.memory)
    return met


def _meet_all(
    connection: Connection,
    source: NewsSource,
    items: Sequence[Item],
    services: Mapping[str, ServiceNames],
    now: datetime,
) -> int:
    """Note those articles that are about a service, as far as a title and a summary tell."""
    met = 0
    for item in items:
        told = Article(item.address, item.address, item.title, None, None, None, None, item.summary)
        about = source.services or tuple(name for name, names in services.items() if is_about(told, names))
        if about or source.is_chosen:
            met += meet(connection, item, about, source.name, now) is not None
    return met


def meet(connection: Connection, item: Item, services: tuple[str, ...], source: str, now: datetime) -> int | None:
    """Note one article; None where it is known."""
    return articles.meet(
        connection,
        articles.Met(
            item.address,
            item.origin,
            item.place or item.address,
            source,
            services,
            item.title,
            item.published,
            item.published_from,
            item.not_after,
        ),
        now,
    )
