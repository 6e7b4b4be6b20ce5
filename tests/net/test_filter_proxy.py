"""The browser's only way out carries what is allowed, in both directions, and refuses the rest."""

from __future__ import annotations

import socket

import pytest
from scripted_server import Asked, ScriptedServer, page

from tracker.net.address import allow_list
from tracker.net.filter_proxy import FilterProxy


def through(proxy: FilterProxy, sent: bytes) -> bytes:
    """What comes back through the proxy until it hangs up."""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as line:
        line.sendall(sent)
        return b"".join(iter(lambda: line.recv(65_536), b""))


def proxied(server: ScriptedServer, size: int = 100_000) -> FilterProxy:
    return FilterProxy(allow_list((f"127.0.0.1:{server.port}",)), seconds=5, size=size)


def test_an_allowed_request_is_passed_on_without_what_was_meant_for_the_proxy() -> None:
    with ScriptedServer(lambda asked: page(b"hello")) as server, proxied(server) as proxy:
        head = f"GET {server.url('/a?b')} HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\nX-Kept: 1\r\n\r\n"
        said = through(proxy, head.encode())

    assert said == b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    assert server.asked == [Asked("GET", "/a?b", {"host": "x", "x-kept": "1", "connection": "close"}, b"")]
    assert (proxy.peers, proxy.refused) == ({f"127.0.0.1:{server.port}": "127.0.0.1"}, {})


def test_an_allowed_tunnel_carries_bytes_both_ways() -> None:
    with ScriptedServer(lambda asked: page(b"hello")) as server, proxied(server) as proxy:
        head = f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\n\r\nGET /inside HTTP/1.1\r\n\r\n"
        said = through(proxy, head.encode())

    assert said.startswith(b"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK")
    assert [asked.target for asked in server.asked] == ["/inside"]


@pytest.mark.parametrize(
    "first",
    [
        "CONNECT 127.0.0.2:{port}",
        "CONNECT localhost:{port}",
        "CONNECT [::1]:{port}",
        "CONNECT 169.254.169.254:80",
        "GET http://127.0.0.2:{port}/",
        "GET http://0x7f.0.0.2:{port}/",
        "GET http://user@127.0.0.2:{port}/",
        "GET file:///etc/hostname",
        "GET ftp://127.0.0.2:{port}/",
        "CONNECT unix:/run/socket",
    ],
)
def test_what_is_not_allowed_is_refused(first: str) -> None:
    with (
        ScriptedServer(lambda asked: page(b"secret"), "127.0.0.2") as inside,
        ScriptedServer(lambda asked: page(b"hello")) as server,
        proxied(server) as proxy,
    ):
        said = through(proxy, f"{first.format(port=inside.port)} HTTP/1.1\r\n\r\n".encode())

    assert (said.split(b"\r\n")[0], inside.connections) == (b"HTTP/1.1 403 Forbidden", 0)


@pytest.mark.parametrize("sent", [b"hello\r\n\r\n", b"GET /\r\n\r\n", b"\x16\x03\x01\x02\r\n\r\n"])
def test_what_is_no_request_is_answered_so(sent: bytes) -> None:
    with ScriptedServer(lambda asked: page(b"hello")) as server, proxied(server) as proxy:
        said = through(proxy, sent)

    assert (said.split(b"\r\n")[0], server.connections) == (b"HTTP/1.1 400 Bad Request", 0)


def test_what_was_refused_is_remembered_with_its_reason() -> None:
    with ScriptedServer(lambda asked: page(b"hello")) as server, proxied(server) as proxy:
        through(proxy, b"CONNECT 10.0.0.1:443 HTTP/1.1\r\n\r\n")

    assert {place: (trouble.kind, trouble.detail) for place, trouble in proxy.refused.items()} == {
        "10.0.0.1:443": ("blocked_address", "10.0.0.1 leads to 10.0.0.1: private")
    }


def test_all_answers_together_stop_at_the_cap() -> None:
    with ScriptedServer(lambda asked: page(b"a" * 1_000_000)) as server, proxied(server, size=100_000) as proxy:
        said = through(proxy, f"GET {server.url()} HTTP/1.1\r\n\r\n".encode())

    assert len(said) <= 100_000


def test_connections_that_are_still_open_are_shut_when_the_visit_is_over() -> None:
    with ScriptedServer(lambda asked: page(b"hello")) as server, socket.socket() as line:
        line.settimeout(5)
        with proxied(server) as proxy:
            line.connect(("127.0.0.1", proxy.port))
            line.sendall(f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\n\r\n".encode())
            established = line.recv(65_536)
        rest = line.recv(65_536)

    assert (established.split(b"\r\n")[0], rest) == (b"HTTP/1.1 200 Connection established", b"")
