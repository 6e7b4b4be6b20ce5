"""Webhooks by the rules of Standard Webhooks 1.0, verified by the library of its authors."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from outboxes import NOON
from scripted_server import RESET, WAIT, Asked, Script, ScriptedServer, page
from standardwebhooks import Webhook, WebhookVerificationError

from tracker.deliver.outcome import Failed, Letter, Sent
from tracker.deliver.webhook import Receiver, read_secret, send
from tracker.net.address import AllowList, allow_list
from tracker.net.outcome import Limits
from tracker.net.session import Gate, verified_tls

if TYPE_CHECKING:
    from collections.abc import Iterator

TLS = verified_tls()
NEW, OLD = (f"whsec_{base64.b64encode(bytes([letter]) * 32).decode()}" for letter in b"no")
PATIENT = Limits(seconds=10.0, size=64_000)
BODY = json.dumps({"type": "digest", "data": {"words": "Größe"}}).encode()


def now() -> datetime:
    return datetime.now(UTC)  # the library that verifies knows no other clock


def sent(
    script: Script,
    *,
    secrets: tuple[str, ...] = (NEW,),
    at: datetime = NOON,
    allowed: bool = True,
    limits: Limits = PATIENT,
) -> tuple[Sent | Failed, list[Asked]]:
    with ScriptedServer(script) as server:
        gate = Gate("test/1", allow_list((f"127.0.0.1:{server.port}",)) if allowed else AllowList(), tls=TLS)
        receiver = Receiver(server.url("/hook"), tuple(map(read_secret, secrets)), limits)
        told = send(receiver, gate, Letter("msg1", "", BODY, at))
    return told, server.asked


def answer(status: str, body: bytes = b"", **headers: str) -> Script:
    return lambda asked: page(body, status, **headers)


def failed(script: Script, **more: Limits) -> Failed:
    told, _ = sent(script, **more)  # type: ignore[arg-type]
    assert isinstance(told, Failed), told
    return told


def test_a_message_is_posted_once_and_verifies_with_each_secret_in_force() -> None:
    told, asked = sent(answer("200 OK"), secrets=(NEW, OLD), at=now())

    assert isinstance(told, Sent)
    (one,) = asked
    assert (one.method, one.target, one.body) == ("POST", "/hook", BODY)
    assert (one.headers["content-type"], one.headers["webhook-id"]) == ("application/json", "msg1")
    assert one.headers["webhook-signature"].count("v1,") == 2
    for secret in (NEW, OLD):
        assert Webhook(secret).verify(BODY, one.headers) == json.loads(BODY)
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(BODY + b" ", one.headers)


def test_a_repeat_has_the_same_id_and_the_moment_of_its_own_try() -> None:
    first, second = (sent(answer("200 OK"), at=NOON + step * timedelta(hours=1))[1][0] for step in range(2))

    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 3600
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    assert first.body == second.body


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted", "204 No Content", "299 Odd"])
def test_every_2xx_is_success(status: str) -> None:
    told, _ = sent(answer(status))

    assert told == Sent(f"answered {status[:3]}", int(status[:3]), ("connected to 127.0.0.1", f"answered {status[:3]}"))


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent", "304 Not Modified"])
def test_a_redirect_is_a_failure_and_not_followed(status: str) -> None:
    told, asked = sent(answer(status, Location="/elsewhere"))

    assert isinstance(told, Failed)
    assert (told.code, told.is_permanent, told.is_gone, len(asked)) == (int(status[:3]), False, False, 1)


@pytest.mark.parametrize("status", ["400 Bad", "401 No", "404 Not Found", "429 Slow", "500 Oh", "502 Bad", "504 Late"])
def test_whatever_else_is_answered_is_tried_again(status: str) -> None:
    told = failed(answer(status))

    assert (told.code, told.is_permanent, told.may_have_arrived) == (int(status[:3]), False, False)


def test_who_answers_gone_is_gone() -> None:
    told = failed(answer("410 Gone"))

    assert (told.code, told.is_permanent, told.is_gone) == (410, True, True)


@pytest.mark.parametrize("status", ["429 Slow", "503 Busy"])
@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("Tue, 10 Mar 2026 13:00:00 GMT", timedelta(hours=1)),
        ("99999999999", timedelta(days=7)),
        ("-5", None),
        ("soon", None),
    ],
)
def test_retry_after_is_honoured(status: str, header: str, wait: timedelta | None) -> None:
    assert failed(answer(status, Retry_After=header)).retry_after == wait


def test_a_receiver_that_says_nothing_may_have_taken_it() -> None:
    told = failed(lambda asked: iter((WAIT,)), limits=Limits(seconds=0.3, size=64_000))

    assert (told.is_permanent, told.may_have_arrived, told.is_told_apart) == (False, True, True)


def test_a_receiver_that_hangs_up_may_have_taken_it() -> None:
    assert failed(lambda asked: iter((RESET,))).may_have_arrived


def test_a_receiver_that_drips_its_answer_is_left_in_time() -> None:
    def script(asked: Asked) -> Iterator[bytes]:
        yield b"HTTP/1.1 2"
        yield WAIT

    assert failed(script, limits=Limits(seconds=0.3, size=64_000)).may_have_arrived


def test_of_a_reply_no_more_is_read_than_64_kb_and_its_status_counts() -> None:
    told, _ = sent(answer("200 OK", b"x" * 3_000_000))
    assert isinstance(told, Sent)
    assert failed(answer("500 Oh", b"x" * 3_000_000)).code == 500


def test_a_receiver_in_ones_own_network_takes_an_entry_in_the_allow_list() -> None:
    told, asked = sent(answer("200 OK"), allowed=False)

    assert isinstance(told, Failed)
    assert "blocked_address" in told.detail
    assert asked == []


def test_an_address_that_is_none_is_a_failure_for_good() -> None:
    told = send(Receiver("ftp://example.org", (b"x" * 24,)), Gate("test/1", tls=TLS), Letter("m", "", BODY, NOON))

    assert isinstance(told, Failed)
    assert told.is_permanent


@pytest.mark.parametrize(
    "secret",
    ["", "whsec_", "whsec_c2hvcnQ=", "whsec_%%%", NEW.removeprefix("whsec_"), "whsec_" + "A" * 100],
)
def test_what_is_no_secret_is_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(ValueError, match="secret") as wrong:
        read_secret(secret)

    assert not secret or secret not in str(wrong.value) or secret == "whsec_"


def test_secrets_are_in_no_text_of_ours() -> None:
    assert NEW[6:20] not in f"{Receiver('https://example.org', (read_secret(NEW),))}"
