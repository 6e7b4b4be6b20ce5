"""Where news comes from, as the configuration names it: feeds, GDELT, an inbox of saved articles, the seeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.errors import UsageError
from tracker.explain.coverage_files import read_articles
from tracker.explain.explaining import names_of
from tracker.explain.news_texts import PAGES, Unread, saved_page
from tracker.fetch.feeds import Feed
from tracker.fetch.gdelt import WORDS, Gdelt
from tracker.fetch.news import Item, Listed, Refused, plain_address

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from tracker.config import Config
    from tracker.coverage.reading import ServiceNames
    from tracker.fetch.news import NewsSource
    from tracker.net.session import Gate
    from tracker.text.declaration import ServiceDeclaration

_RECORDS = (".toml", ".jsonl", ".ndjson", ".json")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of articles: records (.toml), lines (.jsonl), or pages as a browser saves them (.html)."""

    folder: Path
    kind: str  # "inbox", "seeds"
    host: None = None
    services: tuple[str, ...] = ()
    pause: float = 0.0
    is_chosen: bool = True

    @property
    def name(self) -> str:
        """Name it by what it is."""
        return self.kind

    def ask(self, memory: Mapping[str, str], gate: Gate, now: datetime) -> Listed | Refused:  # noqa: ARG002
        """List what lies in the folder; a file that cannot be read keeps none of the others."""
        if not self.folder.is_dir():
            return Refused(f"{self.folder}: there is no such folder")
        items: list[Item] = []
        wrong: list[str] = []
        for file in sorted(one for one in self.folder.rglob("*") if one.is_file()):
            try:
                items += items_in(file, now)
            except (UsageError, OSError) as error:
                wrong.append(str(error))
        return Refused("; ".join(wrong)) if wrong and not items else Listed(tuple(items), memory)


def items_in(file: Path, now: datetime) -> tuple[Item, ...]:
    """List the articles of a file; none where it is of another kind.

    Raises:
        UsageError: the file says what it may not.
    """
    kind = file.suffix.lower()
    if kind in PAGES:
        story = saved_page(file, now)
        if isinstance(story, Unread):
            raise UsageError(story.detail)
        return (Item(story.address, story.title, origin="file", place=str(file.absolute())),)
    if kind not in _RECORDS:
        return ()
    origin = "record" if kind == ".toml" else "file"
    return tuple(
        Item(
            (plain_address(one.url) if one.url else None) or f"record:{one.id}",
            one.title,
            one.text,
            one.published,
            one.published_from,
            origin=origin,
            place=f"{file.absolute()}#{one.id}",
        )
        for one in read_articles(file)
    )


def names(declared: Mapping[str, ServiceDeclaration]) -> dict[str, ServiceNames]:
    """Give the names of all services that are declared."""
    return {service: names_of(declared, service) for service in declared}


def sources(config: Config, services: Mapping[str, ServiceNames]) -> tuple[NewsSource, ...]:
    """Give the sources of news that the configuration names."""
    news = config.told.news
    found: list[NewsSource] = []
    if config.coverage.is_dir():
        found.append(Folder(config.coverage, "seeds"))
    if config.inbox is not None:
        found.append(Folder(config.inbox, "inbox"))
    found += (Feed(url) for url in news.feeds)
    for service, own in news.services.items():
        found += (Feed(url, (service,)) for url in own.feeds)
    if news.gdelt:
        for one in services.values():
            words = news.services[one.name].words if one.name in news.services else ()
            found.append(Gdelt(one.name, (one.name, *one.aliases), words or WORDS))
    return tuple(found)
