"""Whether a value plays the part its fact needs: a recipient that is given data, a basis on which data is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tracker.significance.notices import asks, gives_notice
from tracker.significance.sentences import after, any_of, before, follows, is_capital, is_titled, joined, runs_in

if TYPE_CHECKING:
    from tracker.significance.reading import Found, Reading, Side

_NAMED = frozenset({"data_element", "recipient", "legal_basis", "place", "transparency_report", "consent", "party"})
_LABELS = frozenset({"recipient", "consent", "legal_basis", "place", "party", "user_notice"})
_LINKS = frozenset(("of", "for", "and", "the", "to", "on", "in", "our", "or"))  # small words inside a title
_TITLE = 5  # words of a title looked at on each side
_SOURCE = 25  # words between "from" and the last of those it names
_SUPPLIES = 10  # words between a party and the "us" it gives something to
_AROUND_PLACE = frozenset(("court", "courts", "county", "law", "laws", "and", "or"))
_BEFORE_PLACE = frozenset(("in", "of", "the", "if", "for", "state", "outside", "from", "to", "and", "or", "district"))
_TO = frozenset(("to", "with", "by", "for"))
_GIVEN = frozenset(("to", "with", "between", "among"))
_MODALS = frozenset(("may", "can", "will", "choose", "have", "could"))
_TAKE = frozenset(("receive", "receives", "receiving", "obtain", "obtains", "access"))
_TAKEN = frozenset(("accessed", "received", "collected", "viewed", "visible", "accessible", "obtained"))
_OPENS_CLAUSE = frozenset(("where", "which", "who", "that", "when", "have", "has", "use", "uses", "if"))
_NEAR = 15  # words between a preposition and the last of those it names
_VERB = ("help", "provide", "prevent", "protect", "comply", "enable", "process", "detect", "make", "support", "run")
_US = frozenset({"us"})
_DISPUTES = "disputes"  # what a party to one has to write of itself is no data practice
_FIRST = 3  # words before a recipient that a list names


Classes = Mapping[str, frozenset[str]]


def plays(found: Found, side: Side, reading: Reading, classes: Classes) -> bool:
    """Tells whether a value is what its fact says it is, and no part of a longer name."""
    name = found.meaning.name
    if name in _NAMED and is_named(found, side, classes):
        return False
    if name in _LABELS and runs_in(found, side):
        return False
    part = _PARTS.get(name)
    return part is None or part(found, side, reading, classes)


# -- values inside names -----------------------------------------------------------------------------------------------


def is_named(found: Found, side: Side, classes: Classes) -> bool:
    """Tells whether a value only tells one thing from others ("location settings") or is part of a title."""
    heads = classes.get("head", frozenset())
    next_word = follows(found, side)
    if next_word in heads:
        return True
    if found.meaning.name != "data_element" and next_word in classes.get("thing", frozenset()):
        return not is_capital(side, found.last)
    if not all(is_capital(side, n) or side.words[n] in _LINKS for n in range(found.first, found.last)):
        return False
    title = [*_title(side, found.last, 1), *_title(side, found.first - 1, -1)]
    return any_of(title, heads)


def _title(side: Side, at: int, step: int) -> list[str]:
    """Gives the capitalised words that go on from a value to one side, and the small one behind them."""
    words: list[str] = []
    for _ in range(_TITLE):
        joint = at if step > 0 else at + 1
        if not 0 <= at < len(side.words) or not joined(side, joint):
            break
        if is_capital(side, at):
            words.append(side.words[at])
        elif side.words[at] not in _LINKS:
            return [*words, side.words[at]] if step > 0 and words else words
        at += step
    return words


def _stands_alone(found: Found, side: Side, _reading: Reading, _classes: Classes) -> bool:
    """Tells whether a place or company is no part of a longer name: EU-U.S. Privacy Shield, Acme Maps, Acme Ireland."""
    start, end = side.starts[found.first], side.ends[found.last - 1]
    if side.text[start - 1 : start] == "-" or side.text[end : end + 1] == "-":
        return False
    at = found.first - 1
    leads = joined(side, found.first) and is_capital(side, at) and side.words[at] not in _BEFORE_PLACE
    if leads and not side.text[side.starts[at] : start].isupper():
        return False
    at = found.last
    rest = side.text[end : side.starts[at]] if at < len(side.words) else ""
    return rest not in (" ", ". ") or not is_capital(side, at) or side.words[at] in _AROUND_PLACE


# -- roles -------------------------------------------------------------------------------------------------------------


def _receives(found: Found, side: Side, reading: Reading, classes: Classes) -> bool:
    """Tells whether data goes to a party in its sentence or list, and does not come from it."""
    if "source_place" in reading.place.scenes:
        return False
    if "given_place" in reading.lead_in.scenes and found.first < _FIRST:
        return True
    lead, rest = before(found, side), after(found, side)
    carry, data = classes.get("carry", frozenset()), classes.get("data", frozenset())
    if _is_source(lead, rest, carry):
        return False
    if not _is_given(lead, carry):
        return any_of(rest[:_FIRST], _TAKE) and any_of(rest, data)
    words = (*lead, *rest)
    return any_of(words, classes.get("hand", frozenset())) or (any_of(words, carry) and any_of(words, data))


def _is_source(lead: list[str], rest: list[str], carry: frozenset[str]) -> bool:
    """Tells whether data comes from a party, or goes to it from the reader: "information that you provide to"."""
    for word in lead[:_SOURCE]:
        if word == "from":
            return True
        if word in _TO or word in carry:
            break
    if (not lead or lead[0] not in _TO) and _supplies(rest, carry):
        return True
    gives = (
        lead[k - 2] if lead[k - 1] in _MODALS else lead[k - 1] for k, word in enumerate(lead) if k and word == "you"
    )
    return any(word in carry for word in gives)


def _is_given(lead: list[str], carry: frozenset[str]) -> bool:
    """Tells whether a "to" or "with" leads up to a party, and no verb stands between them."""
    for k, word in enumerate(lead[:_NEAR]):
        if word == "by":
            return any_of(lead[k + 1 : k + 2], _TAKEN)
        if word in _GIVEN:
            return not (word == "to" and k and lead[k - 1].startswith(_VERB))
        if word in _OPENS_CLAUSE:
            return False
        if word.endswith("ing") and len(word) > 5 and word not in carry and k:
            return False
    return False


def _supplies(rest: list[str], carry: frozenset[str]) -> bool:
    """Tells whether a party gives something to the provider: "advertisers share their lists with us"."""
    near = rest[:_SUPPLIES]
    return any(word in _US for k, word in enumerate(near) if any_of(near[:k], carry) and near[k - 1] != "from")


def _is_partner(found: Found, side: Side, reading: Reading, classes: Classes) -> bool:
    """Tells whether a company takes part, and is not just the maker of a device or the owner of a page."""
    if not _stands_alone(found, side, reading, classes):
        return False
    words = (*before(found, side), *after(found, side))
    return any_of(words, classes.get("carry", frozenset()) | classes.get("hand", frozenset()))


def _gives_grounds(found: Found, side: Side, _reading: Reading, classes: Classes) -> bool:
    """Tells whether data is given on a legal basis, and it is not what forbids something, nor a title."""
    lead, rest = before(found, side), after(found, side)
    if any_of(lead, classes.get("bar", frozenset())) or is_titled(found, side):
        return False
    grounds = classes.get("ground")
    return grounds is None or any_of((*lead, *rest, *side.words[found.first : found.last]), grounds)


def _is_suspected(found: Found, side: Side, _reading: Reading, classes: Classes) -> bool:
    """Tells whether it is a suspicion on which data is given, and not one on which an account is closed."""
    words = classes.get("suspect")
    return words is None or any_of((*before(found, side), *after(found, side)), words)


def _reviews(found: Found, side: Side, _reading: Reading, classes: Classes) -> bool:
    """Tells whether it is the provider that looks at what authorities ask for."""
    lead, rest = before(found, side), after(found, side)
    asked = classes.get("ask")
    if asked is None:
        return True
    return any_of(lead, classes.get("provider", frozenset())) and any_of(
        (*lead, *rest, *side.words[found.first : found.last]), asked
    )


def _is_held(found: Found, side: Side, reading: Reading, classes: Classes) -> bool:
    """Tells whether a data element is spoken of as data: its sentence or what stands above it says so."""
    lead, rest = before(found, side), after(found, side)
    if any_of(lead, classes.get("deny", frozenset())) or _DISPUTES in [topic.name for topic in reading.place.topics]:
        return False
    gather = classes.get("gather")
    if gather is None or "data_context" in reading.place.scenes:
        return True
    return any_of((*lead, *rest), gather)


_PARTS: Mapping[str, Callable[[Found, Side, Reading, Classes], bool]] = {
    "recipient": _receives,
    "legal_basis": _gives_grounds,
    "suspicion_scope": _is_suspected,
    "provider_review": _reviews,
    "data_element": _is_held,
    "place": _stands_alone,
    "party": _is_partner,
    "user_notice": gives_notice,
    "consent": asks,
}
