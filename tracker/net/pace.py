"""How often a host is asked: values in, values out. The clock, the sleep and the dice belong to the caller.

One request at a time for a host; between two of them as long as its robots.txt asks, and at least five times as long as
the last answer took, so that a host which labours is asked less. Errors come back fast and never make us faster.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LEAST = 3.0  # seconds between two requests
MOST = 30.0
TIMES_LATENCY = 5.0
LONGEST_CRAWL_DELAY = 300.0
LONGEST_RETRY_AFTER = timedelta(days=7)
FIRST_BACK_OFF = timedelta(minutes=1)
LONGEST_BACK_OFF = timedelta(hours=6)
_JITTER = 0.25  # of a pause, added: never less than what was promised


@dataclass(frozen=True, slots=True)
class HostPace:
    """What we know of a host's patience; a row of the store, and all that deciding takes."""

    ready_at: datetime | None = None  # not before; None: at any time
    crawl_delay: float = 0.0  # seconds, as its robots.txt asks
    failures: int = 0  # in a row, of the kind that may pass

    def wait(self, now: datetime) -> timedelta:
        """Say how long the host has to be left alone yet."""
        return max(self.ready_at - now, timedelta(0)) if self.ready_at else timedelta(0)


def pause(latency: float, crawl_delay: float, jitter: float) -> timedelta:
    """Say how long to leave a host alone after an answer; `jitter` lies between 0 and 1."""
    polite = min(max(TIMES_LATENCY * latency, LEAST), MOST)
    return timedelta(seconds=max(min(crawl_delay, LONGEST_CRAWL_DELAY), polite) * (1 + _JITTER * jitter))


def back_off(failures: int, jitter: float) -> timedelta:
    """Say how long to wait after so many failures in a row: twice as long each time, up to six hours."""
    doubled = FIRST_BACK_OFF * (1 << min(max(failures - 1, 0), 16))
    return min(doubled * (1 + jitter), LONGEST_BACK_OFF)


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """Read a Retry-After header: seconds or a date, at most seven days; None where it says nothing usable."""
    told = (header or "").strip()
    if told.isascii() and told.isdigit():
        return timedelta(seconds=int(told)) if len(told) < 9 else LONGEST_RETRY_AFTER
    moment = http_date(told)
    if moment is None or moment <= now:
        return None
    return min(moment - now, LONGEST_RETRY_AFTER)


def http_date(text: str | None) -> datetime | None:
    """Read a date as servers write it; None where it is none, or none that a calendar has."""
    try:
        moment = parsedate_to_datetime(text or "")
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def after_answer(pace: HostPace, now: datetime, latency: float, jitter: float) -> HostPace:
    """Note that the host answered."""
    return replace(pace, ready_at=now + pause(latency, pace.crawl_delay, jitter), failures=0)


def after_failure(
    pace: HostPace, now: datetime, latency: float, jitter: float, told_to_wait: timedelta | None = None
) -> HostPace:
    """Note a failure that may pass: the host is left alone as long as it asked for, else longer each time."""
    failures = pace.failures + 1
    wait = min(told_to_wait, LONGEST_RETRY_AFTER) if told_to_wait is not None else back_off(failures, jitter)
    return replace(pace, ready_at=now + max(wait, pause(latency, pace.crawl_delay, jitter)), failures=failures)


class Turns:
    """Gives one turn at a time for a host, when its pace allows; for the threads of one process."""

    def __init__(self, clock: Callable[[], datetime], sleep: Callable[[float], None]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._hosts: dict[str, threading.Lock] = {}

    @contextmanager
    def turn(self, host: str, pace: Callable[[], HostPace], patience: timedelta) -> Iterator[bool]:
        """Wait for the host and give True; False at once where it wants to be left alone for longer than `patience`.

        The pace is asked for when the turn has come: whoever had it before has moved it.
        """
        with self._lock:
            line = self._hosts.setdefault(host, threading.Lock())
        with line:
            wait = pace().wait(self._clock())
            if wait > patience:
                yield False
                return
            if wait:
                self._sleep(wait.total_seconds())
            yield True
