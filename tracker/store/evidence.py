"""What the archive keeps of asking a server once, and the line of the chain that proves it.

The chain: every capture has a number, and its hash is the SHA-256 of one line of JSON, in ASCII, with sorted keys and
no blanks, that holds everything kept of it, the SHA-256 of its body and the hash of the capture before it. So
`sha256sum` and the lines are all it takes to check a chain. What says nothing is left out of a line; a field
that comes later changes no line written before.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from tracker.model import Cause, Format
from tracker.store.schema import written

if TYPE_CHECKING:
    from datetime import datetime

RENDERED = "a browser ran its scripts"  # in the note of a page that is not as the server sent it
START = bytes(32)  # what stands for the hash before the first capture


class Outcome(StrEnum):
    """What came of asking."""

    CAPTURED = "captured"
    NOT_MODIFIED = "not_modified"
    FAILED = "failed"
    EXPIRED = "expired"  # nobody was asked: a retention rule let a body go


@dataclass(frozen=True, slots=True)
class Hop:
    """One address on the way to the page, and who answered there."""

    url: str
    status: int | None = None
    address: str | None = None
    certificate: str | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """What was asked, who answered, and what."""

    service: str
    document: str
    at: datetime
    outcome: Outcome
    clock: str  # what says so: the system's clock, the author date of a commit ...
    tool: str  # what asked, with its version
    url: str | None = None
    body: bytes | None = None
    format: Format = Format.HTML
    status: int | None = None
    hops: tuple[Hop, ...] = ()  # the redirects, in their order
    address: str | None = None  # the socket address that answered in the end
    certificate: str | None = None  # SHA-256 of the certificate it showed
    headers: tuple[tuple[str, str], ...] = ()
    request: tuple[tuple[str, str], ...] = ()  # the headers we sent
    note: str | None = None
    source: str | None = None  # of an import: what the source calls it (a commit, say)
    recorded_as: Cause = Cause.CHANGE
    charset: str | None = None  # as the server named it, or as a browser wrote the page
    part: int = 0  # of a document made of several pages: which of them, from 0; all have the same moment
    placed_at: datetime | None = None  # where a source has an order of its own that its moments do not follow


@dataclass(frozen=True, slots=True)
class Logged:
    """A capture as the log has it: numbered, chained, its body named by hash only."""

    number: int
    capture: Capture
    sha256: str | None
    line: str
    hash: str


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """What of a capture is kept as JSON, because nothing is looked up by it."""

    clock: str
    tool: str
    url: str | None = None
    format: Format = Format.HTML
    status: int | None = None
    hops: tuple[Hop, ...] = ()
    address: str | None = None
    certificate: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    request: tuple[tuple[str, str], ...] = ()
    note: str | None = None
    source: str | None = None
    recorded_as: Cause = Cause.CHANGE
    charset: str | None = None
    part: int = 0


def entry(capture: Capture) -> str:
    """Give the JSON kept in the row of a capture."""
    fields = {name: getattr(capture, name) for name in Entry.__struct_fields__}
    return _json(msgspec.to_builtins(Entry(**fields)))


def read_entry(text: str) -> Entry:
    """Read the JSON of a row back; ValueError where it is none."""
    return msgspec.convert(json.loads(text), Entry)


def line(number: int, previous: bytes, capture: Capture, body: bytes | None, kept: str) -> str:
    """Give the line of a capture; `body` is the SHA-256 of its body, `kept` the JSON of its row.

    ValueError where that JSON is not to the letter what the archive writes.
    """
    told: dict[str, object] = {
        "number": number,
        "previous": previous.hex(),
        "service": capture.service,
        "document": capture.document,
        "at": written(capture.at),
        "outcome": capture.outcome,
    }
    if body is not None:
        told["body"] = body.hex()
    if capture.placed_at is not None and capture.placed_at != capture.at:
        told["placed_at"] = written(capture.placed_at)
    rest = json.loads(kept)
    if kept != _json(rest) or not told.keys().isdisjoint(rest):
        raise ValueError("its entry is not as the archive writes it")
    return _json(told | rest)


def hashed(text: str) -> bytes:
    """Give the hash of a line."""
    return hashlib.sha256(text.encode("ascii")).digest()


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
