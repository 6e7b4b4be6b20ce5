"""Values as a reader expects them: the whole phrase a term stands in, not the term alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.model import Span
    from tracker.significance.reading import Found, Side

_MOST = 30  # words of a phrase; what goes on for longer is quoted by its term alone
# fmt: off
_GOES_ON = frozenset((  # words behind what is opted out of
    "if", "unless", "by", "through", "when", "at", "via", "please", "we", "before", "within", "using", "under",
    "such", "which", "that", "to", "doesn", "in", "is", "are", "may", "can", "will", "where", "as",
))
# fmt: on
_FRONT = frozenset(("financial", "billing", "precise", "exact", "approximate", "biometric", "medical", "genetic"))
_REGIONS = frozenset(("county", "counties", "state", "states", "district", "territory", "province", "court", "courts"))
_ANY = frozenset(("any", "every", "all", "each"))
_JOINS = frozenset(("and", "or"))
_QUOTES = (("\u201c", "\u201d"), ("\u2018", "\u2019"), ("(", ")"))
_PAUSES = frozenset(",;:.!?()[]|\u2013\u2014\n")


def phrase(found: Found, side: Side, classes: Mapping[str, frozenset[str]]) -> Span:
    """Gives the place of a value with the words that belong to it: up to the pause, or the noun it stands before."""
    start, end = side.span(_longer(found, side, classes))
    said = side.text[start:end]
    if said.count(")") > said.count("("):  # "thirty (30) days' notice"
        bracket = side.text.rfind("(", 0, start)
        start = side.starts[max(side.words_in((bracket, bracket + 1))[0] - 1, 0)] if bracket >= 0 else start
    closes = next((close for open_, close in _QUOTES if said.count(open_) > said.count(close)), None)
    if closes is None and said.count('"') % 2:
        closes = '"'
    return (start, end + 1) if closes and side.text[end : end + 1] == closes else (start, end)


def _longer(found: Found, side: Side, classes: Mapping[str, frozenset[str]]) -> Found:
    name = found.meaning.name
    if name == "condition":
        return found if found.meaning.value == "applicable" else _to_pause(found, side)
    if name == "consent" and found.meaning.value == "opt_out":
        return _to_pause(found, side, _GOES_ON) if _word(side, found.last) in ("of", "from") else found
    if name in ("data_element", "recipient"):
        return _from_front(_to_noun(found, side, classes.get("tail", frozenset())), side, _FRONT)
    if name == "place":
        return _to_region(found, side)
    return found


def _word(side: Side, at: int) -> str:
    return side.words[at] if at < len(side.words) and not _pauses(side, at) else ""


def _pauses(side: Side, at: int) -> bool:
    """Tells whether more than a blank stands before a word."""
    between = side.text[side.ends[at - 1] : side.starts[at]]
    return len(between) > 3 or (not _PAUSES.isdisjoint(between) and between not in ".,:-")


def _to_pause(found: Found, side: Side, stops: frozenset[str] = frozenset()) -> Found:
    last = found.last
    while last < len(side.words) and not _pauses(side, last) and side.words[last] not in stops:
        last += 1
        if last - found.first > _MOST:
            return found
    if last < len(side.words) and side.words[last] in stops:  # "of the process and proceed in"
        while last > found.last and not _JOINS.isdisjoint(side.words[last - 2 : last]):
            last -= 1
    return found._replace(last=max(last, found.last))


def _to_noun(found: Found, side: Side, tail: frozenset[str]) -> Found:
    last = found.last
    if side.words[last - 1] in tail:
        return found
    while _word(side, last) in tail and side.text[side.ends[last - 1]] in " \u00a0":
        last += 1
    return found._replace(last=last)


def _to_region(found: Found, side: Side) -> Found:
    """Adds what a place only tells apart: "any U.S. county"."""
    last = found.last
    if last == len(side.words) or side.words[last] not in _REGIONS:
        return found
    if side.text[side.span(found)[1] : side.starts[last]] not in (" ", ". "):
        return found
    return _from_front(found._replace(last=last + 1), side, _ANY)


def _from_front(found: Found, side: Side, front: frozenset[str]) -> Found:
    """Adds what tells a value from others of its kind: "financial transaction data"."""
    first = found.first
    while first and side.words[first - 1] in front and side.text[side.ends[first - 1] : side.starts[first]] == " ":
        first -= 1
    return found._replace(first=first)
