from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.config_tables import WatchTable
from tracker.periods import read_cron
from tracker.planning import doubtful_check, next_check, plan_of, retry
from tracker.text.declaration import Schedule

NOW = datetime(2024, 9, 23, 10, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


def test_the_next_check_comes_after_the_interval_and_some_chance() -> None:
    plan = plan_of(Schedule(), WatchTable(every="12h", jitter=0.5))

    assert next_check(plan, NOW, 0.0) == NOW + timedelta(hours=12)
    assert next_check(plan, NOW, 1.0) == NOW + timedelta(hours=18)


def test_a_document_has_its_own_interval_and_the_window_of_all() -> None:
    watch = WatchTable(every="12h", jitter=0, window="01:00-05:00", timezone="Europe/Paris")
    plan = plan_of(Schedule(every="1h"), watch)

    assert next_check(plan, NOW, 0.5) == datetime(2024, 9, 24, 1, tzinfo=UTC)  # three o'clock in Paris


@pytest.mark.parametrize(
    ("text", "fires"),
    [
        ("30 6 * * *", datetime(2024, 9, 24, 4, 30, tzinfo=UTC)),
        ("0 6 * * 0", datetime(2024, 9, 29, 4, tzinfo=UTC)),  # a Sunday, as cron counts
        ("0 6 * * 7", datetime(2024, 9, 29, 4, tzinfo=UTC)),
        ("0 6 * * 1-5", datetime(2024, 9, 24, 4, tzinfo=UTC)),
        ("0 */6 * * *", datetime(2024, 9, 23, 16, tzinfo=UTC)),
    ],
)
def test_cron_means_local_time_and_counts_weekdays_as_cron_does(text: str, fires: datetime) -> None:
    plan = plan_of(Schedule(cron=text), WatchTable(timezone="Europe/Paris"))

    assert next_check(plan, NOW, 0.9) == fires


@pytest.mark.parametrize("text", ["", "* * * *", "61 * * * *", "0 6 * * 9"])
def test_what_is_no_cron_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        read_cron(text)


@given(
    now=st.datetimes(datetime(2024, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  bounds
    start=st.times(),
    end=st.times(),
    dice=st.floats(0, 1),
)
def test_a_check_in_a_window_is_never_early_and_never_days_late(
    now: datetime, start: datetime, end: datetime, dice: float
) -> None:
    watch = WatchTable(window=f"{start:%H:%M}-{end:%H:%M}", timezone="Europe/Paris")

    then = next_check(plan_of(Schedule(every="6h"), watch), now, dice)

    assert now + timedelta(hours=6) <= then <= now + timedelta(hours=6, days=2, minutes=61)


def test_a_doubtful_page_is_asked_for_again_soon() -> None:
    plan = plan_of(Schedule(), WatchTable(every="12h", confirm_after="30m"))

    assert doubtful_check(plan, NOW) == NOW + timedelta(minutes=30)


def test_retries_thin_out_up_to_the_interval() -> None:
    plan = plan_of(Schedule(every="12h"), WatchTable(jitter=0))

    pauses = [retry(plan, NOW, NOW - timedelta(hours=hours), 0.0) - NOW for hours in (0, 1, 8, 100)]
    assert pauses == [timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=4), timedelta(hours=12)]
    assert retry(plan, NOW, None, 0.0) - NOW == timedelta(minutes=5)
