"""Whether a value plays the part its fact needs: a recipient that is given data, a basis on which data is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from tracker.significance.reading import Found, Reading, Side

_NAMED = frozenset({"data_element", "recipient", "legal_basis", "place", "transparency_report", "consent"})
_LINKS = frozenset(
    ("of", "for", "and", "the", "to", "on", "in", "our", "or")
)  # words inside a title that are not capitalised
_TITLE = 5  # words of a title looked at on each side
_SOURCE = 25  # words between "from" and the last of those it names
_SUPPLIES = 10  # words between a party and the "us" it gives something to
_AROUND_PLACE = frozenset(("court", "courts", "county", "law", "laws", "and", "or"))
_TO = frozenset(("to", "with", "by", "for"))
_NOTIFIER = 8  # words between the provider and what it gives notice by
_US = frozenset({"us"})
_SOMEBODY = frozenset(("someone", "somebody", "anyone", "anybody", "nobody", "others", "another", "else"))


Classes = Mapping[str, frozenset[str]]


def plays(found: Found, side: Side, reading: Reading, classes: Classes) -> bool:
    """Tells whether a value is what its fact says it is, and no part of a longer name."""
    name = found.meaning.name
    if name in _NAMED and is_named(found, side, classes.get("head", frozenset())):
        return False
    part = _PARTS.get(name)
    return part is None or part(found, side, reading, classes)


def _any(words: Iterable[str], members: AbstractSet[str]) -> bool:
    return any(word in members for word in words)


def _before(found: Found, side: Side) -> list[str]:
    """Gives the words of the sentence before a value, the nearest first."""
    start = side.sentence(side.starts[found.first])[0]
    first = found.first
    while first and side.starts[first - 1] >= start:
        first -= 1
    return list(side.words[first : found.first])[::-1]


def _after(found: Found, side: Side) -> list[str]:
    """Gives the words of the sentence behind a value."""
    end = side.sentence(side.starts[found.first])[1]
    last = found.last
    while last < len(side.words) and side.starts[last] < end:
        last += 1
    return list(side.words[found.last : last])


# -- values inside names -----------------------------------------------------------------------------------------------


def is_named(found: Found, side: Side, heads: frozenset[str]) -> bool:
    """Tells whether a value only tells one thing from others ("location settings") or is part of a title."""
    follows = side.words[found.last] if _joins(side, found.last) else ""
    if follows in heads:
        return True
    if not all(_is_capital(side, n) or side.words[n] in _LINKS for n in range(found.first, found.last)):
        return False
    title = [*_title(side, found.last, 1), *_title(side, found.first - 1, -1)]
    return _any(title, heads)


def _title(side: Side, at: int, step: int) -> list[str]:
    """Gives the capitalised words that go on from a value to one side."""
    words: list[str] = []
    for _ in range(_TITLE):
        joint = at if step > 0 else at + 1
        if not 0 <= at < len(side.words) or not _joins(side, joint):
            break
        if _is_capital(side, at):
            words.append(side.words[at])
        elif side.words[at] not in _LINKS:
            break
        at += step
    return words


def _joins(side: Side, at: int) -> bool:
    """Tells whether nothing but a blank or a hyphen stands before a word."""
    if not 0 < at < len(side.words):
        return False
    between = side.text[side.ends[at - 1] : side.starts[at]]
    return len(between) == 1 and between in " -\u2011\u00a0"


def _is_capital(side: Side, at: int) -> bool:
    return side.text[side.starts[at]].isupper()


def _stands_alone(found: Found, side: Side, _reading: Reading, _classes: Classes) -> bool:
    """Tells whether a place or company is no part of a longer name: EU-U.S. Privacy Shield, Acme Maps."""
    start, end = side.starts[found.first], side.ends[found.last - 1]
    if side.text[start - 1 : start] == "-" or side.text[end : end + 1] == "-":
        return False
    at = found.last
    rest = side.text[end : side.starts[at]] if at < len(side.words) else ""
    return rest not in (" ", ". ") or not _is_capital(side, at) or side.words[at] in _AROUND_PLACE


# -- roles -------------------------------------------------------------------------------------------------------------


def _receives(found: Found, side: Side, reading: Reading, classes: Classes) -> bool:
    """Tells whether data goes to a party in its sentence or list, and does not come from it."""
    lead, rest = _before(found, side), _after(found, side)
    carry = classes.get("carry", frozenset())
    for word in lead[:_SOURCE]:
        if word == "from":
            return False
        if word in _TO or word in carry:
            break
    if (not lead or lead[0] not in _TO) and _supplies(rest, carry):
        return False
    if "given_place" in reading.place.scenes:
        return True
    words = (*lead, *rest)
    return _any(words, classes.get("hand", frozenset())) or (
        _any(words, carry) and _any(words, classes.get("data", frozenset()))
    )


def _supplies(rest: list[str], carry: frozenset[str]) -> bool:
    """Tells whether a party gives something to the provider: "advertisers share their lists with us"."""
    near = rest[:_SUPPLIES]
    return any(word in _US for k, word in enumerate(near) if _any(near[:k], carry) and near[k - 1] != "from")


def _gives_notice(found: Found, side: Side, _reading: Reading, classes: Classes) -> bool:
    """Tells whether it is the provider that gives notice, not a feature of the product."""
    if found.meaning.value != "notice" or _any(side.words[found.first : found.last], {"be", "we", "us"}):
        return True
    return _any(_before(found, side)[:_NOTIFIER], classes.get("provider", frozenset()))


def _asks(found: Found, side: Side, reading: Reading, classes: Classes) -> bool:
    """Tells whether it is the provider that does something without consent, not a stranger or the reader."""
    if found.meaning.value != "without_consent":
        return True
    if "forbidden_list" in reading.lead_in.scenes:
        return False
    lead = _before(found, side)
    if _any(lead, _SOMEBODY):
        return False
    speakers = classes.get("provider", frozenset()) | {"our", "us"}
    return _any(lead, speakers) and "prohibition" not in side.cues


def _gives_grounds(found: Found, side: Side, _reading: Reading, classes: Classes) -> bool:
    """Tells whether data is given on a legal basis, and it is not what forbids something."""
    return not _any(_before(found, side), classes.get("bar", frozenset()))


_PARTS: Mapping[str, Callable[[Found, Side, Reading, Classes], bool]] = {
    "recipient": _receives,
    "legal_basis": _gives_grounds,
    "place": _stands_alone,
    "party": _stands_alone,
    "user_notice": _gives_notice,
    "consent": _asks,
}
