"""Content codings undone under a cap: a small answer may not become a large one, nor half a one a whole.

Pure: bytes in, bytes out. Every stage stops one byte past the cap, so that a bomb costs no more than the cap, and every
stage has to come to its own end, so that a stream cut off somewhere is noticed even where no length was named.
"""

from __future__ import annotations

import sys
import zlib
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # says nothing of its types

from tracker.net.outcome import FailureKind, Trouble

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable

ACCEPTED = "gzip, deflate, br, zstd"  # offered to servers: exactly what is capped here
MOST_CODINGS = 2  # nobody honest stacks more
MOST_MEMBERS = 64  # of one stream; each costs a copy of what follows, and half a million empty ones fit into 10 MB
_GZIP = b"\x1f\x8b"
_ZSTD_WINDOW = {int(zstd.DecompressionParameter.window_log_max): 23}  # 8 MB, as RFC 9659 allows for the web


def codings(header: str | None) -> tuple[str, ...]:
    """Read a Content-Encoding header, in the order in which the codings were applied."""
    named = (part.strip().lower() for part in (header or "").split(","))
    applied = tuple(name for name in named if name not in {"", "identity"})
    if len(applied) > MOST_CODINGS:
        raise Trouble(FailureKind.BAD_ENCODING, f"{len(applied)} content codings on top of one another")
    if unknown := [name for name in applied if name not in _DECODERS]:
        raise Trouble(FailureKind.BAD_ENCODING, f"content coding {unknown[0]!r} is unknown")
    return applied


def decoded(body: bytes, applied: tuple[str, ...], cap: int) -> bytes:
    """Undo the codings, last one first; never more than `cap` bytes at any stage."""
    for name in reversed(applied):
        try:
            body = _DECODERS[name](body, cap + 1)
        except (zlib.error, brotli.error, zstd.ZstdError) as wrong:
            raise Trouble(FailureKind.BAD_ENCODING, f"the body is no {name}: {wrong}") from wrong
        if len(body) > cap:
            raise Trouble(FailureKind.TOO_LARGE, f"more than {cap} bytes behind {name}")
    return body


def _cut(name: str) -> Trouble:
    return Trouble(FailureKind.TRUNCATED, f"the {name} stream ends in its middle")


def _gunzipped(body: bytes, room: int) -> bytes:
    """Undo gzip: one member or several; what follows the last one and is none is dropped, as browsers do."""
    whole = b""
    for _ in range(MOST_MEMBERS):
        member = zlib.decompressobj(16 + zlib.MAX_WBITS)
        whole += member.decompress(body, room - len(whole))
        if len(whole) >= room:
            return whole
        if not member.eof:
            raise _cut("gzip")
        body = member.unused_data
        if not body.startswith(_GZIP):
            return whole
    raise Trouble(FailureKind.BAD_ENCODING, f"more than {MOST_MEMBERS} gzip members in one body")


def _inflated(body: bytes, room: int) -> bytes:
    """Undo deflate: with the zlib wrapper that the standard asks for, or bare, as some servers send it."""
    is_wrapped = len(body) > 1 and body[0] & 0x0F == 8 and int.from_bytes(body[:2]) % 31 == 0
    stream = zlib.decompressobj(zlib.MAX_WBITS if is_wrapped else -zlib.MAX_WBITS)
    whole = stream.decompress(body, room)
    if len(whole) < room and not stream.eof:
        raise _cut("deflate")
    return whole


def _unbrotlied(body: bytes, room: int) -> bytes:
    stream = brotli.Decompressor()
    whole = bytearray(stream.process(body, output_buffer_limit=room))
    while len(whole) < room and not stream.is_finished():
        if stream.can_accept_more_data():
            raise _cut("br")
        whole += stream.process(b"", output_buffer_limit=room)
    return bytes(whole)


def _unzstded(body: bytes, room: int) -> bytes:
    """Undo zstd, one frame after the other."""
    whole = b""
    for _ in range(MOST_MEMBERS):
        frame = zstd.ZstdDecompressor(options=_ZSTD_WINDOW)
        whole += frame.decompress(body, room - len(whole))
        if len(whole) >= room:
            return whole
        if not frame.eof:
            raise _cut("zstd")
        body = frame.unused_data
        if not body:
            return whole
    raise Trouble(FailureKind.BAD_ENCODING, f"more than {MOST_MEMBERS} zstd frames in one body")


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gunzipped,
    "x-gzip": _gunzipped,
    "deflate": _inflated,
    "br": _unbrotlied,
    "zstd": _unzstded,
}
