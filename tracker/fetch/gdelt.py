"""GDELT's DOC 2.0 API: which articles of the last three months hold words, wherever they were published.

It wants no more than one request in five seconds, says in plain text what it does not like, and escapes its JSON as no
parser expects. Its `seendate` is when GDELT saw an article, which is no date of publication but a bound of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import msgspec

from tracker.fetch.http import Fetcher, fetch
from tracker.fetch.news import Item, Listed, Refused, plain_address
from tracker.fetch.outcome import Failed, NotModified, PageRequest
from tracker.net.outcome import Limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.net.session import Gate

ADDRESS = "https://api.gdeltproject.org/api/v2/doc/doc"
WORDS = ("privacy policy", "terms of service", "terms of use", "user data", "FAQ")
_LIMITS = Limits(seconds=45.0, size=5_000_000, redirects=3)
_MOST = 250  # the most it gives for one question
_WINDOW = timedelta(days=88)  # it knows three months
_OVERLAP = timedelta(hours=6)  # articles enter its index out of order
_SHORTEST = 3  # letters of a word it takes
_LONGEST = 240  # characters of a question
_BAD_ESCAPE = re.compile(rb'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})')
_CONTROL = re.compile(rb"[\x00-\x1f]+")
_LIMITED = "limit requests"


class _Article(msgspec.Struct):
    url: str
    title: str = ""
    seendate: str = ""
    language: str = ""


class _Answer(msgspec.Struct):
    articles: list[_Article] = []


@dataclass(frozen=True, slots=True)
class Gdelt:
    """What GDELT knows of one service."""

    service: str
    names: tuple[str, ...]
    words: tuple[str, ...] = WORDS
    address: str = ADDRESS
    pause: float = 5.5
    is_chosen: bool = True  # by words anywhere in them

    @property
    def name(self) -> str:
        """Name it by the service."""
        return f"gdelt {self.service}"

    @property
    def host(self) -> str | None:
        """The host of the API."""
        return urlsplit(self.address).hostname

    @property
    def services(self) -> tuple[str, ...]:
        """None: a word of a question can stand anywhere in an article."""
        return ()

    def ask(self, memory: Mapping[str, str], gate: Gate, now: datetime) -> Listed | Refused:
        """Ask for what was seen since the last time."""
        since = max(now - _WINDOW, _read(memory.get("until")) or now - _WINDOW)
        outcome = fetch(PageRequest(self.question(since, now)), Fetcher(gate, limits=_LIMITS))
        if isinstance(outcome, Failed):
            return Refused(f"{outcome.kind}: {outcome.detail}", outcome.retry_after)
        if isinstance(outcome, NotModified):
            return Listed((), memory)
        read = read_answer(outcome.body)
        return read if isinstance(read, Refused) else Listed(read, {"until": _written(now - _OVERLAP)})

    def question(self, since: datetime, until: datetime) -> str:
        """Give the address that asks: any name of the service together with any of the words."""
        asked = {
            "query": f"{_any(self.names)} {_any(self.words)}",
            "mode": "artlist",
            "format": "json",
            "sort": "dateasc",
            "maxrecords": str(_MOST),
            "startdatetime": _written(since),
            "enddatetime": _written(until),
        }
        return f"{self.address}?{urlencode(asked)}"


def _any(words: tuple[str, ...]) -> str:
    """Ask for any of some words; those it refuses to look for, and those that no longer fit, are left out."""
    told: list[str] = []
    for word in dict.fromkeys(" ".join(re.findall(r"[\w.&'-]+", each)) for each in words):
        quoted = f'"{word}"' if " " in word or not word.isalnum() else word
        if len(word) >= _SHORTEST and len(" OR ".join((*told, quoted))) <= _LONGEST // 2:
            told.append(quoted)
    return f"({' OR '.join(told)})" if len(told) > 1 else "".join(told)


def read_answer(body: bytes) -> tuple[Item, ...] | Refused:
    """Read what GDELT answers."""
    if not body.strip():
        return ()
    if not body.lstrip().startswith(b"{"):
        said = " ".join(body[:300].decode("utf-8", "replace").split())
        wait = timedelta(minutes=1) if _LIMITED in said.lower() else None
        return Refused(f"GDELT says: {said}", wait)
    try:
        told = msgspec.json.decode(_BAD_ESCAPE.sub(b"", _CONTROL.sub(b" ", body)), type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        return Refused(f"GDELT answers what is no JSON: {wrong}")
    found = (_item(article) for article in told.articles[:_MOST])
    return tuple(item for item in found if item)


def _item(article: _Article) -> Item | None:
    address = plain_address(article.url)
    if address is None:
        return None
    return Item(address, " ".join(article.title.split())[:500] or None, not_after=_read(article.seendate))


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%d%H%M%S}"


def _read(stamp: str | None) -> datetime | None:
    """Read 20240923T101500Z and 20240923101500."""
    digits = re.sub(r"\D", "", stamp or "")
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
