"""The daemon: a clock that says when to look. What is due lives in the archive, so nothing is lost when it ends.

APScheduler only ticks. Every tick is a verb that can run at any time, twice, or not at all; one that fails is told and
comes again. SIGTERM lets pages that are being asked for come to their end; SIGHUP reads the configuration anew and
keeps the old one where the new one is broken.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from apscheduler.schedulers.background import BackgroundScheduler

from tracker.errors import StoreFull, TrackerError
from tracker.watch.recording import Result
from tracker.watch.rounds import round_of_due

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from tracker.watch.recording import Checked
    from tracker.watch.setting_up import Outside, Setup

log = logging.getLogger("tracker")
_LOOK = 1.0  # seconds between two looks at clock and signals
_JUMP = timedelta(seconds=30)  # of the clock against time as it passes
_FULL = timedelta(minutes=5)  # without writing, after the disk was full
_QUIET = frozenset({Result.UNCHANGED, Result.PUT_OFF})


@dataclass(frozen=True, slots=True)
class Tick:
    """Something to do every so many seconds."""

    name: str
    every: float
    do: Callable[[Setup, datetime], None]


@dataclass
class Daemon:
    """Runs until it is told to stop."""

    setup: Setup
    again: Callable[[], Setup]  # reads the configuration anew
    outside: Outside
    ticks: Sequence[Tick]
    stopping: threading.Event = field(default_factory=threading.Event)
    reloading: threading.Event = field(default_factory=threading.Event)
    _full_until: datetime | None = None

    def run(self) -> None:
        """Tick until told to stop."""
        scheduler = BackgroundScheduler(timezone=UTC)
        began = self.outside.clock(), time.monotonic()
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # that a tick was still running is no news
        for tick in self.ticks:
            scheduler.add_job(
                self.once,
                "interval",
                seconds=tick.every,
                args=(tick,),
                id=tick.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
                next_run_time=self.outside.clock(),
            )
        scheduler.start()
        log.info("watching %d documents", _watched(self.setup))
        try:
            self._look_after(scheduler, *began)
        finally:
            scheduler.shutdown(wait=True)  # what was begun comes to its end
            log.info("stopped")

    def once(self, tick: Tick) -> None:
        """Do what a tick is for; whatever goes wrong is told and does not end the daemon."""
        now = self.outside.clock()
        if self.stopping.is_set() or (self._full_until is not None and now < self._full_until):
            return
        try:
            tick.do(self.setup, now)
            self._full_until = None
        except StoreFull as full:
            self._full_until = now + _FULL
            log.error("%s: %s; nothing is asked for or written for %s", tick.name, full, _FULL)  # noqa: TRY400  no fault
        except TrackerError as failed:
            log.error("%s: %s", tick.name, failed)  # noqa: TRY400  its text says it all
        except Exception:  # a fault of ours in one tick: told with its trace, and no reason to stop watching
            log.exception("%s: a fault of the tracker; it comes again", tick.name)

    def _look_after(self, scheduler: BackgroundScheduler, wall: datetime, passed: float) -> None:
        """Wait for signals, and notice when the clock was set: it says `wall` when `passed` had passed."""
        while not self.stopping.wait(_LOOK):
            now, then = self.outside.clock(), time.monotonic()
            jump = now - wall - timedelta(seconds=then - passed)
            wall, passed = now, then
            if abs(jump) > _JUMP:
                log.warning("the clock jumped by %s", jump)
                for job in scheduler.get_jobs():
                    job.modify(next_run_time=now)
            if self.reloading.is_set():
                self.reloading.clear()
                self._reload()

    def _reload(self) -> None:
        try:
            self.setup = self.again()
        except TrackerError as wrong:
            log.error("the new configuration cannot be used, the old one stays: %s", wrong)  # noqa: TRY400  see above
        else:
            log.info("read the configuration anew: watching %d documents", _watched(self.setup))


def _watched(setup: Setup) -> int:
    return sum(1 for one in setup.watching.store.documents() if one.watched)


def check_tick(setup: Setup, now: datetime) -> None:  # noqa: ARG001  each visit has a moment of its own
    """Check what is due."""
    for checked in round_of_due(setup.going):
        tell(checked)


def tell(checked: Checked) -> None:
    """Log how a check went: what is new or wrong aloud, the rest for whoever wants to know."""
    what = f"{checked.service}, {checked.document}: {checked.result}"
    if checked.change is not None and checked.change.significance:
        what += f" [{checked.change.significance}] {checked.change.summary} (tracker show {checked.change_id})"
    elif checked.why:
        what += f" ({checked.why})"
    bad = checked.result in {Result.FAILED, Result.SUSPECT}
    log.log(logging.WARNING if bad else logging.DEBUG if checked.result in _QUIET else logging.INFO, "%s", what)
