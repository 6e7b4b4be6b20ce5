"""Dates as policies print them: patterns in the languages covered, and the date a page gives itself."""

from __future__ import annotations

import re

MONTHS = (
    "jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|f[ée]v(?:rier|ereiro)?|mar(?:ch|s|zo|ço)?|märz|apr(?:il|ile)?|avr(?:il)?"
    "|abr(?:il)?|may|mai|mayo|maio|maggio|june?|juni|juin|junio|junho|giugno|july?|juli|juillet|julio|julho|luglio"
    "|aug(?:ust)?|août|agosto|sept?(?:ember|embre|iembre)?|setembro|settembre|o[ck]t(?:ober|obre|ubre)?|outubro|ottobre"
    "|nov(?:ember|embre|iembre|embro)?|de[cz](?:ember|embre|embro)?|d[ée]cembre|diciembre|dicembre|gennaio|febbraio"
    "|enero|febrero|janeiro|fevereiro|marzo|январ[яь]|феврал[яь]|марта?|апрел[яь]|мая|май|июн[яь]|июл[яь]|августа?"
    "|сентябр[яь]|октябр[яь]|ноябр[яь]|декабр[яь]"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th|\.|er|º)?"
_YEAR = r"(?:19|20)\d\d"
DATE = re.compile(
    rf"\b(?:(?:{MONTHS})\b\.?\s*{_DAY},?\s+{_YEAR}"
    rf"|{_DAY}\s*(?:de\s|of\s)?(?:{MONTHS})\b\.?,?(?:\s+de)?\s+{_YEAR}"
    rf"|(?:{MONTHS})\b\.?,?(?:\s+de)?\s+{_YEAR}"
    rf"|{_YEAR}[-/.]\d\d?[-/.]\d\d?"
    rf"|\d{{1,2}}[./-]\d{{1,2}}[./-](?:{_YEAR}|\d\d))\b",
    re.IGNORECASE,
)
STAMP = re.compile(
    r"(?:\b(?:last|date|updated?|effective|revis(?:ed|ion)|modified|version|published|posted|copyright|as of|stand"
    r"|datum|aktualisiert|gültig|mise à jour|en vigueur|dernière|actualizaci[oó]n|vigente|vigencia|aggiornament|vigore"
    r"|atualiza[çc]|vigor|обновлен|редакци|вступ)|©)",
    re.IGNORECASE,
)
# Pieces of a date, and the little words and clock times printed with one.
_UNIT = r"(?:second|minute|hour|day|week|month|year)s?"
PIECE = re.compile(
    rf"(?:\b(?:\d+|an?|one) {_UNIT},? ago\b|\b(?:\d+|one) {_UNIT} (?=\d|ago)|\bago\b"
    rf"|\b(?:{MONTHS})\b\.?|\b{_YEAR}\b|\b{_DAY}(?!\w)|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|\b(?:de|of|the)\b|\b\d{1,2}:\d\d(?::\d\d)?\b"
    r"|\b(?:am|pm|utc|gmt|pst|pdt|est|edt|cet)\b|\b\u0433\.)",  # the last one is the Russian "year"
    re.IGNORECASE,
)
YEAR_OR_DIGITS = re.compile(rf"{_YEAR}|\d[./-]\d\d?[./-]\d")
_LONGEST = 24  # code points on each side of its year that a date may take
_NEAR = 60  # code points between the word and its date


def stamp(text: str) -> str | None:
    """Gives the date a page says it was last changed or takes effect, as printed; None where it gives none.

    The first such date near the top counts, else the last one near the end.
    """
    return _stamped(text[:4000], first=True) or _stamped(text[-2000:], first=False)


def _stamped(text: str, *, first: bool) -> str | None:
    found = []
    for year in YEAR_OR_DIGITS.finditer(text):  # every date has one, and they are quickly found
        window = max(0, year.start() - _LONGEST)
        date = DATE.search(text, window, year.end() + _LONGEST)
        if date is None or not date.start() <= year.start() < date.end():
            continue
        lead = text[max(0, date.start() - _NEAR) : date.start()]
        if STAMP.search(lead[lead.rfind("\n\n") + 1 :]):
            found.append(" ".join(date.group().split()))
            if first:
                break
    return found[-1] if found else None
