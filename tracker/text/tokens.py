"""Words and marks of a text, as comparing sees them.

What stands between two blanks is split once and then known: policies say the same words over and over.
"""

from __future__ import annotations

import re
from itertools import accumulate, chain
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from tracker.text.normalize import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

# Scripts that put no blanks between words: one character is one token there.
_DENSE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAS_DENSE = re.compile(f"[{_DENSE}]")
_TOKEN = re.compile(r"\w+(?:[.'\u2019@/:&_-]+\w+)*|[^\w\s]")
_DENSE_TOKEN = re.compile(rf"[{_DENSE}]|[^\W{_DENSE}]+(?:[.'\u2019@/:&_-]+[^\W{_DENSE}]+)*|[^\w\s]")

_KEPT = 60_000  # words that are known at once
_LONGEST = 40  # characters: longer ones (addresses, scripts without blanks) hardly come again
_CONTENT_LETTERS = 5
CODES = 251  # rapidfuzz compares strings of one-byte symbols some thirty times faster than others


def _pattern(text: str) -> re.Pattern[str]:
    return _TOKEN if text.isascii() or not _HAS_DENSE.search(text) else _DENSE_TOKEN


class Word(NamedTuple):
    """What stands between two blanks: its folded words and marks, which carry meaning, their codes and places."""

    tokens: tuple[str, ...]
    content: tuple[str, ...]  # those of at least five letters, blind to case
    codes: bytes
    lengths: tuple[int, ...]  # what each takes in the text, the blank behind the last one too


class _Words(dict[str, Word]):
    """The words met so far; forgets all when they become too many."""

    def __missing__(self, written: str) -> Word:
        found = list(_pattern(written).finditer(written))
        tokens = tuple([fold(one.group()) for one in found])
        low = [token.casefold() for token in tokens]
        word = Word(
            tokens,
            tuple([token for token in low if len(token) >= _CONTENT_LETTERS]),
            bytes([crc32(token.encode("utf-8", "replace")) % CODES for token in low]),
            tuple([len(one.group()) for one in found[:-1]] + [len(found[-1].group()) + 1] if found else []),
        )
        if len(written) <= _LONGEST:
            if len(self) >= _KEPT:
                self.clear()
            self[written] = word
        return word


_words = _Words()
_tokens, _content, _codes, _lengths = itemgetter(0), itemgetter(1), itemgetter(2), itemgetter(3)


def words(text: str) -> list[Word]:
    """Gives the words of a text."""
    return list(map(_words.__getitem__, text.split(" ")))


def tokens(found: Iterable[Word]) -> list[str]:
    """Gives the folded words and marks of some words; blanks are no tokens."""
    return list(chain.from_iterable(map(_tokens, found)))


def codes(found: Iterable[Word]) -> bytes:
    """Gives the tokens of some words as one-byte codes: the same in every run, different for most, blind to case."""
    return b"".join(map(_codes, found))


def content(found: Iterable[Word]) -> frozenset[str]:
    """Gives the tokens of some words that carry meaning, about: those of at least five letters, blind to case."""
    return frozenset(chain.from_iterable(map(_content, found)))


def token_starts(text: str) -> list[int]:
    """Gives where each token of a text begins; tokens and single blanks are all there is."""
    if text[:1] == " " or "  " in text:
        return [found.start() for found in _pattern(text).finditer(text)]
    return list(accumulate(chain.from_iterable(map(_lengths, words(text))), initial=0))[:-1]


def vocabulary(texts: Iterable[str]) -> set[str]:
    """Gives the different tokens of some texts."""
    return set(chain.from_iterable([_words[written].tokens for written in set(" ".join(texts).split(" "))]))


def is_word(token: str) -> bool:
    """Tells whether a token is a word or a number and not a mark."""
    return token[0].isalnum() or len(token) > 1
