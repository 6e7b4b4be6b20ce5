"""Judges what a web archive gives for a memento: the page of that day with the headers of its server, or why not."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from tracker.net.pace import http_date

if TYPE_CHECKING:
    from datetime import datetime

    from tracker.fetch.memento import Memento
    from tracker.net.outcome import Answer, Headers, Hop

_FAR = timedelta(days=1)  # a page further from the redirect to it says nothing of that day
_ORIGINAL = "x-archive-orig-"


@dataclass(frozen=True, slots=True)
class Remembered:
    """A page as an archive kept it."""

    memento: Memento  # as it was listed
    at: datetime  # when the archive received it
    body: bytes
    headers: Headers  # as the server sent them then
    hops: tuple[Hop, ...]  # the requests to the archive
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """Why an archive does not give a page that it lists."""

    memento: Memento
    why: str


def judged_memento(memento: Memento, answer: Answer, hops: tuple[Hop, ...]) -> Remembered | Missing:
    """Judge what an archive gave for a memento."""
    if answer.status != 200:
        return Missing(memento, f"the archive answers {answer.status}")
    at = http_date(answer.header("memento-datetime"))
    if at is None:
        return Missing(memento, "what the archive gives is no memento: it has no Memento-Datetime")
    if abs(at - memento.at) > _FAR:
        return Missing(memento, f"the nearest page there is of {at:%Y-%m-%d}")
    headers = _as_received(answer.headers)
    if why := _cut(answer, headers):
        return Missing(memento, why)
    doubt = None if len(hops) > 1 else _doubt(memento, answer, headers)
    return Remembered(memento, at.astimezone(UTC), answer.body, headers, hops, doubt)


def _as_received(headers: Headers) -> Headers:
    """Give the headers that the archive says it received; those it adds itself are its own."""
    kept = tuple(
        (name[len(_ORIGINAL) :], value) for name, value in headers if name.lower().startswith(_ORIGINAL)
    )  # fmt: skip
    if any(name.lower() == "content-type" for name, _ in kept):
        return kept
    return (*kept, *((name, value) for name, value in headers if name.lower() == "content-type"))


def _value(headers: Headers, wanted: str) -> str | None:
    return next((value for name, value in headers if name.lower() == wanted), None)


def _is_coded(answer: Answer, headers: Headers) -> bool:
    """Tell whether the bytes on the wire were others than those we have."""
    told = (
        answer.header("content-encoding"),
        _value(headers, "content-encoding"),
        _value(headers, "transfer-encoding"),
    )
    return any(one not in (None, "", "identity") for one in told)


def _cut(answer: Answer, headers: Headers) -> str | None:
    """Say why a page is not whole; None where nothing speaks against it."""
    if not answer.end_is_known:
        return "the connection just ended, so the page may be cut"
    if truncated := answer.header("warc-truncated"):
        return f"the archive says that it was cut ({truncated[:40]})"
    length = _value(headers, "content-length") or ""
    if length.isdecimal() and len(length) < 12 and len(answer.body) < int(length) and not _is_coded(answer, headers):
        return f"it was cut when it was captured: {len(answer.body):,} of {int(length):,} bytes"
    return None


def _doubt(memento: Memento, answer: Answer, headers: Headers) -> str | None:
    """Say where the bytes are not those that the archive's list speaks of."""
    if memento.digest is None or _is_coded(answer, headers):
        return None
    found = base64.b32encode(hashlib.sha1(answer.body, usedforsecurity=False).digest()).decode()
    if found == memento.digest.removeprefix("sha1:").upper():
        return None
    return f"its SHA-1 {found} is not that of the archive's list, {memento.digest[:64]}"
