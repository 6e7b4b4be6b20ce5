"""robots.txt: what it allows, how long that is believed, and what happens where it cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_server import Asked, Script, ScriptedServer, page

from tracker.fetch.robots import Access, Robots, RobotsBook, read_robots
from tracker.net.address import allow_list
from tracker.net.outcome import Answer, FailureKind, Hop, NoAnswer
from tracker.net.session import Gate, verified_tls

if TYPE_CHECKING:
    from collections.abc import Iterator

TLS = verified_tls()
NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
DAY = timedelta(hours=24)
SOON = timedelta(minutes=15)


def gate(server: ScriptedServer) -> Gate:
    return Gate("policy-tracker/1", allow_list((f"127.0.0.1:{server.port}",)), tls=TLS)


def answer(status: int, body: bytes = b"", **headers: str) -> Answer:
    told = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Answer(status, told, body, (Hop("https://example.org/robots.txt", status),), 0.1)


def is_allowed(text: str, path: str) -> bool:
    with ScriptedServer(lambda asked: page(text.encode())) as server:
        return RobotsBook().refusal(server.url(path), gate(server), NOW) is None


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("", "/terms", True),
        ("User-agent: *\nDisallow:", "/terms", True),
        ("User-agent: *\nDisallow: /", "/terms", False),
        ("User-agent: *\nDisallow: /legal\nAllow: /legal/terms", "/legal/terms", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/terms.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/terms.pdf?x", True),
        ("User-agent: other\nDisallow: /", "/terms", True),
        ("User-agent: Policy-Tracker\nDisallow: /\n\nUser-agent: *\nAllow: /", "/terms", False),
        ("User-agent: policy-tracker/2.0\nDisallow: /", "/terms", False),
        ("User-agent: policy-tracker\nAllow: /\n\nUser-agent: *\nDisallow: /", "/terms", True),
        ("User-agent: policy\nDisallow: /", "/terms", True),
        ("User-agent: policy-tracker-two\nDisallow: /", "/terms", True),
        ("User-agent: other\nUser-agent: *\nDisallow: /", "/terms", False),
        ("\ufeffUser-agent: *\r\nDisallow: /\r\n", "/terms", False),
        ("user agent *\ndisallow /terms", "/terms", False),
        ("<html>not found</html>", "/terms", True),
    ],
)
def test_the_rules_for_us_decide(text: str, path: str, allowed: bool) -> None:
    assert is_allowed(text, path) is allowed


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_host_without_robots_txt_allows_everything_for_a_day(status: int) -> None:
    detail = f"https://example.org/robots.txt answers {status}"

    assert read_robots(answer(status), NOW) == Robots(Access.ALLOW, "", NOW + DAY, detail)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 302, 304, 204])
def test_a_host_that_cannot_tell_is_asked_again_soon_and_its_pages_are_not(status: int) -> None:
    detail = f"https://example.org/robots.txt answers {status}"

    assert read_robots(answer(status), NOW) == Robots(Access.UNKNOWN, "", NOW + SOON, detail)


@pytest.mark.parametrize(
    ("told", "wait"), [("3600", timedelta(hours=1)), ("1", SOON), ("315360000", DAY), ("soon", SOON)]
)
def test_robots_txt_waits_as_long_as_its_host_asks_up_to_a_day(told: str, wait: timedelta) -> None:
    assert read_robots(answer(503, Retry_After=told), NOW).good_until == NOW + wait


@pytest.mark.parametrize(
    ("kind", "access"),
    [
        (FailureKind.TIMEOUT, Access.UNKNOWN),
        (FailureKind.DNS, Access.UNKNOWN),
        (FailureKind.TRUNCATED, Access.UNKNOWN),
        (FailureKind.BLOCKED_ADDRESS, Access.UNKNOWN),
        (FailureKind.TOO_LARGE, Access.UNKNOWN),
        (FailureKind.REDIRECT_LOOP, Access.ALLOW),
    ],
)
def test_a_network_that_fails_is_no_permission(kind: FailureKind, access: Access) -> None:
    assert read_robots(NoAnswer(kind, "why", (), 0.1), NOW).access is access


def test_what_follows_the_first_half_million_bytes_is_ignored() -> None:
    rules = b"User-agent: *\nDisallow: /a\n"
    late = rules + b"#" * (500_000 - len(rules)) + b"\nDisallow: /b\n"

    assert read_robots(answer(200, late), NOW).text.count("Disallow") == 1


def test_names_of_others_share_one_set_of_rules_however_many_they_are() -> None:
    names = b"".join(b"User-agent: a%d\n" % number for number in range(20_000))
    rules = b"".join(b"Disallow: /%d\n" % number for number in range(10_000))

    robots = read_robots(answer(200, names + rules), NOW)

    assert set(robots.text.splitlines()[:20_000]) == {"User-agent: somebody-else"}


def test_a_line_of_blanks_is_read_like_any_other() -> None:
    told = b"User-agent: *\nuser" + b" " * 200_000 + b"agent" + b" " * 200_000 + b"x#\nDisallow: /"

    assert read_robots(answer(200, told), NOW).text.endswith("User-agent: somebody-else\nDisallow: /")


@given(st.text(max_size=300), st.binary(max_size=300))
def test_whatever_a_robots_txt_says_there_is_an_answer(text: str, body: bytes) -> None:
    for told in (text.encode("utf-8", "replace"), body, b"User-agent: *\nDisallow: " + body):
        assert read_robots(answer(200, told), NOW).access is Access.RULES


def counting(first: str, then: str) -> Script:
    """Answers robots.txt with one status at first and another one afterwards; 200 forbids everything."""
    seen: list[int] = []

    def script(asked: Asked) -> Iterator[bytes]:
        seen.append(1)
        return page(b"User-agent: *\nDisallow: /", first if len(seen) == 1 else then)

    return script


def test_robots_txt_is_read_once_a_day() -> None:
    book = RobotsBook()
    with ScriptedServer(counting("200 OK", "404 Gone")) as server:
        moments = (NOW, NOW + timedelta(hours=23), NOW + DAY)
        refused = [book.refusal(server.url("/terms"), gate(server), at) is not None for at in moments]

    assert (refused, len(server.asked)) == ([True, True, False], 2)


def test_what_a_host_last_said_stands_while_it_cannot_be_asked() -> None:
    book = RobotsBook()
    with ScriptedServer(counting("404 Gone", "503 Busy")) as server:
        moments = (NOW, NOW + DAY, NOW + DAY + timedelta(minutes=14), NOW + DAY + SOON)
        refused = [book.refusal(server.url("/terms"), gate(server), at) for at in moments]

    assert (refused, len(server.asked)) == ([None] * 4, 3)


def test_a_host_that_could_not_tell_is_asked_again_after_a_quarter_of_an_hour() -> None:
    book = RobotsBook()
    with ScriptedServer(counting("503 Busy", "404 Gone")) as server:
        moments = (NOW, NOW + timedelta(minutes=14), NOW + SOON)
        refused = [book.refusal(server.url("/terms"), gate(server), at) is not None for at in moments]

    assert (refused, len(server.asked)) == ([True, True, False], 2)


def test_an_address_that_is_none_is_refused_without_asking_anybody() -> None:
    with ScriptedServer(lambda asked: page(b"")) as server:
        refusal = RobotsBook().refusal("file:///etc/hostname", gate(server), NOW)

    assert refusal is not None
    assert (refusal.kind, server.connections) == (FailureKind.BAD_URL, 0)


@pytest.mark.parametrize(
    ("told", "delay"), [("10", 10.0), ("0.5", 0.5), ("100000", 300.0), ("-3", 0.0), ("nan", 0.0), ("", 0.0)]
)
def test_the_crawl_delay_is_what_the_host_asks_for_up_to_five_minutes(told: str, delay: float) -> None:
    book = RobotsBook()
    with ScriptedServer(lambda asked: page(f"User-agent: *\nCrawl-delay: {told}".encode())) as server:
        before = book.crawl_delay(server.url("/terms"))
        book.refusal(server.url("/terms"), gate(server), NOW)

    assert (before, book.crawl_delay(server.url("/other"))) == (0.0, delay)
