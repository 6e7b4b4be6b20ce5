"""What several articles claim of the same event, and which of them stands alone against the others.

An event is known by the deed and by the names that stand beside it: everything told of the arrest of Durov is set
against everything else told of it, by whom, where, when and under which law.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.coverage.evidence import cut
from tracker.coverage.lexicon import lexicon, sense
from tracker.coverage.words import dates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.coverage.reading import Reading

_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_NAME: Final = re.compile(r"(?<=[\w,] )[A-Z][\w\u2019'-]+")
_OWNER: Final = re.compile(r"['\u2019]s$")
_DEED: Final = 3.0  # "detained by French police" says outright who did it
_ACTOR: Final = 1.0  # "French police" in a sentence on the deed
_PLACE: Final = 1.0  # "detained in Paris"
_REACH: Final = 8  # words behind the deed in which its place is looked for
_LAW: Final = re.compile(  # "the Online Safety Act", "the Digital Services Act", "the Penal Code"
    r"\b((?:[A-Z][\w\u2019'-]{1,20} (?:of |and |on )?){1,5})(Act|Law|Regulation|Directive|Code|Ordinance)\b"
)
_MONTH: Final = re.compile(r"\b(?:early|mid|late)[ -]([A-Z][a-z]{2})")
_IN_STAMP: Final = re.compile(r"[A-Za-z]{3}")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_BY: Final = 4  # words between the deed and the nation that did it
_SURE: Final = 0.6  # share of an article's own hints that must agree
_QUORUM: Final = 3  # others that must agree before one can stand alone
_AGREE: Final = 0.8  # share of the others that must agree
_MONTHS_APART: Final = 2
_SLOTS: Final = {
    "who": "the authority behind",
    "where": "the place of",
    "when": "the time of",
    "instrument": "the law behind",
}


class Claim(NamedTuple):
    """What an article says of one side of an event, and the words it rests on."""

    event: str
    slot: str
    value: str
    words: str


class Account(NamedTuple):
    """The claims of one article, and the names that stand in the sentences they come from."""

    claims: Mapping[tuple[str, str], Claim]
    names: frozenset[str]


class Contradiction(NamedTuple):
    """An article that stands alone: which others agree against it, on what, and its own words."""

    against: tuple[int, ...]
    note: str
    words: str


class _Hint(NamedTuple):
    slot: str
    value: str
    weight: float


def account(reading: Reading) -> Account:
    """Reads from an article who did what, where, when and under which law."""
    votes: dict[tuple[str, str], dict[str, float]] = {}
    best: dict[tuple[str, str, str], tuple[float, str]] = {}
    names: set[str] = set()
    for sentence in reading.sentences:
        tokens = _WORD.findall(sentence.plain)
        if reading.deeds.isdisjoint(tokens):
            continue
        tokens = [_OWNER.sub("", token) for token in tokens]
        words = reading.text[sentence.start : sentence.end]
        for event, deeds in _events(tokens):
            names |= _names(words)
            for slot, value, weight in (*_hints(tokens, deeds), *_laws(words), *_times(words)):
                count = votes.setdefault((event, slot), {})
                count[value] = count.get(value, 0.0) + weight
                if weight > best.get((event, slot, value), (0.0, ""))[0]:
                    best[event, slot, value] = (weight, words)
    claims = {}
    for (event, slot), count in votes.items():
        value = max(count, key=lambda one: (count[one], one))
        if count[value] >= _SURE * sum(count.values()):
            claims[event, slot] = Claim(event, slot, value, cut(best[event, slot, value][1]))
    return Account(claims, frozenset(names))


def contradictions(accounts: Sequence[Account]) -> dict[int, Contradiction]:
    """Gives the articles that stand alone against three or more others on the same event."""
    told: dict[tuple[str, str, str], dict[int, str]] = defaultdict(dict)
    for number, one in enumerate(accounts):
        for (event, slot), claim in one.claims.items():
            for name in one.names:
                told[event, slot, name][number] = claim.value
    tallies = {key: Counter(values.values()) for key, values in told.items()}
    found: dict[int, Contradiction] = {}
    for number, one in enumerate(accounts):
        for claim in one.claims.values():
            for name in sorted(one.names):
                key = (claim.event, claim.slot, name)
                tally = tallies[key] - Counter([claim.value])
                if number not in found and (agreed := agreed_against(claim, tally)):
                    against = tuple(place for place, value in told[key].items() if value == agreed)
                    found[number] = Contradiction(against, note_on(claim, tally), claim.words)
    return found


def agreed_against(claim: Claim, tally: Mapping[str, int]) -> str | None:
    """Gives what the others agree on where a claim stands alone against them; the tally counts who says what."""
    others = sum(tally.values())
    agreed = max(tally, key=lambda value: (tally[value], value), default="")
    if not others or tally[agreed] < max(_QUORUM, _AGREE * others) or claim.value in tally:
        return None
    if claim.slot == "when":
        gap = abs(int(claim.value) - int(agreed))
        if min(gap, 12 - gap) < _MONTHS_APART:
            return None
    return agreed


def note_on(claim: Claim, tally: Mapping[str, int]) -> str:
    """Says on what an article stands alone, and against how many."""
    share = f"{max(tally.values())} of {sum(tally.values())} others"
    return f"contradicts {share} on {_SLOTS[claim.slot]} the {claim.event}"


def _events(tokens: Sequence[str]) -> Iterator[tuple[str, list[int]]]:
    """Gives the deeds a sentence speaks of, and where their words stand in it."""
    deeds: dict[str, list[int]] = {}
    for place, token in enumerate(tokens):
        for event in sense(token).events:
            deeds.setdefault(event, []).append(place)
    yield from deeds.items()


def _hints(tokens: Sequence[str], deeds: Sequence[int]) -> Iterator[_Hint]:
    """Gives what a sentence on a deed hints at."""
    known = lexicon()
    for place, token in enumerate(tokens):
        if nation := known.nations.get(token):
            if _acts(tokens, place):
                done = any(place - _BY <= deed < place and "by" in tokens[deed:place] for deed in deeds)
                yield _Hint("who", nation, _DEED if done else _ACTOR)
            elif any(deed < place <= deed + _REACH and {"in", "at"} & {*tokens[deed:place]} for deed in deeds):
                yield _Hint("where", nation, _PLACE)
                yield _Hint("who", nation, _PLACE)
        elif law := known.instruments.get(token):
            yield _Hint("instrument", law, _ACTOR)


def _laws(sentence: str) -> Iterator[_Hint]:
    """Gives the laws a sentence names in full."""
    for found in _LAW.finditer(sentence):
        name = " ".join(word for word in (found[1] + found[2]).lower().split() if word not in {"the", "under"})
        yield _Hint("instrument", name, _ACTOR)


def _acts(tokens: Sequence[str], place: int) -> bool:
    """Tells whether a nation stands for its authorities: "French police", "police in France"."""
    authorities = lexicon().authorities
    behind = any(word.startswith(authorities) for word in tokens[place + 1 : place + 3])
    before = place > 1 and tokens[place - 1] in {"in", "of"} and tokens[place - 2].startswith(authorities)
    return behind or before


def _times(sentence: str) -> Iterator[_Hint]:
    """Gives the months a sentence names."""
    stamped = [found.group() for stamp in dates(sentence) if (found := _IN_STAMP.search(stamp))]
    for name in (*stamped, *_MONTH.findall(sentence)):
        if name[:3].lower() in _MONTHS:
            yield _Hint("when", str(_MONTHS.index(name[:3].lower()) + 1), 1.0)


def _names(sentence: str) -> set[str]:
    """Gives the capitalised words inside a sentence that are no nations: names of people, mostly."""
    names = {_OWNER.sub("", word.lower()) for word in _NAME.findall(sentence)}
    return names - lexicon().nations.keys()
