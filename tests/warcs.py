"""Builds archives and foreign WARC files for tests."""

from __future__ import annotations

import gzip
import io
from datetime import timedelta
from typing import TYPE_CHECKING

from archives import HOUR, START, capture

from tracker.exchange.warc_log import write_warc
from tracker.formats.source import open_history
from tracker.model import Cause, Format
from tracker.store.evidence import Capture, Hop, Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from pathlib import Path

    from tracker.model import Record
    from tracker.store.store import Store

WRITTEN = START + timedelta(days=30)
AT = "2024-09-01T06:00:00Z"
URL = "https://example.org/privacy"


def fetched(
    body: bytes | None = b"<p>Terms</p>",
    *,
    at: datetime = START,
    status: int | None = 200,
    outcome: Outcome = Outcome.CAPTURED,
    document: str = "Privacy Policy",
    hops: tuple[Hop, ...] = (Hop(URL, 200, "192.0.2.7", "ab" * 32),),
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html; charset=utf-8"),),
    note: str | None = None,
    **more: object,
) -> Capture:
    """Build a capture as a check records it."""
    return Capture(
        "Telegram",
        document,
        at,
        outcome,
        "system",
        "tracker 0",
        URL,
        body,
        status=status,
        hops=hops,
        address=hops[-1].address if hops else None,
        headers=headers,
        note=note,
        **more,  # type: ignore[arg-type]
    )


def everything(store: Store) -> None:
    """Record one of each: pages, repeats, a return, 304, redirects, failures, several pages, texts of an import."""
    moved = (Hop("http://example.org/privacy", 301, "192.0.2.7"), Hop(URL, 200, "192.0.2.7", "ab" * 32))
    packed = (("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"))
    asked = (("Accept", "text/html"), ("User-Agent", "policy-tracker/1"))
    for one in (
        fetched(b"<p>One</p>", headers=packed, request=asked),
        fetched(b"<p>One</p>", at=START + HOUR, hops=moved, request=asked),
        fetched(None, at=START + 2 * HOUR, outcome=Outcome.NOT_MODIFIED, status=304, request=asked),
        fetched(b"<p>Two \xe4</p>", at=START + 3 * HOUR, charset="iso-8859-1"),
        fetched(b"<p>One</p>", at=START + 4 * HOUR),
        fetched(b"<h1>Gone</h1>", at=START + 5 * HOUR, status=503, outcome=Outcome.FAILED, note="http_status: 503"),
        fetched(
            None, at=START + 6 * HOUR, status=None, outcome=Outcome.FAILED, hops=(Hop(URL),), note="dns: nobody there"
        ),
        fetched(b"<p>Three</p>", at=START + 7 * HOUR, note="a browser ran its scripts", charset="utf-8"),
        fetched(b"<p>A</p>", at=START + 8 * HOUR, document="FAQ"),
        fetched(b"<p>B</p>", at=START + 8 * HOUR, document="FAQ", part=1),
        capture(b"# Terms\n", document="Terms / all", source="0" * 40),
        capture(b"# Terms now\n", document="Terms / all", source="1" * 40, placed_at=START + 9 * HOUR),
    ):
        store.record_capture(one)
    imported = Capture(
        "Acme & Söhne", "AGB", START, Outcome.CAPTURED, "author date of a commit", "tracker 0", body=b"Wir\n",
        format=Format.MARKDOWN, source="2" * 40, recorded_as=Cause.TECHNICAL_UPGRADE,
    )  # fmt: skip
    store.record_capture(imported)


def exported(
    store: Store, folder: Path, *, compressed: bool = True, documents: Collection[tuple[str, str]] | None = None
) -> Path:
    """Write the log of an archive to a file."""
    file = folder / ("log.warc.gz" if compressed else "log.warc")
    with file.open("wb") as opened:
        write_warc(store, opened, at=WRITTEN, documents=documents, compressed=compressed)
    return file


def records(source: Path, names: Mapping[str, tuple[str, str]] | None = None) -> list[Record]:
    with open_history(source, names) as history, history.reading() as reader:
        return [record for line in history.lines for record in reader.records(line)]


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Give an HTTP answer as a record holds it."""
    lines = "".join(f"{header}\r\n" for header in headers or ("Content-Type: text/html",))
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1") + body


def record(
    block: bytes, *fields: str, kind: str = "response", url: str = URL, at: str = AT, end: str = "\r\n"
) -> bytes:
    """Give a record as some other program would write it."""
    named = "".join(f"{field}{end}" for field in fields)
    head = f"WARC/1.0{end}WARC-Type: {kind}{end}WARC-Target-URI: {url}{end}WARC-Date: {at}{end}{named}"
    return f"{head}Content-Length: {len(block)}{end}{end}".encode() + block + b"\r\n\r\n"


def warc(folder: Path, *parts: bytes, packed: str = "each") -> Path:
    """Write records: plain, each compressed by itself, or all in one piece."""
    file = folder / "other.warc"
    if packed == "each":
        file.write_bytes(b"".join(gzip.compress(part) for part in parts))
    else:
        whole = io.BytesIO(b"".join(parts)).getvalue()
        file.write_bytes(gzip.compress(whole) if packed == "whole" else whole)
    return file
