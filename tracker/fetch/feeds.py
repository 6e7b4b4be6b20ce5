"""RSS and Atom feeds: asked conditionally, read with bounds, and never trusted.

The parser is given bytes in memory and nothing it could open; a document that declares entities is not parsed at all.
"""

from __future__ import annotations

import html
import io
import re
from calendar import timegm
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import struct_time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import feedparser

from tracker.fetch.http import Fetcher, fetch
from tracker.fetch.news import Item, Listed, Refused, plain_address
from tracker.fetch.outcome import Failed, NotModified, PageRequest, Validators
from tracker.net.outcome import Limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.net.session import Gate

_LIMITS = Limits(seconds=30.0, size=3_000_000, redirects=5)
_MOST = 300  # entries of a feed that are read
_LONGEST = 500  # characters of a title
_LONGEST_SUMMARY = 20_000
_ENTITY = re.compile(rb"<!\s*(?:ENTITY|ATTLIST|ELEMENT)", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,500}>")
_AHEAD = timedelta(days=2)  # a date further in the future is a mistake
_FIRST_YEAR = 1995


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed at an address; of one service, or of everything."""

    url: str
    services: tuple[str, ...] = ()
    pause: float = 3.0
    is_chosen: bool = False

    @property
    def name(self) -> str:
        """Name it by its address."""
        return f"feed {self.url}"

    @property
    def host(self) -> str | None:
        """The host of its address."""
        return urlsplit(self.url).hostname

    def ask(self, memory: Mapping[str, str], gate: Gate, now: datetime) -> Listed | Refused:
        """Ask for the feed, or whether it is what it was."""
        outcome = fetch(PageRequest(self.url, validators=_validators(memory)), Fetcher(gate, limits=_LIMITS))
        if isinstance(outcome, NotModified):
            return Listed((), memory)
        if isinstance(outcome, Failed):
            return Refused(f"{outcome.kind}: {outcome.detail}", outcome.retry_after)
        kind = next((value for name, value in outcome.headers if name.lower() == "content-type"), "")
        read = read_feed(outcome.body, kind, now)
        if isinstance(read, Refused):
            return read
        given = outcome.validators
        told = {"url": given.url, "etag": given.etag or "", "modified": given.last_modified or ""} if given else {}
        return Listed(read, told)


def _validators(memory: Mapping[str, str]) -> Validators | None:
    url = memory.get("url")
    return Validators(url, memory.get("etag") or None, memory.get("modified") or None) if url else None


def read_feed(body: bytes, content_type: str, now: datetime) -> tuple[Item, ...] | Refused:
    """Read a feed."""
    if _ENTITY.search(body.replace(b"\0", b"")):  # also in UTF-16
        return Refused("the feed declares entities of its own: it is not read")
    try:
        told = feedparser.parse(
            io.BytesIO(body),
            response_headers={"content-type": content_type},
            sanitize_html=False,  # no markup of it is ever shown
            resolve_relative_uris=False,
        )
    except Exception as wrong:  # noqa: BLE001  what a parser raises over hostile bytes is known by nobody
        return Refused(f"the feed cannot be read: {type(wrong).__name__}")
    if not told.get("entries") and not told.get("version"):
        return Refused("this is no feed")
    found = (_item(entry, now) for entry in told.entries[:_MOST])
    return tuple(item for item in found if item)


def _item(entry: feedparser.FeedParserDict, now: datetime) -> Item | None:
    address = plain_address(str(entry.get("link") or ""))
    if address is None:
        return None
    title = _text(str(entry.get("title") or ""))[:_LONGEST]
    content = entry.get("content") or [{}]
    summary = str(entry.get("summary") or "") + " " + str(content[0].get("value") or "")
    published = _moment(entry.get("published_parsed"), now)
    bound = _moment(dict.get(entry, "updated_parsed"), now)  # its own `get` gives "published" for it
    return Item(
        address,
        title or None,
        _text(summary[:_LONGEST_SUMMARY]),
        published,
        "feed" if published else None,
        None if published else bound,
    )


def _text(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())


def _moment(told: object, now: datetime) -> datetime | None:
    """Give the moment a feed names; None where it can be none."""
    if not isinstance(told, struct_time) or told.tm_year < _FIRST_YEAR:
        return None
    try:
        moment = datetime.fromtimestamp(timegm(told), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment <= now + _AHEAD else None
