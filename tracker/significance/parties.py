"""Facts about contract parties: names of legal entities, known by the form of company they end in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.model import Fact, FactChange, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tracker.significance.reading import Reading, Side

_FORM = (
    r"(?:Inc|LLC|L\.L\.C|Ltd|Limited|GmbH|Corp|Corporation|PLC|plc|B\.?V|S\.?A|AG|SE|Oy|AB|Pty|Pte|FZ-LLC|ULC"
    r"|S\.à\.?\s?r\.l|S\.?r\.?l|Unlimited Company|Co)\b\.?"
)
_WORD = r"(?<![\w.])[A-Z][\w&\u2019'-]*(?:\.(?:com|org|net|io))?"
_CO = r"(?:\s+&\s+Co\.?(?:\s+KG)?)?"  # of a GmbH & Co. KG
_PARTNERS = r"(?:(?:[A-Z]\w+,\s+)*[A-Z]\w+\s+&\s+)?"  # "Hill, Dale & " before Wood LLC
_NAME = re.compile(rf"{_PARTNERS}(?:{_WORD}\s+){{0,3}}{_WORD},?\s+{_FORM}(?:,?\s+{_FORM})*(?i:{_CO})")
_FORM_NEXT = re.compile(rf",?\s+{_FORM}")
_STOP = re.compile(r"(?:Limited|Corporation|Company|LLC|GmbH|AG|AB|SE|PLC|plc)\.\Z")  # a point that ends a sentence
_LEADING = re.compile(
    r"^(?:Neither|Either|Both|Nor|Not|Only|Visit|Contact|Email|See|Write|Mail|Call|Under|Between|From|As|Since|While|Unless"
    r"|Although|Also|Is|Are|The|By|If|And|Or|When|Where|You|We|With|To|In|Of|For|Our|These|This|Company)\s+"
)
_PRONOUN = re.compile(r"\b(?:we|us|our|ours)\b", re.IGNORECASE)
_CAPITAL = re.compile(r"\b[A-Z][\w.]*\w")
_SHORT_NAME = re.compile(r"\b[A-Z]\w+(?:\s+[A-Z]\w+){0,2}")
_SHORT = 40  # code points of an edit that can put one name in the place of another
_LONGER = 100  # ... in which a part of the name is no news
_BEGIN = 5  # code points of an edit before the name it brings
_NEAR = 60  # code points around a change


def party_facts(reading: Reading) -> list[Fact]:
    """Gives the legal entities that came, went or took another's place."""
    if "entity_form" not in reading.before.scenes and "entity_form" not in reading.after.scenes:
        return []
    old = _names(reading.before, (h.before for h in reading.hunks), reading.after.text)
    new = _names(reading.after, (h.after for h in reading.hunks), reading.before.text)
    pairs = _pairs(old, new, reading)
    facts = [Fact("party", FactChange.CHANGED, a, b, None, old[a], new[b], "party.entity") for a, b in pairs.items()]
    left = [_alone(name, span, reading, gone=True) for name, span in old.items() if name not in pairs]
    left += [_alone(name, span, reading, gone=False) for name, span in new.items() if name not in pairs.values()]
    return facts + [fact for fact in left if fact]


def _pairs(old: Mapping[str, Span], new: Mapping[str, Span], reading: Reading) -> dict[str, str]:
    """Gives which name took the place of which: in one edit, or where there is but one on each side."""
    if len(old) == 1 and len(new) == 1:
        return dict(zip(old, new, strict=True))
    pairs: dict[str, str] = {}
    for hunk in reading.hunks:
        gone = [name for name, span in old.items() if name not in pairs and _meet(span, hunk.before)]
        come = [name for name, span in new.items() if name not in pairs.values() and _meet(span, hunk.after)]
        if len(gone) == 1 and len(come) == 1:
            pairs[gone[0]] = come[0]
    return pairs


def _meet(a: Span, b: Span) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _alone(name: str, span: Span, reading: Reading, *, gone: bool) -> Fact | None:
    """Gives the fact about a name that has no counterpart among the legal entities of the other side.

    Where it takes the place of a short name, that one is told; "we", initials or a part of the name are no news.
    """
    side, other = (reading.before, reading.after) if gone else (reading.after, reading.before)
    if other.text and (_is_above(name, reading) or not side.changed_within((span[0], span[0] + 1))):
        return None  # nothing but its "Inc." came or went
    for hunk in reading.hunks:
        here, there = (hunk.before, hunk.after) if gone else (hunk.after, hunk.before)
        said = other.text[slice(*there)]
        if not said or len(said) > _LONGER or not (here[0] <= span[1] and span[0] <= here[1]):
            continue
        parts = {_initials(name), name.split(maxsplit=1)[0].strip(",.")}
        if _PRONOUN.search(said) or not parts.isdisjoint(_CAPITAL.findall(said)):
            return None
        short = None if len(said) > _SHORT else _SHORT_NAME.search(said)
        if short and abs(span[0] - here[0]) <= _BEGIN and not _FORM_NEXT.match(other.text, there[0] + short.end()):
            place = (there[0] + short.start(), there[0] + short.end())
            if gone:
                return Fact("party", FactChange.CHANGED, name, short.group(), None, span, place, "party.entity")
            return Fact("party", FactChange.CHANGED, short.group(), name, None, place, span, "party.entity")
    if gone:
        return Fact("party", FactChange.REMOVED, name, None, None, span, None, "party.entity")
    return Fact("party", FactChange.ADDED, None, name, None, None, span, "party.entity")


def _is_above(name: str, reading: Reading) -> bool:
    """Tells whether a heading over the clause names a company already."""
    return any(name in heading for heading in reading.headings)


def _initials(name: str) -> str:
    return "".join([word[0] for word in name.split()])


def _names(side: Side, hunks: Iterable[Span], other: str) -> dict[str, Span]:
    """Gives the changed names of a side that do not stand in the other text."""
    names: dict[str, Span] = {}
    for start, end in hunks:
        for m in _NAME.finditer(side.text, max(0, start - _NEAR), min(len(side.text), end + _NEAR)):
            name = m.group().rstrip(",")
            name = name[:-1] if _STOP.search(name) else name
            lead = _LEADING.match(name)
            begin = m.start() + (lead.end() if lead else 0)
            name = side.text[begin : m.start() + len(name)]
            span = (begin, begin + len(name))
            if " " in name and name not in other and side.changed_within(span):
                names.setdefault(name, span)
    return names
