"""What the daemon does, and how often it looks whether there is something to do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tracker.capturing import CLOCK
from tracker.config_tables import duration
from tracker.daemon import Tick, check_tick, log
from tracker.watching import TOOL

if TYPE_CHECKING:
    from datetime import datetime

    from tracker.setting_up import Setup

_DAY = timedelta(days=1)


def let_go(setup: Setup, now: datetime) -> None:
    """Let go of bodies that nothing was made of, where the configuration says so."""
    kept = setup.config.told.watch.keep_unused
    if kept is None:
        return
    gone = setup.watching.store.expire(now - duration(kept), now, clock=CLOCK, tool=TOOL)
    if gone:
        log.info("let go of %d bodies that nothing was made of", gone)


TICKS = (
    Tick("check", 15.0, check_tick),
    Tick("retention", _DAY.total_seconds(), let_go),
)
