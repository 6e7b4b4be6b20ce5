"""Facts about figures: durations, amounts of money, ages, dates of effect and other numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tracker.model import Direction, Fact, FactChange, Span
from tracker.significance.dates import DATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.significance.reading import Reading, Side

_ONE_TO_TWENTY = """
    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty
"""
_WORDS = {word: n for n, word in enumerate(_ONE_TO_TWENTY.split(), 1)} | {
    "thirty": 30,
    "forty": 40,
    "forty-five": 45,
    "sixty": 60,
    "ninety": 90,
}
_NUMBER = (
    r"(?:\d[\d.,]*\d|\d|(?:(?:one|two|three) hundred(?: and)?[ -]?)?(?:"
    + "|".join(sorted(_WORDS, key=len, reverse=True))
    + r"))"
)
_DAYS = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0}
_UNIT = r"(?:second|minute|hour|day|week|month|year)s?"
_CODE = r"(?:USD|EUR|GBP|CHF|CAD|AUD|INR|BRL|JPY)"
_SYMBOL = r"(?:US|CA|AU|C|A|HK|S)?[$€£¥₹]"
_DURATION = re.compile(
    rf"\b({_NUMBER})(?:\s*\(\s*\d+\s*\))?[\s-](?:calendar |business |working |consecutive )?"
    r"(hour|day|week|month|year)s?\b(?!\s+(?:of age|old|ago))(?!-old)(?![\s-]+olds?\b)"
    r"(?!\s+(?:and|or)\s+(?:older|over|above|up)\b)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    rf"(?:{_SYMBOL}\s?\d(?:[\d.,]*\d)?(?:[KkM]\b)?|\b{_CODE}\s?\d[\d.,]*\d?\b"
    rf"|\b\d[\d.,]*\s?(?:{_CODE}|dollars|euros?|pounds)\b)(?:\s(?:thousand|million|billion)\b)?",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"\b(?:under|over|at least|above|below|minimum age of|age of|aged?|older than|younger than)\s(?:the age of\s)?"
    rf"({_NUMBER})(?:\s(?:years of age|years old))?\b"
    rf"(?![\s-](?:{_UNIT}|calendar|business|%|percent|million|USD))(?![.,]\d|\s+(?:U\.?S\.?C|C\.?F\.?R)\b|\s§)"
    rf"|\b({_NUMBER})[\s-](?:years of age|years? old|year-olds?|years-old"
    r"|(?:years )?(?:and|or) (?:older|over|above))\b",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"(?<![\w.,/§#-])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?:\s?(?:%|percent|million|billion|thousand)\b|%)?"
    rf"(?![\w/-]|\.\d|\s{_UNIT}\sago)",
    re.IGNORECASE,
)
_EFFECTIVE = re.compile(
    r"\b(?:effective(?! until)|in effect|effect on|takes? effect|starting|beginning|from)\b",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"(?:sections?|article|art\.|clause|paragraph|chapter|annex|no\.?|number|version|part|step|p\.o\. box|suite|§)\s*$",
    re.IGNORECASE,
)


# What follows the number of a house, and clauses that only count: pages to leaf through, comments, how long ago.
_HOUSE = re.compile(
    r"(?:[-/]\d+\w?)?,?\s+(?:[A-Z][\w.\u2019'-]*,?\s+){1,4}?(?:street|st|avenue|ave|road|rd|lane|way|drive|boulevard|blvd|square"
    r"|place|plaza|quay|court|row|tower|floor|building|house|hill|gardens?|parkway|terrace)\b",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_TELLING = 4  # words of a clause that says something about its numbers
_AGO = re.compile(r"\bago\b", re.IGNORECASE)
_CURRENCY = re.compile(r"[$€£¥₹]")
_YEAR = re.compile(r"(?:19|20)\d\d|\d[./-]\d")


_LONG = 200  # code points: a longer clause says something


class _Value(NamedTuple):
    text: str
    size: float
    span: Span


def _size(text: str) -> float:
    low = text.lower()
    if low in _WORDS:
        return float(_WORDS[low])
    try:
        return float(low.replace(",", ""))
    except ValueError:
        return float("nan")


def _values(side: Side, pattern: re.Pattern[str], spans: Iterable[Span]) -> list[_Value]:
    values = []
    for start, end in spans:
        for m in pattern.finditer(side.text, start, end):
            if side.changed_within(m.span()):
                number = next((g for g in m.groups() if g), m.group())
                scale = _DAYS.get((m.group(2) or "").lower(), 1.0) if pattern is _DURATION else 1.0
                values.append(_Value(m.group(), _size(number) * scale, m.span()))
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


def figures(reading: Reading) -> list[Fact]:
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
        facts += _compared(name, found[0], found[1], reading)
    return facts


def _wanted(reading: Reading, scenes: set[str]) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Gives the kinds of figures worth a search; what one pattern took, the later ones leave alone."""
    texts = reading.before.text, reading.after.text
    if any(_YEAR.search(text) for text in texts):
        yield "effective_date", DATE
    if "money" in scenes or any(_CURRENCY.search(text) for text in texts):
        yield "amount", _AMOUNT
    if "age_context" in scenes:
        yield "age", _AGE
    if "unit" in scenes:
        yield "duration", _DURATION
    if all(_tells(text) for text in texts):  # a number that only comes or goes says nothing by itself
        yield "number", _PLAIN


def _tells(text: str) -> bool:
    """Tells whether a clause says something about its numbers, and does not just count pages or comments."""
    if len(text) > _LONG:
        return True
    return len(_LETTERS.findall(text)) >= _TELLING and not _AGO.search(text)


def _overlaps(span: Span, used: Iterable[Span]) -> bool:
    return any(span[0] < u[1] and u[0] < span[1] for u in used)


def _fits(name: str, side: Side, value: _Value) -> bool:
    lead = side.text[max(0, value.span[0] - 24) : value.span[0]]
    if name == "effective_date":
        return bool(_EFFECTIVE.search(lead)) and not lead.rstrip().lower().endswith(("until", "before"))
    if name == "number":
        behind = side.text[value.span[1] : value.span[1] + 60]
        if _HOUSE.match(behind) or _REFERENCE.search(lead):
            return False
        return not re.fullmatch(r"(?:19|20)\d\d", value.text)
    if name == "age":
        return 5 <= value.size <= 25
    return True


def _compared(name: str, before: list[_Value], after: list[_Value], reading: Reading) -> list[Fact]:
    stay = {v.text.lower() for v in before} & {v.text.lower() for v in after}
    low = reading.before.text.lower(), reading.after.text.lower()
    gone = _each_once(v for v in before if v.text.lower() not in stay and v.text.lower() not in low[1])
    come = _each_once(v for v in after if v.text.lower() not in stay and v.text.lower() not in low[0])
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
    if name == "number":
        return []
    return [Fact(name, FactChange.REMOVED, v.text, None, None, v.span, None, rule) for v in gone] + [
        Fact(name, FactChange.ADDED, None, v.text, None, None, v.span, rule) for v in come
    ]


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
