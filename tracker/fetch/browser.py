"""Fetches a page that needs its scripts, with a Chromium of the system behind our filtering proxy (extra `browser`).

The browser has no network but that proxy, a sandbox, a fresh profile, and so many seconds altogether. What comes back
is the document once it is quiet, with the answers on the way as evidence of where it came from.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.fetch.http import Fetcher, judged_answer
from tracker.fetch.outcome import Captured, Failed, Outcome, PageRequest
from tracker.net.filter_proxy import FilterProxy
from tracker.net.outcome import Answer, FailureKind, Headers, Hop, Trouble
from tracker.net.url import read_url

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from playwright.async_api import Browser, Page, Request, Response, Route

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_POLL = 0.2
_CLOSING = 5.0  # seconds for a browser to go in peace
_FLAGS = (
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # the proxy looks names up, nobody else
    # WebRTC talks UDP past every proxy unless told not to; older releases know the flag by its longer name.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--dns-prefetch-disable",
    "--no-pings",
)
_ENVIRONMENT = ("PATH", "HOME", "LANG", "TMPDIR")  # no secrets of ours, no proxies of others
_VISIBLE = "() => document.body ? document.body.innerText : ''"


@dataclass(frozen=True, slots=True)
class BrowserSettings:
    """How a browser may be used."""

    executable: str | None = None  # None: the first Chromium on the path
    seconds: float = 90.0  # for everything
    settle_seconds: float = 20.0  # for scripts to come to rest; then the page is taken as it is
    quiet_seconds: float = 1.0  # without a change of the visible words
    transfer: int = 100_000_000  # bytes of all answers together
    as_root_without_sandbox: bool = False  # only where the whole machine is a sandbox


def render(request: PageRequest, by: Fetcher, settings: BrowserSettings | None = None) -> Outcome:
    """Fetch a page with a browser; whatever goes wrong is an outcome."""
    settings = settings or BrowserSettings()
    started = by.clock()
    hops: tuple[Hop, ...] = ()
    try:
        read_url(request.url)
        _check_robots(request, by, started)
        executable = _executable(settings)
        seconds = settings.seconds + _CLOSING
        with FilterProxy(by.gate.allowed, seconds=seconds, size=settings.transfer, look_up=by.gate.look_up) as proxy:
            visit = _Visit(proxy)
            try:
                answer, is_settled = asyncio.run(_rendered(request, by, settings, executable, visit))
            finally:
                hops = visit.hops
    except Trouble as trouble:
        return _failed(request, trouble, hops, started, by.clock())
    outcome = judged_answer(request, answer, started, by.clock())
    return replace(outcome, is_rendered=True, is_settled=is_settled) if isinstance(outcome, Captured) else outcome


def _check_robots(request: PageRequest, by: Fetcher, now: datetime) -> None:
    if by.robots is None or request.despite_robots is not None:
        return
    refusal = by.robots.refusal(request.url, by.gate, now)
    if refusal is not None:
        raise Trouble(refusal.kind, refusal.detail)


class _Missing(Trouble):
    """The browser cannot be started here; trying again does not help."""

    def __init__(self, detail: str) -> None:
        super().__init__(FailureKind.BROWSER, detail)


def _executable(settings: BrowserSettings) -> str:
    """Find the browser, and whether it may run the way we are run."""
    try:
        importlib.import_module("playwright.async_api")
    except ImportError as wrong:
        raise _Missing("pages that need scripts need the extra: pip install 'policy-tracker[browser]'") from wrong
    if _is_root() and not settings.as_root_without_sandbox:
        raise _Missing("a browser does not run as root: root has no sandbox; run the tracker as another user")
    found = settings.executable or next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None or not os.access(found, os.X_OK):
        raise _Missing(f"no browser found: {settings.executable or 'install chromium'}")
    return found


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


class _Visit:
    """What is known of a visit so far, also where it ends in trouble."""

    def __init__(self, proxy: FilterProxy) -> None:
        self.proxy = proxy
        self.answers: list[Response] = []  # to the page itself, in order, redirects too

    @property
    def hops(self) -> tuple[Hop, ...]:
        """Give the requests of the page itself, with the addresses that the proxy connected to."""
        return tuple(
            Hop(one.url)  # the proxy answered in the server's place
            if _place(one.url) in self.proxy.refused
            else Hop(one.url, one.status, one.headers.get("location"), self.proxy.peers.get(_place(one.url)))
            for one in self.answers
        )

    def note(self, answer: Response) -> None:
        """Keep an answer that the page itself got, not one of its parts."""
        if answer.request.is_navigation_request() and answer.frame.parent_frame is None:
            self.answers.append(answer)

    def trouble(self, url: str, otherwise: str) -> Trouble:
        """Say why a visit failed: what the proxy refused, of which the browser only sees that there was no way."""
        refused = self.proxy.refused.get(_place(url))
        return Trouble(FailureKind.BROWSER, otherwise) if refused is None else Trouble(refused.kind, refused.detail)


def _place(url: str) -> str:
    try:
        read = read_url(url)
    except Trouble:
        return url  # about:blank and its like, which no proxy sees
    return f"{read.host}:{read.port}"


async def _rendered(
    request: PageRequest, by: Fetcher, settings: BrowserSettings, executable: str, visit: _Visit
) -> tuple[Answer, bool]:
    """Visit a page and give it as an answer, and whether it came to rest."""
    from playwright.async_api import Error  # noqa: PLC0415 - an extra

    began = asyncio.get_running_loop().time()
    asked = [request.url]  # where the page went last, also where there was no answer
    try:
        async with asyncio.timeout(settings.seconds), _browser(executable, settings, visit.proxy.port) as browser:
            page = await _page(browser, request, by.gate.user_agent)
            page.on("response", visit.note)
            page.on("request", lambda one: asked.append(one.url) if _is_page(one) else None)
            await page.goto(request.url, wait_until="domcontentloaded", timeout=0)
            is_settled = await _settled(page, settings)
            body = (await page.content()).encode("utf-8", errors="replace")
            answer = await _answer(visit, body, by.limits.size)
    except TimeoutError as late:
        raise Trouble(FailureKind.TIMEOUT, f"took longer than {settings.seconds:g} s") from late
    except Error as wrong:
        raise visit.trouble(asked[-1], str(wrong.message).split("\n", 1)[0]) from wrong
    return replace(answer, seconds=asyncio.get_running_loop().time() - began), is_settled


def _is_page(request: Request) -> bool:
    return request.is_navigation_request() and request.frame.parent_frame is None


async def _answer(visit: _Visit, body: bytes, size: int) -> Answer:
    if not visit.answers:
        raise Trouble(FailureKind.BROWSER, "the browser shows a page that no server gave it")
    last = visit.answers[-1]
    if _place(last.url) in visit.proxy.refused:
        raise visit.trouble(last.url, "")  # the proxy answered in the server's place
    if len(body) > size:
        raise Trouble(FailureKind.TOO_LARGE, f"more than {size} bytes after its scripts ran")
    headers: Headers = tuple((one["name"], one["value"]) for one in await last.headers_array())
    return Answer(last.status, headers, body, visit.hops, 0.0)


@contextlib.asynccontextmanager
async def _browser(executable: str, settings: BrowserSettings, port: int) -> AsyncIterator[Browser]:
    """Start a browser with a fresh profile, and end it, in peace or not."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 - an extra

    driver = await async_playwright().start()
    try:
        browser = await driver.chromium.launch(
            executable_path=executable,
            headless=True,
            chromium_sandbox=not (settings.as_root_without_sandbox and _is_root()),
            # Without the bypass rule the browser would go around the proxy to this machine.
            proxy={"server": f"http://127.0.0.1:{port}", "bypass": "<-loopback>"},
            args=list(_FLAGS),
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )
        try:
            yield browser
        finally:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(browser.close(), _CLOSING)
    finally:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(driver.stop(), _CLOSING)


async def _page(browser: Browser, request: PageRequest, user_agent: str) -> Page:
    """Open a page that says who we are, and hands the headers of a declaration to its own origin alone."""
    major = browser.version.split(".", 1)[0]
    context = await browser.new_context(
        user_agent=f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/{major}.0.0.0 {user_agent}",
        locale=request.language,
        accept_downloads=False,
        service_workers="block",
    )
    page = await context.new_page()
    if request.headers:
        added = dict(request.headers)

        async def add(route: Route) -> None:
            await route.continue_(headers={**route.request.headers, **added})

        await page.route(f"{read_url(request.url).origin}/**", add)
    return page


async def _settled(page: Page, settings: BrowserSettings) -> bool:
    """Wait until the visible words have not changed for a while; false where they never rest."""
    from playwright.async_api import Error  # noqa: PLC0415 - an extra

    clock = asyncio.get_running_loop().time
    end = clock() + settings.settle_seconds
    words, since = None, clock()
    while clock() < end:
        seen = None
        with contextlib.suppress(Error):  # the page is just going somewhere else
            seen = str(await page.evaluate(_VISIBLE))
        if seen != words:
            words, since = seen, clock()
        elif words and clock() - since >= settings.quiet_seconds:
            return True
        await asyncio.sleep(_POLL)
    return clock() - since >= settings.quiet_seconds


def _failed(
    request: PageRequest, trouble: Trouble, hops: tuple[Hop, ...], started: datetime, ended: datetime
) -> Failed:
    transient = trouble.kind.transient and not isinstance(trouble, _Missing)
    seconds = (ended - started).total_seconds()
    return Failed(request, trouble.kind, transient, trouble.detail, hops, started, ended, seconds)
