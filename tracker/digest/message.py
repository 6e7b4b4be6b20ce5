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
    RESTORED = "restored"  # what was told as withdrawn is back
    SAME = "same"  # what was told of one document came to another one
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
    is_confirmed: bool = True  # a later capture did not go back to the text before, or there is no need to wait for one
    recorded_at: datetime | None = None  # when it was written down, where that is not when the text was seen


@dataclass(frozen=True, slots=True)
class Entry:
    """One change in a message, and the others that are the same event.

    What is said of a change told before (confirmed, withdrawn, restored, follow-up) names that change, and `by` the one
    that brought it about.
    """

    stored: Stored
    telling: Telling = Telling.CHANGE
    also: tuple[Stored, ...] = ()  # of the same episode: other documents, or taken back and put up again
    withdrawn_at: datetime | None = None  # the text before has been back since, though nobody was told of the change
    by: Stored | None = None
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
    other_topics: int = 0  # changes of other topics than the subscriber wants
    left_out: int = 0  # changes that found no room in the message
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


def by_weight(digest: Digest) -> list[tuple[int, Entry]]:
    """Give the entries of a message with their places in it, the most significant first: room is theirs."""
    return sorted(enumerate(digest.entries), key=lambda placed: -placed[1].stored.change.significance)
