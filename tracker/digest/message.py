"""What a digest says, whatever it is sent by: the composed message that mail, webhooks, pages and feeds are made of.

Values only. Who is told what is decided where digests are composed; how it looks, where they are rendered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tracker.model import Change, CoverageLink, Noise


class Telling(StrEnum):
    """What a message says of a change."""

    CHANGE = "change"
    PROVISIONAL = "provisional"  # told before a second capture showed the same
    CONFIRMED = "confirmed"  # a second capture shows what was told as provisional
    WITHDRAWN = "withdrawn"  # the text before is back
    FOLLOW_UP = "follow_up"  # coverage came that explains what was told


@dataclass(frozen=True, slots=True)
class Stored:
    """A change as the archive knows it, with its coverage as it is linked now."""

    id: int  # its number in the archive: what `tracker show` takes
    change: Change
    page: str | None = None  # address of the document
    url: str | None = None  # of the change, where `public_url` is configured
    before_url: str | None = None  # of the two snapshots, likewise
    after_url: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One change in a message, and the others that are the same event."""

    stored: Stored
    telling: Telling = Telling.CHANGE
    also: tuple[Stored, ...] = ()  # of the same episode: other documents, or put up again
    withdrawn_at: datetime | None = None  # where it came and went before anybody was told
    coverage: tuple[CoverageLink, ...] = ()  # for a follow-up: what is new; else all there is


@dataclass(frozen=True, slots=True)
class Group:
    """The entries of one document, the most significant first."""

    service: str
    document: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Failing:
    """A document that cannot be read at present."""

    service: str
    document: str
    since: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Foot:
    """What the reader should know of the watching itself, over the period of the message."""

    checked: int = 0  # pages asked for
    unchanged: int = 0
    suppressed: Mapping[Noise, int] = field(default_factory=dict)  # changes that are no news, by kind
    minor: int = 0  # changes below what the subscriber wants
    failing: tuple[Failing, ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """One message: what a subscription is told of a period."""

    id: str  # the same for ever: mail and webhooks are told apart by it
    subscription: str
    since: datetime  # the period; both moments in UTC
    until: datetime
    groups: tuple[Group, ...]
    foot: Foot
    timezone: str = "UTC"  # of the dates it shows
    language: str = "en"  # of how its dates are written
    is_test: bool = False

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries in the order of the message."""
        return tuple(entry for group in self.groups for entry in group.entries)
