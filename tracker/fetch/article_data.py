"""What an article's page says of itself to machines: JSON-LD of schema.org, and meta elements."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bs4 import BeautifulSoup

_KINDS = ("article", "blogposting", "report", "newsitem", "posting")  # how the types of articles end
_LARGEST = 200_000  # characters of a script that are read
_MOST = 500  # things looked at in all scripts of a page


@dataclass(frozen=True, slots=True)
class Described:
    """What the structured data of a page tells of its article."""

    headline: str | None = None
    publisher: str | None = None
    author: str | None = None
    language: str | None = None
    published: str | None = None
    modified: str | None = None


def described(soup: BeautifulSoup) -> Described:
    """Read the structured data of a page: of several articles in it the first."""
    for thing in _things(soup):
        kinds = thing.get("@type")
        named = kinds if isinstance(kinds, list) else [kinds]
        if any(isinstance(kind, str) and kind.lower().endswith(_KINDS) for kind in named):
            return Described(
                _string(thing.get("headline")) or _string(thing.get("name")),
                _named(thing.get("publisher")),
                _named(thing.get("author")),
                _string(thing.get("inLanguage")),
                _string(thing.get("datePublished")),
                _string(thing.get("dateModified")),
            )
    return Described()


def _things(soup: BeautifulSoup) -> Iterator[dict[str, object]]:
    """Give the objects of all scripts, from the outside in."""
    waiting: list[object] = []
    for script in soup.find_all("script", type="application/ld+json"):
        text = script.get_text()
        if len(text) <= _LARGEST:
            try:
                waiting.append(json.loads(text, strict=False))
            except (ValueError, RecursionError):
                continue
    looked_at = 0
    while waiting and looked_at < _MOST:
        one = waiting.pop(0)
        looked_at += 1
        if isinstance(one, list):
            waiting = [*one[:_MOST], *waiting]
        elif isinstance(one, dict):
            yield one
            waiting += [one[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in one]


def _string(told: object) -> str | None:
    return told.strip() or None if isinstance(told, str) else None


def _named(told: object) -> str | None:
    """Give the name of a person or an organisation, of several the first."""
    first = told[0] if isinstance(told, list) and told else told
    return _string(first.get("name")) if isinstance(first, dict) else _string(first)


def meta(soup: BeautifulSoup, *names: str) -> str | None:
    """Give what the first of these meta elements that is there says."""
    for name in names:
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            found = soup.find("meta", attrs={attribute: name})
            if found is not None and (told := " ".join(str(found.get("content") or "").split())):
                return told
    return None
