"""Where the archive may be interrupted: the named points at which the crash test ends the process."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Point(StrEnum):
    """A moment between two steps of a change to the archive, or of what is sent from it."""

    CREATED = "file created"
    COPIED = "copied before the upgrade"
    UPGRADED = "schema upgraded, not committed"
    BEGUN = "transaction begun"
    BLOB = "body stored"
    CAPTURE = "capture stored"
    CHAINED = "chain moved"
    VERSION = "version stored"
    CHANGE = "change stored"
    PLANNED = "next check planned"
    WRITTEN = "all written, not committed"
    COMMITTED = "committed"
    REBASED = "bodies rebased, none let go"
    LET_GO = "bodies let go, not committed"
    BACKED_UP = "backup written, not named"
    COMPOSED = "digest composed, not committed"
    LEASED = "delivery leased, not sent"
    SENT = "message sent, nothing written down"
    RECORDED = "outcome written down, not committed"


OUTBOX = frozenset({Point.COMPOSED, Point.LEASED, Point.SENT, Point.RECORDED})


Crash = Callable[[Point], None]


def go_on(_: Point) -> None:
    """Pass the point: what every run but the crash test does."""
