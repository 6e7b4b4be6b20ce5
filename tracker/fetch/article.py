"""An article's page read: its text, who wrote it, its own address. With the extra `news` the text is trafilatura's."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from tracker.fetch.article_data import described, meta
from tracker.fetch.article_dates import dated
from tracker.fetch.news import plain_address, same_site

if TYPE_CHECKING:
    from datetime import datetime

LARGEST = 3_000_000  # bytes of a page
_LONGEST = 100_000  # characters of a text
_NAME = 200
_FURNITURE = (
    "script",
    "style",
    "noscript",
    "template",
    "nav",
    "header",
    "footer",
    "aside",
    "form",
    "button",
    "svg",
    "iframe",
)
_COLUMNS = ("article", "main", "[itemprop=articleBody]", ".article-body", ".post-content", ".entry-content")
_BLOCKS = ("p", "h2", "h3", "li", "blockquote", "td", "pre")
_SHORTEST = 200  # characters of a column that holds the article
_HEAD = re.compile(rb"<(?:!doctype|html|head|body|article|meta|p|div|title)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Story:
    """An article as its page tells it."""

    address: str  # its own, where the page names one of its site
    text: str
    title: str | None
    publisher: str | None
    author: str | None
    language: str | None
    published: datetime | None
    published_from: str | None
    not_after: datetime | None


class _Extractor(Protocol):
    def extract(
        self, filecontent: str, *, include_comments: bool, include_tables: bool, no_fallback: bool
    ) -> str | None:
        """Give the main text of a page."""


def read_story(body: bytes, url: str, read_at: datetime, charset: str | None = None) -> Story | None:
    """Read the page of an article; None where there is no text in it."""
    if len(body) > LARGEST or not _HEAD.search(body[:200_000]):
        return None
    soup = BeautifulSoup(body, "lxml", from_encoding=charset)
    told = described(soup)
    address = _canonical(soup, url)
    text = _text(str(soup))[:_LONGEST].strip()
    if not text:
        return None
    when = dated(soup, told, address, text, read_at)
    root = soup.find("html")
    language = told.language or (str(root.get("lang") or "") if isinstance(root, Tag) else "") or None
    return Story(
        address,
        text,
        _name(told.headline or meta(soup, "og:title", "twitter:title") or _heading(soup)),
        _name(told.publisher or meta(soup, "og:site_name", "application-name") or urlsplit(address).hostname),
        _name(told.author or meta(soup, "author", "article:author", "parsely-author", "dc.creator")),
        language.replace("_", "-")[:20].lower() if language else None,
        *when,
    )


def _canonical(soup: BeautifulSoup, url: str) -> str:
    """Give the address the page says is its own, if it is of the same site: another could say anything."""
    link = soup.find("link", rel="canonical")
    named = (str(link.get("href") or "") if isinstance(link, Tag) else "", meta(soup, "og:url") or "")
    for told in named:
        address = plain_address(urljoin(url, told)) if told else None
        if address and same_site(address, url) and urlsplit(address).path not in {"", "/"}:
            return address
    return plain_address(url) or url


def _heading(soup: BeautifulSoup) -> str | None:
    found = soup.find("h1") or soup.find("title")
    return found.get_text(" ") if found else None


def _name(text: str | None) -> str | None:
    if not text or "://" in text:
        return None
    return " ".join(text.split())[:_NAME] or None


def _text(page: str) -> str:
    """Give the text of the article, a paragraph a line."""
    try:
        extractor = cast("_Extractor", importlib.import_module("trafilatura"))
    except ModuleNotFoundError:
        return _column(page)
    try:
        told = extractor.extract(page, include_comments=False, include_tables=True, no_fallback=True)
    except Exception:  # noqa: BLE001  what a parser raises over hostile bytes is known by nobody
        told = None
    return told or _column(page)


def _column(page: str) -> str:
    """Give the paragraphs of the column that holds the article; of the whole page where there is none."""
    soup = BeautifulSoup(page, "lxml")
    for furniture in soup.find_all(_FURNITURE):
        furniture.decompose()
    for selector in _COLUMNS:
        for column in soup.select(selector, limit=3):
            if len(text := _paragraphs(column)) >= _SHORTEST:
                return text
    return _paragraphs(soup.body or soup)


def _paragraphs(column: Tag) -> str:
    told = [block for block in column.find_all(_BLOCKS) if not block.find(_BLOCKS)]
    return "\n".join(filter(None, (" ".join(block.get_text(" ").split()) for block in told)))
