"""Time-stamps of RFC 3161: what to ask an authority, and what its answer is worth. Values in and out.

The one door to `rfc3161-client` (extra `evidence`). A stamp is of the SHA-256 of a line of the capture log, which is
the hash that the chain has at that capture.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from tracker.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from cryptography.x509 import Certificate, Name
    from rfc3161_client import TimeStampResponse

QUERY_TYPE = "application/timestamp-query"
REPLY_TYPE = "application/timestamp-reply"
_CERTIFICATES = 3  # which element of SignedData they are, and how it is tagged
_CONTEXT_0 = 0xA0
_SHA256 = "2.16.840.1.101.3.4.2.1"
_STATUS = (
    "granted",
    "granted with modifications",
    "rejected",
    "waiting",
    "revocation warning",
    "revoked",
)


@dataclass(frozen=True, slots=True)
class Query:
    """What an authority is asked."""

    der: bytes
    nonce: int


@dataclass(frozen=True, slots=True)
class Stamped:
    """What an authority vouches for: that it saw a hash at a moment of its own clock."""

    at: datetime
    roots: str  # PEM: the certificates, of those it was verified by, that stand above its own


@dataclass(frozen=True, slots=True)
class Worthless:
    """Why an answer proves nothing."""

    why: str


def query(line: str) -> Query:
    """Ask for a stamp of the hash of a line, with a number of ours that the answer has to repeat."""
    client = _client()
    asked = client.TimestampRequestBuilder().data(line.encode("ascii")).hash_algorithm(client.HashAlgorithm.SHA256)
    built = asked.nonce(nonce=True).cert_request(cert_request=True).build()
    return Query(built.as_bytes(), built.nonce)


def judged(answer: bytes, head: bytes, certificates: bytes, nonce: int | None = None) -> Stamped | Worthless:
    """Verify an answer: that it is a stamp of this hash, signed by somebody whom the certificates (PEM) vouch for.

    Certificates count as of the moment of the stamp. Whether one was revoked is asked of nobody.
    """
    client = _client()
    roots = read_certificates(certificates)
    try:
        read = client.decode_timestamp_response(in_order(answer))
    except ValueError as wrong:
        return Worthless(f"it is no answer to a request for a time-stamp ({_first_line(wrong)})")
    if read.status != 0:
        return Worthless(_refusal(read))
    try:
        verifier = client.VerifierBuilder(roots=list(roots), nonce=nonce).build()
        verifier.verify(read, head)
        info = read.tst_info
        if info.message_imprint.hash_algorithm.dotted_string != _SHA256:
            return Worthless("it is of a hash that is no SHA-256")
        at = info.gen_time
    except (client.VerificationError, ValueError) as wrong:
        return Worthless(_first_line(wrong))
    at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    return Stamped(at, _above(read, roots))


def read_certificates(pem: bytes) -> tuple[Certificate, ...]:
    """Read certificates; UsageError where there are none."""
    _client()
    from cryptography import x509  # noqa: PLC0415  comes with the extra

    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as wrong:
        raise UsageError(f"these are no certificates in PEM: {_first_line(wrong)}") from wrong


def _refusal(read: TimeStampResponse) -> str:
    status = _STATUS[read.status] if 0 <= read.status < len(_STATUS) else f"status {read.status}"
    try:
        words = "; ".join(read.status_string)
    except ValueError:  # it has none
        words = ""
    return f"the authority answers: {status}" + (f" ({words})" if words else "")


def _above(read: TimeStampResponse, roots: tuple[Certificate, ...]) -> str:
    """Give those of the certificates that stand above the ones in the answer, as PEM."""
    from cryptography import x509  # noqa: PLC0415  comes with the extra
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

    names: set[Name] = set()
    for one in read.signed_data.certificates:
        told = x509.load_der_x509_certificate(one)
        names |= {told.subject, told.issuer}
    kept: list[Certificate] = []
    while found := [root for root in roots if root.subject in names and root not in kept]:
        kept += found
        names |= {root.issuer for root in found}
    return "".join(root.public_bytes(Encoding.PEM).decode("ascii") for root in kept)


def _first_line(wrong: Exception) -> str:
    return str(wrong).strip().splitlines()[0] if str(wrong).strip() else type(wrong).__name__


@cache
def _client() -> ModuleType:
    try:
        import rfc3161_client  # noqa: PLC0415  an extra
    except ModuleNotFoundError as missing:
        raise UsageError("time-stamps take rfc3161-client: pip install 'policy-tracker[evidence]'") from missing
    return rfc3161_client


def require() -> None:
    """Raise UsageError where nothing can be verified, because the extra is not installed."""
    _client()


def in_order(answer: bytes) -> bytes:
    """Give an answer with its certificates in the order that strict readers want.

    Nothing that is signed is touched: the certificates stand beside it, as a set, and much used authorities write them
    in the order in which they were configured. What is no answer is given back as it is.
    """
    try:
        start, end = _set_of_certificates(answer)
        parts = [answer[at:behind] for at, _, behind in _elements(answer, start, end)]
    except (IndexError, ValueError):
        return answer
    return answer[:start] + b"".join(sorted(parts)) + answer[end:]


def _set_of_certificates(der: bytes) -> tuple[int, int]:
    """Find the certificates in TimeStampResp > ContentInfo > SignedData; ValueError where there are none."""
    inside = 0, len(der)
    for number in (0, 1, 1, 0, _CERTIFICATES):
        elements = list(_elements(der, *inside))
        _, begin, end = elements[number]
        inside = begin, end
    if der[elements[_CERTIFICATES][0]] != _CONTEXT_0:
        raise ValueError("no certificates")
    return inside


def _elements(der: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Give each element of DER: where it starts, where its content does, where it ends."""
    while start < end:
        size, content = der[start + 1], start + 2
        if size & 0x80:
            content += size & 0x7F
            size = int.from_bytes(der[start + 2 : content])
        if content + size > end:
            raise ValueError("an element ends behind what holds it")
        yield start, content, content + size
        start = content + size
