"""One guarded way to ask a server something: redirects, deadline, caps and bodies under our own rules.

Each request opens its own connection and closes it: between two pages of one host lie seconds anyway, and a connection
that was kept can only be one that the server has closed meanwhile. Nothing of the environment is used: no proxy, no
netrc; cookies live as long as the redirects of one request.
"""

from __future__ import annotations

import contextlib
import ssl
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import certifi
import requests

from tracker.net.address import AllowList
from tracker.net.body import check_headers, read_body, received
from tracker.net.deadline import Deadline
from tracker.net.decode import ACCEPTED
from tracker.net.guard import Door, GuardedAdapter, Place, look_up
from tracker.net.outcome import Answer, FailureKind, Headers, Hop, Limits, NoAnswer, Trouble
from tracker.net.trouble import as_trouble
from tracker.net.url import Url, joined, read_url

if TYPE_CHECKING:
    from collections.abc import Callable

REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Ask:
    """What to ask, and which headers go where: a redirect must not carry secrets or validators to somebody else."""

    url: str
    method: str = "GET"
    headers: Headers = ()  # on every hop
    origin_headers: Headers = ()  # only while scheme, host and port are those of `url`
    validators: tuple[str, Headers] | None = None  # only on the hop with exactly this address, the one they came from
    body: bytes | None = None
    follow: bool = True


class _Part(NamedTuple):
    """One hop with what it answered."""

    hop: Hop
    response: requests.Response
    was_conditional: bool


def verified_tls(authorities: str | None = None) -> ssl.SSLContext:
    """Make the context that every connection verifies with: public authorities, or those of a file."""
    context = ssl.create_default_context(cafile=authorities or certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Gate:
    """Asks servers. It holds no state between requests and may be used from many threads."""

    def __init__(
        self,
        user_agent: str,
        allowed: AllowList | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        look_up: Callable[[str, int], tuple[Place, ...]] = look_up,
    ) -> None:
        self.user_agent = user_agent
        self.allowed = allowed or AllowList()
        self.look_up = look_up
        self._tls = tls or verified_tls()

    def ask(self, ask: Ask, limits: Limits | None = None) -> Answer | NoAnswer:
        """Ask once, following redirects where told; never raises for what a server or network does."""
        limits = limits or Limits()
        began = time.monotonic()
        hops: list[Hop] = []
        try:
            with Deadline(limits.seconds) as deadline:
                door = Door(self.allowed, self.look_up, deadline)
                with _Session(GuardedAdapter(door, self._tls)) as session:
                    answer = self._followed(ask, limits, session, door, hops)
        except Trouble as trouble:
            return NoAnswer(trouble.kind, trouble.detail, tuple(hops), time.monotonic() - began)
        return replace(answer, seconds=time.monotonic() - began)

    def _followed(self, ask: Ask, limits: Limits, session: _Session, door: Door, hops: list[Hop]) -> Answer:
        first = url = read_url(ask.url)
        for _ in range(limits.redirects + 1):
            part = self._one(ask, url, first, session, door, hops)
            with part.response:
                check_headers(part.response, limits)
                hops.append(part.hop)
                if not (ask.follow and part.hop.status in REDIRECTS and part.hop.location is not None):
                    return _answer(part, tuple(hops), limits, door.deadline)
                url = _next(url, part.hop.location, hops)
        raise Trouble(FailureKind.REDIRECT_LOOP, f"more than {limits.redirects} redirects")

    def _one(self, ask: Ask, url: Url, first: Url, session: _Session, door: Door, hops: list[Hop]) -> _Part:
        """Send one request and read the head of its answer."""
        headers, is_conditional = _headers(ask, url, first, self.user_agent)
        try:
            prepared = session.prepare_request(
                requests.Request(ask.method, str(url), headers=headers, data=ask.body)  # cookies come from the session
            )
            with as_trouble(door.deadline):
                response = session.send(prepared, stream=True, allow_redirects=False, timeout=door.deadline.remaining())
                door.deadline.check()  # a connection that was shut looks like headers that are at their end
        except Trouble:
            hops.append(Hop(str(url), peer=door.peer, certificate=door.certificate))
            raise
        except (requests.RequestException, UnicodeError) as wrong:
            hops.append(Hop(str(url)))
            raise Trouble(FailureKind.BAD_URL, f"{url} cannot be asked: {wrong}") from wrong
        hop = Hop(str(url), response.status_code, _location(response), door.peer, door.certificate)
        return _Part(hop, response, is_conditional)


class _Session(requests.Session):
    """A session with nothing but our door: no environment, no other scheme, no headers and no redirects of its own."""

    def __init__(self, adapter: GuardedAdapter) -> None:
        super().__init__()
        self.trust_env = False
        self.adapters.clear()
        self.mount("http://", adapter)
        self.mount("https://", adapter)
        self.headers.clear()

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Say that nothing redirects: to prepare the next request the library would read this body without a cap."""


def _next(url: Url, location: str, hops: list[Hop]) -> Url:
    try:
        return joined(url, location)
    except Trouble:
        hops.append(Hop(location))
        raise


def _headers(ask: Ask, url: Url, first: Url, user_agent: str) -> tuple[dict[str, str], bool]:
    headers = {"User-Agent": user_agent, "Accept": "*/*", "Connection": "close"}
    headers.update(ask.headers)
    if url.origin == first.origin:
        headers.update(ask.origin_headers)
    is_conditional = ask.validators is not None and read_url(ask.validators[0]) == url
    if ask.validators is not None and is_conditional:
        headers.update(ask.validators[1])
    headers["Accept-Encoding"] = ACCEPTED  # nothing that is not capped, whatever a declaration asks for
    return headers, is_conditional


def _location(response: requests.Response) -> str | None:
    """Give where a redirect leads; servers write UTF-8 where the protocol says Latin-1."""
    location = response.headers.get("location")
    if location is None:
        return None
    with contextlib.suppress(UnicodeError):
        return location.encode("latin-1").decode("utf-8")
    return location


def _answer(part: _Part, hops: tuple[Hop, ...], limits: Limits, deadline: Deadline) -> Answer:
    """Read the body. That of an error is told where it can be read; its status stands in any case."""
    response = part.response
    headers = received(response)
    known = True
    try:
        body, known = read_body(response, limits, deadline)
    except Trouble:
        if response.status_code < 400:
            raise
        body = b""
    return Answer(response.status_code, headers, body, hops, 0.0, part.was_conditional, known)
