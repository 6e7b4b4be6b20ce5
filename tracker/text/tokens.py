"""Words and marks of a text, as comparing sees them."""

from __future__ import annotations

import re
from functools import lru_cache
from zlib import crc32

from tracker.text.normalize import fold

# Scripts that put no blanks between words: one character is one token there.
_DENSE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAS_DENSE = re.compile(f"[{_DENSE}]")
_TOKEN = re.compile(r"\w+(?:[.'\u2019@/:&_-]+\w+)*|[^\w\s]")
_DENSE_TOKEN = re.compile(rf"[{_DENSE}]|[^\W{_DENSE}]+(?:[.'\u2019@/:&_-]+[^\W{_DENSE}]+)*|[^\w\s]")

CODES = 251  # rapidfuzz compares strings of one-byte symbols some thirty times faster than others


def tokens(text: str) -> tuple[list[str], list[int]]:
    """Splits a text into folded tokens and gives the start of each; a token's blanks behind it belong to it."""
    found = list((_DENSE_TOKEN if _HAS_DENSE.search(text) else _TOKEN).finditer(text))
    words = [m.group() for m in found]
    if not text.isascii() or "`" in text:
        words = [w if w.isascii() and w != "`" else fold(w) for w in words]
    return words, [m.start() for m in found]


@lru_cache(maxsize=1 << 16)
def code(token: str) -> int:
    """Gives a token's one-byte code: the same in every run, different for most tokens, blind to case."""
    return crc32(token.casefold().encode("utf-8", "replace")) % CODES


def is_word(token: str) -> bool:
    """Tells whether a token is a word or a number and not a mark."""
    return token[0].isalnum() or len(token) > 1
