"""When a document is asked for next: pure arithmetic over moments, by interval, window of the day or cron.

The clock and the dice belong to the caller. Moments are UTC; windows and cron mean the local time of a zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tracker.config_tables import between, duration, zone
from tracker.periods import next_moment, read_cron

if TYPE_CHECKING:
    from datetime import time, tzinfo
    from zoneinfo import ZoneInfo

    from tracker.config_tables import WatchTable
    from tracker.text.declaration import Schedule

_FIRST_RETRY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Plan:
    """When a document is asked for."""

    every: timedelta
    jitter: float  # share of the interval that chance may add
    confirm_after: timedelta  # until a doubtful page is asked for again
    zone: ZoneInfo
    window: tuple[time, time] | None = None
    cron: str | None = None


def checked_schedule(schedule: Schedule) -> None:
    """Refuse a schedule that cannot be; ValueError says why."""
    if schedule.every is not None and schedule.cron is not None:
        raise ValueError("give one of every and cron")
    if schedule.every is not None:
        duration(schedule.every)
    if schedule.cron is not None:
        read_cron(schedule.cron)
    if schedule.window is not None:
        between(schedule.window)


def plan_of(schedule: Schedule, watch: WatchTable) -> Plan:
    """Give the plan of a document: its own schedule, and what the configuration says for all."""
    local = zone(watch.timezone)
    window = schedule.window or watch.window
    return Plan(
        every=duration(schedule.every or watch.every),
        jitter=watch.jitter,
        confirm_after=duration(watch.confirm_after),
        zone=local,
        window=between(window) if window else None,
        cron=schedule.cron,
    )


def next_check(plan: Plan, now: datetime, dice: float) -> datetime:
    """Give the moment of the next regular check; `dice` lies between 0 and 1."""
    if plan.cron is not None:
        return next_moment(plan.cron, plan.zone, now)
    then = now + plan.every * (1 + plan.jitter * dice)
    return then if plan.window is None else _into(plan.window, then, plan.zone, dice)


def doubtful_check(plan: Plan, now: datetime) -> datetime:
    """Give the moment at which a page is asked for again that changed a lot or that looks wrong."""
    return now + min(plan.confirm_after, plan.every)


def retry(plan: Plan, now: datetime, failing_since: datetime | None, dice: float) -> datetime:
    """Give the moment of the next try after a failure that may pass.

    The pause is half as long as the failing has lasted: tries thin out by themselves, up to the regular interval.
    """
    failing = max(now - failing_since, timedelta(0)) if failing_since else timedelta(0)
    return now + min(max(_FIRST_RETRY, failing / 2) * (1 + plan.jitter * dice), plan.every)


def _into(window: tuple[time, time], moment: datetime, where: tzinfo, dice: float) -> datetime:
    """Give a moment as it is where it lies in a window of the day, else one by chance in the next."""
    local = moment.astimezone(where)
    start, end = window
    at = local.time()
    inside = start <= at < end if start < end else at >= start or at < end
    if inside:
        return moment
    day = local.date() if at < start else local.date() + timedelta(days=1)
    opens = datetime.combine(day, start, where)
    shuts = datetime.combine(day if start < end else day + timedelta(days=1), end, where)
    return (opens.astimezone(UTC) + (shuts.astimezone(UTC) - opens.astimezone(UTC)) * dice).astimezone(UTC)
