"""Webhooks as Standard Webhooks 1.0 has them (https://www.standardwebhooks.com).

One POST, signed, to one address, through the same gate as every other request: no redirect is followed, an address of
one's own network takes an entry in the allow-list. The status decides; of the reply no more than 64 kB are read.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracker.deliver.outcome import Failed, Sent
from tracker.net.outcome import FailureKind, Limits, NoAnswer
from tracker.net.pace import retry_after
from tracker.net.session import Ask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.deliver.outcome import Letter
    from tracker.net.outcome import Answer
    from tracker.net.session import Gate

LIMITS = Limits(seconds=15.0, size=64_000, redirects=0)
_PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64  # bytes of a secret, as the standard has it
_GONE = 410
_UNANSWERED = frozenset({FailureKind.TIMEOUT, FailureKind.DISCONNECTED, FailureKind.TRUNCATED, FailureKind.BAD_ANSWER})


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who takes our webhooks, and the secrets we sign with: the one in force first, then those that run out."""

    url: str
    secrets: tuple[bytes, ...] = field(repr=False)
    limits: Limits = LIMITS


def read_secret(text: str) -> bytes:
    """Read a secret as the standard writes it: "whsec_" and base64; ValueError where it is none."""
    try:
        secret = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except binascii.Error as wrong:
        raise ValueError("the secret is no base64") from wrong
    if not text.startswith(_PREFIX) or not _SHORTEST <= len(secret) <= _LONGEST:
        raise ValueError(f"a secret is {_PREFIX} and {_SHORTEST} to {_LONGEST} bytes in base64")
    return secret


def signature(secrets: tuple[bytes, ...], uid: str, timestamp: int, body: bytes) -> str:
    """Sign a message with every secret."""
    signed = b".".join((uid.encode(), str(timestamp).encode(), body))
    digests = (hmac.new(secret, signed, hashlib.sha256).digest() for secret in secrets)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)


def send(receiver: Receiver, gate: Gate, letter: Letter) -> Sent | Failed:
    """Post one message; never raises for what a server or network does."""
    timestamp = int(letter.at.timestamp())
    headers = (
        ("Content-Type", "application/json"),
        ("webhook-id", letter.uid),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", signature(receiver.secrets, letter.uid, timestamp, letter.payload)),
    )
    ask = Ask(receiver.url, "POST", headers, body=letter.payload, follow=False)
    answer = gate.ask(ask, receiver.limits)
    steps = tuple(_steps(answer))
    status = answer.hops[-1].status if answer.hops else None
    if status is None:
        return _unanswered(answer, steps)
    if 200 <= status < 300:
        return Sent(f"answered {status}", status, steps)
    told = answer.header("retry-after") if not isinstance(answer, NoAnswer) else None
    return Failed(
        "a redirect, which is not followed" if 300 <= status < 400 else f"answered {status}",
        status,
        is_permanent=status == _GONE,
        is_of_channel=True,
        is_gone=status == _GONE,
        retry_after=retry_after(told, letter.at),
        steps=steps,
    )


def _unanswered(answer: Answer | NoAnswer, steps: tuple[str, ...]) -> Failed:
    kind = answer.kind if isinstance(answer, NoAnswer) else FailureKind.BAD_ANSWER
    detail = answer.detail if isinstance(answer, NoAnswer) else "no status"
    was_connected = bool(answer.hops and answer.hops[-1].peer)
    return Failed(
        f"{kind}: {detail}",
        is_permanent=kind is FailureKind.BAD_URL,
        is_of_channel=True,
        may_have_arrived=was_connected and kind in _UNANSWERED,
        steps=steps,
    )


def _steps(answer: Answer | NoAnswer) -> Iterator[str]:
    for hop in answer.hops:
        if hop.peer:
            yield f"connected to {hop.peer}"
        if hop.certificate:
            yield "encrypted, the certificate is that of the host"
        if hop.status is not None:
            yield f"answered {hop.status}"
