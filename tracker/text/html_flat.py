"""Flattens pages that nest too deep for the fast parser, by BeautifulSoup.

Browsers do the same: Blink puts what is nested deeper than 512 elements beside its parent instead of into it.
"""

from __future__ import annotations

from html import escape
from itertools import islice
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PreformattedString

from tracker.text.html_deep import DEEPEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bs4.element import PageElement

_KEPT_ATTRIBUTES = 100
_VERBATIM = frozenset({"script", "style"})
_SEPARATOR = "<wbr>"
_VOID = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
))  # fmt: skip


def flattened(html: str) -> str:
    """Return the page with elements below the deepest level written beside their parents; no word is lost."""
    parts: list[str] = []
    ways: list[tuple[Iterator[PageElement], str]] = [(iter(BeautifulSoup(html, "lxml").contents), "")]
    while ways:
        children, ending = ways[-1]
        child = next(children, None)
        if child is None:
            ways.pop()
            parts.append(ending)
        elif isinstance(child, Tag):
            beside = len(ways) > DEEPEST // 2
            parts.append(_SEPARATOR if beside else _start(child))
            if child.name not in _VOID:
                ways.append((iter(child.contents), _SEPARATOR if beside else f"</{child.name}>"))
        elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
            verbatim = child.parent is not None and child.parent.name in _VERBATIM
            parts.append(str(child) if verbatim else escape(child, quote=False))
    return "".join(parts)


def _start(tag: Tag) -> str:
    """Return the start of an element with the first of its attributes."""
    attributes = (
        f' {name}="{escape(" ".join(value) if isinstance(value, list) else str(value))}"'
        for name, value in islice(tag.attrs.items(), _KEPT_ATTRIBUTES)
    )
    return f"<{tag.name}{''.join(attributes)}>"
