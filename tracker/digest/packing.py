"""Changes as bytes and back: how they wait in a file between being judged and being shown.

The bytes are for a file that this run wrote where nobody else may write, and for nothing else: not for the archive,
not for the network.
"""

from __future__ import annotations

import dataclasses
import pickle
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from tracker.model import Change


def pack(change: Change) -> bytes:
    """Give a change as bytes."""
    return pickle.dumps(change, pickle.HIGHEST_PROTOCOL)


def unpack(packed: bytes) -> Change:
    """Give the change that was packed."""
    return cast("Change", pickle.loads(packed))  # noqa: S301  see above


def pack_with_episode(packed: bytes, episode: str) -> bytes:
    """Give a packed change with the episode it belongs to."""
    return pack(dataclasses.replace(unpack(packed), episode=episode))
