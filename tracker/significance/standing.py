"""What the other version of a document says: a value that any of its clauses holds neither came nor went."""

from __future__ import annotations

import re
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from tracker.model import Fact, FactChange
from tracker.significance.numbers import is_age
from tracker.significance.rewording import bag, likeness

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tracker.significance.lexicon import Lexicon
    from tracker.text.version import Version

_LEAD = 40  # code points before a verb in which a "not" is looked for
_DENIED = re.compile(r"(?:\b(?:not|never|cannot|no longer|neither|nor)|n['\u2019]t)\s(?:\w+\s){0,2}\Z")
_ENDS = re.compile(r"[.!?;]\s+|\n")
_REACH = 300  # code points of a sentence to each side of what stands in it
_AKIN = 0.6  # share of the words around a value that stand around it elsewhere too
_TELLING = 3  # words around a value without which nothing can be said
_NOT = frozenset(("not", "no", "never", "neither", "nor", "cannot"))
_WORD = re.compile(r"\w+")


class Question(NamedTuple):
    """Something asked of a version: whether a value, words as they are, a promise or an age stand in its clauses."""

    about: str  # "value", "section", "sense", "words", "name", "verb", "promise" or "age"
    name: str  # the fact, of a value
    words: str  # the value, the words, the beginning of what is not done, or the age
    sense: frozenset[str] = frozenset()  # stems of the words around it
    path: tuple[str, ...] = ()  # the headings of the section asked about


class Standing:
    """The clauses of a version, to be asked what they hold; nothing is looked up before the first question."""

    def __init__(self, version: Version) -> None:
        self._version = version
        self._rest = iter(version.blocks)  # those not yet read
        self._values: set[tuple[str, str]] = set()  # of those read
        self._known: dict[Question, bool] = {}

    def answer(self, question: Question, lexicon: Lexicon) -> bool:
        """Answers a question; the same one is looked up once."""
        known = self._known.get(question)
        if known is None:
            known = self._known[question] = self._answer(question, lexicon)
        return known

    def _answer(self, question: Question, lexicon: Lexicon) -> bool:
        about, name, words, sense, path = question
        if about == "value":
            return self._holds((name, words), lexicon)
        if about == "section":
            return self._holds_near((name, words), lexicon, path)
        if about == "sense":
            return self._holds_alike((name, words), lexicon, sense)
        if about == "age":
            return is_age(words, self._text)
        if about == "name":
            return words in self._names
        return words in self._text if about == "words" else self._denies(words, sense)

    def _holds(self, value: tuple[str, str], lexicon: Lexicon) -> bool:
        while value not in self._values:
            block = next(self._rest, None)
            if block is None:
                return False
            self._values |= lexicon.values_in(block.text)
        return True

    def _holds_near(self, value: tuple[str, str], lexicon: Lexicon, path: tuple[str, ...]) -> bool:
        """Tells whether a clause of a section names a value."""
        version = self._version
        return any(
            version.path(at)[: len(path)] == path and value in lexicon.values_in(block.text)
            for at, block in enumerate(version.blocks)
        )

    def _holds_alike(self, value: tuple[str, str], lexicon: Lexicon, sense: frozenset[str]) -> bool:
        """Tells whether a sentence names a value among words alike.

        It holds most of the stems; so it holds one of the few longest, by which it is found before terms are looked up.
        """
        need = ceil(_AKIN * len(sense))
        longest = sorted(sense, key=lambda word: (-len(word), word))[: len(sense) - need + 1]
        for word in longest:
            at = self._low.find(word)
            while at >= 0:
                said, end = self._sentence(at)
                if len(sense & _stems(said)) >= need and value in lexicon.values_in(said):
                    return True
                at = self._low.find(word, end)
        return False

    def _sentence(self, at: int) -> tuple[str, int]:
        """Gives the sentence that holds an offset, and its end."""
        lead, rest = self._low[max(0, at - _REACH) : at], self._low[at : at + _REACH]
        said = _ENDS.split(rest)[0]
        return _ENDS.split(lead)[-1] + said, at + len(said) + 1

    @cached_property
    def _text(self) -> str:
        return "\n".join([block.text for block in self._version.blocks])

    @cached_property
    def _low(self) -> str:
        return self._text.lower()

    @cached_property
    def _names(self) -> str:
        return plain_name(self._low)

    def _denies(self, stem: str, sense: frozenset[str]) -> bool:
        """Tells whether a sentence says "not" of a verb, and is like the words given."""
        at = self._low.find(stem)
        while at >= 0:
            if _DENIED.search(self._low[max(0, at - _LEAD) : at]) and self._is_like(at, sense):
                return True
            at = self._low.find(stem, at + 1)
        return False

    def _is_like(self, at: int, sense: frozenset[str]) -> bool:
        if not sense:
            return True
        said = _stems(self._sentence(at)[0])
        return len(said) >= _TELLING and likeness(sense, said) >= _AKIN


class Inquiry:
    """Puts the questions about one clause to a version, and keeps them with their answers.

    `path` is where the clause stands, or would, in that version.
    """

    def __init__(self, standing: Standing, lexicon: Lexicon, path: tuple[str, ...] = ()) -> None:
        self._standing = standing
        self._lexicon = lexicon
        self._path = path
        self._answers: dict[Question, bool] = {}

    @property
    def answers(self) -> Mapping[Question, bool]:
        """What was asked so far, and the answers."""
        return self._answers

    def holds(self, fact: str, value: str) -> bool:
        """Tells whether a clause names a value of a fact, in whatever words."""
        return self._ask(Question("value", fact, value))

    def holds_near(self, fact: str, value: str) -> bool:
        """Tells whether a clause of the same section names a value; where no heading says what that is, none does."""
        return bool(self._path) and self._ask(Question("section", fact, value, path=self._path))

    def holds_alike(self, fact: str, value: str, around: Iterable[str]) -> bool:
        """Tells whether a sentence names a value among words like those that stand around it."""
        sense = bag(around) - _NOT
        return len(sense) >= _TELLING and self._ask(Question("sense", fact, value, sense))

    def says(self, words: str) -> bool:
        """Tells whether words stand in a clause as they are."""
        return self._ask(Question("words", "", words))

    def names(self, company: str) -> bool:
        """Tells whether a clause names a company, commas and points apart."""
        return self._ask(Question("name", "", plain_name(company.lower())))

    def denies(self, stem: str) -> bool:
        """Tells whether a clause says "not" of a verb that begins so."""
        return self._ask(Question("verb", "", stem))

    def promises(self, stem: str, sense: frozenset[str]) -> bool:
        """Tells whether a sentence says "not" of a verb that begins so, in words like those of a promise."""
        return len(sense - _NOT) >= _TELLING and self._ask(Question("promise", "", stem, sense - _NOT))

    def has_age(self, age: float) -> bool:
        """Tells whether a clause draws a line at an age."""
        return self._ask(Question("age", "", f"{age:g}"))

    def _ask(self, question: Question) -> bool:
        answer = self._answers[question] = self._standing.answer(question, self._lexicon)
        return answer


class Others(NamedTuple):
    """What asks the two versions about a clause: what came is looked for in the old one, what went in the new one."""

    old: Inquiry | None = None
    new: Inquiry | None = None

    def of(self, *, gone: bool) -> Inquiry | None:
        """Gives the one to ask about what went, or came."""
        return self.new if gone else self.old

    def name(self, fact: Fact) -> bool:
        """Tells whether the other version names a company that came or went."""
        other = None if fact.change is FactChange.CHANGED else self.of(gone=fact.after is None)
        return other is not None and other.names(fact.after or fact.before or "")


UNKNOWN = Others()  # nobody to ask


def answers_to(questions: Iterable[Question], standing: Standing, lexicon: Lexicon) -> tuple[bool, ...]:
    """Gives the answers of a version to questions asked of another one before."""
    return tuple([standing.answer(question, lexicon) for question in questions])


def plain_name(text: str) -> str:
    """Gives the words of a text with a blank around each."""
    return f" {' '.join(_WORD.findall(text))} "


def _stems(said: str) -> frozenset[str]:
    return bag(_WORD.findall(said.lower())) - _NOT
