"""What a message is composed from: what the subscriber wants, what happened, and what was told before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from tracker.digest.message import Failing, Stored, Telling
    from tracker.model import Change, CoverageLink

MOST_ENTRIES = 60


@dataclass(frozen=True, slots=True)
class Wants:
    """What a subscription asks for; no services, documents or topics mean all."""

    subscription: str
    services: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    least: int = 2  # significance
    follow_ups: bool = True
    provisional: bool = False
    nothing_changed: bool = False
    timezone: str = "UTC"
    language: str = "en"
    most: int = MOST_ENTRIES

    def watches(self, change: Change) -> bool:
        """Tell whether a change is of a service and a document that the subscriber chose."""
        return (not self.services or change.service in self.services) and (
            not self.documents or change.document in self.documents
        )

    def speaks_of_topics(self, change: Change) -> bool:
        """Tell whether a change is of a topic that the subscriber chose."""
        return not self.topics or any(
            one.verdict.significance and self.topics.intersection(one.verdict.topics) for one in change.clauses
        )


@dataclass(frozen=True, slots=True)
class Told:
    """A change that the subscription was told before, and all that was said of it."""

    stored: Stored
    tellings: frozenset[Telling]


@dataclass(frozen=True, slots=True)
class Explained:
    """Coverage found since a change was told."""

    stored: Stored
    links: tuple[CoverageLink, ...]


@dataclass(frozen=True, slots=True)
class News:
    """What there is to consider for a message.

    `changes` are those recorded since the last message, of every grade and with the noise, of all services, with the
    episodes they belong to; and again those that `waiting` kept back the last time. `told` holds at least the told
    changes that one of `changes` undoes or returns to (`undoes`, `returns_to` = its `after.id`), those told as
    provisional only, and those of the episodes of `changes`; more of them do no harm. Whatever is given twice, or was
    told already, is not told again.
    """

    since: datetime
    until: datetime
    changes: tuple[Stored, ...] = ()
    told: tuple[Told, ...] = ()
    explained: tuple[Explained, ...] = ()
    checked: int = 0  # pages asked for in the period, of what the subscriber chose
    unchanged: int = 0
    failing: tuple[Failing, ...] = ()
