"""A forward proxy on this machine that lets nothing pass but what the guard allows; the browser's only way out.

A page can make a browser connect anywhere: images, frames, redirects, sockets. Rules inside the browser miss some of
these ways (redirects and web sockets, for two), so that the browser is given no network but this proxy, and every
connection it asks for is judged like one of our own.
"""

from __future__ import annotations

import contextlib
import re
import selectors
import socket
import socketserver
import threading
from typing import TYPE_CHECKING, Self

from tracker.net.deadline import Deadline
from tracker.net.guard import Door, Place, look_up
from tracker.net.outcome import Trouble
from tracker.net.url import read_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from tracker.net.address import AllowList

_HEAD = re.compile(rb"([A-Z]{1,20}) (\S{1,8000}) HTTP/1\.[01]\r\n", re.ASCII)
_LONGEST_HEAD = 65_536
_BLOCK = 65_536
_DROPPED = (b"proxy-", b"connection:", b"keep-alive:")


class FilterProxy:
    """Runs while it is entered; afterwards every connection through it is shut."""

    def __init__(
        self,
        allowed: AllowList,
        *,
        seconds: float,
        size: int,
        look_up: Callable[[str, int], tuple[Place, ...]] = look_up,
    ) -> None:
        self.refused: dict[str, Trouble] = {}  # host and port -> why nobody got there
        self.peers: dict[str, str] = {}  # host and port -> the address it was connected to
        self._allowed = allowed
        self._look_up = look_up
        self._deadline = Deadline(seconds)
        self._room = size
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Visit)
        self._server.proxy = self

    @property
    def port(self) -> int:
        """Where the proxy listens on this machine."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._deadline.__enter__()
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True, name="filter proxy").start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._server.shut_visits()
        self._deadline.__exit__(kind, wrong, trace)

    def open(self, host: str, port: int) -> socket.socket:
        """Connect to where the browser wants to go, or raise Trouble and remember what was refused."""
        door = Door(self._allowed, self._look_up, self._deadline)
        try:
            line = door.open(host, port)
        except Trouble as trouble:
            with self._lock:
                self.refused[f"{host}:{port}"] = trouble
            raise
        with self._lock:
            self.peers[f"{host}:{port}"] = door.peer or ""
        return line

    def close(self, line: socket.socket) -> None:
        """Let go of a connection that `open` gave."""
        self._deadline.forget(line)
        line.close()

    def spend(self, size: int) -> bool:
        """Take from what all answers together may be; False where nothing is left."""
        with self._lock:
            self._room -= size
            return self._room >= 0

    def remaining(self) -> float:
        """Give the seconds left; Trouble where there are none."""
        return self._deadline.remaining()


class _Server(socketserver.ThreadingTCPServer):
    """Listens on this machine only, and can shut whoever is still there."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    proxy: FilterProxy

    def __init__(self, address: tuple[str, int], visit: type[socketserver.BaseRequestHandler]) -> None:
        self._visits: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, visit)

    def note(self, line: socket.socket, *, is_open: bool) -> None:
        """Keep track of connections that are open."""
        with self._lock:
            (self._visits.add if is_open else self._visits.discard)(line)

    def shut_visits(self) -> None:
        """Shut every connection that is still open."""
        with self._lock:
            for line in self._visits:
                with contextlib.suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)


class _Visit(socketserver.BaseRequestHandler):
    """One connection of the browser: one request, then bytes in both directions."""

    server: _Server
    request: socket.socket

    def handle(self) -> None:
        """Read where the browser wants to go, and take it there or not."""
        self.server.note(self.request, is_open=True)
        try:
            with contextlib.suppress(Trouble, OSError):
                self._visit()
        finally:
            self.server.note(self.request, is_open=False)

    def _visit(self) -> None:
        proxy = self.server.proxy
        head, rest = self._head()
        found = _HEAD.match(head)
        try:
            if found is None:
                self._say(b"400 Bad Request")
                return
            method, target = found[1].decode("ascii"), found[2].decode("latin-1")
            is_tunnel = method == "CONNECT"
            url = read_url(f"http://{target}/" if is_tunnel else target)
            line = proxy.open(url.host, url.port)
        except Trouble:
            self._say(b"403 Forbidden")
            return
        try:
            self.server.note(line, is_open=True)
            if is_tunnel:
                self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                line.sendall(_forwarded(method, url.target, head))
            line.sendall(rest)
            self._pass_on(line)
        finally:
            self.server.note(line, is_open=False)
            proxy.close(line)

    def _head(self) -> tuple[bytes, bytes]:
        """Read up to the blank line; what came after it already belongs to whatever follows."""
        read = b""
        self.request.settimeout(self.server.proxy.remaining())
        while b"\r\n\r\n" not in read and len(read) < _LONGEST_HEAD:
            block = self.request.recv(_BLOCK)
            if not block:
                break
            read += block
        head, end, rest = read.partition(b"\r\n\r\n")
        return (head + end, rest) if end else (b"", b"")

    def _say(self, status: bytes) -> None:
        self.request.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def _pass_on(self, line: socket.socket) -> None:
        """Carry bytes both ways until one side is done, the time is over or the cap is reached."""
        with selectors.DefaultSelector() as ways:
            ways.register(self.request, selectors.EVENT_READ, line)
            ways.register(line, selectors.EVENT_READ, self.request)
            while ready := ways.select(self.server.proxy.remaining()):
                for way, _ in ready:
                    source, goal = way.fileobj, way.data
                    block = source.recv(_BLOCK) if isinstance(source, socket.socket) else b""
                    if not block or (source is line and not self.server.proxy.spend(len(block))):
                        return
                    goal.settimeout(self.server.proxy.remaining())
                    goal.sendall(block)


def _forwarded(method: str, target: str, head: bytes) -> bytes:
    """Write the request anew for the server itself: one request a connection, nothing meant for the proxy."""
    lines = head.split(b"\r\n")[1:-2]
    kept = [line for line in lines if not line.lower().startswith(_DROPPED)]
    return b"\r\n".join([f"{method} {target} HTTP/1.1".encode("latin-1"), *kept, b"Connection: close", b"", b""])
