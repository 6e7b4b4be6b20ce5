"""Periods over the days on which clocks are changed, in Europe and elsewhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.periods import Boundary, is_quiet, last_boundary, read_cron

PARIS = ZoneInfo("Europe/Paris")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # half an hour, not a whole one
SANTIAGO = ZoneInfo("America/Santiago")  # at midnight
ZONES = [ZoneInfo("UTC"), PARIS, LORD_HOWE, SANTIAGO, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata")]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ends(period: str, zone: ZoneInfo, start: str, hours: int, step: int = 10) -> list[Boundary]:
    """Ask every few minutes, as a daemon does; gives the different answers in their order."""
    asked = [moment(start) + timedelta(minutes=step * number) for number in range(hours * 60 // step)]
    return list(dict.fromkeys(last_boundary(period, zone, now) for now in asked))


@pytest.mark.parametrize(
    ("period", "now", "name", "at"),
    [
        ("daily", "2026-11-22T07:30", "2026-11-22T08:00 Europe/Paris", "2026-11-22T07:00"),
        ("daily", "2026-11-22T06:59", "2026-11-21T08:00 Europe/Paris", "2026-11-21T07:00"),
        ("weekly", "2026-11-22T12:00", "2026-11-16T08:00 Europe/Paris", "2026-11-16T07:00"),
        ("30 17 * * mon-fri", "2026-11-22T12:00", "2026-11-20T17:30 Europe/Paris", "2026-11-20T16:30"),
        ("0 9 1 * *", "2026-11-22T12:00", "2026-11-01T09:00 Europe/Paris", "2026-11-01T08:00"),
        ("0 9 13 * 5", "2026-11-15T12:00", "2026-11-13T09:00 Europe/Paris", "2026-11-13T08:00"),
        ("0 9 29 feb *", "2026-11-22T12:00", "2024-02-29T09:00 Europe/Paris", "2024-02-29T08:00"),
        ("*/20 8-9/1 * * 7", "2026-11-22T08:05", "2026-11-22T09:00 Europe/Paris", "2026-11-22T08:00"),
        ("5/25 * * * *", "2026-11-22T08:31", "2026-11-22T09:30 Europe/Paris", "2026-11-22T08:30"),
    ],
)
def test_a_period_is_named_by_the_local_moment_at_which_it_ends(period: str, now: str, name: str, at: str) -> None:
    assert last_boundary(period, PARIS, moment(now)) == (name, moment(at))


def test_a_moment_that_comes_twice_in_autumn_ends_one_period() -> None:
    assert ends("30 2 * * *", PARIS, "2026-10-24T12:00", 24) == [
        ("2026-10-24T02:30 Europe/Paris", moment("2026-10-24T00:30")),
        ("2026-10-25T02:30 Europe/Paris", moment("2026-10-25T00:30")),
    ]


def test_a_moment_that_is_leapt_over_in_spring_still_ends_its_period() -> None:
    assert ends("30 2 * * *", PARIS, "2026-03-28T12:00", 24) == [
        ("2026-03-28T02:30 Europe/Paris", moment("2026-03-28T01:30")),
        ("2026-03-29T02:30 Europe/Paris", moment("2026-03-29T01:30")),
    ]
    assert ends("0 0 * * *", SANTIAGO, "2026-09-05T12:00", 24)[-1] == (
        "2026-09-06T00:00 America/Santiago",
        moment("2026-09-06T04:00"),
    )


@pytest.mark.parametrize("start", ["2026-03-26T00:00", "2026-10-22T00:00", "2026-04-02T00:00", "2026-10-01T00:00"])
@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("hour", [0, 1, 2, 3, 8])
def test_every_day_has_one_period_and_they_come_in_order(start: str, zone: ZoneInfo, hour: int) -> None:
    found = ends(f"15 {hour} * * *", zone, start, 24 * 7)

    days = [date.fromisoformat(one.name[:10]) for one in found]

    assert days == [days[0] + timedelta(days=number) for number in range(len(days))]
    assert [one.at for one in found] == sorted(one.at for one in found)


@given(
    st.integers(1_577_836_800, 1_893_456_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.sampled_from(ZONES),
    st.sampled_from(["daily", "weekly", "30 2 * * *", "0 0 1 * *", "*/15 * * * *"]),
)
def test_the_last_end_is_past_and_is_the_same_until_the_next(now: datetime, zone: ZoneInfo, period: str) -> None:
    found = last_boundary(period, zone, now)

    assert found.at <= now
    assert last_boundary(period, zone, max(found.at, now - timedelta(hours=3))) in {
        found,
        last_boundary(period, zone, now - timedelta(hours=3)),
    }


@pytest.mark.parametrize(
    "text",
    ["", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "5-3 * * * *", "*/0 * * * *",
     "a * * * *", "1.5 * * * *", "* * * * monday", "0 0 31 2 *", "0 0 30 feb *", "² * * * *"],
)  # fmt: skip
def test_what_is_no_cron_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no|names no"):
        read_cron(text)


@pytest.mark.parametrize(
    ("hours", "quiet"),
    [
        ((time(22), time(7)), ["2026-11-22T21:00", "2026-11-22T02:00", "2026-11-22T05:59"]),
        ((time(8), time(9)), ["2026-11-22T07:00", "2026-11-22T07:59"]),
        ((time(8), time(8)), []),
        (None, []),
    ],
)
def test_quiet_hours_may_go_over_midnight(hours: tuple[time, time] | None, quiet: list[str]) -> None:
    asked = ["21:00", "02:00", "05:59", "06:00", "20:59", "07:00", "07:59", "08:00"]
    moments = [f"2026-11-22T{clock}" for clock in asked]

    assert [one for one in moments if is_quiet(moment(one), PARIS, hours)] == quiet
