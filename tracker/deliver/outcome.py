"""What a way out is given, and what comes of sending: values, for every way the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Letter:
    """A message for one recipient, rendered."""

    uid: str  # the same however often it is sent: what receivers tell repeats by
    recipient: str
    payload: bytes
    at: datetime  # of this try


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side took the message."""

    detail: str
    code: int | None = None
    steps: tuple[str, ...] = ()  # what was done on the way, for people who want to know


@dataclass(frozen=True, slots=True)
class Failed:
    """The other side did not take it, or nobody knows."""

    detail: str
    code: int | None = None
    is_permanent: bool = False  # the same again would fail the same way
    is_of_channel: bool = False  # it would have befallen every other message too
    is_gone: bool = False  # the receiver says that it is no more
    may_have_arrived: bool = False  # it was sent to its end, and no answer came
    is_told_apart: bool = True  # the receiver knows a repeat by its id; where not, a repeat is seen twice
    retry_after: timedelta | None = None  # as the receiver asks
    steps: tuple[str, ...] = ()


Way = Callable[[Letter], Sent | Failed]
