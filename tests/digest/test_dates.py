from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tracker.digest.dates import LANGUAGES, Dates
from tracker.digest.schema import UNDATED

AT = datetime(2024, 9, 24, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "day"),
    [
        ("en", "24 September 2024"),
        ("de", "24. September 2024"),
        ("fr", "24 septembre 2024"),
        ("es", "24 de septiembre de 2024"),
        ("it", "24 settembre 2024"),
        ("pt", "24 de setembro de 2024"),
        ("ru", "24 сентября 2024 \u0433."),
        ("de-AT", "24. September 2024"),
        ("pt_BR", "24 de setembro de 2024"),
        ("tlh", "24 September 2024"),
    ],
)
def test_a_day_is_written_as_the_reader_writes_it(language: str, day: str) -> None:
    assert Dates(language=language).day(AT) == day


def test_every_language_has_twelve_months() -> None:
    for language in LANGUAGES:
        days = {Dates(language=language).day(datetime(2024, month, 9, tzinfo=UTC)) for month in range(1, 13)}
        assert len(days) == 12


def test_the_first_of_a_month_is_an_ordinal_where_the_language_has_it_so() -> None:
    first = datetime(2024, 5, 1, tzinfo=UTC)
    assert [Dates(language=code).day(first) for code in ("fr", "it", "de")] == [
        "1er mai 2024",
        "1º maggio 2024",
        "1. Mai 2024",
    ]


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("UTC", "24 September 2024, 22:30 UTC"),
        ("Europe/Berlin", "25 September 2024, 00:30 CEST"),
        ("America/New_York", "24 September 2024, 18:30 EDT"),
        ("America/Sao_Paulo", "24 September 2024, 19:30 UTC-03"),
    ],
)
def test_a_moment_is_that_of_the_readers_clock(zone: str, moment: str) -> None:
    assert Dates(zone).moment(AT) == moment


def test_the_two_same_hours_of_an_autumn_night_are_told_apart() -> None:
    dates = Dates("Europe/Berlin")
    both = [dates.moment(datetime(2024, 10, 27, hour, 30, tzinfo=UTC)) for hour in (0, 1)]
    assert both == ["27 October 2024, 02:30 CEST", "27 October 2024, 02:30 CET"]


def test_a_text_without_a_moment_is_undated_in_every_zone() -> None:
    assert (Dates("America/New_York").moment(UNDATED), Dates().day(UNDATED)) == ("undated", "undated")
