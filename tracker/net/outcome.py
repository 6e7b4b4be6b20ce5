"""What comes of asking a server: an answer with how it came, or a reason why there is none.

Failures are values. `Trouble` carries one from where it is noticed to the border of the gate, and never beyond.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Headers = tuple[tuple[str, str], ...]  # as received, repeated names too


class FailureKind(StrEnum):
    """Why there is no page."""

    BAD_URL = "bad_url"  # no address of ours: scheme, userinfo, backslash, control characters
    BLOCKED_ADDRESS = "blocked_address"  # leads to a network that is none of our business
    DNS = "dns"
    CONNECT = "connect"
    DISCONNECTED = "disconnected"  # the server hung up before it answered
    TLS = "tls"
    TIMEOUT = "timeout"  # the deadline for everything together
    TOO_LARGE = "too_large"
    TRUNCATED = "truncated"
    BAD_ENCODING = "bad_encoding"
    BAD_ANSWER = "bad_answer"  # what came is not HTTP
    REDIRECT_LOOP = "redirect_loop"
    HTTP_STATUS = "http_status"
    RATE_LIMITED = "rate_limited"
    CHALLENGE = "challenge"  # the server says that it challenges us
    NOT_MODIFIED_UNASKED = "not_modified_unasked"  # 304 to a request without validators
    ROBOTS = "robots"  # robots.txt asks us not to
    ROBOTS_UNREACHABLE = "robots_unreachable"  # nobody could tell whether it does
    BROWSER = "browser"  # the browser is missing or gave up

    @property
    def transient(self) -> bool:
        """Whether asking again soon may help, as far as the kind alone tells."""
        return self in _TRANSIENT


_TRANSIENT = frozenset(
    {
        FailureKind.DNS,
        FailureKind.CONNECT,
        FailureKind.DISCONNECTED,
        FailureKind.TIMEOUT,
        FailureKind.TRUNCATED,
        FailureKind.BAD_ANSWER,
        FailureKind.RATE_LIMITED,
        FailureKind.ROBOTS_UNREACHABLE,
        FailureKind.BROWSER,
    }
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request may take, all hops together."""

    seconds: float = 60.0
    size: int = 10_000_000  # bytes on the wire, and again after decoding
    redirects: int = 10
    header_size: int = 65_536


@dataclass(frozen=True, slots=True)
class Hop:
    """One request on the way to an answer."""

    url: str
    status: int | None = None  # None where there was no answer
    location: str | None = None  # as the server wrote it
    peer: str | None = None  # the address that the connection had at its other end
    certificate: str | None = None  # SHA-256 of the server's certificate (DER), in hex


@dataclass(frozen=True, slots=True)
class Answer:
    """What the last server on the way said, whatever its status."""

    status: int
    headers: Headers
    body: bytes  # without its content codings
    hops: tuple[Hop, ...]
    seconds: float  # from the first lookup to the last byte
    was_conditional: bool = False  # the last request carried validators
    end_is_known: bool = True  # length, chunks or coding prove that the body is whole

    def header(self, name: str) -> str | None:
        """Give the value of a header; of repeated ones the first."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why nothing usable came, and how far we got."""

    kind: FailureKind
    detail: str
    hops: tuple[Hop, ...]
    seconds: float


class Trouble(Exception):
    """A reason for giving up, on its way to the border of the gate.

    It is no OSError on purpose: the libraries between would catch and rewrap it.
    """

    def __init__(self, kind: FailureKind, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
