"""A real browser behind the filtering proxy: it draws pages that need their scripts, and reaches nobody else."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import socket
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from scripted_server import WAIT, Asked, ScriptedServer, page

from tracker.fetch.browser import BrowserSettings, render
from tracker.fetch.http import Fetcher
from tracker.fetch.outcome import Captured, Failed, Outcome, PageRequest
from tracker.fetch.robots import RobotsBook
from tracker.net.address import allow_list
from tracker.net.outcome import FailureKind, Hop, Limits
from tracker.net.session import Gate, verified_tls

if TYPE_CHECKING:
    from collections.abc import Iterator

TLS = verified_tls()
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SETTINGS = BrowserSettings(
    executable=CHROMIUM, seconds=60.0, settle_seconds=10.0, quiet_seconds=0.6, as_root_without_sandbox=True
)
needs_playwright = pytest.mark.skipif(
    importlib.util.find_spec("playwright") is None, reason="the extra `browser` (Playwright) is not installed"
)
needs_browser = pytest.mark.skipif(
    importlib.util.find_spec("playwright") is None or CHROMIUM is None, reason="no Playwright or no Chromium here"
)
HTML = "text/html; charset=utf-8"


def fetcher(server: ScriptedServer, robots: RobotsBook | None = None) -> Fetcher:
    gate = Gate("policy-tracker/9.9 (+test)", allow_list((f"127.0.0.1:{server.port}",)), tls=TLS)
    return Fetcher(gate, robots, Limits(seconds=10.0, size=200_000))


def shown(body: str, path: str = "/", **told: object) -> tuple[Outcome, ScriptedServer]:
    """What the browser makes of a page, and the server it came from."""

    def script(asked: Asked) -> Iterator[bytes]:
        return page(body.encode() if asked.target == path else b"", Content_Type=HTML)

    with ScriptedServer(script) as server:
        outcome = render(PageRequest(server.url(path)), fetcher(server), replace(SETTINGS, **told))  # type: ignore[arg-type]  # fields of the test's choice
    return outcome, server


@needs_browser
def test_a_page_is_captured_as_its_scripts_left_it() -> None:
    outcome, server = shown(
        "<title>t</title><p id=a>wait</p><script>setTimeout(() => {a.textContent = 'drawn: ü'}, 200)</script>"
    )

    assert isinstance(outcome, Captured)
    assert (outcome.status, outcome.is_rendered, outcome.is_settled, outcome.charset) == (200, True, True, "utf-8")
    assert '<p id="a">drawn: ü</p>' in outcome.body.decode("utf-8")
    assert outcome.hops == (Hop(server.url(), 200, None, "127.0.0.1", None),)
    asked = server.asked[0]
    assert asked.headers["user-agent"].endswith("policy-tracker/9.9 (+test)")
    assert "headless" not in asked.headers["user-agent"].lower()


WAYS_OUT = """
<h1>Terms</h1><p id=a>not yet</p>
<img src="{inside}img"><iframe src="{inside}iframe"></iframe><link rel=stylesheet href="{inside}css">
<link rel=prefetch href="{inside}prefetch"><link rel=preconnect href="{inside}"><link rel=dns-prefetch href="{inside}">
<object data="{inside}object"></object><embed src="{inside}embed"><video src="{inside}video"></video>
<iframe src="/redirect"></iframe><img src="/redirect"><script src="{inside}script"></script>
<script>
const attempt = what => {{
  try {{ const done = what(); if (done && done.catch) done.catch(() => 0) }} catch (wrong) {{}}
}}
attempt(() => fetch("{inside}fetch", {{mode: "no-cors"}}))
attempt(() => fetch("/redirect", {{mode: "no-cors"}}))
attempt(() => navigator.sendBeacon("{inside}beacon", "x"))
attempt(() => new WebSocket("ws://127.0.0.2:{port}/ws"))
attempt(() => new WebSocket("wss://127.0.0.2:{port}/wss"))
attempt(() => new EventSource("{inside}events"))
attempt(() => new Worker("{inside}worker"))
attempt(() => window.open("{inside}window"))
attempt(() => {{ const x = new XMLHttpRequest(); x.open("POST", "{inside}xhr"); x.send("x") }})
attempt(() => new WebTransport("https://127.0.0.2:{udp}/transport").ready)
attempt(() => {{
  const peer = new RTCPeerConnection({{iceServers: [{{urls: "stun:127.0.0.2:{udp}"}}]}})
  peer.createDataChannel("x")
  return peer.createOffer().then(offer => peer.setLocalDescription(offer))
}})
setTimeout(() => {{ document.getElementById("a").textContent = "all were tried" }}, 800)
</script>
"""


@needs_browser
def test_no_way_out_of_a_page_reaches_a_forbidden_address() -> None:
    with (
        ScriptedServer(lambda asked: page(b"secret"), "127.0.0.2") as inside,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
    ):
        datagrams.bind(("127.0.0.2", 0))
        datagrams.settimeout(0)
        body = WAYS_OUT.format(inside=inside.url(), port=inside.port, udp=datagrams.getsockname()[1])

        def script(asked: Asked) -> Iterator[bytes]:
            if asked.target == "/redirect":
                return page(b"", "302 Found", Location=inside.url("/redirected"))
            return page(body.encode(), Content_Type=HTML)

        with ScriptedServer(script) as server:
            outcome = render(PageRequest(server.url()), fetcher(server), SETTINGS)
        heard = b""
        with contextlib.suppress(BlockingIOError):
            heard = datagrams.recv(1_000)

    assert isinstance(outcome, Captured)
    assert b"all were tried" in outcome.body
    assert (inside.connections, heard) == (0, b"")
    assert Counter(asked.target for asked in server.asked)["/redirect"] >= 2  # these led inside


@needs_browser
@pytest.mark.parametrize("how", ["at once", "by a redirect"])
def test_a_page_at_a_forbidden_address_is_blocked(how: str) -> None:
    with (
        ScriptedServer(lambda asked: page(b"secret"), "127.0.0.2") as inside,
        ScriptedServer(lambda asked: page(b"", "302 Found", Location=inside.url("/there"))) as server,
    ):
        url = server.url() if how == "by a redirect" else inside.url("/there")
        outcome = render(PageRequest(url), fetcher(server), SETTINGS)

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.transient, inside.connections) == (FailureKind.BLOCKED_ADDRESS, False, 0)
    last = Hop(inside.url("/there"))
    first = Hop(server.url(), 302, inside.url("/there"), "127.0.0.1", None)
    assert outcome.hops == ((first, last) if how == "by a redirect" else (last,))


@needs_browser
def test_a_file_is_no_page() -> None:
    with ScriptedServer(lambda asked: page(b"", "302 Found", Location="file:///etc/hostname")) as server:
        outcome = render(PageRequest(server.url()), fetcher(server), SETTINGS)

    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.BROWSER


@needs_browser
def test_a_page_that_never_rests_is_taken_as_it_is_and_marked() -> None:
    ticking = "<p>Terms</p><p id=a></p><script>let n = 0; setInterval(() => {a.textContent = n++}, 20)</script>"

    outcome, _ = shown(ticking, settle_seconds=1.0)

    assert isinstance(outcome, Captured)
    assert (outcome.is_settled, b"<p>Terms</p>" in outcome.body) == (False, True)


@needs_browser
def test_a_script_that_never_ends_ends_at_the_deadline() -> None:
    outcome, server = shown("<p>Terms</p><script>setTimeout(() => { while (true); }, 10)</script>", seconds=5.0)

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.hops) == (FailureKind.TIMEOUT, (Hop(server.url(), 200, None, "127.0.0.1", None),))


@needs_browser
def test_a_page_that_grows_past_the_cap_is_none() -> None:
    outcome, _ = shown("<p id=a></p><script>a.textContent = 'word '.repeat(100000)</script>")

    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.TOO_LARGE


@needs_browser
def test_a_challenge_shown_to_a_browser_is_a_challenge() -> None:
    script = lambda asked: page(b"<p>Prove it</p>", "403 No", Content_Type=HTML, cf_mitigated="challenge")  # noqa: E731
    with ScriptedServer(script) as server:
        outcome = render(PageRequest(server.url()), fetcher(server), SETTINGS)

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.status) == (FailureKind.CHALLENGE, 403)


@needs_browser
def test_headers_of_a_declaration_reach_their_own_origin_alone_and_the_language_everybody() -> None:
    with ScriptedServer(lambda asked: page(b"x")) as other:
        body = f"<p>Terms</p><img src='{other.url('/img')}'>".encode()
        with ScriptedServer(lambda asked: page(body, Content_Type=HTML)) as server:
            by = fetcher(server)
            allowed = allow_list((f"127.0.0.1:{server.port}", f"127.0.0.1:{other.port}"))
            by = replace(by, gate=Gate(by.gate.user_agent, allowed, tls=TLS))
            request = PageRequest(server.url(), language="de-AT", headers=(("X-Region", "at"),))
            render(request, by, SETTINGS)

    told = [
        (one.headers.get("x-region"), one.headers["accept-language"][:5]) for one in (server.asked[0], other.asked[0])
    ]
    assert told == [("at", "de-AT"), (None, "de-AT")]


@needs_playwright
@pytest.mark.skipif(not IS_ROOT, reason="we are not root")
def test_a_browser_does_not_run_as_root_unless_told() -> None:
    with ScriptedServer(lambda asked: iter([WAIT])) as server:
        outcome = render(PageRequest(server.url()), fetcher(server), replace(SETTINGS, as_root_without_sandbox=False))

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.transient, server.connections) == (FailureKind.BROWSER, False, 0)


@needs_playwright
def test_a_browser_that_is_not_there_is_a_failure_that_does_not_pass() -> None:
    with ScriptedServer(lambda asked: iter([WAIT])) as server:
        outcome = render(PageRequest(server.url()), fetcher(server), replace(SETTINGS, executable="/no/such/browser"))

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.transient) == (FailureKind.BROWSER, False)
    assert outcome.detail == "no browser found: /no/such/browser"


def test_robots_txt_is_heard_before_a_browser_is_started() -> None:
    with ScriptedServer(lambda asked: page(b"User-agent: *\nDisallow: /")) as server:
        outcome = render(PageRequest(server.url("/terms")), fetcher(server, RobotsBook()), SETTINGS)

    assert isinstance(outcome, Failed)
    assert (outcome.kind, [asked.target for asked in server.asked]) == (FailureKind.ROBOTS, ["/robots.txt"])
