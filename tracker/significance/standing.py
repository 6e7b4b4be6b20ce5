"""What the other version of a document says: a value that any of its clauses holds neither came nor went."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tracker.significance.lexicon import Lexicon
    from tracker.text.version import Version

_LEAD = 40  # code points before a verb in which a "not" is looked for
_DENIED = re.compile(r"(?:\b(?:not|never|cannot|no longer)|n['\u2019]t)\s(?:\w+\s){0,2}\Z")


class Question(NamedTuple):
    """Something asked of a version: whether a value, words as they are, or a promise stand in one of its clauses."""

    about: str  # "value", "words" or "promise"
    name: str  # the fact, of a value
    words: str  # the value, the words, or the beginning of what is not done


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
        about, name, words = question
        if about == "value":
            return self._holds((name, words), lexicon)
        return words in self._text if about == "words" else self._denies(words)

    def _holds(self, value: tuple[str, str], lexicon: Lexicon) -> bool:
        while value not in self._values:
            block = next(self._rest, None)
            if block is None:
                return False
            self._values |= lexicon.values_in(block.text)
        return True

    @cached_property
    def _text(self) -> str:
        return "\n".join([block.text for block in self._version.blocks])

    @cached_property
    def _low(self) -> str:
        return self._text.lower()

    def _denies(self, stem: str) -> bool:
        at = self._low.find(stem)
        while at >= 0:
            if _DENIED.search(self._low[max(0, at - _LEAD) : at]):
                return True
            at = self._low.find(stem, at + 1)
        return False


class Inquiry:
    """Puts the questions about one clause to a version, and keeps them with their answers."""

    def __init__(self, standing: Standing, lexicon: Lexicon) -> None:
        self._standing = standing
        self._lexicon = lexicon
        self._answers: dict[Question, bool] = {}

    @property
    def answers(self) -> Mapping[Question, bool]:
        """What was asked so far, and the answers."""
        return self._answers

    def holds(self, fact: str, value: str) -> bool:
        """Tells whether a clause names a value of a fact, in whatever words."""
        return self._ask(Question("value", fact, value))

    def says(self, words: str) -> bool:
        """Tells whether words stand in a clause as they are."""
        return self._ask(Question("words", "", words))

    def denies(self, stem: str) -> bool:
        """Tells whether a clause says "not" of a verb that begins so."""
        return self._ask(Question("promise", "", stem))

    def _ask(self, question: Question) -> bool:
        answer = self._answers[question] = self._standing.answer(question, self._lexicon)
        return answer


def answers_to(questions: Iterable[Question], standing: Standing, lexicon: Lexicon) -> tuple[bool, ...]:
    """Gives the answers of a version to questions asked of another one before."""
    return tuple([standing.answer(question, lexicon) for question in questions])
