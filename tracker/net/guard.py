"""The guard at the door: a name is looked up once, every address judged, and only a judged one is connected to.

What is judged is the number the socket will use, never a spelling, and there is no second lookup between judging and
connecting that could give another answer. One address of a name that is refused refuses the name.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.retry import Retry

from tracker.net.address import AllowList, as_address, judged
from tracker.net.outcome import FailureKind, Trouble
from tracker.net.url import read_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import requests
    from urllib3._base_connection import BaseHTTPConnection, BaseHTTPSConnection

    from tracker.net.deadline import Deadline

CONNECT_SECONDS = 15.0  # for one address, so that a dead first one leaves time for the next


class Place(NamedTuple):
    """Where a name leads: one address as sockets take it."""

    family: socket.AddressFamily
    address: str
    port: int


def look_up(host: str, port: int) -> tuple[Place, ...]:
    """Ask the system where a name leads; every answer once, in its order of preference."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # A scope ("fe80::1%eth0") is kept in the text, where no judge takes it for a public address.
    return tuple(dict.fromkeys(Place(answer[0], str(answer[4][0]), port) for answer in answers))


@dataclass(slots=True)
class Door:
    """The one way out during one request: looks up, judges, connects, and remembers whom it connected to."""

    allowed: AllowList
    look_up: Callable[[str, int], tuple[Place, ...]]
    deadline: Deadline
    peer: str | None = field(default=None, init=False)
    certificate: str | None = field(default=None, init=False)
    _line: socket.socket | None = field(default=None, init=False)

    def open(self, host: str, port: int) -> socket.socket:
        """Connect to a host, or raise Trouble."""
        self.close()
        self.peer = self.certificate = None
        last = f"{host} has no address"
        for place in self.judged_places(host, port):
            try:
                return self._connected(place)
            except OSError as wrong:
                last = f"{place.address} port {place.port}: {wrong}"
                self.deadline.check()
        raise Trouble(FailureKind.CONNECT, last)

    def judged_places(self, host: str, port: int) -> tuple[Place, ...]:
        """Look a host up, once, and refuse it where any of its addresses is refused."""
        places = _in_time(self.look_up, host, port, self.deadline)
        for place in places:
            address = as_address(place.address)
            reason = "no address" if address is None else judged(host, port, address, self.allowed)
            if reason is not None:
                self.peer = place.address
                raise Trouble(FailureKind.BLOCKED_ADDRESS, f"{host} leads to {place.address}: {reason}")
        return places

    def _connected(self, place: Place) -> socket.socket:
        line = socket.socket(place.family, socket.SOCK_STREAM)
        try:
            line.settimeout(min(CONNECT_SECONDS, self.deadline.remaining()))
            self.deadline.watch(line)
            line.connect((place.address, place.port))
            # The network may have its own idea of where we went; what counts is who is at the other end.
            self._note_peer(place, str(line.getpeername()[0]))
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line.settimeout(self.deadline.remaining())
        except BaseException:
            self.deadline.forget(line)
            line.close()
            raise
        self._line = line
        return line

    def close(self) -> None:
        """Let go of the connection that was opened last, once nobody reads from it any more."""
        if self._line is not None:
            self.deadline.forget(self._line)
            self._line = None

    def _note_peer(self, place: Place, peer: str) -> None:
        self.peer = peer
        if as_address(peer) != as_address(place.address):
            raise Trouble(FailureKind.BLOCKED_ADDRESS, f"asked for {place.address}, got {peer}")

    def note_certificate(self, line: socket.socket | None) -> None:
        """Remember who the other end proved to be."""
        if not isinstance(line, ssl.SSLSocket):
            raise Trouble(FailureKind.TLS, "the connection is not encrypted")
        certificate = line.getpeercert(binary_form=True)
        self.certificate = hashlib.sha256(certificate).hexdigest() if certificate else None


def _in_time(
    look_up: Callable[[str, int], tuple[Place, ...]], host: str, port: int, deadline: Deadline
) -> tuple[Place, ...]:
    """Look a name up in a thread of its own: the system's resolver knows no deadline and cannot be interrupted."""
    answer: Future[tuple[Place, ...]] = Future()

    def ask() -> None:
        try:
            answer.set_result(look_up(host, port))
        except Exception as wrong:  # noqa: BLE001 - carried over to the thread that waits, and raised there
            answer.set_exception(wrong)

    threading.Thread(target=ask, daemon=True, name=f"look up {host}").start()
    try:
        places = answer.result(deadline.remaining())
    except TimeoutError as late:
        deadline.check()
        raise Trouble(FailureKind.TIMEOUT, f"{host} could not be looked up in time") from late
    except (OSError, UnicodeError) as wrong:
        raise Trouble(FailureKind.DNS, f"{host} cannot be looked up: {wrong}") from wrong
    if not places:
        raise Trouble(FailureKind.DNS, f"{host} has no address")
    return places


class _PlainConnection(HTTPConnection):
    """A connection that goes through the door."""

    door: Door

    def _new_conn(self) -> socket.socket:
        return self.door.open(self._dns_host, self.port)


class _TlsConnection(HTTPSConnection):
    """The same behind TLS."""

    door: Door

    def _new_conn(self) -> socket.socket:
        return self.door.open(self._dns_host, self.port)

    def connect(self) -> None:
        super().connect()
        self.door.note_certificate(self.sock)


class _PlainPool(urllib3.HTTPConnectionPool):
    """Makes connections that go through the door."""

    ConnectionCls = _PlainConnection
    door: Door

    def _new_conn(self) -> BaseHTTPConnection:
        connection = super()._new_conn()
        connection.door = self.door  # type: ignore[attr-defined]  # it is one of ours, see ConnectionCls
        return connection


class _TlsPool(urllib3.HTTPSConnectionPool):
    """The same behind TLS."""

    ConnectionCls = _TlsConnection
    door: Door

    def _new_conn(self) -> BaseHTTPSConnection:
        connection = super()._new_conn()
        connection.door = self.door  # type: ignore[attr-defined]  # it is one of ours, see ConnectionCls
        return connection


class GuardedAdapter(HTTPAdapter):
    """Lets requests speak HTTP through one door, and in no other way: proxies and pools of others are not asked."""

    def __init__(self, door: Door, tls: ssl.SSLContext) -> None:
        self._door = door
        self._tls = tls
        super().__init__(max_retries=Retry(0, read=False, redirect=0))

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: object,
        proxies: Mapping[str, str] | None = None,
        cert: object = None,
    ) -> urllib3.HTTPConnectionPool:
        """Give a pool whose one connection goes through the door."""
        del verify, proxies, cert  # certificates are always verified, and there is no other way out
        url = read_url(request.url or "")
        if url.scheme == "http":
            plain = _PlainPool(url.host, url.port)
            plain.door = self._door
            return plain
        secured = _TlsPool(url.host, url.port, ssl_context=self._tls, cert_reqs="CERT_REQUIRED")
        secured.door = self._door
        return secured

    def cert_verify(self, conn: object, url: object, verify: object, cert: object) -> None:
        """Leave the connection as it was made: the context it got verifies, and reads its authorities only once."""
