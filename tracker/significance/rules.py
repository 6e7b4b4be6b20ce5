"""Reads the judge's rules: lexicons by language and the table of scores, shipped ones and a user's own.

A mistake in a rules file is a UsageError that names file and line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, cast

from tracker.significance.lexicon import Lexicon
from tracker.significance.rules_file import RulesFile
from tracker.significance.terms import BadTerm, Meaning, parts_of
from tracker.significance.vocabulary import FACTS, TOPICS
from tracker.significance.words import words_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from tracker.model import Verdict
    from tracker.significance.reading import Side
    from tracker.significance.standing import Question

_NO_RANK = float("nan")
_LANGUAGE_KEYS = frozenset({"language", "covers", "classes", "topic", "value", "cue", "scene"})
SCORES = "scores.toml"
_LEXICON = re.compile(r"[a-z]{2}\.toml")


class _Match(Protocol):
    def span(self) -> tuple[int, int]: ...


class Pattern(Protocol):
    """A compiled pattern of linear time."""

    def search(self, text: str) -> _Match | None:
        """Finds the first place where the pattern fits."""


@dataclass(frozen=True, slots=True)
class Scores:
    """The weights that turn what was found into points, and the sums at which grades begin."""

    notable: float
    newsworthy: float
    size_most: float
    size_half: float
    size_alone: float  # how much more size counts where no word of the language is known
    topics: Mapping[str, float]
    facts: Mapping[str, float]
    places: Mapping[str, float]
    facts_most: float
    same_fact: int
    whole: float  # what facts count in a clause that came or went as a whole
    removed: float  # what topics count in a clause that went


@dataclass(frozen=True, slots=True)
class LanguageRules:
    """What is known of one language: its terms, and the topics they cover (all of them, or some)."""

    language: str
    lexicon: Lexicon
    covers: frozenset[str]
    classes: Mapping[str, frozenset[str]]
    patterns: tuple[tuple[str, str, Pattern], ...] = ()  # topic, pattern as written, compiled
    sides: dict[str, Side] = field(default_factory=dict, compare=False, repr=False)  # of whole clauses, read before
    _named: dict[str, Mapping[str, frozenset[str]]] = field(default_factory=dict, compare=False, repr=False)

    def classes_for(self, service: str) -> Mapping[str, frozenset[str]]:
        """Gives the classes of words, with the service among the words by which the provider speaks of itself."""
        classes = self._named.get(service)
        if classes is None:
            provider = self.classes.get("provider", frozenset()).union(words_of(service).words)
            classes = self._named[service] = {**self.classes, "provider": provider}
        return classes


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything the judge knows, compiled."""

    languages: Mapping[str, LanguageRules]
    scores: Scores
    topics: tuple[str, ...] = TOPICS
    verdicts: dict[Hashable, Verdict] = field(default_factory=dict, compare=False, repr=False)  # given before
    asked: dict[Hashable, tuple[tuple[Question, ...], ...]] = field(
        default_factory=dict, compare=False, repr=False
    )  # for them


class _Draft:
    """The terms of one language while files add to them."""

    def __init__(self) -> None:
        self.terms: dict[str, list[Meaning]] = {}
        self.classes: dict[str, frozenset[str]] = {}
        self.covers: set[str] = set()
        self.patterns: list[tuple[str, str, Pattern]] = []

    def add(self, file: RulesFile, terms: str, meaning: Meaning) -> None:
        for term in re.split(r"[,\n]", terms):
            plain = " ".join(term.lower().split())
            if not plain:
                continue
            try:
                parts_of(plain, self.classes)
            except BadTerm as error:
                raise file.wrong(term.strip(), str(error)) from error
            meanings = self.terms.setdefault(plain, [])
            if all(known[:3] != meaning[:3] for known in meanings):  # the first, stronger mention counts
                meanings.append(meaning)


def _read(file: RulesFile, drafts: dict[str, _Draft], topics: set[str], weights: dict[str, float]) -> None:
    for key in file.tables:
        if key not in _LANGUAGE_KEYS:
            raise file.wrong(key, f"unknown key {key!r}; known are {', '.join(sorted(_LANGUAGE_KEYS))}")
    draft = drafts.setdefault(file.text_of(file.tables, "language", "the file") or "en", _Draft())
    classes = file.tables.get("classes", {})
    if not isinstance(classes, dict):
        raise file.wrong("classes", "classes is a table: write [classes]")
    for name in classes:
        draft.classes[name] = frozenset(re.findall(r"\w+", file.text_of(classes, name, "classes").lower()))
    draft.covers |= set(file.texts_of(file.tables, "covers", "the file"))
    _read_topics(file, draft, topics, weights)
    for table in file.tables_of("value"):
        fact, value = file.text_of(table, "fact", "a value"), file.text_of(table, "id", "a value")
        if fact not in FACTS:
            raise file.wrong(f'"{fact}"', f"no fact {fact!r}; known are {', '.join(FACTS)}")
        rank = file.number_of(table, "rank", f"{fact} {value}", _NO_RANK)
        draft.add(file, file.text_of(table, "terms", value), Meaning("value", fact, value, rank))
        draft.add(file, file.text_of(table, "also", value), Meaning("also", fact, value, rank))
        for each in re.split(r"[,\n]", file.text_of(table, "each", fact)):  # every term is a value of its own
            draft.add(file, each, Meaning("value", fact, " ".join(each.split()), rank))
    for kind in ("cue", "scene"):
        for table in file.tables_of(kind):
            name = file.text_of(table, "id", f"a {kind}")
            draft.add(file, file.text_of(table, "terms", name), Meaning(kind, name, "", 0.0))


def _read_topics(file: RulesFile, draft: _Draft, topics: set[str], weights: dict[str, float]) -> None:
    for table in file.tables_of("topic"):
        topic = file.text_of(table, "id", "a topic")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", topic):
            raise file.wrong(topic or "[[topic]]", "a topic needs an id of small letters, digits and _")
        topics.add(topic)
        if "weight" in table:
            weights[topic] = file.number_of(table, "weight", topic, 1.0)
        draft.add(file, file.text_of(table, "strong", topic), Meaning("topic", topic, "", 1.0))
        draft.add(file, file.text_of(table, "weak", topic), Meaning("topic", topic, "", 0.5))
        for pattern in file.texts_of(table, "patterns", topic):
            draft.patterns.append((topic, pattern, _compiled(file, pattern, topic)))


def _compiled(file: RulesFile, pattern: str, topic: str) -> Pattern:
    """Compiles a user's pattern with google-re2, which no text can slow down."""
    try:
        import re2  # noqa: PLC0415 - an extra, needed by user patterns alone
    except ImportError as error:
        reason = "patterns need the extra 'patterns': pip install 'policy-tracker[patterns]'"
        raise file.wrong(pattern, reason, behind=f'"{topic}"') from error
    try:
        return cast("Pattern", re2.compile(f"(?i){pattern}"))
    except re2.error as error:
        raise file.wrong(pattern, f"pattern {pattern!r}: {error}", behind=f'"{topic}"') from error


def _scores(file: RulesFile, weights: Mapping[str, float]) -> Scores:
    def table(key: str, *needed: str) -> dict[str, float]:
        found = file.tables.get(key)
        if not isinstance(found, dict):
            raise file.wrong(key, f"the table [{key}] is missing")
        for name in needed:
            if name not in found:
                raise file.wrong(f"[{key}]", f"{name} is missing in [{key}]")
        return {name: file.number_of(found, name, key, 0.0) for name in found}

    grades = table("grades", "notable", "newsworthy")
    size = table("size", "most", "half", "alone")
    limits = table("limits", "facts", "same_fact", "whole", "removed")
    return Scores(
        notable=grades["notable"],
        newsworthy=grades["newsworthy"],
        size_most=size["most"],
        size_half=size["half"],
        size_alone=size["alone"],
        topics=MappingProxyType({**table("topics"), **weights}),
        facts=MappingProxyType(table("facts")),
        places=MappingProxyType(table("places")),
        facts_most=limits["facts"],
        same_fact=int(limits["same_fact"]),
        whole=limits["whole"],
        removed=limits["removed"],
    )


def load_rules(extra: Iterable[tuple[str, str]] = ()) -> Rules:
    """Gives the rules of the package, with the user's own files (name, text) added to them.

    Files among which is a table of scores are a whole set of rules, and stand in the place of those of the package.
    """
    own = tuple(extra)
    if any(_base(name) == SCORES for name, _ in own):
        return _load(own, ())
    return _load(_shipped(), own)


def _base(name: str) -> str:
    return re.split(r"[/\\]", name)[-1]


@cache
def _shipped() -> tuple[tuple[str, str], ...]:
    folder = resources.files("tracker.significance") / "rules"
    return tuple((f.name, f.read_text(encoding="utf-8")) for f in sorted(folder.iterdir(), key=lambda f: f.name))


@cache
def _load(whole: tuple[tuple[str, str], ...], extra: tuple[tuple[str, str], ...]) -> Rules:
    drafts: dict[str, _Draft] = {}
    topics: set[str] = set(TOPICS)
    weights: dict[str, float] = {}
    for name, text in (*(f for f in whole if _LEXICON.fullmatch(_base(f[0]))), *extra):
        _read(RulesFile(name, text), drafts, topics, weights)
    scores = _scores(next(RulesFile(*f) for f in whole if _base(f[0]) == SCORES), weights)
    languages = {
        code: LanguageRules(
            code,
            Lexicon(d.terms, d.classes),
            frozenset(d.covers),
            MappingProxyType(d.classes),
            tuple(d.patterns),
        )
        for code, d in drafts.items()
    }
    order = TOPICS + tuple(sorted(topics - set(TOPICS)))
    return Rules(MappingProxyType(languages), scores, order)
