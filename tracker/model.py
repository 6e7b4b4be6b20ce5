"""The nouns of the tracker: frozen values that every part shares. No behaviour beyond what a value says of itself.

The words are those of the glossary in the user guide. Offsets and spans count Unicode code points and are half-open.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

Span = tuple[int, int]


class Format(StrEnum):
    """What the bytes of a record are."""

    HTML = "html"
    MARKDOWN = "md"
    TEXT = "txt"
    PDF = "pdf"


class Cause(StrEnum):
    """Why a version was recorded."""

    FIRST_RECORD = "first_record"
    CHANGE = "change"
    TECHNICAL_UPGRADE = "technical_upgrade"
    VARIANT = "variant"


class Noise(StrEnum):
    """Why a change is no news."""

    VARIANT = "variant"
    COSMETIC = "cosmetic"
    DATES = "dates"
    LINKS = "links"
    MARKUP = "markup"
    ORDER = "order"
    CAPTURE_LOSS = "capture_loss"
    WALL = "wall"
    EMPTY = "empty"
    LANGUAGE = "language"
    UPGRADE = "upgrade"
    NO_SELECTOR = "no_selector"


class BlockKind(StrEnum):
    """What a block of text is in its page."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"
    DEFINITION = "definition"


class ChangeKind(StrEnum):
    """What happened to a clause."""

    EDITED = "edited"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    RENUMBERED = "renumbered"
    SPLIT = "split"
    MERGED = "merged"
    COPIED = "copied"
    RELINKED = "relinked"


class Op(StrEnum):
    """What a word edit does."""

    EQUAL = "equal"
    DELETE = "delete"
    INSERT = "insert"


class Edit(NamedTuple):
    """A run of words that stays, goes or comes."""

    op: Op
    text: str


class FactChange(StrEnum):
    """What happened to the thing a fact speaks of."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    UNCHANGED = "unchanged"


class Direction(StrEnum):
    """Whether the reader's position got weaker or stronger."""

    WEAKER = "weaker"
    STRONGER = "stronger"
    NEUTRAL = "neutral"


class Role(StrEnum):
    """What an article has to do with a change."""

    QUOTES = "quotes"
    DESCRIBES = "describes"
    BACKGROUND = "background"
    CONTESTED = "contested"
    BEFORE_THE_CHANGE = "before_the_change"


@dataclass(frozen=True, slots=True)
class Part:
    """One of several pages that make a document together."""

    format: Format
    body: bytes
    url: str | None = None  # where it was found
    charset: str | None = None  # as the server named it


@dataclass(frozen=True, slots=True)
class Record:
    """One stored page or text of a document, as a source of history gives it."""

    service: str
    document: str
    at: datetime  # aware, UTC
    id: str  # git blob, or SHA-256 of the bytes
    source: str | None  # git commit, or the address asked
    format: Format
    body: bytes
    recorded_as: Cause  # what the source itself says of the record
    charset: str | None = None  # as the server named it
    more: tuple[Part, ...] = ()  # the pages after the first, where a document is made of several
    is_trusted: bool = False  # somebody looked at it and says that it is the document, whatever it looks like


def record_id(digests: Sequence[str]) -> str:
    """Give the id of a record: the SHA-256 of its bytes in hex, or one hash of those of its several pages."""
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode("ascii")).hexdigest()


@dataclass(frozen=True, slots=True)
class Clause:
    """The smallest unit we compare, in its place.

    `path` holds the headings above it as printed, without markup and without the title of the document; `number` is
    the printed number ("8.3"), its own or that of the nearest numbered heading, and is no part of its identity.
    """

    kind: BlockKind
    path: tuple[str, ...]
    number: str | None
    text: str  # visible words: no markup, no printed number, blanks squeezed
    lead_in: str  # what introduces the list or table the clause stands in; "" where nothing does
    links: tuple[str, ...]
    span: Span  # in the text of the version
    fingerprint: str  # of what comparing looks at


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """What happened to one clause between two versions.

    `edits` rebuild both sides exactly. The `elsewhere` spans mark changed words that only changed place: in `after`,
    words that stood elsewhere in the old version; in `before`, words that still stand elsewhere in the new one.
    """

    kind: ChangeKind
    before: str | None
    after: str | None
    edits: tuple[Edit, ...]
    path: tuple[str, ...]
    path_before: tuple[str, ...] | None  # where it differs from `path`
    number: str | None
    number_before: str | None  # where it differs from `number`
    block: BlockKind
    lead_in: str = ""
    parts: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    before_elsewhere: tuple[Span, ...] = ()
    after_elsewhere: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A typed, directed statement about a change, with the words it rests on."""

    fact: str
    change: FactChange
    before: str | None
    after: str | None
    direction: Direction | None
    before_span: Span | None
    after_span: Span | None
    rule: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a change scores as it does, in plain words."""

    text: str
    points: float
    rule: str
    topic: str | None = None
    before_span: Span | None = None
    after_span: Span | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says of one changed clause."""

    significance: int  # 0 noise or cosmetic, 1 minor, 2 notable, 3 newsworthy
    score: float
    noise: Noise | None
    topics: tuple[str, ...]
    facts: tuple[Fact, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class JudgedClause:
    """A changed clause and the verdict on it."""

    change: ClauseChange
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class VersionRef:
    """Names a version: when it was seen and which bytes it is."""

    at: datetime
    id: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of an article that tie it to a clause; at most 300 characters of the article."""

    article_text: str
    clause: int | None  # index into the clauses of the change
    before_or_after: str | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """A news item: facts about it and, while matching, its text."""

    id: str
    url: str | None
    title: str | None
    publisher: str | None
    published: datetime | None
    published_from: str | None  # where the date comes from
    language: str | None
    text: str


@dataclass(frozen=True, slots=True)
class CoverageLink:
    """Ties an article to a change, with its role and the evidence for it."""

    article: Article
    role: Role
    score: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Two versions of a document side by side, judged: the object that everything prints, stores and sends."""

    service: str | None
    document: str | None
    cause: Cause
    before: VersionRef | None
    after: VersionRef
    significance: int
    noise: Noise | None
    summary: str
    silent: bool | None
    language: str | None
    clauses: tuple[JudgedClause, ...]
    coverage: tuple[CoverageLink, ...] = ()
    compared_with: str | None = None
    returns_to: str | None = None
    undoes: str | None = None
    flapping: bool = False
    episode: str | None = None
