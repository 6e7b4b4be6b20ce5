"""Bodies as zstd frames: alone, or as the difference from another body. Pure: bytes in, bytes out.

A difference is a frame whose dictionary is the other body. Every frame carries its own size and checksum.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple, cast

if sys.version_info >= (3, 14):
    from compression.zstd import CompressionParameter, ZstdDict, ZstdError, compress, decompress, get_frame_info
else:
    from backports.zstd import CompressionParameter, ZstdDict, ZstdError, compress, decompress, get_frame_info

if TYPE_CHECKING:
    from collections.abc import Mapping

# Trials are cheap and only choose the base; the winner is written with more care. A body that stands alone is
# rare and large, so it gets the most. Decision record 8 has the figures.
_TRIAL, _DELTA, _PLAIN = 3, 9, 19
_HASTY = 3  # for a large body alone: level 19 would take a second for each two megabytes
_LARGE = 4 << 20
_LEAST_BASE = 64  # bytes: a smaller one helps nothing, and zstd takes none below 8
# A difference above an eighth of its body is measured against the body alone before it is believed.
_DOUBTFUL = 8
_WINDOW = (10, 27)  # zstd's smallest window, and the largest its readers take without being asked


class Unreadable(Exception):
    """A frame is not what was written."""


class Packed(NamedTuple):
    """The smallest frame found for a body, and the key of the base it needs."""

    frame: bytes
    base: int | None


def smallest(body: bytes, bases: Mapping[int, bytes]) -> Packed:
    """Write a body against the best of several bases, or alone where that is no larger."""
    trials = {key: _delta(body, base, _TRIAL) for key, base in bases.items() if len(base) >= _LEAST_BASE}
    if not trials:
        return Packed(plain(body), None)
    best = min(trials, key=lambda key: (len(trials[key]), -key))
    frame = _delta(body, bases[best], _DELTA)
    if len(frame) * _DOUBTFUL <= len(body):
        return Packed(frame, best)
    alone = plain(body)
    return Packed(alone, None) if len(alone) <= len(frame) else Packed(frame, best)


def plain(body: bytes) -> bytes:
    """Write a body alone."""
    return compress(body, options=_options(_HASTY if len(body) > _LARGE else _PLAIN))


def quick(body: bytes) -> bytes:
    """Write a body alone, in little time: for what is written often and read seldom."""
    return compress(body, options=_options(_HASTY))


def unpacked(frame: bytes, length: int, base: bytes | None = None) -> bytes:
    """Read a frame back; its own checksum is judged, and a size other than `length` costs no memory."""
    try:
        if get_frame_info(frame).decompressed_size != length:
            raise Unreadable(f"its frame does not hold the {length} bytes it should")
        dictionary = None if base is None else ZstdDict(base, is_raw=True).as_prefix
        return decompress(frame, zstd_dict=dictionary)
    except ZstdError as wrong:
        raise Unreadable(f"its frame is damaged ({wrong})") from wrong


def unpacked_whole(frame: bytes, most: int) -> bytes:
    """Read back a frame that stands alone and whose size is known to itself only."""
    try:
        length = cast("int | None", get_frame_info(frame).decompressed_size)  # its types forget the None
    except ZstdError as wrong:
        raise Unreadable(f"its frame is damaged ({wrong})") from wrong
    if length is None or length > most:
        raise Unreadable("its frame claims a size it cannot have")
    return unpacked(frame, length)


def _delta(body: bytes, base: bytes, level: int) -> bytes:
    least, most = _WINDOW
    window = min(most, max(least, (len(base) + len(body)).bit_length()))
    options = _options(level) | {CompressionParameter.window_log: window}
    return compress(body, options=options, zstd_dict=ZstdDict(base, is_raw=True).as_prefix)


def _options(level: int) -> dict[int, int]:
    return {
        CompressionParameter.compression_level: level,
        CompressionParameter.checksum_flag: 1,
        CompressionParameter.content_size_flag: 1,
        CompressionParameter.dict_id_flag: 0,
    }
