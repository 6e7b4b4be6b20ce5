"""Facts about figures: durations, amounts of money, ages, dates of effect and other numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tracker.model import Direction, Fact, FactChange, Span
from tracker.significance.dates import DATE
from tracker.significance.number_patterns import (
    AGE,
    AGO,
    AMOUNT,
    COUNTED,
    CURRENCY,
    DAYS,
    DURATION,
    EFFECTIVE,
    EXAMPLE,
    HOUSE,
    LETTERS,
    PLAIN,
    PRICED,
    REFERENCE,
    TELLING,
    WORDS,
    YEAR,
)
from tracker.significance.sentences import counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.significance.reading import Reading, Side
    from tracker.significance.standing import Inquiry, Others

_UNTIL = re.compile(r"\s+(?:until|to|through)\b")
_AGE_REACH = 40  # code points around a number that may say it is an age
_LONG = 200  # code points: a longer clause says something


class _Value(NamedTuple):
    text: str
    size: float
    span: Span
    changed: bool


def _size(text: str) -> float:
    low = text.lower()
    if low in WORDS:
        return float(WORDS[low])
    try:
        return float(low.replace(",", ""))
    except ValueError:
        return float("nan")


def _values(side: Side, pattern: re.Pattern[str], spans: Iterable[Span]) -> list[_Value]:
    values = []
    for start, end in spans:
        for m in pattern.finditer(side.text, start, end):
            number = next((g for g in m.groups() if g), m.group())
            scale = DAYS.get((m.group(2) or "").lower(), 1.0) if pattern is DURATION else 1.0
            values.append(_Value(m.group(), _size(number) * scale, m.span(), side.changed_within(m.span())))
    return values


def _near(side: Side, hunks: Iterable[Span]) -> list[Span]:
    """Gives the stretches of the text worth searching: the changed places with a few words around."""
    near: list[Span] = []
    for start, end in hunks:
        a, b = max(0, start - 40), min(len(side.text), end + 40)
        if near and a <= near[-1][1]:
            near[-1] = (near[-1][0], b)
        else:
            near.append((a, b))
    return near


def figures(reading: Reading, others: Others) -> list[Fact]:
    """Gives the facts about numbers that changed."""
    sides = reading.before, reading.after
    if not any(cue.changed for side in sides for cue in side.cues.get("figure", ())):
        return []
    scenes = reading.before.scenes | reading.after.scenes
    near = (
        _near(reading.before, (h.before for h in reading.hunks)),
        _near(reading.after, (h.after for h in reading.hunks)),
    )
    facts: list[Fact] = []
    taken: tuple[list[Span], list[Span]] = ([], [])
    for name, pattern in _wanted(reading, scenes):
        found = [
            [v for v in _values(side, pattern, spans) if not _overlaps(v.span, used)]
            for side, spans, used in zip(sides, near, taken, strict=True)
        ]
        for n, side in enumerate(sides):
            fitting = [v for v in found[n] if _fits(name, side, v)]
            taken[n].extend([v.span for v in (found[n] if pattern is DATE else fitting)])
            found[n] = fitting
        facts += _compared(name, found[0], found[1], reading, others)
    return facts


def is_age(size: str, text: str) -> bool:
    """Tells whether a text draws a line at an age."""
    names = "|".join([size, *(word for word, number in WORDS.items() if str(number) == size)])
    for m in re.finditer(rf"\b(?:{names})\b", text, re.IGNORECASE):
        near = AGE.finditer(text, max(0, m.start() - _AGE_REACH), m.end() + _AGE_REACH)
        if any(found.start() <= m.start() < found.end() for found in near):
            return True
    return False


def _wanted(reading: Reading, scenes: set[str]) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Gives the kinds of figures worth a search; what one pattern took, the later ones leave alone."""
    texts = reading.before.text, reading.after.text
    if any(YEAR.search(text) for text in texts):
        yield "effective_date", DATE
    if "money" in scenes or any(CURRENCY.search(text) for text in texts):
        yield "amount", AMOUNT
    if "age_context" in scenes:
        yield "age", AGE
    if "unit" in scenes:
        yield "duration", DURATION
    if all(_tells(text) for text in texts):  # a number that only comes or goes says nothing by itself
        yield "number", PLAIN


def _tells(text: str) -> bool:
    """Tells whether a clause says something about its numbers, and does not just count pages or comments."""
    if len(text) > _LONG:
        return True
    return len(LETTERS.findall(text)) >= TELLING and not AGO.search(text)


def _overlaps(span: Span, used: Iterable[Span]) -> bool:
    return any(span[0] < u[1] and u[0] < span[1] for u in used)


def _fits(name: str, side: Side, value: _Value) -> bool:
    lead = side.text[max(0, value.span[0] - 24) : value.span[0]]
    if name == "effective_date":
        return (
            not _UNTIL.match(side.text, value.span[1])
            and bool(EFFECTIVE.search(lead))
            and not lead.rstrip().lower().endswith(("until", "before"))
        )
    if name == "number":
        behind = side.text[value.span[1] : value.span[1] + 60]
        if HOUSE.match(behind) or REFERENCE.search(lead) or re.fullmatch(r"(?:19|20)\d\d", value.text):
            return False
        return "%" in value.text or counts(side.text) or COUNTED.match(behind) is not None
    if name == "age":
        return 5 <= value.size <= 25
    start, end = side.sentence(value.span[0])
    if not EXAMPLE.search(side.text, start, value.span[0]):
        return True
    return name == "duration" and not PRICED.search(side.text, start, end)  # "a 25-hour rental costs as much as"


def _compared(name: str, before: list[_Value], after: list[_Value], reading: Reading, others: Others) -> list[Fact]:
    if not any(v.changed for v in (*before, *after)):
        return []
    low = reading.before.text.lower(), reading.after.text.lower()
    sizes = {v.size for v in before}, {v.size for v in after}
    gone = _each_once(v for v in before if v.changed and v.size not in sizes[1] and v.text.lower() not in low[1])
    come = _each_once(v for v in after if v.changed and v.size not in sizes[0] and v.text.lower() not in low[0])
    rule = f"{name}.figure"
    if len(gone) == len(come):
        return [
            Fact(
                name,
                FactChange.CHANGED,
                a.text,
                b.text,
                _direction(name, a, b, reading),
                a.span,
                b.span,
                rule,
            )
            for a, b in zip(gone, come, strict=True)
            if _differ(name, a, b) and (name != "number" or _same_hunk(a, b, reading))
        ]
    if name == "number" or (name == "duration" and counts(reading.after.text or reading.before.text)):
        return []
    facts: list[Fact] = []
    if name == "age":
        facts = [
            Fact(name, FactChange.CHANGED, a.text, b.text, None, a.span, b.span, rule) for a, b in _raised(gone, come)
        ]
        gone = [v for v in gone if v.span not in [fact.before_span for fact in facts]]
        come = [v for v in come if v.span not in [fact.after_span for fact in facts]]
        gone = [v for v in gone if not _is_drawn(v, reading.after, others.new)]
        come = [v for v in come if not _is_drawn(v, reading.before, others.old)]
    facts += [Fact(name, FactChange.REMOVED, v.text, None, None, v.span, None, rule) for v in gone]
    return facts + [Fact(name, FactChange.ADDED, None, v.text, None, None, v.span, rule) for v in come]


def _raised(gone: Iterable[_Value], come: Iterable[_Value]) -> list[tuple[_Value, _Value]]:
    """Gives the ages one of which took the place of the other: the words around the number are the same."""
    later = {_around(v): v for v in come}
    return [(v, later.pop(_around(v))) for v in gone if _around(v) in later]


def _around(age: _Value) -> str:
    return re.sub(r"\d+", "#", age.text.lower())


def _is_drawn(age: _Value, other: Side, version: Inquiry | None) -> bool:
    """Tells whether the other side, or the other version, draws a line at the same age."""
    return is_age(f"{age.size:g}", other.text) or (version is not None and version.has_age(age.size))


def _differ(name: str, a: _Value, b: _Value) -> bool:
    """Tells whether two figures are not the same in other words: 31 August 2020, August 31, 2020."""
    if name == "effective_date":
        return _parts(a.text) != _parts(b.text)
    return a.size != b.size or name == "amount"


def _parts(date: str) -> list[str]:
    return sorted(part[:3].lower() if part.isalpha() else part.rstrip("stndrh") for part in re.findall(r"\w+", date))


def _same_hunk(a: _Value, b: _Value, reading: Reading) -> bool:
    """Tells whether one number stands where the other stood."""
    return any(_overlaps(a.span, [h.before]) and _overlaps(b.span, [h.after]) for h in reading.hunks)


def _each_once(values: Iterable[_Value]) -> list[_Value]:
    return list({v.size if v.size == v.size else v.text.lower(): v for v in reversed(list(values))}.values())[::-1]


def _direction(name: str, before: _Value, after: _Value, reading: Reading) -> Direction | None:
    """Says which way only where it cannot be read otherwise: data retained for longer, or not so long."""
    if name != "duration":
        return None
    a, b = reading.after.sentence(after.span[0])
    if not re.search(r"\b(?:retain|retains|retained|retention period|keep|kept)\b", reading.after.text[a:b]):
        return None
    return Direction.WEAKER if after.size > before.size else Direction.STRONGER
