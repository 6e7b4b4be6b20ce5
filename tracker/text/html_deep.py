"""Tells apart, cheaply, the pages that would keep the fast parser busy for minutes."""

from __future__ import annotations

import re
from itertools import accumulate

DEEPEST = 512  # elements inside one another; Lexbor needs seconds for 20,000 and does not end at 200,000
_LONGEST_TAG = 20_000  # characters without ">" that are worth a look
_MOST_ATTRIBUTES = 2_000  # of one element; Lexbor compares each name with all before it

# Starts and ends of elements that nest: containers, and emphasis, which parsers open anew in every paragraph.
_ANY = re.compile(r"<(/?)[a-zA-Z]")
_STEP = {"": 1, "/": -1}
_NESTING = re.compile(
    r"<(/?)(?:a|abbr|address|article|aside|b|big|blockquote|center|cite|code|details|dialog|dir|div|dl|em|fieldset"
    r"|figure|font|footer|form|h[1-6]|header|i|ins|label|main|menu|nav|nobr|object|ol|pre|s|section|small|span|strike"
    r"|strong|sub|sup|table|template|tt|u|ul|[a-z]+-[a-z-]+)(?=[\s/>])",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_TAG = re.compile(r"<[a-zA-Z]")
_SPLITS_ATTRIBUTES = re.compile(r"[\s/]+|(?<=\")")


def overloaded(html: str) -> bool:
    """Tell whether a page nests too deep, or loads an element with too much, for the fast parser."""
    if _nests_too_deep(html):
        return True
    return _has_long_tags(html) and any(map(_has_too_many_attributes, html.split(">")))


def _nests_too_deep(html: str) -> bool:
    # The cheap look takes images and line breaks for containers that are never closed; it settles most pages.
    levels = list(accumulate(map(_STEP.__getitem__, _ANY.findall(html))))
    if max(levels, default=0) - min(levels, default=0) < DEEPEST:
        return False
    return _deepest(_NESTING.findall(html)) > DEEPEST


def _deepest(slashes: list[str]) -> int:
    """Return how deep elements nest, given the slashes of their tags; stray ends count for nothing."""
    depth = deepest = 0
    for slash in slashes:
        if slash:
            depth = max(0, depth - 1)
        else:
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def _has_long_tags(html: str) -> bool:
    step = _LONGEST_TAG // 2
    return any(html.find(">", start, start + step) < 0 for start in range(0, len(html) - step, step))


def _has_too_many_attributes(piece: str) -> bool:
    start = _TAG.search(piece) if len(piece) > _LONGEST_TAG else None
    if start is None:
        return False
    bare = _QUOTED.sub('"', piece[start.start() :])
    return len(_SPLITS_ATTRIBUTES.split(bare)) > _MOST_ATTRIBUTES
