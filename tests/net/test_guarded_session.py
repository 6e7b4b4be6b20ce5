"""What servers do wrong, slowly, or too much of: each has exactly one outcome, and none of them is a page."""

from __future__ import annotations

import gzip
import hashlib
import socket
import ssl
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # says nothing of its types
import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from scripted_server import RESET, WAIT, Asked, Script, ScriptedServer, page

from tracker.net.address import AllowList, allow_list
from tracker.net.decode import ACCEPTED
from tracker.net.outcome import Answer, FailureKind, Hop, Limits, NoAnswer
from tracker.net.session import Ask, Gate, verified_tls

if TYPE_CHECKING:
    from collections.abc import Iterator

TLS = verified_tls()
SMALL = Limits(seconds=10.0, size=100_000)  # nobody waits for it
PLAIN = b"<p>These are the terms.</p>" * 100


def asked_of(script: Script, ask: Ask | None = None, limits: Limits = SMALL) -> Answer | NoAnswer:
    """What the gate makes of a server that follows the script; the hops without the port of the day."""
    with ScriptedServer(script) as server:
        gate = Gate("test/1", allow_list((f"127.0.0.1:{server.port}",)), tls=TLS)
        told = gate.ask(replace(ask, url=server.url(ask.url)) if ask else Ask(server.url()), limits)
    hops = tuple(replace(hop, url=hop.url.replace(server.url("/"), "/")) for hop in told.hops)
    return replace(told, hops=hops, seconds=0.0)


def kind_of(script: Script, limits: Limits = SMALL) -> FailureKind:
    told = asked_of(script, limits=limits)
    assert isinstance(told, NoAnswer), told
    return told.kind


def raw(*parts: bytes) -> Script:
    return lambda asked: iter(parts)


def packed(body: bytes, coding: str) -> Script:
    return lambda asked: page(body, Content_Encoding=coding)


def brotli_bomb() -> bytes:
    return bytes(brotli.compress(bytes(64_000_000), quality=1))


def zstd_bomb() -> bytes:
    """4 MB of one letter as zstd blocks of a single repeated byte, written by hand: 128 kB in four bytes each."""
    blocks = b"".join(((0x20000 << 3) | 0b010 | (number == 31)).to_bytes(3, "little") + b"a" for number in range(32))
    return b"\x28\xb5\x2f\xfd" + b"\x00" + b"\x38" + blocks


def zstd_plain(body: bytes) -> bytes:
    """A zstd frame of one block that packs nothing."""
    size = (len(body) - 256).to_bytes(2, "little")
    return b"\x28\xb5\x2f\xfd\x60" + size + ((len(body) << 3) | 1).to_bytes(3, "little") + body


# bombs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (gzip.compress(bytes(64_000_000)), "gzip"),
        (zlib.compress(bytes(64_000_000)), "deflate"),
        (gzip.compress(gzip.compress(bytes(64_000_000))), "gzip, gzip"),
        (brotli_bomb(), "br"),
        (zstd_bomb(), "zstd"),
        (bytes(100_001), "identity"),
    ],
    ids=["gzip", "deflate", "gzip in gzip", "br", "zstd", "plain"],
)
def test_a_bomb_stops_at_the_cap(body: bytes, coding: str) -> None:
    assert kind_of(packed(body, coding)) is FailureKind.TOO_LARGE


def test_the_body_of_a_redirect_is_not_even_read() -> None:
    def script(asked: Asked) -> Iterator[bytes]:
        if asked.target == "/":
            bomb = gzip.compress(bytes(64_000_000))
            return page(bomb, "302 Found", Location="/there", Content_Encoding="gzip")
        return page(b"there")

    told = asked_of(script)

    assert isinstance(told, Answer)
    assert (told.body, told.hops) == (
        b"there",
        (Hop("/", 302, "/there", "127.0.0.1", None), Hop("/there", 200, None, "127.0.0.1", None)),
    )


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (gzip.compress(PLAIN), "gzip"),
        (gzip.compress(PLAIN[:50]) + gzip.compress(PLAIN[50:]), "x-gzip"),
        (gzip.compress(PLAIN) + b"\0\0 and what some servers append", "GZIP"),
        (zlib.compress(PLAIN), "deflate"),
        (zlib.compress(PLAIN)[2:-4], "deflate"),
        (brotli.compress(PLAIN), "br"),
        (brotli.compress(gzip.compress(PLAIN)), "gzip, br"),
        (zstd_plain(PLAIN), "zstd"),
        (zstd_plain(PLAIN[:1_000]) + zstd_plain(PLAIN[1_000:]), "zstd"),
        (PLAIN, "identity"),
        (PLAIN, ""),
    ],
    ids=[
        "gzip",
        "two members",
        "appended",
        "zlib",
        "bare deflate",
        "br",
        "both",
        "zstd",
        "two frames",
        "identity",
        "empty",
    ],
)
def test_a_packed_page_is_unpacked(body: bytes, coding: str) -> None:
    told = asked_of(packed(body, coding))

    assert isinstance(told, Answer)
    assert (told.status, told.body, told.end_is_known) == (200, PLAIN, True)


def test_only_codings_that_are_capped_are_offered() -> None:
    with ScriptedServer(lambda asked: page(b"")) as server:
        gate = Gate("test/1", allow_list((f"127.0.0.1:{server.port}",)), tls=TLS)
        gate.ask(Ask(server.url(), headers=(("Accept-Encoding", "compress"),)))

    assert server.asked[0].headers["accept-encoding"] == ACCEPTED == "gzip, deflate, br, zstd"


# codings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coding", ["gzip, gzip, gzip", ", ".join(["gzip"] * 10), "compress", "gzip, unheard-of"])
def test_codings_that_nobody_honest_uses_are_refused(coding: str) -> None:
    assert kind_of(packed(gzip.compress(PLAIN), coding)) is FailureKind.BAD_ENCODING


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_body_that_is_not_what_it_says_is_refused(coding: str) -> None:
    assert kind_of(packed(b"\xff\xfe no such thing" * 9, coding)) is FailureKind.BAD_ENCODING


def test_half_a_million_empty_members_are_refused() -> None:
    assert kind_of(packed(gzip.compress(b"") * 4_000, "gzip")) is FailureKind.BAD_ENCODING


# time --------------------------------------------------------------------------------------------------

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
BRIEF = Limits(seconds=0.3, size=100_000)


@pytest.mark.parametrize(
    "parts",
    [
        (WAIT,),
        (b"HTTP/1.1 200 OK\r\n", WAIT),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Slow: ", WAIT),
        (b"HTTP/1.1 503 Busy\r\nX-Slow: ", WAIT),
        (b"HTTP/1.1 304 Same\r\nX-Slow: ", WAIT),
        (b"HTTP/1.1 302 Found\r\nLocation: /a\r\nX-Slow: ", WAIT),
        (HEAD, b"a few", WAIT),
        (b"HTTP/1.1 200 OK\r\n\r\nnobody knows how much", WAIT),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", WAIT),
    ],
    ids=["nothing", "status", "headers", "error", "not modified", "redirect", "body", "body without length", "chunks"],
)
def test_a_server_that_falls_silent_ends_at_the_deadline(parts: tuple[bytes, ...]) -> None:
    assert kind_of(raw(*parts), BRIEF) is FailureKind.TIMEOUT


def dripping(head: bytes, drop: bytes, pause: float = 0.0) -> Script:
    """Sends a drop again and again, without end; the client's deadline ends it."""

    def script(_: Asked) -> Iterator[bytes]:
        yield head
        while True:
            time.sleep(pause)
            yield drop

    return script


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n", b"a"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"a"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    ],
    ids=["headers", "body", "body without length", "chunks"],
)
def test_a_server_that_drips_ends_at_the_deadline(head: bytes, drop: bytes) -> None:
    assert kind_of(dripping(head, drop, pause=0.02), BRIEF) is FailureKind.TIMEOUT


def test_a_server_that_never_comes_to_the_point_is_no_answer() -> None:
    continues = dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n")
    counts = dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0" * 50)

    assert (kind_of(continues, BRIEF), kind_of(counts)) == (FailureKind.TIMEOUT, FailureKind.TRUNCATED)


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", b"more and more " * 100),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"64\r\n" + b"a" * 100 + b"\r\n"),
    ],
    ids=["until the end", "chunks"],
)
def test_an_endless_body_stops_at_the_cap(head: bytes, drop: bytes) -> None:
    assert kind_of(dripping(head, drop)) is FailureKind.TOO_LARGE


def test_an_error_answered_in_time_keeps_its_status_whatever_its_body_does() -> None:
    told = asked_of(raw(b"HTTP/1.1 503 Busy\r\nRetry-After: 5\r\nContent-Length: 9\r\n\r\n", b"half"), limits=BRIEF)

    assert isinstance(told, Answer)
    assert (told.status, told.header("retry-after"), told.body) == (503, "5", b"")


def test_a_lookup_that_does_not_come_back_ends_at_the_deadline() -> None:
    with ScriptedServer(raw(WAIT)) as server:

        def look_up(host: str, port: int) -> tuple[()]:
            with socket.create_connection((server.host, server.port)) as line:
                line.sendall(b"GET / HTTP/1.1\r\n\r\n")
                line.recv(1)
            return ()

        told = Gate("test/1", tls=TLS, look_up=look_up).ask(Ask("http://slow.example/"), BRIEF)

    assert isinstance(told, NoAnswer)
    assert told.kind is FailureKind.TIMEOUT


# redirects ----------------------------------------------------------------------------------------------------


def test_ten_redirects_are_followed_and_the_eleventh_is_a_loop() -> None:
    def script(asked: Asked) -> Iterator[bytes]:
        step = int(asked.target.rsplit("/", 1)[-1])
        return page(b"done") if step == 0 else page(b"", "301 Moved", Location=f"/{step - 1}")

    ten, eleven = asked_of(script, Ask("/10")), asked_of(script, Ask("/11"))

    assert isinstance(ten, Answer)
    assert [hop.url for hop in ten.hops] == [f"/{step}" for step in range(10, -1, -1)]
    assert isinstance(eleven, NoAnswer)
    assert (eleven.kind, len(eleven.hops)) == (FailureKind.REDIRECT_LOOP, 11)


def test_a_page_that_redirects_to_itself_is_a_loop_unless_it_waits_for_its_cookie() -> None:
    def script(asked: Asked) -> Iterator[bytes]:
        if asked.headers.get("cookie") == "seen=1":
            return page(b"welcome")
        return page(b"", "302 Found", Location="/", Set_Cookie="seen=1" if asked.target == "/" else "other=1")

    told = asked_of(script)

    assert isinstance(told, Answer)
    assert told.body == b"welcome"
    assert kind_of(lambda asked: page(b"", "302 Found", Location="/")) is FailureKind.REDIRECT_LOOP


def test_cookies_do_not_outlive_a_request() -> None:
    with ScriptedServer(lambda asked: page(b"", Set_Cookie="seen=1")) as server:
        gate = Gate("test/1", allow_list((f"127.0.0.1:{server.port}",)), tls=TLS)
        gate.ask(Ask(server.url()))
        gate.ask(Ask(server.url()))

    assert ["cookie" in asked.headers for asked in server.asked] == [False, False]


def test_secrets_stay_with_the_origin_they_are_for_and_validators_with_their_page() -> None:
    with ScriptedServer(lambda asked: page(b"there"), "127.0.0.2") as there:

        def script(asked: Asked) -> Iterator[bytes]:
            to = "/second" if asked.target == "/" else there.url()
            return page(b"", "302 Found", Location=to)

        with ScriptedServer(script) as here:
            allowed = allow_list((f"127.0.0.1:{here.port}", f"127.0.0.2:{there.port}"))
            ask = Ask(
                here.url(),
                headers=(("Accept-Language", "en"),),
                origin_headers=(("X-Key", "secret"),),
                validators=(here.url("/second"), (("If-None-Match", '"1"'),)),
            )
            told = Gate("test/1", allowed, tls=TLS).ask(ask)

    sent = [
        tuple(name in asked.headers for name in ("accept-language", "x-key", "if-none-match"))
        for asked in (*here.asked, *there.asked)
    ]
    assert sent == [(True, True, False), (True, True, True), (True, False, False)]
    assert isinstance(told, Answer)
    assert told.was_conditional is False


def test_where_a_redirect_leads_may_hold_blanks_and_letters_of_any_kind() -> None:
    def script(asked: Asked) -> Iterator[bytes]:
        if asked.target != "/":
            return page(asked.target.encode())
        return iter([b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /a b/\xc3\xbc\r\n\r\n"])

    told = asked_of(script)

    assert isinstance(told, Answer)
    assert told.body == b"/a%20b/%C3%BC"


# half a page ------------------------------------------------------------------------------------------

PACKED = gzip.compress(PLAIN)


@pytest.mark.parametrize(
    "parts",
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", b"only so much"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"5\r\nhello\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"64\r\nhello"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"5\r\nhello\r\nnot a number\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", PACKED[:-20]),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", PACKED[:-4]),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n", zlib.compress(PLAIN)[:-5]),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n", brotli.compress(PLAIN)[:-3]),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\r\n", zstd_plain(PLAIN)[:-20]),
    ],
    ids=["length", "no last chunk", "half a chunk", "broken chunk", "gzip", "no crc", "empty", "deflate", "br", "zstd"],
)
def test_half_a_page_is_no_page(parts: tuple[bytes, ...]) -> None:
    assert kind_of(raw(*parts)) is FailureKind.TRUNCATED


def test_a_page_whose_end_only_the_connection_tells_is_marked() -> None:
    told = asked_of(raw(b"HTTP/1.1 200 OK\r\n\r\n", b"<p>The end may be mis"))

    assert isinstance(told, Answer)
    assert (told.body, told.end_is_known) == (b"<p>The end may be mis", False)


# no HTTP ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello",), FailureKind.BAD_ANSWER),
        ((b"SSH-2.0-OpenSSH_9.2\r\n",), FailureKind.BAD_ANSWER),
        ((b"HTTP/1.1 two hundred\r\n\r\n",), FailureKind.BAD_ANSWER),
        ((b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 70_000 + b"\r\n\r\n",), FailureKind.BAD_ANSWER),
        ((b"HTTP/1.1 200 OK\r\n" + b"X-Many: a\r\n" * 200 + b"\r\n",), FailureKind.BAD_ANSWER),
        ((b"HTTP/1.1 200 OK\r\n" + (b"X-Big: " + b"a" * 9_000 + b"\r\n") * 9 + b"\r\n",), FailureKind.BAD_ANSWER),
        ((RESET,), FailureKind.DISCONNECTED),
        ((), FailureKind.DISCONNECTED),
    ],
    ids=["two lengths", "junk", "status", "long header", "many headers", "large headers", "reset", "hung up"],
)
def test_what_is_not_http_has_a_kind_and_may_pass(parts: tuple[bytes, ...], kind: FailureKind) -> None:
    assert (kind_of(raw(*parts)), kind.transient) == (kind, True)


STATUS = st.sampled_from([b"HTTP/1.1 200 OK", b"HTTP/1.1 302 Found", b"HTTP/1.0 204 No", b"HTTP/1.1 304 Same", b""])
HEADER = st.sampled_from(
    [
        b"Content-Length: 3",
        b"Content-Length: -1",
        b"Content-Length: many",
        b"Transfer-Encoding: chunked",
        b"Content-Encoding: gzip",
        b"Location: ",
        b"Location: /a",
        b"Location: http://[::1",
        b"Location: http://[v1.x]/",
        b"Location: //\xff\xfe/",
        b"Location: //a..b/",
        b"Location: /\x00",
        b"Location: http://127.0.0.1:99999/",
        b"Location: http:",
        b"Location: ?" + b"a" * 9_000,
        b"Set-Cookie: \xff=\xfe; Max-Age=x; expires=never",
        b"Set-Cookie: a=b; Domain=; Version=x",
        b"Content-Type: text/html; charset=\xff",
        b" folded",
        b"no colon",
        b": no name",
    ]
)
BODY = st.sampled_from([b"", b"abc", b"3\r\nabc\r\n0\r\n\r\n", b"-1\r\nabc", b"\xff" * 9])


@given(STATUS, st.lists(st.one_of(HEADER, st.binary(max_size=20)), max_size=5), BODY)
def test_whatever_a_server_says_is_an_answer_or_none(status: bytes, headers: list[bytes], body: bytes) -> None:
    said = b"\r\n".join([status, *headers, b"", body])

    told = asked_of(lambda asked: iter([said]), limits=SMALL)

    assert isinstance(told, Answer | NoAnswer)


def test_a_connection_reset_inside_a_page_is_no_page() -> None:
    assert kind_of(raw(HEAD, b"a few", RESET)) is FailureKind.TRUNCATED


def test_nobody_listening_and_no_such_name_have_kinds_of_their_own() -> None:
    with ScriptedServer(raw()) as server:
        port = server.port
    gate = Gate("test/1", allow_list((f"127.0.0.1:{port}",)), tls=TLS)
    refused = gate.ask(Ask(f"http://127.0.0.1:{port}/"), SMALL)

    def nobody(host: str, port: int) -> tuple[()]:
        raise OSError("no such name")

    unknown = Gate("test/1", tls=TLS, look_up=nobody).ask(Ask("http://nowhere.example/"), SMALL)
    empty = Gate("test/1", tls=TLS, look_up=lambda host, port: ()).ask(Ask("http://nowhere.example/"), SMALL)

    kinds = [told.kind for told in (refused, unknown, empty) if isinstance(told, NoAnswer)]
    assert kinds == [FailureKind.CONNECT, FailureKind.DNS, FailureKind.DNS]


# TLS ------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def serving(authority: trustme.CA, name: str) -> tuple[ssl.SSLContext, str]:
    """A server's context for a name, and the SHA-256 of its certificate."""
    issued = authority.issue_cert(name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    der = ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode("ascii"))
    return context, hashlib.sha256(der).hexdigest()


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = verified_tls()
    authority.configure_trust(context)
    return context


def test_the_certificate_of_every_hop_is_kept(authority: trustme.CA) -> None:
    context, certificate = serving(authority, "127.0.0.1")
    with ScriptedServer(lambda asked: page(b"secured"), tls=context) as server:
        gate = Gate("test/1", allow_list((f"127.0.0.1:{server.port}",)), tls=trusting(authority))
        told = gate.ask(Ask(server.url()), SMALL)

    assert isinstance(told, Answer)
    assert (told.body, told.hops) == (b"secured", (Hop(server.url(), 200, None, "127.0.0.1", certificate),))


@pytest.mark.parametrize("name", ["127.0.0.1", "somebody.example"])
def test_a_certificate_of_nobody_we_know_or_for_somebody_else_is_refused(authority: trustme.CA, name: str) -> None:
    context, _ = serving(authority, name)
    trusted = TLS if name == "127.0.0.1" else trusting(authority)
    with ScriptedServer(lambda asked: page(b"secured"), tls=context) as server:
        gate = Gate("test/1", allow_list((f"127.0.0.1:{server.port}",)), tls=trusted)
        told = gate.ask(Ask(server.url()), SMALL)

    assert isinstance(told, NoAnswer)
    assert (told.kind, told.kind.transient, server.asked) == (FailureKind.TLS, False, [])


def test_a_server_that_stops_in_its_handshake_ends_at_the_deadline(authority: trustme.CA) -> None:
    with ScriptedServer(lambda asked: iter([WAIT])) as server:
        gate = Gate("test/1", allow_list((f"127.0.0.1:{server.port}",)), tls=trusting(authority))
        told = gate.ask(Ask(server.url().replace("http:", "https:")), BRIEF)

    assert isinstance(told, NoAnswer)
    assert told.kind is FailureKind.TIMEOUT


def test_a_body_that_stops_behind_tls_ends_at_the_deadline(authority: trustme.CA) -> None:
    context, _ = serving(authority, "127.0.0.1")
    with ScriptedServer(raw(HEAD, b"a few", WAIT), tls=context) as server:
        gate = Gate("test/1", allow_list((f"127.0.0.1:{server.port}",)), tls=trusting(authority))
        told = gate.ask(Ask(server.url()), BRIEF)

    assert isinstance(told, NoAnswer)
    assert told.kind is FailureKind.TIMEOUT


def test_one_gate_serves_many_threads_and_mixes_nothing_up() -> None:
    with ScriptedServer(lambda asked: page(asked.target.encode())) as server:
        gate = Gate("test/1", allow_list((f"127.0.0.1:{server.port}",)), tls=TLS)
        with ThreadPoolExecutor(8) as threads:
            told = list(threads.map(lambda number: gate.ask(Ask(server.url(f"/{number}"))), range(64)))

    bodies = [one.body for one in told if isinstance(one, Answer)]
    assert bodies == [f"/{number}".encode() for number in range(64)]


def test_without_an_allow_list_nobody_on_this_machine_is_asked() -> None:
    assert Gate("test/1", tls=TLS).allowed == AllowList()
