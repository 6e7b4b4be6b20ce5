"""Writes WARC 1.1 (ISO 28500:2017), record by record. What a record says is for its caller to know.

Identifiers are made of what the record is about, so that the same captures give the same file. Digests are SHA-256 in
hexadecimal digits: what `sha256sum` prints is what stands in the file.
"""

from __future__ import annotations

import hashlib
import re
import uuid
import zlib
from dataclasses import dataclass
from datetime import UTC
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

Fields = tuple[tuple[str, str], ...]

VERSION = "WARC/1.1"
RESPONSE = "application/http;msgtype=response"
REQUEST = "application/http;msgtype=request"
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_NAMESPACE = uuid.UUID("6f1e0d2c-9f0b-5a53-8a4e-3a1c5f0f7f11")  # of our identifiers: any, but for ever this one
_GZIP = 16 + zlib.MAX_WBITS
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """One record: its type, identifier and moment, the other named fields, its block."""

    type: str
    id: str
    at: datetime
    fields: Fields
    block: bytes = b""


def named(*parts: str) -> str:
    """Give the identifier of a record, made of what it is about."""
    return f"<{uuid.uuid5(_NAMESPACE, ' '.join(parts)).urn}>"


def moment(at: datetime) -> str:
    """Give a moment as a record tells it: UTC, to the microsecond."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def digest(of: bytes) -> str:
    """Give a labelled digest."""
    return labelled(hashlib.sha256(of).hexdigest())


def labelled(sha256: str) -> str:
    """Label a digest with how it was made."""
    return f"sha256:{sha256}"


def encoded(record: WarcRecord, *, compressed: bool = True) -> bytes:
    """Give a record as it stands in a file; compressed, it is a gzip member of its own, which can be jumped to."""
    fields = (
        ("WARC-Type", record.type),
        ("WARC-Record-ID", record.id),
        ("WARC-Date", moment(record.at)),
        *record.fields,
        ("WARC-Block-Digest", digest(record.block)),
        ("Content-Length", str(len(record.block))),
    )
    head = "".join(f"{name}: {_CONTROL.sub(' ', value)}\r\n" for name, value in fields)
    whole = f"{VERSION}\r\n{head}\r\n".encode("utf-8", "replace") + record.block + b"\r\n\r\n"
    if not compressed:
        return whole
    packer = zlib.compressobj(9, zlib.DEFLATED, _GZIP)  # writes no time: the same record is the same bytes
    return packer.compress(whole) + packer.flush()


def fields_block(fields: Iterable[tuple[str, str]]) -> bytes:
    """Give the block of a record that tells named fields (`application/warc-fields`)."""
    return "".join(f"{name}: {_CONTROL.sub(' ', value)}\r\n" for name, value in fields).encode()


def status_line(status: int) -> str:
    """Give the first line of an answer; its version and phrase are the usual ones, whatever the server wrote."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    return f"HTTP/1.1 {status} {phrase}"


def http_head(first: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """Give the head of an HTTP message. A name that cannot be one is left out; a value stays on its line."""
    lines = [f"{name}: {_CONTROL.sub(' ', value)}" for name, value in headers if _TOKEN.fullmatch(name)]
    return b"".join(_bytes(line) + b"\r\n" for line in (first, *lines)) + b"\r\n"


def _bytes(line: str) -> bytes:
    """Encode a line of a head: Latin-1, as it was read; UTF-8 where somebody else wrote it."""
    try:
        return line.encode("latin-1")
    except UnicodeEncodeError:
        return line.encode("utf-8", "replace")
