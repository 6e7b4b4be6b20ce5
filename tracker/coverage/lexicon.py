"""The words the matcher knows, read from `lexicon.toml`: cues, nations, authorities, events, a glossary."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Cues(TypedDict):
    document: str
    change: str
    removal: str
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
class Lexicon:
    """Word lists in the shape the matcher asks for; beginnings are tuples, as `startswith` takes them."""

    stop: frozenset[str]
    everyday: frozenset[str]
    document: frozenset[str]
    change: frozenset[str]
    removal: frozenset[str]
    phrases: tuple[str, ...]
    events: Mapping[str, tuple[str, ...]]
    authorities: tuple[str, ...]
    nations: Mapping[str, str]  # word -> code
    instruments: Mapping[str, str]  # word -> name
    glossary: Mapping[str, Mapping[str, str]]  # language -> word without its ending -> English word


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
        document=frozenset(raw["cues"]["document"].split()),
        change=frozenset(raw["cues"]["change"].split()),
        removal=frozenset(raw["cues"]["removal"].split()),
        phrases=tuple(raw["cues"]["phrases"]),
        events={name: tuple(words.split()) for name, words in raw["events"].items()},
        authorities=tuple(raw["authorities"]["words"].split()),
        nations={word: code for code, words in raw["nations"].items() for word in words.split()},
        instruments={word: name for name, words in raw["instruments"].items() for word in words.split()},
        glossary={
            language: {ending_off(word): english for english, words in table.items() for word in words.split()}
            for language, table in raw["glossary"].items()
        },
    )
