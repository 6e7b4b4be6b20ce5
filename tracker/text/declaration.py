"""Declarations: how to get the documents of a service. Values only; `tracker.seeds` reads them from files.

The model is that of Open Terms Archive (`fetch`, `select`, `remove`, `combine`, `filter`, history with
`validUntil`), so that its declarations say the same here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracker.errors import DeclarationError

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Range:
    """The part of a page between two elements; each end names one CSS selector and its side."""

    start: str
    end: str
    after_start: bool = False  # `startAfter`: the start element itself stays out
    after_end: bool = False  # `endAfter`: the end element itself is in

    def __str__(self) -> str:
        start = "startAfter" if self.after_start else "startBefore"
        end = "endAfter" if self.after_end else "endBefore"
        return f"{{{start}: {self.start}, {end}: {self.end}}}"


Selector = str | Range


@dataclass(frozen=True, slots=True)
class Page:
    """One address of a document and what of the page is the document."""

    url: str
    select: tuple[Selector, ...] = ()  # none: the whole page
    remove: tuple[Selector, ...] = ()
    drop_query: tuple[str, ...] = ()  # query parameters to drop from links, besides known ones
    unsupported: tuple[str, ...] = ()  # names of filters that are programs of somebody else
    execute_client_scripts: bool | None = None
    headers: tuple[tuple[str, str], ...] = ()
    language: str | None = None
    despite_robots: str | None = None  # why the page is asked for although its robots.txt asks not to
    origin: str = field(default="", compare=False, repr=False)  # file and key, for messages

    def require_supported(self) -> None:
        """Raise DeclarationError when the page needs a filter that we cannot run."""
        if self.unsupported:
            names = ", ".join(self.unsupported)
            raise DeclarationError(
                f"{self.origin or self.url}: filter {names} is a JavaScript function and cannot run here; "
                "replace it by `remove` selectors or by removeQueryParams"
            )


@dataclass(frozen=True, slots=True)
class PastPages:
    """How a document was declared until a moment (inclusive)."""

    valid_until: datetime  # aware, UTC
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a document is asked for, where it does not go by the configuration."""

    every: str | None = None  # "6h"
    cron: str | None = None  # five fields; instead of an interval
    window: str | None = None  # of the day: "01:00-05:00"


@dataclass(frozen=True, slots=True)
class Declaration:
    """One document of a service: its pages (several when combined) and how they were declared before."""

    document: str
    pages: tuple[Page, ...]
    type: str | None = None
    history: tuple[PastPages, ...] = ()  # oldest first
    schedule: Schedule = field(default_factory=Schedule)

    def at(self, moment: datetime) -> tuple[Page, ...]:
        """Return the pages as they were declared at a moment."""
        return next((past.pages for past in self.history if moment <= past.valid_until), self.pages)


@dataclass(frozen=True, slots=True)
class ServiceDeclaration:
    """A service and its documents, in the order declared."""

    service: str
    documents: tuple[Declaration, ...]
    aliases: tuple[str, ...] = ()
    origin: str = field(default="", compare=False)

    def document(self, name: str) -> Declaration | None:
        """Return the declaration of the document of that name, if there is one."""
        return next((each for each in self.documents if each.document == name), None)
