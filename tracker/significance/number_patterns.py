"""Patterns of figures as policies print them: durations, amounts of money, ages and plain numbers."""

from __future__ import annotations

import re

_ONE_TO_TWENTY = """
    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty
"""
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
WORDS = {word: n for n, word in enumerate(_ONE_TO_TWENTY.split(), 1)} | {
    f"{tens}{ones and '-'}{ones}": size + n
    for tens, size in _TENS.items()
    for n, ones in enumerate(("", *_ONE_TO_TWENTY.split()[:9]))
}
_NUMBER = (
    r"(?:\d[\d.,]*\d|\d|(?:(?:one|two|three) hundred(?: and)?[ -]?)?(?:"
    + "|".join(sorted(WORDS, key=len, reverse=True))
    + r"))"
)
DAYS = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0}
_UNIT = r"(?:second|minute|hour|day|week|month|year)s?"
_CODE = r"(?:USD|EUR|GBP|CHF|CAD|AUD|INR|BRL|JPY)"
_SYMBOL = r"(?:US|CA|AU|C|A|HK|S)?[$€£¥₹]"
DURATION = re.compile(
    rf"(?<![\w-])({_NUMBER})(?:\s*\(\s*\d+\s*\))?[\s-](?:calendar |business |working |consecutive )?"
    r"(hour|day|week|month|year)s?\b(?!\s+(?:of age|old|ago))(?!-old)(?![\s-]+olds?\b)"
    r"(?!\s+(?:and|or)\s+(?:older|over|above|up)\b)",
    re.IGNORECASE,
)
AMOUNT = re.compile(
    rf"(?:{_SYMBOL}\s?\d(?:[\d.,]*\d)?(?:[KkM]\b)?|\b{_CODE}\s?\d[\d.,]*\d?\b"
    rf"|\b\d[\d.,]*\s?(?:{_CODE}|dollars|euros?|pounds)\b)(?:\s(?:thousand|million|billion)\b)?",
    re.IGNORECASE,
)
# What may follow a bare number that is an age: "users under 16 must", but not "over 5 categories".
_GOES_ON = (
    "to|or|and|in|on|at|by|of|for|with|without|from|who|whom|may|must|can|could|should|shall|will|would|is|are|was|were|if"
    "|as|you|we|they|unless|when|where|whose|that|which|need|needs|do|does|not|cannot|under|use|using|years|year|please"
)
_COMPARED = (
    r"(?:under|over|at least|above|below|minimum age of|age of|aged?|(?:older|younger|less) than"
    rf"|between\sthe\sages?\sof\s{_NUMBER}\sand|aged?\s(?:between\s)?{_NUMBER}\s(?:to|and))"
)
AGE = re.compile(
    rf"\b{_COMPARED}\s(?:the age of\s)?"
    rf"({_NUMBER})(?:\s(?:years of age|years old))?\b"
    rf"(?![\s-](?:{_UNIT}|calendar|business|%|percent|million|USD))(?![.,]\d|\s+(?:U\.?S\.?C|C\.?F\.?R)\b|\s§)"
    rf"(?!\s(?!(?:{_GOES_ON})\b)[A-Za-z])"
    rf"|\b(?:(?:{_COMPARED}|between\s{_NUMBER}\sand)\s)?({_NUMBER})[\s-](?:years of age|years? old|year-olds?|years-old"
    r"|(?:years )?(?:and|or) (?:older|over|above))\b",
    re.IGNORECASE,
)
PLAIN = re.compile(
    r"(?<![\w.,/§#-])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?:\s?(?:%|percent|million|billion|thousand)\b|%)?"
    rf"(?![\w/-]|\.\d|\s{_UNIT}\sago)",
    re.IGNORECASE,
)
EFFECTIVE = re.compile(
    r"\b(?:effective(?! until)|in(?:to)? effect|effect on|takes? effect|in force"
    r"|(?:starting|beginning|(?:effective|updated|appl(?:y|ies)|valid|changes?|active|as) from)(?: on)?\W*\Z)",
    re.IGNORECASE,
)
COUNTED = re.compile(r"\s?(?:%|percent\b|million\b|billion\b|thousand\b)|\s+(?!and\b|or\b|to\b|of\b|in\b)[a-z]{3,}")
EXAMPLE = re.compile(r"\b(?:for example|for instance|e\.g\.|such as|i\.e\.)", re.IGNORECASE)
PRICED = re.compile(r"\b(?:prices?d?|costs?|fees?|charged?|rates?|pays?)\b", re.IGNORECASE)
REFERENCE = re.compile(
    r"(?:sections?|article|art\.|clause|paragraph|chapter|annex|no\.?|number|version|part|step|p\.o\. box|suite|§)\s*$",
    re.IGNORECASE,
)


# What follows the number of a house, and clauses that only count: pages to leaf through, comments, how long ago.
HOUSE = re.compile(
    r"(?:[-/]\d+\w?)?,?\s+(?:[A-Z][\w.\u2019'-]*,?\s+){1,4}?(?:street|st|avenue|ave|road|rd|lane|way|drive|boulevard|blvd|square"
    r"|place|plaza|quay|court|row|tower|floor|building|house|hill|gardens?|parkway|terrace)\b",
    re.IGNORECASE,
)
LETTERS = re.compile(r"[^\W\d_]{2,}")
TELLING = 4  # words of a clause that says something about its numbers
AGO = re.compile(r"\bago\b", re.IGNORECASE)
CURRENCY = re.compile(r"[$€£¥₹]")
YEAR = re.compile(r"(?:19|20)\d\d|\d[./-]\d")
