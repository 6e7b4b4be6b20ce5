"""An absolute deadline: everything together takes so long and no longer.

A timeout of a socket starts anew with every byte, so that two bytes a second keep a reader busy for ever. Here a
watchdog shuts the connection when time is up. To the reader that looks like the end of the answer, often like a
successful one: whoever has an answer has to `check` before believing it.
"""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING, Self

from tracker.net.outcome import FailureKind, Trouble

if TYPE_CHECKING:
    from types import TracebackType


class Deadline:
    """Shuts the connections it watches once its seconds are over; a context manager."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._watched: dict[socket.socket, socket.socket] = {}
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for one in self._watched.values():
                one.close()
            self._watched.clear()

    def remaining(self) -> float:
        """Give the seconds left; Trouble where there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise Trouble(FailureKind.TIMEOUT, f"took longer than {self.seconds:g} s")
        return left

    def check(self) -> None:
        """Raise Trouble where the time is over, whatever came of it."""
        self.remaining()

    def watch(self, connection: socket.socket) -> None:
        """Shut this connection when the time is over.

        A duplicate is kept: it shuts the same connection, also after TLS has taken the original's place.
        """
        with self._lock:
            self._watched[connection] = connection.dup()
        self.check()  # the watchdog may have barked just before

    def forget(self, connection: socket.socket) -> None:
        """Stop watching a connection that is closed; until then the duplicate would keep it open."""
        with self._lock:
            duplicate = self._watched.pop(connection, None)
            if duplicate is not None:
                duplicate.close()

    def _shut(self) -> None:
        with self._lock:
            for one in self._watched.values():
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # it was closed by the other side: just as well
