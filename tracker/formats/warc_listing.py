"""Lists what of a WARC file is pages: one pass through it, which reads every page and keeps none."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urljoin

import msgspec

from tracker.formats.history import LARGEST, Origin
from tracker.formats.warc_reading import content, message
from tracker.model import Cause, Format
from tracker.net.outcome import FailureKind, Trouble
from tracker.net.session import REDIRECTS
from tracker.net.url import read_url

if TYPE_CHECKING:
    from tracker.formats.warc_reading import Block, Message

CLOCK = "WARC-Date"
_PAGES = frozenset({200, 203})
_HEAD = 65_536  # bytes within which the head of an answer has to end
_LONGEST_LINE = 4_000_000  # bytes of a line of the capture log
_FORMATS = {
    "text/html": Format.HTML,
    "application/xhtml+xml": Format.HTML,
    "text/plain": Format.TEXT,
    "text/markdown": Format.MARKDOWN,
    "text/x-markdown": Format.MARKDOWN,
    "application/pdf": Format.PDF,
}
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^\s"';]+)""", re.IGNORECASE)
_TOO_LARGE = f"are larger than {LARGEST // 1_000_000} MB"
_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]{1,200}")


_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Told(msgspec.Struct, frozen=True):
    """What of a line of the capture log says how a page is to be read."""

    number: int
    service: str
    document: str
    at: _Moment
    outcome: str
    format: Format = Format.HTML
    placed_at: _Moment | None = None
    recorded_as: Cause = Cause.CHANGE
    charset: str | None = None
    source: str | None = None
    url: str | None = None
    part: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """A page of the file: where it stands, what it is, what is said of it."""

    id: str
    url: str
    at: datetime
    place: str
    sha256: str
    format: Format
    origin: Origin
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class Repeat:
    """A record that says that an answer was what another record holds."""

    id: str
    url: str
    at: datetime
    refers_to: str | None
    refers_to_page: tuple[str, str]
    digest: str
    is_not_modified: bool


@dataclass(slots=True)
class Listing:
    """What was found in a file."""

    kept: list[Kept] = field(default_factory=list)
    repeats: list[Repeat] = field(default_factory=list)
    told: dict[str, Told] = field(default_factory=dict)  # by the record beside which it stands
    leads_to: dict[str, str] = field(default_factory=dict)  # where addresses redirect to
    by_digest: dict[str, Kept] = field(default_factory=dict)  # as the file labels payloads
    by_page: dict[tuple[str, str], Kept] = field(default_factory=dict)
    is_ours: bool = False
    left_out: Counter[str] = field(default_factory=Counter)  # why

    def add(self, block: Block) -> None:
        """Take note of a record."""
        if block.fields.get("warc-segment-number"):
            self.left_out["stand in several pieces"] += block.type in {"response", "resource"}
        elif block.type == "warcinfo":
            self.is_ours = b"policy-tracker/" in block.read(_HEAD)
        elif block.type == "response":
            self._response(block)
        elif block.type == "resource":
            self._resource(block)
        elif block.type == "revisit":
            self._revisit(block)
        elif block.type == "metadata" and _media(block.fields.get("content-type")) == "application/json":
            self._metadata(block)

    def settled(self) -> list[Kept]:
        """Give the pages in the order of the file, those that repeat others among them, with what is told of each."""
        pages = [replace(page, told=self.told.get(page.id)) for page in (*self.kept, *self._repeated())]
        return [page for page in pages if page.told is None or page.told.outcome == "captured"]

    def _repeated(self) -> list[Kept]:
        by_id, found = {page.id: page for page in self.kept if page.id}, []
        for one in self.repeats:
            first = by_id.get(one.refers_to or "") or self.by_page.get(one.refers_to_page)
            first = first or self.by_digest.get(one.digest)
            if first is None and not one.is_not_modified:
                self.left_out["repeat pages that are not in the file"] += 1
            if first is not None and not one.is_not_modified:  # else the page before is still the page
                found.append(replace(first, id=one.id, url=one.url, at=one.at))
        return found

    def _response(self, block: Block) -> None:
        url, start = _target(block), block.read(_HEAD)
        said = message(start)
        if said is None or not url.lower().startswith(("http:", "https:")):
            return
        if said.status in REDIRECTS and (location := said.header("location")):
            self._redirect(url, location)
        kind = self._format(said.header("content-type"), said.body)
        if said.status not in _PAGES or kind is None:
            return
        if len(start) + block.left > LARGEST:
            self.left_out[_TOO_LARGE] += 1
        elif block.fields.get("warc-truncated"):
            self.left_out["were cut off when they were recorded"] += 1
        else:
            whole = replace(said, body=said.body + block.read(block.left))
            self._page(block, url, kind, whole)

    def _page(self, block: Block, url: str, kind: Format, said: Message) -> None:
        try:
            body = content(said, LARGEST)
        except Trouble as trouble:
            cut = trouble.kind is FailureKind.TRUNCATED
            self.left_out["are cut off" if cut else "cannot be unpacked"] += 1
            return
        told = Origin(CLOCK, url, said.status, said.headers, charset=_charset(said.header("content-type")))
        self._keep(block, url, kind, body, told)

    def _resource(self, block: Block) -> None:
        url, media = _target(block), block.fields.get("content-type")
        if block.left > LARGEST:
            self.left_out[_TOO_LARGE] += _media(media) in _FORMATS
            return
        body = block.read(block.left)
        kind = self._format(media, body)
        if kind is not None:
            self._keep(block, url, kind, body, Origin(CLOCK, address_of(url), charset=_charset(media)))

    def _keep(self, block: Block, url: str, kind: Format, body: bytes, origin: Origin) -> None:
        at = moment(block)
        if at is None:
            self.left_out["tell no moment"] += 1
            return
        digest = hashlib.sha256(body).hexdigest()
        page = Kept(block.fields.get("warc-record-id", ""), url, at, block.place, digest, kind, origin)
        self.kept.append(page)
        self.by_page.setdefault((url, block.fields["warc-date"]), page)
        if label := block.fields.get("warc-payload-digest"):
            self.by_digest.setdefault(label.lower(), page)

    def _revisit(self, block: Block) -> None:
        told, at = block.fields, moment(block)
        if at is not None:
            page = told.get("warc-refers-to-target-uri", _target(block)), told.get("warc-refers-to-date", "")
            is_not_modified = told.get("warc-profile", "").endswith("/server-not-modified")
            label = told.get("warc-payload-digest", "").lower()
            own = told.get("warc-record-id", "")
            self.repeats.append(
                Repeat(own, _target(block), at, told.get("warc-refers-to"), page, label, is_not_modified)
            )  # fmt: skip

    def _metadata(self, block: Block) -> None:
        """Read a line of the capture log; JSON of anybody else says nothing to us."""
        beside = block.fields.get("warc-concurrent-to")
        if beside is None or block.left > _LONGEST_LINE:
            return
        try:
            told = msgspec.json.decode(block.read(block.left), type=Told)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return
        if _NAME.fullmatch(told.service) and _NAME.fullmatch(told.document):
            self.told[beside] = told

    def _redirect(self, url: str, location: str) -> None:
        start = address_of(url)
        try:
            end = address_of(urljoin(url, location))
        except ValueError:
            return
        if start and end:
            self.leads_to.setdefault(start, end)

    def _format(self, media: str | None, body: bytes) -> Format | None:
        """Tell what a page is; None for what is none. In a file of ours everything is one."""
        if body[:1024].lstrip().startswith(b"%PDF-"):
            return Format.PDF
        if not _media(media):
            return Format.HTML if self.is_ours or body[:1024].lstrip().startswith(b"<") else None
        return _FORMATS.get(_media(media), Format.HTML if self.is_ours else None)


def address_of(url: str) -> str | None:
    """Give an address of the web in its one spelling; None for anything else."""
    try:
        return str(read_url(url))
    except Trouble:
        return None


def moment(block: Block) -> datetime | None:
    """Read when a record was made; UTC where it names no zone, None where it names no moment."""
    try:
        at = datetime.fromisoformat(block.fields.get("warc-date", ""))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _target(block: Block) -> str:
    return block.fields.get("warc-target-uri", "").strip("<>")


def _media(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip().lower()


def _charset(content_type: str | None) -> str | None:
    found = _CHARSET.search(content_type or "")
    return found[1] if found else None
