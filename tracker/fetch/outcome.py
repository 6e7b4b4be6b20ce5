"""What to ask for and what comes of it: a page, nothing new, or a failure with a type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from tracker.net.outcome import FailureKind, Headers, Hop


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave us to ask "has it changed?" with, exactly as it was received.

    They belong to the address that gave them: after a redirect changed, no other address is asked with them. Whoever
    asks with other headers or in another language than before leaves them out.
    """

    url: str  # of the last hop
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What to ask for, as the declaration of a document tells it."""

    url: str
    language: str | None = None  # "en": what the page should be written in
    headers: Headers = ()  # for the origin of `url` only
    validators: Validators | None = None
    despite_robots: str | None = None  # why this page is asked for although robots.txt asks not to; kept as evidence


@dataclass(frozen=True, slots=True)
class Captured:
    """A page as it was received: what evidence is made of."""

    request: PageRequest
    status: int
    headers: Headers
    body: bytes  # without content codings; of a browser, the document after its scripts
    hops: tuple[Hop, ...]  # with addresses and certificates; the last one gave the page
    started: datetime
    finished: datetime
    seconds: float  # on a clock that nobody sets
    end_is_known: bool = True  # false: the connection just ended, so the page may be cut
    is_rendered: bool = False  # a browser ran its scripts
    is_settled: bool = True  # false: it still changed when the time was over

    @property
    def charset(self) -> str | None:
        """Give the charset that the server names, as it names it; what a browser rendered we write ourselves."""
        if self.is_rendered:
            return "utf-8"
        return named_charset(self.headers)

    @property
    def validators(self) -> Validators | None:
        """Give what the server offers to be asked with the next time."""
        etag, modified = _value(self.headers, "etag"), _value(self.headers, "last-modified")
        return Validators(self.hops[-1].url, etag, modified) if etag or modified else None


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says that the page is what it was, answering validators of its own."""

    request: PageRequest
    headers: Headers
    hops: tuple[Hop, ...]
    started: datetime
    finished: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """Why there is no page; kept like a capture, for nothing is forgotten because it went wrong."""

    request: PageRequest
    kind: FailureKind
    transient: bool  # asking again before the next regular check may help
    detail: str
    hops: tuple[Hop, ...]
    started: datetime
    finished: datetime
    seconds: float
    status: int | None = None
    headers: Headers = ()
    body: bytes = b""  # of an error page, where it could be read
    retry_after: timedelta | None = None  # how long the host asks to be left alone


Outcome = Captured | NotModified | Failed

_CHARSET = re.compile(r"""charset\s*=\s*["']?([^\s"';]+)""", re.IGNORECASE)


def named_charset(headers: Headers) -> str | None:
    """Give the charset that the headers of an answer name."""
    found = _CHARSET.search(_value(headers, "content-type") or "")
    return found[1] if found else None


def _value(headers: Headers, name: str) -> str | None:
    return next((value for key, value in headers if key.lower() == name), None)
