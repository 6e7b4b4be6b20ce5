"""Finds lexicon terms in the words of a text: which terms stand where, and what each of them means.

A term is a sequence of words. `disclos*` stands for every word that begins so, `@not` for any word of the class
`not`, `#` for a word that begins with a digit, and `...` for up to `GAP` words. All terms of a language make one
automaton whose states are built when a text first needs them; so a text is read once, one look-up a word, however
many terms there are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

GAP = 3
_MOST_WORDS = 200_000  # remembered words; far above the vocabulary of a long history
_MOST_STATES = 50_000  # remembered states; a long history needs a fraction of them
_MOST_TEXTS = 10_000  # remembered headings and lead-ins
_SPLIT = re.compile(r"(\w+)")


class Words(NamedTuple):
    """The words of a text in lower case, and where each begins and ends."""

    words: list[str]
    starts: list[int]
    ends: list[int]


def words_of(text: str, offset: int = 0) -> Words:
    """Gives the words of a text with their offsets, counted from `offset`."""
    low = text.lower()
    if len(low) != len(text):  # "İ" grows when lowered; offsets must not move
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    parts = _SPLIT.split(low)
    offsets = list(accumulate(map(len, parts), initial=offset))
    return Words(parts[1::2], offsets[1:-1:2], offsets[2::2])


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


_FIGURE = Part("figure", "")


def parts_of(term: str, classes: Mapping[str, frozenset[str]]) -> list[Part]:
    """Reads a term; raises BadTerm where it cannot be one."""
    parts: list[Part] = []
    for piece in term.split():
        if piece == "...":
            parts.append(Part("gap", ""))
        elif piece == "#":
            parts.append(_FIGURE)
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
    words = _SPLIT.findall(piece.lower())
    if not words or "*" in piece[:-1]:
        raise BadTerm(f"{piece!r} in {term!r} is no word")
    for n, word in enumerate(words):
        last = n == len(words) - 1
        yield Part("prefix" if last and piece.endswith("*") else "word", word)


@dataclass(slots=True)
class _Node:
    """A place reached inside terms: what may come next, and what is said when a term ends here."""

    after: dict[Part, _Node] = field(default_factory=dict)
    gap: _Node | None = None
    sense: Sense | None = None


class _Item(NamedTuple):
    """A term being read: how far, over how many words, how many more a gap may swallow."""

    node: int
    age: int
    gap: int


class _State(dict[int, "_State"]):
    """Where all terms stand after a word; its successors by symbol are added when they are first needed."""

    __slots__ = ("begun", "build", "ends")

    def __init__(self, build: Lexicon, items: frozenset[_Item]) -> None:
        super().__init__()
        self.build = build
        self.begun = items
        nodes = build.nodes
        ends = {(i.age, i.node): sense for i in items if (sense := nodes[i.node].sense)}
        self.ends = tuple([(age, ends[age, node]) for age, node in sorted(ends)])

    def __missing__(self, symbol: int) -> _State:
        state = self.build.step(self.begun, symbol)
        self[symbol] = state
        return state


class _Symbols(dict[str, int]):
    """The number of the set of parts that a word fits; words that fit the same parts share it."""

    __slots__ = ("build",)

    def __init__(self, build: Lexicon) -> None:
        super().__init__()
        self.build = build

    def __missing__(self, word: str) -> int:
        symbol = self.build.symbol_of(word)
        self[word] = symbol
        return symbol


class Lexicon:
    """The terms of one language, ready to be looked up; remembers what it has met."""

    def __init__(self, terms: Mapping[str, Sequence[Meaning]], classes: Mapping[str, frozenset[str]]) -> None:
        self.nodes = [_Node()]
        self._numbers: dict[int, int] = {id(self.nodes[0]): 0}
        self._fits: list[frozenset[Part]] = [frozenset()]
        self._fit_numbers: dict[frozenset[Part], int] = {frozenset(): 0}
        self._known: set[Part] = set()
        for term, meanings in terms.items():
            self._add(parts_of(term, classes), tuple(meanings))
        self._members: dict[str, list[Part]] = {}
        for part in self._known:
            for word in classes[part.text] if part.kind == "class" else ():
                self._members.setdefault(word, []).append(part)
        self._lengths = sorted({len(p.text) for p in self._known if p.kind == "prefix"})
        self._forget()

    def _forget(self) -> None:
        self._said: dict[tuple[str, ...], Sense] = {}
        self._held: dict[str, frozenset[tuple[str, str]]] = {}
        self._symbols = _Symbols(self)
        self._states: dict[frozenset[_Item], _State] = {}
        self._root = self._state(frozenset())

    def _add(self, parts: Sequence[Part], meanings: tuple[Meaning, ...]) -> None:
        node = self.nodes[0]
        for part in parts:
            if part.kind == "gap":
                node.gap = self._numbered(node.gap)
                node = node.gap
            else:
                self._known.add(part)
                node.after[part] = self._numbered(node.after.get(part))
                node = node.after[part]
        node.sense = Sense(
            tuple(m for m in meanings if m.kind == "topic"),
            tuple(m for m in meanings if m.kind in ("value", "also")),
            tuple(m.name for m in meanings if m.kind == "cue"),
            frozenset(m.name for m in meanings if m.kind == "scene"),
        )

    def _numbered(self, node: _Node | None) -> _Node:
        if node is None:
            node = _Node()
            self._numbers[id(node)] = len(self.nodes)
            self.nodes.append(node)
        return node

    def symbol_of(self, word: str) -> int:
        """Gives the number of the set of parts that a word fits."""
        fits = set(self._members.get(word, ()))
        fits.update(
            p for p in (Part("word", word), _FIGURE) if p in self._known and (p is not _FIGURE or word[0].isdigit())
        )
        for length in self._lengths:
            part = Part("prefix", word[:length])
            if length <= len(word) and part in self._known:
                fits.add(part)
        key = frozenset(fits)
        if key not in self._fit_numbers:
            self._fit_numbers[key] = len(self._fits)
            self._fits.append(key)
        return self._fit_numbers[key]

    def _state(self, items: frozenset[_Item]) -> _State:
        state = self._states.get(items)
        if state is None:
            state = self._states[items] = _State(self, items)
        return state

    def step(self, items: frozenset[_Item], symbol: int) -> _State:
        """Gives the state after one more word."""
        fits = self._fits[symbol]
        reached: set[_Item] = set()
        for item in (*items, _Item(0, 0, 0)):
            node = self.nodes[item.node]
            for part in fits:
                if part in node.after:
                    reached |= self._entered(node.after[part], item.age + 1)
            if item.gap:
                reached.add(_Item(item.node, item.age + 1, item.gap - 1))
        return self._state(frozenset(reached))

    def _entered(self, node: _Node, age: int) -> set[_Item]:
        entered = {_Item(self._numbers[id(node)], age, 0)} if node.after or node.sense else set()
        if node.gap:
            entered.add(_Item(self._numbers[id(node.gap)], age, GAP))
        return entered

    def said(self, texts: tuple[str, ...]) -> Sense:
        """Gives all that the terms of some texts say together; remembered, for headings are asked for often."""
        known = self._said.get(texts)
        if known is None:
            if len(self._said) > _MOST_TEXTS:
                self._said.clear()
            known = joined([sense for text in texts for _, _, sense in self.find(words_of(text).words)])
            self._said[texts] = known
        return known

    def values_in(self, text: str) -> frozenset[tuple[str, str]]:
        """Gives fact and value of all values that a text names; remembered, for most clauses of a document stay."""
        held = self._held.get(text)
        if held is None:
            if len(self._held) > _MOST_TEXTS:
                self._held.clear()
            values = [m for _, _, sense in self.find(words_of(text).words) for m in sense.values]
            held = self._held[text] = frozenset([(m.name, m.value) for m in values])
        return held

    def find(self, words: Sequence[str]) -> list[Hit]:
        """Gives every term that stands in the words, in the order of their ends."""
        if len(self._symbols) > _MOST_WORDS or len(self._states) > _MOST_STATES:
            self._forget()
        hits: list[Hit] = []
        state = self._root
        for at, symbol in enumerate(map(self._symbols.__getitem__, words), 1):
            state = state[symbol]
            if state.ends:
                for age, sense in state.ends:
                    hits.append((at - age, at, sense))
        return hits
