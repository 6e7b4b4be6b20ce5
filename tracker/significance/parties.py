"""Facts about contract parties: names of legal entities, known by the form of company they end in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.model import Fact, FactChange, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.significance.reading import Reading, Side

_FORM = (
    r"(?:Inc|LLC|L\.L\.C|Ltd|Limited|GmbH|Corp|Corporation|PLC|plc|B\.?V|S\.?A|AG|SE|Oy|AB|Pty|Pte|FZ-LLC|ULC"
    r"|S\.à\.?\s?r\.l|S\.?r\.?l|Unlimited Company|Co)\b\.?"
)
_WORD = r"(?<![\w.])[A-Z][\w&\u2019'-]*(?:\.(?:com|org|net|io))?"
_PARTNERS = r"(?:(?:[A-Z]\w+,\s+)*[A-Z]\w+\s+&\s+)?"  # "Hill, Dale & " before Wood LLC
_NAME = re.compile(rf"{_PARTNERS}(?:{_WORD}\s+){{0,3}}{_WORD},?\s+{_FORM}(?:,?\s+{_FORM})*")
_STOP = re.compile(r"(?:Limited|Corporation|Company|LLC|GmbH|AG|AB|SE|PLC|plc)\.\Z")  # a point that ends a sentence
_LEADING = re.compile(
    r"^(?:Neither|Either|Both|Nor|Not|Only|Visit|Contact|Email|See|Write|Mail|Call|Under|Between|From|As|Since|While|Unless"
    r"|Although|Also|Is|Are|The|By|If|And|Or|When|Where|You|We|With|To|In|Of|For|Our|These|This|Company)\s+"
)
_NEAR = 60  # code points around a change


def party_facts(reading: Reading) -> list[Fact]:
    """Gives the legal entities that came, went or took another's place."""
    if "entity_form" not in reading.before.scenes and "entity_form" not in reading.after.scenes:
        return []
    old = _names(reading.before, (h.before for h in reading.hunks), reading.after.text)
    new = _names(reading.after, (h.after for h in reading.hunks), reading.before.text)
    if len(old) == 1 and len(new) == 1:
        (a, a_span), (b, b_span) = *old.items(), *new.items()
        return [Fact("party", FactChange.CHANGED, a, b, None, a_span, b_span, "party.entity")]
    return [Fact("party", FactChange.REMOVED, a, None, None, span, None, "party.entity") for a, span in old.items()] + [
        Fact("party", FactChange.ADDED, None, b, None, None, span, "party.entity") for b, span in new.items()
    ]


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
