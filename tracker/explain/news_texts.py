"""The text of an article, had from where it is kept: its page, a file somebody saved, a record of the seeds.

Texts are read when they are to be matched, and let go when they are: the archive keeps none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import UsageError
from tracker.explain.coverage_files import read_articles
from tracker.fetch.article import LARGEST, Story, read_story
from tracker.fetch.http import Fetcher, fetch
from tracker.fetch.news import plain_address
from tracker.fetch.outcome import Captured, Failed, PageRequest
from tracker.net.outcome import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.fetch.robots import RobotsBook
    from tracker.model import Article
    from tracker.net.session import Gate

PAGES = (".html", ".htm")
_LIMITS = Limits(seconds=30.0, size=LARGEST, redirects=5)
_AGAIN = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Unread:
    """Why there is no text, and whether asking again may help."""

    detail: str
    again_after: timedelta | None = None


@dataclass(slots=True)
class Texts:
    """Reads articles wherever they are."""

    gate: Gate
    robots: RobotsBook | None
    clock: Callable[[], datetime]
    _files: dict[str, dict[str, Article]] = field(default_factory=dict)

    def read(self, origin: str, place: str) -> Story | Unread:
        """Read an article."""
        if origin == "page":
            return self._page(place)
        file, _, name = place.rpartition("#")
        try:
            if Path(file or place).suffix.lower() in PAGES:
                return saved_page(Path(file or place), self.clock())
            return self._record(file, name)
        except (OSError, UsageError) as wrong:
            return Unread(f"{place}: {wrong}")

    def _page(self, url: str) -> Story | Unread:
        outcome = fetch(PageRequest(url), Fetcher(self.gate, self.robots, _LIMITS, self.clock))
        if isinstance(outcome, Captured):
            address = outcome.hops[-1].url
            story = read_story(outcome.body, address, outcome.finished, outcome.charset)
            return story or Unread(f"{address}: there is no text in this page")
        if isinstance(outcome, Failed):
            again = (outcome.retry_after or _AGAIN) if outcome.transient else None
            return Unread(f"{outcome.kind}: {outcome.detail}", again)
        return Unread(f"{url}: not modified", _AGAIN)

    def _record(self, file: str, name: str) -> Story | Unread:
        if file not in self._files:
            self._files = {file: {one.id: one for one in read_articles(Path(file))}}
        found = self._files[file].get(name)
        return Unread(f"{file}: no article {name} in it any more") if found is None else _told(found)


def saved_page(file: Path, now: datetime) -> Story | Unread:
    """Read a page that somebody saved; the day of the file is a bound of its date."""
    body = file.read_bytes() if file.stat().st_size <= LARGEST else b""
    saved_at = min(now, datetime.fromtimestamp(file.stat().st_mtime, UTC))
    story = read_story(body, _saved_from(body) or f"file:{file.name}", saved_at)
    return story or Unread(f"{file}: there is no text in this page")


def _saved_from(body: bytes) -> str | None:
    """Give the address that browsers write into the pages they save."""
    _, mark, rest = body[:5000].partition(b"saved from url=(")
    told = rest.partition(b")")[2].split(b" ", 1)[0].decode("ascii", "ignore")
    return plain_address(told) if mark else None


def _told(article: Article) -> Story:
    address = (plain_address(article.url) if article.url else None) or f"record:{article.id}"
    return Story(
        address,
        article.text,
        article.title,
        article.publisher,
        None,
        article.language,
        article.published,
        article.published_from,
        None,
    )
