"""A server on loopback that says exactly what a test tells it, byte for byte, and counts who came."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

RESET = b"\x00reset\x00"  # in place of bytes: end the connection with RST
WAIT = b"\x00wait\x00"  # in place of bytes: say nothing more until the client has gone


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Script = Callable[[Asked], Iterator[bytes]]


def page(body: bytes, status: str = "200 OK", **headers: str) -> Iterator[bytes]:
    """Answer with a page and its length."""
    named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    yield f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{named}\r\n".encode("latin-1") + body


class ScriptedServer:
    """Listens while it is entered; answers every connection by the script, then closes it."""

    def __init__(self, script: Script, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.connections = 0
        self._script = script
        self._tls = tls
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listening = socket.create_server((host, 0), family=family, backlog=64)
        self.host = host
        self.port = int(self._listening.getsockname()[1])

    def url(self, path: str = "/") -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self._tls else 'http'}://{name}:{self.port}{path}"

    def __enter__(self) -> ScriptedServer:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for line in tuple(self._open):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _start(self, what: Callable[[], None]) -> None:
        thread = threading.Thread(target=what, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(line)
            self._start(lambda line=line: self._visit(line))  # type: ignore[misc]  # bound now, not later

    def _visit(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError):
            spoken = self._tls.wrap_socket(line, server_side=True) if self._tls else line
            self._open.add(spoken)
            with spoken:
                asked = _read(spoken)
                if asked is not None:
                    self.asked.append(asked)
                    for part in self._script(asked):
                        if not _say(spoken, part):
                            return
        line.close()


def _say(line: socket.socket, part: bytes) -> bool:
    if part == RESET:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False
    if part == WAIT:
        while line.recv(4096):
            pass
        return False
    line.sendall(part)
    return True


def _read(line: socket.socket) -> Asked | None:
    read = b""
    while b"\r\n\r\n" not in read:
        block = line.recv(65_536)
        if not block:
            return None
        read += block
    head, _, body = read.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += line.recv(65_536)
    method, target, _ = first.split(" ", 2)
    return Asked(method, target, headers, body)
