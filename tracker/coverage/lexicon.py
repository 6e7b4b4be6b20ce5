"""The words the matcher knows, read from `lexicon.toml`: cues, nations, authorities, events, a glossary."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, NamedTuple, TypedDict

from snowballstemmer import stemmer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_STEMMER: Final = stemmer("english")


class _Cues(TypedDict):
    document: str
    names: list[str]
    change: str
    removal: str
    people: str
    phrases: list[str]


class _File(TypedDict):
    stop: dict[str, str]
    everyday: dict[str, str]
    cues: _Cues
    events: dict[str, str]
    authorities: dict[str, str]
    nations: dict[str, str]
    instruments: dict[str, str]
    glossary: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Forms:
    """Whole words, and beginnings of words in any form."""

    whole: frozenset[str]
    beginnings: tuple[str, ...]

    def hold(self, word: str) -> bool:
        """Tells whether a word is one of them."""
        return word in self.whole or word.startswith(self.beginnings)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Word lists in the shape the matcher asks for; beginnings are tuples, as `startswith` takes them."""

    stop: frozenset[str]
    everyday: frozenset[str]
    document: Forms  # English words as stems
    names: tuple[str, ...]  # of documents, in two words
    change: Forms  # as above
    removal: frozenset[str]
    people: frozenset[str]
    phrases: tuple[str, ...]
    events: Mapping[str, Forms]
    authorities: tuple[str, ...]
    nations: Mapping[str, str]  # word -> code
    instruments: Mapping[str, str]  # word -> name
    glossary: Mapping[str, Mapping[str, str]]  # language -> word without its ending -> English word


@lru_cache(maxsize=1 << 16)
def root(word: str) -> str:
    """Give the stem of an English word, whether or not it carries meaning of its own."""
    found: str = _STEMMER.stemWord(word)
    return found


def ending_off(word: str) -> str:
    """Gives a foreign word without the ending by which its forms differ: "sospetti" is "sospetta"."""
    return word.rstrip("aeionsàé")


@cache
def lexicon() -> Lexicon:
    """Gives the shipped lexicon."""
    raw: _File = tomllib.loads(files("tracker.coverage").joinpath("lexicon.toml").read_text("utf-8"))  # type: ignore[assignment]
    return Lexicon(
        stop=frozenset(word for words in raw["stop"].values() for word in words.split()),
        everyday=frozenset(word for words in raw["everyday"].values() for word in words.split()),
        document=_forms(raw["cues"]["document"], root),
        names=tuple(raw["cues"]["names"]),
        change=_forms(raw["cues"]["change"], root),
        removal=frozenset(raw["cues"]["removal"].split()),
        people=frozenset(raw["cues"]["people"].split()),
        phrases=tuple(raw["cues"]["phrases"]),
        events={name: _forms(words, str) for name, words in raw["events"].items()},
        authorities=tuple(raw["authorities"]["words"].split()),
        nations={word: code for code, words in raw["nations"].items() for word in words.split()},
        instruments={word: name for name, words in raw["instruments"].items() for word in words.split()},
        glossary={
            language: {ending_off(word): english for english, words in table.items() for word in words.split()}
            for language, table in raw["glossary"].items()
        },
    )


def _forms(words: str, told: Callable[[str], str]) -> Forms:
    every = words.split()
    return Forms(
        frozenset(told(word) for word in every if not word.endswith("*")),
        tuple(word.removesuffix("*") for word in every if word.endswith("*")),
    )


class Sense(NamedTuple):
    """What a word can be a cue for."""

    document: bool
    change: bool
    events: tuple[str, ...]


@lru_cache(maxsize=1 << 16)
def sense(word: str) -> Sense:
    """Gives what a lower-case word can be a cue for."""
    known = lexicon()
    forms = (word, root(word))
    return Sense(
        any(map(known.document.hold, forms)),
        any(map(known.change.hold, forms)),
        tuple(name for name, event in known.events.items() if event.hold(word)),
    )
