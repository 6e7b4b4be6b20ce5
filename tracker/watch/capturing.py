"""Rows of the capture log from what servers answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker import TOOL
from tracker.fetch.outcome import Captured, NotModified
from tracker.model import Format
from tracker.store.evidence import RENDERED, Capture, Hop, Outcome
from tracker.watch.visiting import sent_headers

if TYPE_CHECKING:
    from datetime import datetime

    from tracker.fetch import outcome as fetched
    from tracker.store.documents import Watched

CLOCK = "system"


def capture_of(watched: Watched, one: fetched.Outcome, part: int, at: datetime) -> Capture:
    """Make the row of the log of one answer."""
    hops = tuple(Hop(hop.url, hop.status, hop.peer, hop.certificate) for hop in one.hops)
    last = hops[-1] if hops else Hop(one.request.url)
    common = {
        "service": watched.service,
        "document": watched.document,
        "at": at,
        "clock": CLOCK,
        "tool": TOOL,
        "url": one.request.url,
        "hops": hops,
        "address": last.address,
        "certificate": last.certificate,
        "request": sent_headers(one),
        "part": part,
    }
    if isinstance(one, Captured):
        notes = [RENDERED] if one.is_rendered else []
        notes += [] if one.is_settled else ["it still changed when the time was over"]
        notes += [f"asked despite robots.txt: {one.request.despite_robots}"] if one.request.despite_robots else []
        return Capture(
            **common,  # type: ignore[arg-type]
            outcome=Outcome.CAPTURED,
            body=one.body,
            format=sniffed(one.body, {name.lower(): value for name, value in one.headers}),
            status=one.status,
            headers=one.headers,
            charset=one.charset,
            note="; ".join(notes) or None,
        )
    if isinstance(one, NotModified):
        return Capture(**common, outcome=Outcome.NOT_MODIFIED, status=304, headers=one.headers)  # type: ignore[arg-type]
    return Capture(
        **common,  # type: ignore[arg-type]
        outcome=Outcome.FAILED,
        body=one.body or None,
        status=one.status,
        headers=one.headers,
        note=f"{one.kind}: {one.detail}",
    )


def sniffed(body: bytes, headers: dict[str, str]) -> Format:
    """Tell what a page is: by its first bytes, else by what the server says."""
    if body[:1024].lstrip().startswith(b"%PDF-"):
        return Format.PDF
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return {"text/plain": Format.TEXT, "text/markdown": Format.MARKDOWN}.get(kind, Format.HTML)
