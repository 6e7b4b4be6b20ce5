"""Words and marks of a text, as comparing sees them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zlib import crc32

from tracker.text.normalize import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

# Scripts that put no blanks between words: one character is one token there.
_DENSE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAS_DENSE = re.compile(f"[{_DENSE}]")
_TOKEN = re.compile(r"\w+(?:[.'\u2019@/:&_-]+\w+)*|[^\w\s]")
_DENSE_TOKEN = re.compile(rf"[{_DENSE}]|[^\W{_DENSE}]+(?:[.'\u2019@/:&_-]+[^\W{_DENSE}]+)*|[^\w\s]")

_CODES_KEPT = 100_000
CODES = 251  # rapidfuzz compares strings of one-byte symbols some thirty times faster than others


def tokens(text: str) -> list[str]:
    """Splits a text into folded words and marks; blanks are no tokens."""
    words: list[str] = _pattern(text).findall(text)
    if not text.isascii() or "`" in text:
        words = [w if w.isascii() and w != "`" else fold(w) for w in words]
    return words


def token_starts(text: str) -> list[int]:
    """Gives where each token of a text begins."""
    return [found.start() for found in _pattern(text).finditer(text)]


def _pattern(text: str) -> re.Pattern[str]:
    return _TOKEN if text.isascii() or not _HAS_DENSE.search(text) else _DENSE_TOKEN


class _Codes(dict[str, int]):
    """The codes of the tokens met so far; forgets all when they become too many."""

    def __missing__(self, token: str) -> int:
        if len(self) >= _CODES_KEPT:
            self.clear()
        code = self[token] = crc32(token.casefold().encode("utf-8", "replace")) % CODES
        return code


_codes = _Codes()


def codes(words: Iterable[str]) -> bytes:
    """Gives one-byte codes of tokens: the same in every run, different for most tokens, blind to case."""
    return bytes(map(_codes.__getitem__, words))


def is_word(token: str) -> bool:
    """Tells whether a token is a word or a number and not a mark."""
    return token[0].isalnum() or len(token) > 1
