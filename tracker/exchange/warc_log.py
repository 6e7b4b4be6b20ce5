"""The capture log as a WARC file, for archives and replay tools that know nothing of us.

Of an answer we keep the body without its content codings, so it is written without `Content-Encoding` and
`Transfer-Encoding` and with the length it has. What the server really sent stands in a metadata record beside it: the
line of the chain to the letter, whose SHA-256 (the digest of that record's block) is the hash of the capture.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

import sqlalchemy as sa

from tracker import __version__
from tracker.formats import warc
from tracker.formats.warc import WarcRecord, encoded, http_head, labelled, named, status_line
from tracker.model import Format
from tracker.store.evidence import RENDERED, Outcome
from tracker.store.schema import blobs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from datetime import datetime
    from typing import BinaryIO

    from tracker.formats.warc import Fields
    from tracker.store.evidence import Capture, Hop, Logged
    from tracker.store.store import Store

MEDIA = {
    Format.HTML: "text/html",
    Format.MARKDOWN: "text/markdown",
    Format.TEXT: "text/plain",
    Format.PDF: "application/pdf",
}
_CONFORMS_TO = "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
_DESCRIPTION = (
    "captures of an archive of policy-tracker; bodies stand without content codings, and the metadata record "
    "beside each holds what was received, as a line of its hash chain"
)
_OF_THE_WIRE = frozenset({"content-encoding", "content-length", "transfer-encoding"})


class Original(NamedTuple):
    """Where a body stands in the file, for those that repeat it."""

    id: str
    target: str
    at: datetime


@dataclass(slots=True)
class WarcLog:
    """Makes the records of one file. A body stands in it once; where it comes again, a record refers to the first."""

    info: str  # the identifier of the record that tells of the file itself
    seen: dict[str, Original]

    def records(self, logged: Logged, body: Callable[[str], bytes] | None) -> Iterator[WarcRecord]:
        """Give the records of a capture; `body` reads one by its hash, None where it is there no more."""
        capture = logged.capture
        way = self._hops(logged)
        yield from way
        main = self._answer(logged, body)
        if main is not None:
            yield main
        first = way[0] if way else main
        if first is not None and capture.request:
            yield self._request(logged, first)
        yield self._told(logged, main)

    def _hops(self, logged: Logged) -> list[WarcRecord]:
        """Give the redirects: who answered what, and where it led. Their headers and bodies are not kept."""
        hops = logged.capture.hops
        return [self._hop(logged, number, hop, then) for number, (hop, then) in enumerate(_redirects(hops))]

    def _hop(self, logged: Logged, number: int, hop: Hop, then: str) -> WarcRecord:
        head = http_head(status_line(hop.status or 0), (("Location", then),))
        fields = (
            *_target(hop.url, hop.address),
            ("WARC-Truncated", "unspecified"),
            ("WARC-Warcinfo-ID", self.info),
            ("Content-Type", warc.RESPONSE),
        )
        return WarcRecord("response", named(logged.hash, f"hop {number}"), logged.capture.at, fields, head)

    def _answer(self, logged: Logged, body: Callable[[str], bytes] | None) -> WarcRecord | None:
        """Give the record of what came, or None where nothing is kept of it but that it went wrong."""
        capture, digest = logged.capture, logged.sha256
        if digest is None or body is None or capture.outcome is Outcome.EXPIRED:
            return None
        target, own = _answered_by(capture), named(logged.hash, "answer")
        first = self.seen.get(digest)
        fields = (*_target(target, capture.address), ("WARC-Warcinfo-ID", self.info))
        if capture.outcome is Outcome.NOT_MODIFIED:
            fields += (("WARC-Profile", warc.NOT_MODIFIED), *_refers(first), ("Content-Type", warc.RESPONSE))
            head = http_head(status_line(capture.status or 304), capture.headers)
            return WarcRecord("revisit", own, capture.at, fields, head)
        fields += (("WARC-Payload-Digest", labelled(digest)),)
        if first is not None:
            fields += (("WARC-Profile", warc.IDENTICAL), *_refers(first), ("Content-Type", warc.RESPONSE))
            return WarcRecord("revisit", own, capture.at, fields, _head(capture, len(body(digest))))
        self.seen[digest] = Original(own, target, capture.at)
        whole = body(digest)
        if not _is_as_served(capture):
            return WarcRecord("resource", own, capture.at, (*fields, ("Content-Type", _media(capture))), whole)
        block = _head(capture, len(whole)) + whole
        return WarcRecord("response", own, capture.at, (*fields, ("Content-Type", warc.RESPONSE)), block)

    def _request(self, logged: Logged, first: WarcRecord) -> WarcRecord:
        """Give what we asked: the headers we sent to the address that was asked first."""
        capture = logged.capture
        url = urlsplit(capture.url or "")
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        host = () if any(name.lower() == "host" for name, _ in capture.request) else (("Host", url.netloc),)
        fields = (
            ("WARC-Target-URI", capture.url or ""),
            ("WARC-Concurrent-To", first.id),
            ("WARC-Warcinfo-ID", self.info),
            ("Content-Type", warc.REQUEST),
        )
        head = http_head(f"GET {target} HTTP/1.1", (*host, *capture.request))
        return WarcRecord("request", named(logged.hash, "request"), capture.at, fields, head)

    def _told(self, logged: Logged, main: WarcRecord | None) -> WarcRecord:
        """Give the line of the chain."""
        capture = logged.capture
        beside = () if main is None else (("WARC-Concurrent-To", main.id),)
        fields = (
            ("WARC-Target-URI", _answered_by(capture)),
            *beside,
            ("WARC-Warcinfo-ID", self.info),
            ("Content-Type", "application/json"),
        )
        return WarcRecord("metadata", named(logged.hash, "line"), capture.at, fields, logged.line.encode("ascii"))


def write_warc(
    store: Store,
    file: BinaryIO,
    *,
    at: datetime,
    documents: Collection[tuple[str, str]] | None = None,
    compressed: bool = True,
) -> int:
    """Write the capture log, or what of it concerns some documents, as a WARC file; gives how many captures it tells.

    `at` is when the file is made.
    """
    log = store.log()
    if documents is not None:
        log = (logged for logged in log if (logged.capture.service, logged.capture.document) in documents)
    return write_captures(store, log, file, end=store.head(), at=at, compressed=compressed)


def write_captures(
    store: Store,
    captures: Iterable[Logged],
    file: BinaryIO,
    *,
    end: tuple[int, str],
    at: datetime,
    compressed: bool = True,
) -> int:
    """Write some captures, in their order, as a WARC file; gives how many there were.

    `end` is the number and the hash of the capture up to which the chain is known, `at` when the file is made.
    """
    info = _about(end, at)
    file.write(encoded(info, compressed=compressed))
    log, gone, count = WarcLog(info.id, {}), let_go(store), 0
    for logged in captures:
        body = None if logged.sha256 in gone else store.body
        file.writelines(encoded(record, compressed=compressed) for record in log.records(logged, body))
        count += 1
    return count


def let_go(store: Store) -> frozenset[str]:
    """Give the hashes of the bodies that retention rules let go."""
    with store.reading() as connection:
        digests = connection.scalars(sa.select(blobs.c.sha256).where(blobs.c.data.is_(None)))
        return frozenset(bytes(digest).hex() for digest in digests)


def _about(end: tuple[int, str], at: datetime) -> WarcRecord:
    """Give the record that tells of the file itself."""
    length, head = end
    told = (
        ("software", f"policy-tracker/{__version__}"),
        ("format", "WARC File Format 1.1"),
        ("conformsTo", _CONFORMS_TO),
        ("description", _DESCRIPTION),
        ("chain-length", str(length)),
        ("chain-head", head),
    )
    fields = (("Content-Type", "application/warc-fields"),)
    return WarcRecord("warcinfo", named(head, warc.moment(at)), at, fields, warc.fields_block(told))


def _redirects(hops: tuple[Hop, ...]) -> Iterator[tuple[Hop, str]]:
    """Give each hop that led on, with where it led."""
    for hop, then in pairwise(hops):
        if hop.status is not None:
            yield hop, then.url


def _answered_by(capture: Capture) -> str:
    """Give the address that answered in the end; a name of our own where none was asked."""
    if capture.hops:
        return capture.hops[-1].url
    return capture.url or f"urn:policy-tracker:{quote(capture.service, safe='')}:{quote(capture.document, safe='')}"


def _target(url: str, address: str | None) -> Fields:
    told = (("WARC-Target-URI", url),)
    return told if address is None else (*told, ("WARC-IP-Address", address))


def _refers(first: Original | None) -> Fields:
    if first is None:
        return ()
    return (
        ("WARC-Refers-To", first.id),
        ("WARC-Refers-To-Target-URI", first.target),
        ("WARC-Refers-To-Date", warc.moment(first.at)),
    )


def _head(capture: Capture, length: int) -> bytes:
    """Give the head of an answer as it fits the body that is kept; nothing where no server gave one."""
    if capture.status is None or not _is_as_served(capture):
        return b""
    kept = [(name, value) for name, value in capture.headers if name.lower() not in _OF_THE_WIRE]
    return http_head(status_line(capture.status), (*kept, ("Content-Length", str(length))))


def _is_as_served(capture: Capture) -> bool:
    """Tell whether a server said this: else somebody saved it, or it is what a browser made of it."""
    return capture.status is not None and RENDERED not in (capture.note or "")


def _media(capture: Capture) -> str:
    return MEDIA[capture.format] + (f"; charset={capture.charset}" if capture.charset else "")
