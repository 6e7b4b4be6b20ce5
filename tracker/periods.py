"""When periods end, and which hours are quiet: arithmetic on local time. Pure; the clock belongs to the caller.

A period is named by the local moment at which it ends. In spring a moment that the clocks leap over comes as much later
as they leap; in autumn one that comes twice counts the first time. So there is one period of each name, whatever
clocks do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

NAMED = {"daily": "0 8 * * *", "weekly": "0 8 * * 1"}  # in the morning; a week ends on Monday
_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("day of the week", 0, 7))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_PART = re.compile(r"(?:(?P<all>\*)|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d+))?")
_LONGEST = 3000  # days between two days of one pattern: 29 February around a year without one comes to 2,921
_SUNDAY = 7


class Boundary(NamedTuple):
    """The end of a period: its name, and the moment."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Cron:
    """Five fields of cron, read."""

    minutes: tuple[int, ...]  # the last one first
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # 0 is Sunday
    is_either: bool  # a day of the month or one of the week, as cron has it where both are given

    def has(self, day: date) -> bool:
        """Tell whether something happens on a day."""
        of_month, of_week = day.day in self.days, day.isoweekday() % _SUNDAY in self.weekdays
        return day.month in self.months and ((of_month or of_week) if self.is_either else (of_month and of_week))


@lru_cache(maxsize=256)
def read_cron(text: str) -> Cron:
    """Read five fields of cron, or `daily` or `weekly`; ValueError says what is wrong with them."""
    fields = NAMED.get(text, text).lower().split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"{text!r} is no five fields of cron")
    minutes, hours, days, months, weekdays = (
        _field(field, *bounds) for field, bounds in zip(fields, _FIELDS, strict=True)
    )
    read = Cron(
        tuple(sorted(minutes, reverse=True)),
        tuple(sorted(hours, reverse=True)),
        days,
        months,
        frozenset(day % _SUNDAY for day in weekdays),
        is_either=not fields[2].startswith("*") and not fields[4].startswith("*"),
    )
    if not any(read.has(date(2000, 1, 1) + timedelta(days=number)) for number in range(_LONGEST)):
        raise ValueError(f"{text!r} names no day of any year")
    return read


def _field(text: str, name: str, least: int, most: int) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"{part!r} is no {name}")
        first = least if match["all"] else _number(match["first"], name)
        step = int(match["step"] or 1)
        is_open = match["all"] or (match["step"] and not match["last"])
        last = most if is_open else _number(match["last"] or match["first"], name)
        if not (least <= first <= last <= most and step):
            raise ValueError(f"{part!r} is no {name}: it lies between {least} and {most}")
        found |= set(range(first, last + 1, step))
    return frozenset(found)


def _number(text: str, name: str) -> int:
    if name == "month" and text in _MONTHS:
        return _MONTHS.index(text) + 1
    if name == "day of the week" and text in _DAYS:
        return _DAYS.index(text)
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is no {name}")
    return int(text)


def last_boundary(period: str, zone: ZoneInfo, now: datetime) -> Boundary:
    """Give the end of the period that ended last."""
    cron = read_cron(period)
    # In the hour that comes twice a later spelling may be the earlier moment: so from the day after on, backwards.
    day = now.astimezone(zone).date() + timedelta(days=1)
    for _ in range(_LONGEST):
        if cron.has(day):
            for local in (datetime.combine(day, time(hour, minute)) for hour in cron.hours for minute in cron.minutes):
                at = local.replace(tzinfo=zone).astimezone(UTC)
                if at <= now:
                    return Boundary(f"{local:%Y-%m-%dT%H:%M} {zone.key}", at)
        day -= timedelta(days=1)
    raise ValueError(f"{period!r} names no moment of the last years")


def next_moment(pattern: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Give the next moment after now that a pattern names."""
    cron = read_cron(pattern)
    day = now.astimezone(zone).date() - timedelta(days=1)  # as above, the other way
    for _ in range(_LONGEST):
        if cron.has(day):
            named = (datetime.combine(day, time(hour, minute), zone) for hour in cron.hours for minute in cron.minutes)
            later = [at for at in (local.astimezone(UTC) for local in named) if at > now]
            if later:
                return min(later)
        day += timedelta(days=1)
    raise ValueError(f"{pattern!r} names no moment of the next years")


def is_quiet(now: datetime, zone: ZoneInfo, hours: tuple[time, time] | None) -> bool:
    """Tell whether a moment lies in the quiet hours, which may go over midnight; from a time to the same is never."""
    if hours is None:
        return False
    start, end = hours
    clock = now.astimezone(zone).time()
    return start <= clock < end if start <= end else clock >= start or clock < end
