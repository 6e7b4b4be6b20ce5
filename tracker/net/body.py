"""Reads what a server sends after its status line: so much of it and no more, and whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.net.decode import codings, decoded
from tracker.net.outcome import FailureKind, Headers, Trouble
from tracker.net.trouble import as_trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests
    import urllib3

    from tracker.net.deadline import Deadline
    from tracker.net.outcome import Limits

_NO_BODY = frozenset({204, 304})
_BLOCK = 65_536


def received(response: requests.Response) -> Headers:
    """Give the headers as they came, repeated ones too."""
    return tuple((str(name), str(value)) for name, value in response.raw.headers.items())


def check_headers(response: requests.Response, limits: Limits) -> None:
    """Refuse more headers than anybody honest sends; one line and their number are capped by the library below."""
    size = sum(len(name) + len(value) + 4 for name, value in received(response))
    if size > limits.header_size:
        raise Trouble(FailureKind.BAD_ANSWER, f"{size} bytes of headers")


def read_body(response: requests.Response, limits: Limits, deadline: Deadline) -> tuple[bytes, bool]:
    """Read a body under the caps, and whether its end is proven."""
    if response.status_code in _NO_BODY or response.request.method == "HEAD":
        return b"", True
    applied = codings(response.headers.get("content-encoding"))
    wire = bytearray()
    with as_trouble(deadline, in_body=True):
        for block in _blocks(response):
            wire += block
            if len(wire) > limits.size:
                raise Trouble(FailureKind.TOO_LARGE, f"more than {limits.size} bytes")
    deadline.check()  # a connection that was shut looks like a body that is at its end
    length = response.headers.get("content-length")
    is_framed = length is not None or "chunked" in response.headers.get("transfer-encoding", "").lower()
    if not wire and length is not None:
        return b"", True  # nothing was announced and nothing came, whatever it would have been packed in
    return decoded(bytes(wire), applied, limits.size), is_framed or bool(applied)


def _blocks(response: requests.Response) -> Iterator[bytes]:
    raw: urllib3.HTTPResponse = response.raw
    yield from raw.stream(_BLOCK, decode_content=False)
