"""What an answer means for a document: a page, nothing new, or a failure of a kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from scripted_server import Asked, Script, ScriptedServer, page

from tracker.fetch.http import Fetcher, asked, fetch, user_agent
from tracker.fetch.outcome import Captured, Failed, NotModified, Outcome, PageRequest, Validators
from tracker.fetch.robots import RobotsBook
from tracker.net.address import allow_list
from tracker.net.outcome import FailureKind, Hop, Limits
from tracker.net.session import Ask, Gate, verified_tls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TLS = verified_tls()
STARTED = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
FINISHED = STARTED + timedelta(seconds=2)
AGENT = "policy-tracker/9.9 (+https://example.org/contact)"


def clock() -> Callable[[], datetime]:
    moments = iter((STARTED, FINISHED, FINISHED))
    return lambda: next(moments)


def fetcher(server: ScriptedServer, robots: RobotsBook | None = None) -> Fetcher:
    gate = Gate(AGENT, allow_list((f"127.0.0.1:{server.port}",)), tls=TLS)
    return Fetcher(gate, robots, Limits(seconds=10.0, size=100_000), clock())


def outcome_of(script: Script, validators: Validators | None = None) -> Outcome:
    """What fetching `/terms` gives; addresses without the port of the day."""
    with ScriptedServer(script) as server:
        request = PageRequest(server.url("/terms"), validators=validators)
        if validators is not None:
            request = replace(request, validators=replace(validators, url=server.url(validators.url)))
        outcome = fetch(request, fetcher(server))
    hops = tuple(replace(hop, url=hop.url.replace(server.url("/"), "/")) for hop in outcome.hops)
    return replace(outcome, request=PageRequest("/terms"), hops=hops, seconds=0.0)


def failed(kind: FailureKind, status: int, *, transient: bool, **told: object) -> Failed:
    hops = (Hop("/terms", status, None, "127.0.0.1", None),)
    plain = Failed(PageRequest("/terms"), kind, transient, "", hops, STARTED, FINISHED, 0.0, status=status)
    return replace(plain, **told)  # type: ignore[arg-type]  # the fields of the test's choice


def bare(outcome: Outcome) -> Outcome:
    """An outcome without what is only said for people and what servers always send."""
    return replace(outcome, detail="", headers=()) if isinstance(outcome, Failed) else outcome


def test_a_page_is_captured_with_all_that_evidence_needs() -> None:
    script = lambda asked: page(b"<p>terms</p>", Content_Type='text/html; charset="ISO-8859-1"', ETag='W/"1"')  # noqa: E731

    outcome = outcome_of(script)

    assert outcome == Captured(
        PageRequest("/terms"),
        200,
        (("Content-Length", "12"), ("Content-Type", 'text/html; charset="ISO-8859-1"'), ("ETag", 'W/"1"')),
        b"<p>terms</p>",
        (Hop("/terms", 200, None, "127.0.0.1", None),),
        STARTED,
        FINISHED,
        0.0,
    )
    assert isinstance(outcome, Captured)
    assert (outcome.charset, outcome.validators) == ("ISO-8859-1", Validators("/terms", 'W/"1"', None))


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("text/html", None),
        ("text/html;charset=utf-8", "utf-8"),
        ("text/html; Charset = 'Windows-1252' ; x=y", "Windows-1252"),
        ("", None),
    ],
)
def test_the_charset_is_the_one_the_server_names(content_type: str, charset: str | None) -> None:
    outcome = outcome_of(lambda asked: page(b"", Content_Type=content_type))

    assert isinstance(outcome, Captured)
    assert outcome.charset == charset


def test_a_server_without_validators_offers_none() -> None:
    outcome = outcome_of(lambda asked: page(b""))

    assert isinstance(outcome, Captured)
    assert outcome.validators is None


def test_the_request_says_who_asks_in_which_language_and_with_the_server_s_own_validators() -> None:
    request = PageRequest(
        "https://example.org/terms",
        language="de-AT",
        headers=(("X-Region", "at"),),
        validators=Validators("https://example.org/terms", '"1"', "yesterday, as the server wrote it"),
    )

    assert asked(request) == Ask(
        "https://example.org/terms",
        headers=(
            ("Accept", "text/html,application/xhtml+xml,application/pdf;q=0.9,text/plain;q=0.8,*/*;q=0.5"),
            ("Accept-Language", "de-AT, de;q=0.8, *;q=0.1"),
        ),
        origin_headers=(("X-Region", "at"),),
        validators=(
            "https://example.org/terms",
            (("If-None-Match", '"1"'), ("If-Modified-Since", "yesterday, as the server wrote it")),
        ),
    )


def test_what_goes_over_the_wire_is_what_was_asked_for() -> None:
    with ScriptedServer(lambda asked: page(b"")) as server:
        request = PageRequest(server.url("/terms?a=b#c"), language="en", headers=(("X-Region", "at"),))
        fetch(request, fetcher(server))

    assert server.asked == [
        Asked(
            "GET",
            "/terms?a=b",
            {
                "host": f"127.0.0.1:{server.port}",
                "user-agent": AGENT,
                "accept": "text/html,application/xhtml+xml,application/pdf;q=0.9,text/plain;q=0.8,*/*;q=0.5",
                "accept-language": "en, *;q=0.1",
                "accept-encoding": "gzip, deflate, br, zstd",
                "x-region": "at",
                "connection": "close",
            },
            b"",
        )
    ]


def test_the_user_agent_names_version_and_contact() -> None:
    assert user_agent("1.2", "https://example.org") == "policy-tracker/1.2 (+https://example.org)"
    assert user_agent("1.2", "") == "policy-tracker/1.2"


def unchanged(asked: Asked) -> Iterator[bytes]:
    """A server that answers 304 to everything, asked or not."""
    return page(b"", "304 Not Modified", ETag='"1"')


def test_nothing_new_is_believed_of_a_server_that_was_asked() -> None:
    outcome = outcome_of(unchanged, Validators("/terms", '"1"'))

    assert isinstance(outcome, NotModified)
    assert outcome.hops == (Hop("/terms", 304, None, "127.0.0.1", None),)


@pytest.mark.parametrize("validators", [None, Validators("/terms"), Validators("/elsewhere", '"1"')])
def test_nothing_new_is_not_believed_of_a_server_that_was_not_asked(validators: Validators | None) -> None:
    assert bare(outcome_of(unchanged, validators)) == failed(FailureKind.NOT_MODIFIED_UNASKED, 304, transient=False)


def test_a_page_stays_a_page_whatever_its_etag_says() -> None:
    first = outcome_of(lambda asked: page(b"same", ETag='"1"'), Validators("/terms", '"0"'))
    second = outcome_of(lambda asked: page(b"same", ETag='W/"2"'), Validators("/terms", '"1"'))

    assert isinstance(first, Captured)
    assert isinstance(second, Captured)
    assert (first.body, second.body) == (b"same", b"same")


@pytest.mark.parametrize(
    ("status", "kind", "transient"),
    [
        ("429 Slow", FailureKind.RATE_LIMITED, True),
        ("503 Busy", FailureKind.HTTP_STATUS, True),
        ("500 Broken", FailureKind.HTTP_STATUS, True),
        ("408 Late", FailureKind.HTTP_STATUS, True),
        ("404 Gone", FailureKind.HTTP_STATUS, False),
        ("403 No", FailureKind.HTTP_STATUS, False),
        ("451 Law", FailureKind.HTTP_STATUS, False),
        ("206 Part", FailureKind.HTTP_STATUS, False),
        ("300 Choose", FailureKind.HTTP_STATUS, False),
    ],
)
def test_a_status_that_is_no_page_is_a_failure(status: str, kind: FailureKind, transient: bool) -> None:
    outcome = outcome_of(lambda asked: page(b"why", status))

    assert bare(outcome) == failed(kind, int(status[:3]), transient=transient, body=b"why")


@pytest.mark.parametrize("status", ["403 Forbidden", "429 Slow", "503 Busy", "200 OK"])
def test_a_challenge_is_told_by_the_documented_header(status: str) -> None:
    outcome = outcome_of(lambda asked: page(b"prove it", status, cf_mitigated="challenge"))

    assert bare(outcome) == failed(FailureKind.CHALLENGE, int(status[:3]), transient=False, body=b"prove it")


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry_After": "120"}, timedelta(seconds=120)),
        (
            {"Retry_After": "Wed, 04 Mar 2020 05:16:07 GMT", "Date": "Wed, 04 Mar 2020 05:06:07 GMT"},
            timedelta(minutes=10),
        ),
        ({"Retry_After": "Wed, 04 Mar 2026 05:16:09 GMT"}, timedelta(minutes=10)),
        ({"Retry_After": "315360000"}, timedelta(days=7)),
        ({"Retry_After": "-1"}, None),
        ({"Retry_After": "soon"}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("status", ["429 Slow", "503 Busy"])
def test_a_host_that_asks_to_wait_is_heard_on_its_own_clock(
    status: str, headers: dict[str, str], wait: timedelta | None
) -> None:
    outcome = outcome_of(lambda asked: page(b"", status, **headers))

    assert isinstance(outcome, Failed)
    assert outcome.retry_after == wait


def test_what_the_network_does_is_a_failure_with_its_hops() -> None:
    with ScriptedServer(lambda asked: page(b"", "302 Found", Location="http://10.0.0.1/")) as server:
        request = PageRequest(server.url())
        outcome = fetch(request, fetcher(server))

    hops = (Hop(server.url(), 302, "http://10.0.0.1/", "127.0.0.1", None), Hop("http://10.0.0.1/", peer="10.0.0.1"))
    assert replace(outcome, seconds=0.0) == Failed(
        request,
        FailureKind.BLOCKED_ADDRESS,
        transient=False,
        detail="10.0.0.1 leads to 10.0.0.1: private",
        hops=hops,
        started=STARTED,
        finished=FINISHED,
        seconds=0.0,
    )


def forbidding(asked: Asked) -> Iterator[bytes]:
    return page(b"User-agent: *\nDisallow: /terms" if asked.target == "/robots.txt" else b"terms")


def test_a_page_that_robots_txt_asks_us_not_to_read_is_not_asked_for() -> None:
    with ScriptedServer(forbidding) as server:
        outcome = fetch(PageRequest(server.url("/terms")), fetcher(server, RobotsBook()))

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.transient) == (FailureKind.ROBOTS, False)
    assert [asked.target for asked in server.asked] == ["/robots.txt"]


def test_a_documented_reason_overrides_robots_txt_for_one_page() -> None:
    with ScriptedServer(forbidding) as server:
        request = PageRequest(server.url("/terms"), despite_robots="users have to accept it to use the service")
        outcome = fetch(request, fetcher(server, RobotsBook()))

    assert isinstance(outcome, Captured)
    assert [asked.target for asked in server.asked] == ["/terms"]


def test_where_robots_txt_cannot_be_read_the_page_waits() -> None:
    with ScriptedServer(lambda asked: page(b"", "503 Busy")) as server:
        outcome = fetch(PageRequest(server.url("/terms")), fetcher(server, RobotsBook()))

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.transient) == (FailureKind.ROBOTS_UNREACHABLE, True)
    assert [asked.target for asked in server.asked] == ["/robots.txt"]
