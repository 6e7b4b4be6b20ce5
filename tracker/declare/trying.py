"""Trying a page before it is watched: what would be taken of it, whether it stays the same, how to declare it."""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from tracker.asking import page_at
from tracker.errors import ExtractionError, SourceError
from tracker.model import Format
from tracker.text.declaration import Page
from tracker.text.extract import extract
from tracker.text.html_charset import characters
from tracker.text.html_main import main_part
from tracker.watch.capturing import sniffed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.config import Config
    from tracker.fetch.outcome import Captured

_MOST_LINES = 20
_WHOLE = "body"
# How documents call themselves, and the type of Open Terms Archive's list; the first that is found holds.
_TYPES = (
    (r"law[ -]enforcement|government (?:data )?requests?", "Law Enforcement Guidelines"),
    (r"cookies?\b", "Trackers Policy"),
    (r"privacy|datenschutz|confidentialit[éà]|privacidad|riservatezza", "Privacy Policy"),
    (r"faqs?\b|frequently asked", "FAQ"),
    (r"developers?\b|api terms", "Developer Terms"),
    (r"community|conduct", "Community Guidelines"),
    (r"acceptable use", "Acceptable Use Policy"),
    (r"copyright|dmca", "Copyright Claims Policy"),
    (r"data processing", "Data Processor Agreement"),
    (r"imprint|impressum|mentions l[ée]gales", "Imprint"),
    (r"terms|tos\b|conditions|agb\b|agreement|nutzungsbedingungen", "Terms of Service"),
)


@dataclass(frozen=True, slots=True)
class Guess:
    """What a page seems to be."""

    service: str
    document: str
    type: str | None
    select: tuple[str, ...]
    language: str | None
    why: str = ""  # how the selector was found


@dataclass(frozen=True, slots=True)
class Tried:
    """A page as it was read once, or twice."""

    page: Page
    guess: Guess
    text: str
    differing: tuple[str, ...] | None = None  # lines with - and + that two fetches give differently; None: one fetch

    @property
    def words(self) -> int:
        """How many words would be kept."""
        return len(self.text.split())


def try_page(
    url: str, select: tuple[str, ...], remove: tuple[str, ...], config: Config, pause: Callable[[], None] | None
) -> Tried:
    """Fetch a page, once or, with a pause between, twice, and say what would be taken of it.

    Raises:
        SourceError: it cannot be fetched, or nothing is taken of it.
        UsageError: a selector cannot be read.
    """
    captured = page_at(url, config)
    guess = guessed(captured, select)
    page = Page(url=url, select=guess.select, remove=remove, language=guess.language, origin="--select, --remove")
    text = _text(captured, page)
    if pause is None:
        return Tried(page, guess, text)
    pause()
    return Tried(page, guess, text, _differing(text, _text(page_at(url, config), page)))


def _text(captured: Captured, page: Page) -> str:
    try:
        return extract(
            _format(captured), captured.body, page, base_url=captured.hops[-1].url, charset=captured.charset
        )  # fmt: skip
    except ExtractionError as failed:
        raise SourceError(f"{page.url}: {failed}") from failed


def _format(captured: Captured) -> Format:
    return sniffed(captured.body, {name.lower(): value for name, value in captured.headers})


def _differing(first: str, second: str) -> tuple[str, ...]:
    told = difflib.unified_diff(first.splitlines(), second.splitlines(), lineterm="", n=0)
    lines = [line for line in told if not line.startswith(("---", "+++", "@@"))]
    return tuple(lines[:_MOST_LINES])


def guessed(captured: Captured, select: tuple[str, ...] = ()) -> Guess:
    """Guess what a page is: whose, which document, and which part of it is the text."""
    url = captured.request.url
    if _format(captured) is not Format.HTML:
        kind = _type(url)
        return Guess(_host_name(url), kind or "Terms of Service", kind, (), captured.request.language)
    html = characters(captured.body, captured.charset, markup=True)
    tree = LexborHTMLParser(html)
    title, heading = _words(tree, "title"), _words(tree, "h1")
    kind = _type(heading) or _type(title) or _type(urlsplit(url).path.replace("-", " ").replace("_", " "))
    why = ""
    if not select:
        found = main_part(html)
        select = (found.selector if found else _WHOLE,)
        why = f"it holds {found.share:.0%} of the words" if found else "no part of the page stands out: look for one"
    language = _attribute(tree, "html[lang]", "lang")
    return Guess(
        service=_attribute(tree, "meta[property='og:site_name']", "content") or _host_name(url),
        document=kind or heading[:60] or title[:60] or "Terms of Service",
        type=kind,
        select=select,
        language=language if language and re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", language) else None,
        why=why,
    )


def _type(words: str) -> str | None:
    return next((kind for pattern, kind in _TYPES if re.search(rf"\b(?:{pattern})", words, re.IGNORECASE)), None)


def _words(tree: LexborHTMLParser, selector: str) -> str:
    node = tree.css_first(selector)
    return " ".join(node.text().split()) if node else ""


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str | None:
    node = tree.css_first(selector)
    told = " ".join(((node.attributes.get(name) if node else None) or "").split())
    return told[:60] or None


def _host_name(url: str) -> str:
    """Give the name in a host, "Telegram" for "telegram.org": its longest part but the last."""
    labels = (urlsplit(url).hostname or "").split(".")
    return max(labels[:-1] or labels, key=len).capitalize()


def declaration(tried: Tried, *, with_service: bool = True) -> str:
    """Write the declaration of a page, in TOML."""
    guess, page = tried.guess, tried.page
    told: list[tuple[str, str | list[str] | None]] = [
        ("type", guess.type),
        ("url", page.url),
        ("select", _one_or_many(guess.select)),
        ("remove", _one_or_many(tuple(str(one) for one in page.remove))),
        ("language", guess.language),
    ]
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in told if value]
    head = [f"service = {json.dumps(guess.service, ensure_ascii=False)}", ""] if with_service else []
    return "\n".join([*head, f"[documents.{json.dumps(guess.document, ensure_ascii=False)}]", *lines, ""])


def _one_or_many(selectors: tuple[str, ...]) -> str | list[str]:
    return selectors[0] if len(selectors) == 1 else list(selectors)
