"""No spelling, name, redirect or environment leads to a network that is none of our business."""

from __future__ import annotations

import ipaddress
import socket
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_server import Asked, ScriptedServer, page

from tracker.errors import UsageError
from tracker.net.address import AllowedHost, AllowedNetwork, AllowList, allow_list, refusal
from tracker.net.deadline import Deadline
from tracker.net.guard import Door, Place
from tracker.net.outcome import Answer, FailureKind, Hop, Limits, NoAnswer, Trouble
from tracker.net.session import Ask, Gate, verified_tls
from tracker.net.url import read_url, refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TLS = verified_tls()
SHORT = Limits(seconds=10.0)  # nobody waits for it
_CONNECTS: list[object] = []
_SCHEMES = {FailureKind.BAD_URL, FailureKind.BLOCKED_ADDRESS}


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        _CONNECTS.append(arguments[1])


sys.addaudithook(_note)


@pytest.fixture
def connects() -> list[object]:
    """Every address that this process tries to connect to, as the interpreter itself reports it."""
    _CONNECTS.clear()
    return _CONNECTS


def hello(_: Asked) -> Iterator[bytes]:
    return page(b"hello")


@pytest.fixture
def ours() -> Iterator[ScriptedServer]:
    with ScriptedServer(hello) as server:
        yield server


def gate(*servers: ScriptedServer, **told: object) -> Gate:
    """A gate that may ask these servers and nobody else on this machine."""
    allowed = allow_list(tuple(f"{server.host}:{server.port}" for server in servers))
    return Gate("test/1", allowed, tls=TLS, **told)  # type: ignore[arg-type]  # the seam is all that is passed


def leading(*answers: tuple[str, ...]) -> tuple[list[str], object]:
    """A lookup that gives these addresses, one answer after the other, and the names it was asked for."""
    asked: list[str] = []

    def look_up(host: str, port: int) -> tuple[Place, ...]:
        asked.append(host)
        addresses = answers[min(len(asked), len(answers)) - 1]
        families = {4: socket.AF_INET, 6: socket.AF_INET6}
        return tuple(Place(families[ipaddress.ip_address(one).version], one, port) for one in addresses)

    return asked, look_up


HOSTILE = (
    # private, loopback and this host, as numbers
    "http://127.0.0.1:{port}/",
    "http://10.0.0.1:{port}/",
    "http://172.16.0.1:{port}/",
    "http://172.31.255.254:{port}/",
    "http://192.168.1.1:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST:{port}/",
    "http://127.8.9.10:{port}/",
    # clouds and carriers
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://100.100.100.200/",
    "http://100.64.0.1/",
    "http://168.63.129.16/",
    "http://198.18.0.1/",
    "http://203.0.113.7/",
    "http://192.0.0.192/",
    # old spellings of addresses
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0x7f.1:{port}/",
    "http://017700000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://127.0.1:{port}/",
    "http://0:{port}/",
    "http://0.0.0.0:{port}/",
    # IPv6 and the ways from it into IPv4
    "http://[::1]:{port}/",
    "http://[0:0:0:0:0:0:0:1]:{port}/",
    "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[64:ff9b::169.254.169.254]/",
    "http://[64:ff9b:1::a00:1]/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[2001:0:7f00:1::]/",
    "http://[fec0::1]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://[::ffff:0:127.0.0.1]:{port}/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://240.0.0.1/",
    # odd writing
    "http://\uff11\uff12\uff17.\uff10.\uff10.\uff11:{port}/",
    "http://127\u30020\u30020\u30021:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://localhost.:{port}/",
    "HTTP://127.0.0.1:{port}/",
    "http://example.com@127.0.0.1:{port}/",
    "http://user:secret@127.0.0.1:{port}/",
    "http://\u24db\u24de\u24d2\u24d0lhost:{port}/",
    # backslash, blanks, control characters
    "http://127.0.0.1:{port}\\@example.com/",
    "http://example.com\\@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\t/",
    "http://127.0.0.1:{port}\r\nHost: example.com/",
    "http:\\\\127.0.0.1:{port}/",
    "http:/127.0.0.1:{port}/",
    "http://[127.0.0.1:{port}/",
    "http://" + "a" * 254 + ".example/",
    "http://example.com:99999/",
    "http://example.com:0/",
    "http://127.0.0.1:{port}#@example.com/",
    "http://[::1%25lo]:{port}/",
    # other schemes
    "file:///etc/hostname",
    "FILE:///etc/hostname",
    "file:/etc/hostname",
    "ftp://127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/",
    "unix:///var/run/socket",
    "data:text/html,hello",
    "http+unix://%2Fvar%2Frun%2Fsocket/",
    "javascript:alert(1)",
    "//127.0.0.1:{port}/",
)


@pytest.mark.parametrize("url", HOSTILE)
def test_no_form_of_a_hostile_address_makes_a_connection(
    url: str, ours: ScriptedServer, connects: list[object]
) -> None:
    told = Gate("test/1", tls=TLS).ask(Ask(url.format(port=ours.port)), SHORT)

    assert isinstance(told, NoAnswer)
    assert (told.kind in _SCHEMES, connects, ours.connections) == (True, [], 0)


@pytest.mark.parametrize("url", HOSTILE)
def test_no_redirect_to_a_hostile_address_is_followed(url: str, connects: list[object]) -> None:
    if not url.isascii() or "\r" in url or url.startswith("//"):
        url = "http://127.0.0.2:{port}/"  # what no header can carry
    with ScriptedServer(hello, "127.0.0.2") as inside:
        location = url.format(port=inside.port)
        with ScriptedServer(lambda asked: page(b"", "302 Found", Location=location)) as outside:
            told = gate(outside).ask(Ask(outside.url("/page")), SHORT)

    assert isinstance(told, NoAnswer)
    if url.startswith("http:/127"):  # a path on the same host, for a redirect
        assert told.kind is FailureKind.REDIRECT_LOOP
        return
    assert (told.kind in _SCHEMES, inside.connections) == (True, 0)
    assert connects == [("127.0.0.1", outside.port)]
    assert told.hops[0] == Hop(outside.url("/page"), 302, location.strip(), "127.0.0.1", None)
    assert len(told.hops) == 2


def test_an_allowed_server_on_loopback_is_asked(ours: ScriptedServer) -> None:
    told = gate(ours).ask(Ask(ours.url("/page")), SHORT)

    assert isinstance(told, Answer)
    assert replace(told, seconds=0.0) == Answer(
        200,
        (("Content-Length", "5"),),
        b"hello",
        (Hop(ours.url("/page"), 200, None, "127.0.0.1", None),),
        0.0,
    )


def test_a_name_that_turns_private_after_the_first_lookup_is_asked_where_it_was_judged(connects: list[object]) -> None:
    with ScriptedServer(hello) as public, ScriptedServer(hello, "127.0.0.2") as private:
        asked, look_up = leading(("127.0.0.1",), ("127.0.0.2",))
        told = gate(public, look_up=look_up).ask(Ask(f"http://rebinding.example:{public.port}/"), SHORT)

    assert isinstance(told, Answer)
    assert (asked, connects, private.connections) == (["rebinding.example"], [("127.0.0.1", public.port)], 0)


def test_a_name_that_turns_private_between_two_redirects_is_blocked() -> None:
    with ScriptedServer(lambda asked: page(b"", "302 Found", Location="/next")) as public:
        asked, look_up = leading(("127.0.0.1",), ("127.0.0.2",))
        told = gate(public, look_up=look_up).ask(Ask(f"http://rebinding.example:{public.port}/"), SHORT)

    assert isinstance(told, NoAnswer)
    assert (told.kind, len(asked), public.connections) == (FailureKind.BLOCKED_ADDRESS, 2, 1)


@pytest.mark.parametrize("private", ["10.0.0.1", "::1", "100.64.0.1", "64:ff9b::a00:1"])
def test_one_private_address_among_public_ones_blocks_the_name(
    private: str, ours: ScriptedServer, connects: list[object]
) -> None:
    _, look_up = leading(("127.0.0.1", private))

    told = gate(ours, look_up=look_up).ask(Ask(f"http://mixed.example:{ours.port}/"), SHORT)

    assert isinstance(told, NoAnswer)
    assert (told.kind, told.detail.split(":")[0].startswith("mixed.example leads to"), connects) == (
        FailureKind.BLOCKED_ADDRESS,
        True,
        [],
    )


def test_proxies_and_passwords_of_the_environment_are_not_used(
    ours: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with ScriptedServer(hello, "127.0.0.3") as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url())
        told = gate(ours).ask(Ask(ours.url()), SHORT)

    assert isinstance(told, Answer)
    assert (proxy.connections, "authorization" in ours.asked[0].headers) == (0, False)


def test_a_webhook_is_not_redirected_and_says_what_it_was_told_to() -> None:
    with (
        ScriptedServer(hello, "127.0.0.2") as private,
        ScriptedServer(lambda asked: page(b"moved", "307 Temporary Redirect", Location=private.url())) as receiver,
    ):
        ask = Ask(receiver.url("/hook"), "POST", (("Content-Type", "application/json"),), body=b"{}", follow=False)
        told = gate(receiver).ask(ask, SHORT)

    assert isinstance(told, Answer)
    assert (told.status, told.body, private.connections) == (307, b"moved", 0)
    assert [(one.method, one.target, one.body) for one in receiver.asked] == [("POST", "/hook", b"{}")]


def test_a_webhook_to_a_private_address_is_blocked(ours: ScriptedServer, connects: list[object]) -> None:
    told = Gate("test/1", tls=TLS).ask(Ask(ours.url(), "POST", body=b"{}", follow=False), SHORT)

    assert isinstance(told, NoAnswer)
    assert (told.kind, connects) == (FailureKind.BLOCKED_ADDRESS, [])


def test_an_other_end_that_is_not_the_one_asked_for_is_blocked() -> None:
    with Deadline(1.0) as deadline, pytest.raises(Trouble) as found:
        Door(AllowList(), leading(("8.8.8.8",))[1], deadline)._note_peer(  # type: ignore[arg-type]  # a fake
            Place(socket.AF_INET, "8.8.8.8", 80), "10.0.0.1"
        )

    assert (found.value.kind, found.value.detail) == (
        FailureKind.BLOCKED_ADDRESS,
        "asked for 8.8.8.8, got 10.0.0.1",
    )


def test_an_allowed_port_allows_no_other_port(ours: ScriptedServer) -> None:
    elsewhere = Gate("test/1", allow_list((f"127.0.0.1:{ours.port + 1}",)), tls=TLS)

    told = elsewhere.ask(Ask(ours.url()), SHORT)

    assert isinstance(told, NoAnswer)
    assert told.kind is FailureKind.BLOCKED_ADDRESS


def test_the_allow_list_reads_hosts_addresses_and_networks() -> None:
    told = allow_list(("Wiki.lan", "wiki.lan:8080", "10.1.2.0/24", "10.1.2.3:8443", "fd00::/64", "[fd00::1]:443"))

    assert told == AllowList(
        (
            AllowedHost("wiki.lan", None),
            AllowedHost("wiki.lan", 8080),
            AllowedNetwork(ipaddress.ip_network("10.1.2.0/24"), None),
            AllowedNetwork(ipaddress.ip_network("10.1.2.3/32"), 8443),
            AllowedNetwork(ipaddress.ip_network("fd00::/64"), None),
            AllowedNetwork(ipaddress.ip_network("fd00::1/128"), 443),
        )
    )


@pytest.mark.parametrize("entry", ["", "http://wiki.lan", "10.1.2.3/24", "wiki.lan:0", "wiki.lan:99999", "*", "127.1"])
def test_the_allow_list_refuses_what_it_cannot_read(entry: str) -> None:
    with pytest.raises(UsageError):
        allow_list((entry,))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "93.184.215.14", "192.0.1.1", "2606:4700:4700::1111", "2a00:1450::1"]
)
def test_public_addresses_are_not_refused(address: str) -> None:
    assert refusal(ipaddress.ip_address(address)) is None


@given(st.ip_addresses(v=4))
def test_no_address_with_private_bits_is_public(address: ipaddress.IPv4Address) -> None:
    disguised = (
        ipaddress.IPv6Address(f"::ffff:{address}"),
        ipaddress.IPv6Address(f"64:ff9b::{address}"),
        ipaddress.IPv6Address((0x2002 << 112) | (int(address) << 80)),
        ipaddress.IPv6Address(int(address)),
    )

    assert all(refusal(one) is not None for one in disguised)
    assert refusal(address) is not None or address.is_global


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1/", "leads to 127.0.0.1: loopback"),
        ("http://0x7f.1/", "leads to 127.0.0.1: loopback"),
        ("http://localhost/", "leads to this machine"),
        ("http://a@example.com/", "holds a user name: secrets do not belong in addresses"),
    ],
)
def test_a_configuration_is_told_at_once_what_no_lookup_is_needed_for(url: str, why: str) -> None:
    assert refused(url, AllowList()) == f"{url!r} {why}"


@pytest.mark.parametrize("url", ["https://example.com/terms", "http://127.0.0.1:81/", "http://wiki.lan/"])
def test_a_configuration_may_name_public_and_allowed_addresses(url: str) -> None:
    assert refused(url, allow_list(("127.0.0.1:81", "wiki.lan"))) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("HTTP://Example.COM:80", "http://example.com/"),
        ("https://example.com/a?b=c#d", "https://example.com/a?b=c"),
        ("https://bücher.example/ü?q=ä", "https://xn--bcher-kva.example/%C3%BC?q=%C3%A4"),
        ("http://[2001:DB8::1]:8080/%7e", "http://[2001:db8::1]:8080/%7e"),
        ("https://example.com./", "https://example.com./"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://2130706433./", "http://127.0.0.1/"),
        ("http://localhost./", "http://localhost/"),
        ("https://example.com?x=@y", "https://example.com/?x=@y"),
    ],
)
def test_an_address_is_read_once_and_written_anew(written: str, read: str) -> None:
    assert str(read_url(written)) == read


def reading(url: str) -> str:
    """What an address is read as, or the kind of its refusal."""
    try:
        return str(read_url(url))
    except Trouble as trouble:
        return trouble.kind


@given(st.text(max_size=40))
def test_whatever_is_written_is_refused_or_read_and_read_the_same_again(text: str) -> None:
    read = reading(f"http://{text}")

    assert read in {FailureKind.BAD_URL, reading(read)}
