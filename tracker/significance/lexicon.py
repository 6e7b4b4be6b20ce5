"""Finds lexicon terms in the words of a text: which terms stand where, and what each of them means.

A term is a sequence of words. `disclos*` stands for every word that begins so, `@not` for any word of the class
`not`, `#` for a word that begins with a digit, and `...` for up to `GAP` words. All terms of a language make one
automaton whose states are built when a text first needs them; so a text is read once, one look-up a word, however
many terms there are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracker.significance.terms import FIGURE, BadTerm, Hit, Meaning, Part, Sense, joined, parts_of
from tracker.significance.words import Words, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GAP = 3
SHORT = 400  # code points of a text whose terms are remembered
_MOST_WORDS = 200_000  # remembered words; far above the vocabulary of a long history
_MOST_STATES = 50_000  # remembered states; a long history needs a fraction of them
_MOST_TEXTS = 10_000  # remembered headings and lead-ins
_MOST_KEPT = 4_000  # remembered texts with their words
_BREAK = re.compile(r"[.!?;:]\s")
_BREAK_SHORT = re.compile(r"[.!?;:,]\s")


def whole_terms(hits: Sequence[Hit], text: str, words: Words) -> list[Hit]:
    """Gives the terms inside which no sentence ends, and whose two words no comma parts."""
    return [
        hit
        for hit in hits
        if hit[1] - hit[0] == 1
        or not (_BREAK if hit[1] - hit[0] > 2 else _BREAK_SHORT).search(
            text, words.starts[hit[0]], words.ends[hit[1] - 1]
        )
    ]


@dataclass(slots=True)
class _Node:
    """A place reached inside terms: what may come next, and what is said when a term ends here."""

    after: dict[int, int] = field(default_factory=dict)  # the next place by the number of the part that leads to it
    gap: int | None = None
    sense: Sense | None = None


# A term being read is one number: how far (its node), over how many words (its age), how many more a gap may swallow.
_AGE, _NODE = 3, 11  # the bits at which age and node begin
_GAP_MASK, _AGE_MASK = (1 << _AGE) - 1, (1 << _NODE - _AGE) - 1
_MOST_AGE = _AGE_MASK  # words of the longest term


class _State(dict[int, "_State"]):
    """Where all terms stand after a word; its successors by symbol are added when they are first needed."""

    __slots__ = ("begun", "build", "ends")

    def __init__(self, build: Lexicon, items: frozenset[int]) -> None:
        super().__init__()
        self.build = build
        self.begun = items
        nodes = build.nodes
        ends = {(i >> _AGE & _AGE_MASK, i >> _NODE): sense for i in items if (sense := nodes[i >> _NODE].sense)}
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
        self._parts: dict[Part, int] = {}  # the number of each part
        self._fits: list[frozenset[int]] = [frozenset()]
        self._fit_numbers: dict[frozenset[int], int] = {frozenset(): 0}
        for term, meanings in terms.items():
            self._add(parts_of(term, classes), tuple(meanings))
        self._members: dict[str, list[int]] = {}
        for part, number in self._parts.items():
            for word in classes[part.text] if part.kind == "class" else ():
                self._members.setdefault(word, []).append(number)
        self._lengths = sorted({len(p.text) for p in self._parts if p.kind == "prefix"})
        self._forget()

    def _forget(self) -> None:
        self._said: dict[tuple[str, ...], Sense] = {}
        self._words: dict[str, Words] = {}
        self._terms: dict[str, list[Hit]] = {}
        self._held: dict[str, frozenset[tuple[str, str]]] = {}
        self._symbols = _Symbols(self)
        self._states: dict[frozenset[int], _State] = {}
        self._begun: dict[int, frozenset[int]] = {}  # what each symbol begins
        self._root = self._state(frozenset())

    def _add(self, parts: Sequence[Part], meanings: tuple[Meaning, ...]) -> None:
        node = self.nodes[0]
        if (GAP + 1) * len(parts) > _MOST_AGE:
            raise BadTerm("a term of so many words is too long")
        for part in parts:
            if part.kind == "gap":
                node.gap = self._numbered(node.gap)
                node = self.nodes[node.gap]
            else:
                number = self._parts.setdefault(part, len(self._parts))
                node.after[number] = self._numbered(node.after.get(number))
                node = self.nodes[node.after[number]]
        node.sense = Sense(
            tuple(m for m in meanings if m.kind == "topic"),
            tuple(m for m in meanings if m.kind in ("value", "also")),
            tuple(m.name for m in meanings if m.kind == "cue"),
            frozenset(m.name for m in meanings if m.kind == "scene"),
        )

    def _numbered(self, node: int | None) -> int:
        if node is None:
            node = len(self.nodes)
            self.nodes.append(_Node())
        return node

    def symbol_of(self, word: str) -> int:
        """Gives the number of the set of parts that a word fits."""
        fits = set(self._members.get(word, ()))
        wanted = [Part("word", word), *(Part("prefix", word[:n]) for n in self._lengths if n <= len(word))]
        if word[0].isdigit():
            wanted.append(FIGURE)
        fits.update([self._parts[part] for part in wanted if part in self._parts])
        key = frozenset(fits)
        if key not in self._fit_numbers:
            self._fit_numbers[key] = len(self._fits)
            self._fits.append(key)
        return self._fit_numbers[key]

    def _state(self, items: frozenset[int]) -> _State:
        state = self._states.get(items)
        if state is None:
            state = self._states[items] = _State(self, items)
        return state

    def step(self, items: frozenset[int], symbol: int) -> _State:
        """Gives the state after one more word."""
        fits = self._fits[symbol]
        begun = self._begun.get(symbol)
        if begun is None:
            begun = self._begun[symbol] = frozenset(self._entered(0, fits))
        if not items:
            return self._state(begun)
        reached = set(begun)
        for item in items:
            if fits:
                reached.update(self._entered(item, fits))
            if item & _GAP_MASK:
                reached.add(item + (1 << _AGE) - 1)
        return self._state(frozenset(reached))

    def _entered(self, item: int, fits: frozenset[int]) -> list[int]:
        """Gives the places that a word leads to from one place."""
        after = self.nodes[item >> _NODE].after
        age = (item & _AGE_MASK << _AGE) + (1 << _AGE)
        places = []
        for part in fits & after.keys():
            number = after[part]
            node = self.nodes[number]
            if node.after or node.sense:
                places.append(number << _NODE | age)
            if node.gap is not None:
                places.append(node.gap << _NODE | age | GAP)
        return places

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
            values = [m for _, _, sense in self.terms_in(text, self.words_in(text)) for m in sense.values]
            held = self._held[text] = frozenset([(m.name, m.value) for m in values])
        return held

    def words_in(self, text: str) -> Words:
        """Gives the words of a text; remembered for short ones, which come again and again."""
        words = self._words.get(text)
        if words is None:
            words = words_of(text)
            if len(text) <= SHORT:
                if len(self._words) > _MOST_KEPT:
                    self._words.clear()
                    self._terms.clear()
                self._words[text] = words
        return words

    def terms_in(self, text: str, words: Words) -> list[Hit]:
        """Gives the terms among the words of a text, or those looked at of a long one; remembered for short ones."""
        if len(text) > SHORT:
            return whole_terms(self.find(words.words), text, words)
        hits = self._terms.get(text)
        if hits is None:
            hits = self._terms[text] = whole_terms(self.find(words.words), text, words)
        return hits

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
