"""When an article was published, and how we know.

The address of an article says it best, then its structured data, then its meta elements, then a post it embeds, then
its own first words. A date in the furniture of a page may be that of the visit: it is a bound and no date.
"""

from __future__ import annotations

import importlib
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from bs4 import Tag

from tracker.coverage.dating import day_in_address
from tracker.coverage.words import dates
from tracker.fetch.article_data import meta

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bs4 import BeautifulSoup

    from tracker.fetch.article_data import Described

_METAS = (
    "article:published_time", "og:article:published_time", "datepublished", "datePublished", "parsely-pub-date",
    "sailthru.date", "dc.date.issued", "dc.date", "dcterms.created", "citation_publication_date", "pubdate", "date",
)  # fmt: skip
_CONFIDENCE = {"url": "high", "structured data": "high", "meta": "high", "feed": "high", "user": "high"}
_MODERATE = frozenset({"embedded post", "page"})
_FIRST = datetime(1995, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)
_BEGINNING = 400  # characters of a text in which it says of itself when it was written
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORDY = re.compile(
    r"(?i)(\d{1,2})?(?:st|nd|rd|th)?\s*(?:of\s+)?([a-z]{3})[a-z]*\.?\s*(\d{1,2})?(?:st|nd|rd|th)?,?\s+(\d{4})"
)


class When(NamedTuple):
    """The day of publication with where it comes from, or the day by which it was published."""

    published: datetime | None
    published_from: str | None
    not_after: datetime | None


class _Finder(Protocol):
    def find_date(self, htmlobject: str, *, extensive_search: bool, original_date: bool) -> str | None:
        """Give the date of a page."""


def confidence(published_from: str | None) -> str:
    """Say how far a date can be trusted, by where it comes from."""
    source = (published_from or "").split(":", 1)[0]
    return _CONFIDENCE.get(source, "moderate" if source in _MODERATE else "low")


def dated(soup: BeautifulSoup, told: Described, address: str, text: str, read_at: datetime) -> When:
    """Say when an article was published."""
    for moment, source in _told(soup, told, address, text):
        if moment is not None and _FIRST <= moment <= read_at + _AHEAD:
            return When(moment, source, None)
    bounds = [read_at, *(one for one in _furniture(soup, told) if _FIRST <= one <= read_at)]
    return When(None, None, min(bounds))


def _told(
    soup: BeautifulSoup, told: Described, address: str, text: str
) -> Iterator[tuple[datetime | None, str]]:  # fmt: skip
    yield day_in_address(address), "url"
    yield read_moment(told.published), "structured data"
    yield read_moment(meta(soup, *_METAS)), "meta"
    stamp = soup.find("time", attrs={"itemprop": "datePublished"}) or soup.find("time", pubdate=True)
    yield read_moment(str(stamp.get("datetime") or stamp.get_text()) if isinstance(stamp, Tag) else None), "meta"
    yield _embedded(soup), "embedded post"
    yield _by_library(str(soup)), "page"
    yield next((day for stamp in dates(text[:_BEGINNING]) if (day := read_moment(stamp))), None), "text"


def _embedded(soup: BeautifulSoup) -> datetime | None:
    """Give the day of the last post the article embeds: it is hardly much older than that."""
    posts = soup.select("blockquote.twitter-tweet, blockquote.instagram-media, blockquote.mastodon-embed", limit=20)
    days = [day for post in posts for link in post.find_all("a") if (day := read_moment(link.get_text()))]
    return max(days, default=None)


def _by_library(page: str) -> datetime | None:
    """Ask htmldate, where it is there (extra `news`); it looks for words we do not know."""
    try:
        finder = cast("_Finder", importlib.import_module("htmldate"))
    except ModuleNotFoundError:
        return None
    try:
        return read_moment(finder.find_date(page, extensive_search=False, original_date=True))
    except Exception:  # noqa: BLE001  what a parser raises over hostile bytes is known by nobody
        return None


def _furniture(soup: BeautifulSoup, told: Described) -> Iterator[datetime]:
    """Give the dates that only bound the day: of the last edit, and those around the article."""
    around = " \n".join(
        part.get_text(" ")[:2000] for part in soup.select("header, footer, nav, .date, .today", limit=20)
    )
    stamps = (told.modified, meta(soup, "article:modified_time", "og:updated_time", "last-modified"), *dates(around))
    yield from (moment for stamp in stamps if (moment := read_moment(stamp)))


def read_moment(stamp: str | None) -> datetime | None:
    """Read a date as machines and as people write it; None where it names no day."""
    told = " ".join((stamp or "").split())[:60]
    try:
        moment = datetime.fromisoformat(told)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        pass
    found = _WORDY.search(told)
    if not found or found[2].lower() not in _MONTHS or not (found[1] or found[3]):
        return None
    try:
        return datetime(int(found[4]), _MONTHS.index(found[2].lower()) + 1, int(found[1] or found[3]), tzinfo=UTC)
    except ValueError:
        return None
