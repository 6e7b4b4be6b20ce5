"""Changes as feeds: Atom 1.0 (RFC 4287) and JSON Feed 1.1, which say the same. Pure: changes in, bytes out.

The id of an entry is made of what it is about (service, document, record), not of its number in an archive, and stays
the same for ever; so do the bytes of a feed, as long as nothing in it changes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import msgspec

from tracker import __version__
from tracker.digest.addresses import feed_url
from tracker.digest.page import one
from tracker.digest.saying import title
from tracker.digest.schema import moment
from tracker.digest.visible import brief, web_address
from tracker.model import Cause

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.digest.message import Stored
    from tracker.model import Change

NEWEST = 50  # entries of a feed
_MOST_CLAUSES = 10
_TITLE = 250  # characters
_SINCE = 2026  # the year in our tag URIs never changes (RFC 4151)
_AUTHOR = "policy-tracker"
_EMPTY = datetime(_SINCE, 1, 1, tzinfo=UTC)  # of a feed without entries


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed is of, and where it will be found."""

    name: str  # stable, part of its id: "all", "service/Acme"
    title: str
    path: str  # of the file, without its ending
    public_url: str | None = None

    def tag(self, specific: str) -> str:
        """Give a tag URI of ours."""
        host = urlsplit(self.public_url).hostname if self.public_url else None
        return f"tag:{host or 'localhost'},{_SINCE}:{specific}"

    @property
    def id(self) -> str:
        """The identity of the feed."""
        return self.tag(f"feed:{_print(self.name)}")

    def entry_id(self, change: Change) -> str:
        """Give the identity of an entry."""
        named = "\n".join((change.service or "", change.document or "", change.after.id, moment(change.after.at) or ""))
        return self.tag(f"change:{_print(named)}")


def is_for_feeds(change: Change, least: int) -> bool:
    """Tell whether a change stands in feeds: it is news, or it takes back what was."""
    if change.cause is Cause.VARIANT:
        return change.undoes is not None
    return change.cause is Cause.CHANGE and change.noise is None and change.significance >= least


def atom(feed: Feed, stored: Sequence[Stored]) -> bytes:
    """Give the newest changes as Atom."""
    chosen = _newest(stored)
    root = ET.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "en"})
    _add(root, "id", feed.id)
    _add(root, "title", brief(feed.title, _TITLE))
    _add(root, "updated", _moment(max(map(_updated, chosen), default=_EMPTY)))
    _add(ET.SubElement(root, "author"), "name", _AUTHOR)
    _add(root, "generator", _AUTHOR, version=__version__)
    _link(root, "self", feed_url(feed.public_url, f"{feed.path}.atom"), "application/atom+xml")
    _link(root, "alternate", web_address(feed.public_url), "text/html")
    for each in chosen:
        _entry(root, feed, each)
    ET.indent(root)
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def _entry(root: ET.Element, feed: Feed, stored: Stored) -> None:
    change = stored.change
    entry = ET.SubElement(root, "entry")
    _add(entry, "id", feed.entry_id(change))
    _add(entry, "title", _title(change))
    _add(entry, "updated", _moment(_updated(stored)))
    _add(entry, "published", _moment(change.after.at))
    _link(entry, "alternate", web_address(stored.url) or web_address(stored.page), "text/html")
    _link(entry, "related", web_address(stored.page), None)
    for topic in _topics(change):
        ET.SubElement(entry, "category", {"term": topic})
    _add(entry, "content", _content(stored), type="html")


def json_feed(feed: Feed, stored: Sequence[Stored]) -> bytes:
    """Give the newest changes as JSON Feed."""
    told: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": brief(feed.title, _TITLE),
        "home_page_url": web_address(feed.public_url),
        "feed_url": feed_url(feed.public_url, f"{feed.path}.json"),
        "authors": [{"name": _AUTHOR}],
        "language": "en",
        "items": [_item(feed, each) for each in _newest(stored)],
    }
    return msgspec.json.format(msgspec.json.encode(_without_gaps(told)), indent=1) + b"\n"


def _item(feed: Feed, stored: Stored) -> dict[str, object]:
    change = stored.change
    told: dict[str, object] = {
        "id": feed.entry_id(change),
        "url": web_address(stored.url) or web_address(stored.page),
        "external_url": web_address(stored.page),
        "title": _title(change),
        "content_html": _content(stored),
        "date_published": _moment(change.after.at),
        "date_modified": _moment(_updated(stored)),
        "tags": _topics(change),
        "_policy_tracker": {"change": stored.id, "significance": change.significance, "name": title(change)},
    }
    return _without_gaps(told)


def _without_gaps(told: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in told.items() if value is not None}


def _newest(stored: Sequence[Stored]) -> list[Stored]:
    return sorted(stored, key=lambda one: (_updated(one), one.id), reverse=True)[:NEWEST]


def _updated(stored: Stored) -> datetime:
    return stored.recorded_at or stored.change.after.at


def _content(stored: Stored) -> str:
    return one(stored.change, most=_MOST_CLAUSES, stored=stored)


def _title(change: Change) -> str:
    return brief(change.summary, _TITLE) or title(change)


def _topics(change: Change) -> list[str]:
    topics = dict.fromkeys(
        topic for judged in change.clauses if judged.verdict.significance for topic in judged.verdict.topics
    )
    return [brief(topic, _TITLE) for topic in topics]


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _print(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:32]


def _add(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = text


def _link(parent: ET.Element, rel: str, address: str | None, type_: str | None) -> None:
    if address is not None:
        ET.SubElement(parent, "link", {"rel": rel, "href": address} | ({"type": type_} if type_ else {}))
