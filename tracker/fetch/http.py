"""Fetches a page over HTTP: conditional where the server gave validators, and told apart by what the answer means."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tracker.fetch.outcome import Captured, Failed, NotModified, Outcome, PageRequest
from tracker.net.outcome import Answer, FailureKind, Headers, Limits, NoAnswer
from tracker.net.pace import http_date, retry_after
from tracker.net.session import Ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.fetch.robots import RobotsBook
    from tracker.net.session import Gate

_ACCEPT = "text/html,application/xhtml+xml,application/pdf;q=0.9,text/plain;q=0.8,*/*;q=0.5"
_WHOLE = frozenset({200, 203})  # 206 would be a part, 204 and 205 have nothing
_PASSING = frozenset({408, 421, 425})  # client errors that a second try may not meet
_KINDS = {429: FailureKind.RATE_LIMITED, 304: FailureKind.NOT_MODIFIED_UNASKED}


def user_agent(version: str, contact: str) -> str:
    """Say who asks and where to complain: "policy-tracker/1.0 (+https://example.org/contact)"."""
    return f"policy-tracker/{version} (+{contact})" if contact else f"policy-tracker/{version}"


def utc_now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Fetcher:
    """What fetching stands on: the way out, robots.txt, limits and a clock."""

    gate: Gate
    robots: RobotsBook | None = None
    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], datetime] = utc_now


def fetch(request: PageRequest, by: Fetcher) -> Outcome:
    """Ask for a page; whatever a server or network does is an outcome."""
    started = by.clock()
    if by.robots is not None and request.despite_robots is None:
        refusal = by.robots.refusal(request.url, by.gate, started)
        if refusal is not None:
            told = NoAnswer(refusal.kind, refusal.detail, (), 0.0)
            return _failed(request, told, started, by.clock())
    answer = by.gate.ask(asked(request), by.limits)
    finished = by.clock()
    if isinstance(answer, NoAnswer):
        return _failed(request, answer, started, finished)
    return judged_answer(request, answer, started, finished)


def asked(request: PageRequest) -> Ask:
    """Say what goes over the wire for a page."""
    headers: Headers = (("Accept", _ACCEPT),)
    if request.language:
        headers += (("Accept-Language", _languages(request.language)),)
    validators = None
    if request.validators is not None:
        given = request.validators
        told = (("If-None-Match", given.etag), ("If-Modified-Since", given.last_modified))
        kept = tuple((name, value) for name, value in told if value)
        validators = (given.url, kept) if kept else None
    return Ask(request.url, headers=headers, origin_headers=request.headers, validators=validators)


def _languages(language: str) -> str:
    """Write Accept-Language: the language itself, then without its region, then whatever there is."""
    general = language.split("-", 1)[0]
    return f"{language}, {general};q=0.8, *;q=0.1" if general != language else f"{language}, *;q=0.1"


def judged_answer(request: PageRequest, answer: Answer, started: datetime, finished: datetime) -> Outcome:
    """Say what an answer means."""
    if (answer.header("cf-mitigated") or "").strip().lower() == "challenge":
        return _refused(request, answer, FailureKind.CHALLENGE, started, finished)
    if answer.status == 304 and answer.was_conditional:
        return NotModified(request, answer.headers, answer.hops, started, finished, answer.seconds)
    if answer.status in _WHOLE:
        return Captured(
            request,
            answer.status,
            answer.headers,
            answer.body,
            answer.hops,
            started,
            finished,
            answer.seconds,
            end_is_known=answer.end_is_known,
        )
    kind = _KINDS.get(answer.status, FailureKind.HTTP_STATUS)
    return _refused(request, answer, kind, started, finished)


def _refused(request: PageRequest, answer: Answer, kind: FailureKind, started: datetime, finished: datetime) -> Failed:
    passing = kind.transient or (kind is FailureKind.HTTP_STATUS and _may_pass(answer.status))
    return Failed(
        request,
        kind,
        passing,
        _detail(kind, answer),
        answer.hops,
        started,
        finished,
        answer.seconds,
        status=answer.status,
        headers=answer.headers,
        body=answer.body,
        retry_after=retry_after(answer.header("retry-after"), _server_now(answer, finished)),
    )


def _may_pass(status: int) -> bool:
    return status >= 500 or status in _PASSING


def _detail(kind: FailureKind, answer: Answer) -> str:
    if kind is FailureKind.CHALLENGE:
        return f"{answer.hops[-1].url} answers {answer.status} and challenges us to prove that we are a browser"
    if kind is FailureKind.NOT_MODIFIED_UNASKED:
        return f"{answer.hops[-1].url} answers 304 although it was not asked whether anything changed"
    return f"{answer.hops[-1].url} answers {answer.status}"


def _server_now(answer: Answer, now: datetime) -> datetime:
    """Give the server's own time, for the dates it names; ours where it names none."""
    return http_date(answer.header("date")) or now


def _failed(request: PageRequest, told: NoAnswer, started: datetime, finished: datetime) -> Failed:
    return Failed(
        request, told.kind, told.kind.transient, told.detail, told.hops, started, finished, told.seconds
    )  # fmt: skip
