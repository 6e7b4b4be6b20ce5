"""Moments as a reader writes them: in the reader's time zone, with the names of months in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tracker.digest.schema import UNDATED

if TYPE_CHECKING:
    from datetime import datetime

# How a language writes a day, and its months in the form that takes (the genitive, where there is one).
_LANGUAGES = {
    "en": (
        "{day} {month} {year}",
        "January February March April May June July August September October November December",
    ),
    "de": (
        "{day}. {month} {year}",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    ),
    "fr": (
        "{day} {month} {year}",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    ),
    "es": (
        "{day} de {month} de {year}",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    ),
    "it": (
        "{day} {month} {year}",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    ),
    "pt": (
        "{day} de {month} de {year}",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    ),
    "ru": (
        "{day} {month} {year} \u0433.",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    ),
}
_FIRST_DAY = {"fr": "1er", "it": "1º", "pt": "1º"}
LANGUAGES = frozenset(_LANGUAGES)


@dataclass(frozen=True, slots=True)
class Dates:
    """How a reader writes moments; languages we do not know are written as in English."""

    timezone: str = "UTC"
    language: str = "en"

    def day(self, at: datetime) -> str:
        """Give the day of a moment: "24 September 2024"."""
        return "undated" if at == UNDATED else self._day(self._local(at))

    def moment(self, at: datetime) -> str:
        """Give a moment to the minute, with its zone: "24 September 2024, 08:00 CEST"."""
        if at == UNDATED:
            return "undated"
        local = self._local(at)
        zone = local.tzname() or ""
        return f"{self._day(local)}, {local:%H:%M} {'UTC' if zone[:1] in {'+', '-'} else ''}{zone}"

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.timezone))

    def _day(self, local: datetime) -> str:
        language = self.language.lower().replace("_", "-").partition("-")[0]
        form, months = _LANGUAGES.get(language, _LANGUAGES["en"])
        day = _FIRST_DAY.get(language, "1") if local.day == 1 else str(local.day)
        return form.format(day=day, month=months.split()[local.month - 1], year=local.year)
