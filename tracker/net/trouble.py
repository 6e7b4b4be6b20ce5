"""What the libraries below raise, told in our words."""

from __future__ import annotations

import contextlib
import http.client
import ssl
from typing import TYPE_CHECKING

import requests
import urllib3

from tracker.net.outcome import FailureKind, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.net.deadline import Deadline

# What the libraries raise, narrowest first, and what it means to us.
_MEANINGS: tuple[tuple[type[BaseException], FailureKind], ...] = (
    (http.client.RemoteDisconnected, FailureKind.DISCONNECTED),
    (http.client.IncompleteRead, FailureKind.TRUNCATED),
    (urllib3.exceptions.InvalidChunkLength, FailureKind.TRUNCATED),
    (http.client.HTTPException, FailureKind.BAD_ANSWER),
    (urllib3.exceptions.InvalidHeader, FailureKind.BAD_ANSWER),
    (ssl.SSLEOFError, FailureKind.DISCONNECTED),
    (ssl.SSLError, FailureKind.TLS),
    (urllib3.exceptions.SSLError, FailureKind.TLS),
    (urllib3.exceptions.TimeoutError, FailureKind.TIMEOUT),
    (TimeoutError, FailureKind.TIMEOUT),
    (OSError, FailureKind.DISCONNECTED),
    (urllib3.exceptions.HTTPError, FailureKind.BAD_ANSWER),
)
_BROKEN = frozenset({FailureKind.DISCONNECTED, FailureKind.BAD_ANSWER})


@contextlib.contextmanager
def as_trouble(deadline: Deadline, *, in_body: bool = False) -> Iterator[None]:
    """Turn what the libraries raise into Trouble; where time is over, that is the reason whatever they say.

    A connection that breaks is a host that hung up before its answer began, and half a page after that.
    """
    try:
        yield
    except (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as wrong:
        deadline.check()
        kind, detail = _meaning(wrong)
        raise Trouble(FailureKind.TRUNCATED if in_body and kind in _BROKEN else kind, detail) from wrong


def _meaning(wrong: BaseException) -> tuple[FailureKind, str]:
    causes = tuple(_causes(wrong))
    for kind, meaning in _MEANINGS:
        if cause := next((one for one in causes if isinstance(one, kind)), None):
            return meaning, f"{type(cause).__name__}: {cause}"
    return FailureKind.BAD_ANSWER, str(wrong)


def _causes(wrong: BaseException) -> Iterator[BaseException]:
    """Give an error and everything it wraps, innermost last; what libraries keep in `args` too."""
    waiting: list[object] = [wrong]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            # requests' own errors are OSErrors: they say nothing that what they wrap does not say better.
            if not isinstance(one, requests.RequestException):
                yield one
            waiting += [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
