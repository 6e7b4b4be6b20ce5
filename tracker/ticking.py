"""What the daemon does, and how often it looks whether there is something to do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tracker import TOOL
from tracker.config_tables import duration
from tracker.daemon import Tick, check_tick, log
from tracker.digest.addresses import stored
from tracker.digest.reading import decode
from tracker.exchange.stamping import Unstamped, read_authority, stamp_due
from tracker.explain.news import Indexes, gather, link_articles, link_changes
from tracker.explain.news_sources import names, sources
from tracker.explain.news_texts import Texts
from tracker.fetch.robots import RobotsBook
from tracker.store.coverage import coverage_of
from tracker.store.tellings import heads
from tracker.tell.digests import compose_due
from tracker.tell.feeds import write_feeds
from tracker.tell.outbox import drain
from tracker.tell.ways import ways_out
from tracker.watch.capturing import CLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from tracker.digest.message import Stored
    from tracker.watch.setting_up import Setup

_DAY = timedelta(days=1)


def let_go(setup: Setup, now: datetime) -> None:
    """Let go of bodies that nothing was made of, where the configuration says so."""
    kept = setup.config.told.watch.keep_unused
    if kept is None:
        return
    gone = setup.watching.store.expire(now - duration(kept), now, clock=CLOCK, tool=TOOL)
    if gone:
        log.info("let go of %d bodies that nothing was made of", gone)


@dataclass(slots=True)
class Feeds:
    """Writes the feeds when there is something new in them."""

    written: tuple[Path, tuple[int, int]] | None = None  # where, and up to which change and link

    def __call__(self, setup: Setup, now: datetime) -> None:  # noqa: ARG002  feeds have no moment of their own
        """Write what is not written yet."""
        folder, store = setup.config.feeds, setup.watching.store
        if folder is None:
            return
        with store.reading() as connection:
            newest = (folder, heads(connection))
        if newest != self.written:
            files = write_feeds(_live(setup), folder, public_url=setup.config.told.public_url)
            self.written = newest
            if files:
                log.info("wrote %d feeds to %s", len(files), folder)


def _live(setup: Setup) -> Iterator[Stored]:
    store = setup.watching.store
    for row in store.changes(least=1):
        if row.is_live:
            with store.reading() as connection:
                coverage = coverage_of(connection, row.id)
            change = replace(decode(row.json), coverage=coverage)
            yield stored(row.id, change, public_url=setup.config.told.public_url, recorded_at=row.at)


@dataclass(slots=True)
class News:
    """Gathers articles and links them with changes, whichever came first."""

    indexes: Indexes = field(default_factory=Indexes)
    robots: RobotsBook = field(default_factory=RobotsBook)

    def __call__(self, setup: Setup, now: datetime) -> None:  # noqa: ARG002  each article has a moment of its own
        """Ask the sources whose turn has come; link what is new on either side."""
        store, clock, config = setup.watching.store, setup.going.clock, setup.config
        services = names(setup.watching.services)
        every = duration(config.told.news.every)
        gathered = gather(store, sources(config, services), setup.gate, clock, services, every)
        link_changes(store, services, clock, self.indexes)
        linked = link_articles(store, Texts(setup.gate, self.robots, clock), services, clock, self.indexes)
        for source, why in gathered.failures:
            log.warning("%s: %s", source, why)
        if gathered.met or linked:
            log.info("news: %d new articles, %d read", gathered.met, linked)


def compose(setup: Setup, now: datetime) -> None:
    """Compose the digests whose period is over."""
    made = compose_due(setup.watching.store, setup.config, now)
    if made:
        log.info("composed %d digests", made)


def send(setup: Setup, now: datetime) -> None:  # noqa: ARG001  each try has a moment of its own
    """Send what waits."""
    sent = drain(setup.watching.store, ways_out(setup.config), setup.going.clock, setup.going.dice)
    if sent:
        log.info("sent %d messages", sent)


def stamp(setup: Setup, now: datetime) -> None:
    """Have the chain of captures stamped, where an authority is configured."""
    authority = read_authority(setup.config)
    if authority is None:
        return
    told = stamp_due(setup.watching.store, authority, setup.gate, now)
    if isinstance(told, Unstamped):
        log.warning("the chain was not stamped: %s", told.why)
    elif told is not None:
        log.info("the chain was stamped")


TICKS = (
    Tick("check", 15.0, check_tick),
    Tick("news", 60.0, News()),
    Tick("digests", 30.0, compose),
    Tick("deliveries", 15.0, send),
    Tick("stamps", 600.0, stamp),
    Tick("feeds", 60.0, Feeds()),
    Tick("retention", _DAY.total_seconds(), let_go),
)
