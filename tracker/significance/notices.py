"""Whether a notice is given by the provider, and whether a choice is left to the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.significance.sentences import after, any_of, before, follows, is_titled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.significance.reading import Found, Reading, Side

_NOTIFIER = 14  # words between the provider and what it gives notice by
_SUBORDINATES = frozenset(("when", "after", "until", "once", "if", "unless", "as", "because", "whether", "whenever"))
_IFS = frozenset(("if", "unless", "once", "when", "after", "until", "whether"))
_SOMEBODY = frozenset(("someone", "somebody", "anyone", "anybody", "nobody", "others", "another", "else"))
_NOT = frozenset(("not", "no", "never", "cannot", "don", "doesn"))
_LEARNS = frozenset(("aware", "learn", "believe", "suspect", "discover", "think", "notice"))  # what others did
_BOUGHT = frozenset(("use", "purchase", "paid", "plan", "subscribe", "subscription", "subscriptions", "licensed"))
_OBJECTS = frozenset(("object", "objection"))  # a right that the law gives, however it is used
_TAKES_UP = 6  # words behind an opt-in that say it is to something bought
_BEFOREHAND = frozenset(("before", "advance", "prior", "days", "month", "months", "beforehand", "earlier"))
_DENIED = 10  # words before a choice in which a "not" denies it
_COURTS = frozenset(("jurisdiction", "venue"))
_OTHERS = frozenset(("their", "his", "her", "s", "person", "people", "host", "member", "user"))  # whose consent it is
_NEAR = 4  # words between a "not", an "if" or a right and the choice it is about


def gives_notice(found: Found, side: Side, reading: Reading, classes: Mapping[str, frozenset[str]]) -> bool:
    """Tells whether it is the provider that gives the reader notice, or gives none, and whether that is the point."""
    lead, rest = before(found, side), after(found, side)
    voices = classes.get("provider", frozenset())
    said = side.words[found.first : found.last]
    if rest[:1] == ["to"] and any_of(rest[1:2], voices | {"us"}):
        return False
    at = next((k for k, word in enumerate(lead[:_NOTIFIER]) if word in voices), None)
    if at is None and "we" in said:
        at = 0
    if found.meaning.value == "notice" and any_of(rest[:8], _BEFOREHAND) and reading.before.text and reading.after.text:
        return False  # whether it is a prior one cannot be told for sure
    if found.meaning.value == "notice" and any_of(lead[at or 0 : (at or 0) + 3], _SUBORDINATES):
        return False
    if at is not None:
        return True
    return "be" in said or rest[:2] == ["to", "you"] or (found.meaning.value == "no_notice" and any_of(lead, voices))


def asks(found: Found, side: Side, reading: Reading, classes: Mapping[str, frozenset[str]]) -> bool:
    """Tells whether consent is asked for or a choice is left, and not that somebody made one."""
    lead = before(found, side)
    if lead[:1] and lead[0].startswith("withdr"):
        return False
    if found.meaning.value == "opt_out":
        return not is_titled(found, side) and _leaves_choice(found, side, lead, classes)
    rest = after(found, side)
    buys = rest[:1] == ["to"] and any_of(rest[1:_TAKES_UP], _BOUGHT)
    if found.meaning.value == "opt_in" and (buys or any_of(lead[:1], _OTHERS)):
        return False
    if found.meaning.value != "without_consent":
        return not is_titled(found, side) and not any_of(rest[:8], _COURTS)
    if "forbidden_list" in reading.lead_in.scenes or any_of(lead, _SOMEBODY | _LEARNS):
        return False
    speakers = classes.get("provider", frozenset()) | {"our", "us"}
    return any_of(lead, speakers) and "prohibition" not in side.cues


def _leaves_choice(found: Found, side: Side, lead: list[str], classes: Mapping[str, frozenset[str]]) -> bool:
    """Tells whether a way out is offered: not its page or its signal, not what follows once it was taken."""
    if follows(found, side) in classes.get("mark", frozenset()):
        return False
    if any_of(lead, _OBJECTS):
        return False
    near = lead[:_NEAR]
    if near[:1] == ["you"] and any_of(near[1:3], _IFS):
        return False
    if any_of(near[:3], classes.get("ask", frozenset())):
        return False
    return not any_of(lead[1:_DENIED], _NOT)
