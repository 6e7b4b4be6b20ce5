"""Terms of a lexicon: how one is written, what it says, and where in a text it was found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_WORD = re.compile(r"\w+")


class Meaning(NamedTuple):
    """What a term says: a topic with its strength, a value of a fact with its rank, or a cue."""

    kind: str  # "topic", "value", "also" (the value in words too common to be told), "cue" or "scene"
    name: str  # the topic, the fact, the cue or the scene
    value: str  # which value of the fact
    weight: float  # strength of a topic, rank of a value


class Sense(NamedTuple):
    """What a term says, sorted by kind."""

    topics: tuple[Meaning, ...]
    values: tuple[Meaning, ...]
    cues: tuple[str, ...]  # words whose place matters to a rule
    scenes: frozenset[str]  # what is being spoken of; that it is said at all matters


Hit = tuple[int, int, Sense]  # a term found: the words from the first to the last (half-open), and what they mean


def joined(senses: Sequence[Sense]) -> Sense:
    """Gives what several terms say together, each thing once."""
    return Sense(
        tuple({m: None for sense in senses for m in sense.topics}),
        tuple({m: None for sense in senses for m in sense.values}),
        tuple({name: None for sense in senses for name in sense.cues}),
        frozenset([name for sense in senses for name in sense.scenes]),
    )


class BadTerm(ValueError):
    """A term that cannot be read; says why."""


class Part(NamedTuple):
    """One place in a term: a word, a word beginning, a class of words, or a gap."""

    kind: str  # "word", "prefix", "class", "figure" or "gap"
    text: str


FIGURE = Part("figure", "")


def parts_of(term: str, classes: Mapping[str, frozenset[str]]) -> list[Part]:
    """Reads a term; raises BadTerm where it cannot be one."""
    parts: list[Part] = []
    for piece in term.split():
        if piece == "...":
            parts.append(Part("gap", ""))
        elif piece == "#":
            parts.append(FIGURE)
        elif piece.startswith("@"):
            if piece[1:] not in classes:
                raise BadTerm(f"no class {piece!r}")
            parts.append(Part("class", piece[1:]))
        else:
            parts += _plain_parts(piece, term)
    if not parts or parts[0].kind == "gap" or parts[-1].kind == "gap":
        raise BadTerm("a term begins and ends with a word")
    if len(parts) == 1 and parts[0].kind == "prefix" and len(parts[0].text) < 3:
        raise BadTerm(f"{term!r} is too short for a word beginning")
    return parts


def _plain_parts(piece: str, term: str) -> Iterator[Part]:
    words = _WORD.findall(piece.lower())
    if not words or "*" in piece[:-1]:
        raise BadTerm(f"{piece!r} in {term!r} is no word")
    for n, word in enumerate(words):
        last = n == len(words) - 1
        yield Part("prefix" if last and piece.endswith("*") else "word", word)
