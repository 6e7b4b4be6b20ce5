"""What goes wrong between us and a mail server, at every stage: each has exactly one outcome."""

from __future__ import annotations

import ssl
from functools import partial
from typing import TYPE_CHECKING

import pytest
import trustme
from outboxes import DAY, Clock, listed, no_chance, post
from scripted_smtp import At, Fault, Plan, ScriptedSmtp

from tracker.deliver.email import Relay, send
from tracker.store.outbox import Status, Tried
from tracker.store.store import open_store
from tracker.tell.outbox import drain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.store.store import Store

MAIL = b"Subject: News\r\nMessage-ID: <u0@example.org>\r\n\r\n.dot\r\nbye\r\n"
LARGE = MAIL + b"more than fits into what lies between us\r\n" * 75_000

# What is to become of a delivery: `always` if it goes wrong every time, and whether the message may have arrived.
WAITS, ENDS, GOES = (Status.WAITING, False), (Status.DEAD, False), (Status.SENT, False)
UNCLEAR = (Status.WAITING, True)
EXPECTED = {
    **{(at, Fault.LATER): WAITS for at in At},
    **{(at, Fault.NEVER): ENDS for at in At},
    **{(at, Fault.DROPPED): WAITS for at in At},
    **{(at, Fault.SILENT): WAITS for at in At},
    # An answer where a handshake should be is none.
    (At.TLS, Fault.NEVER): WAITS,
    # The message was sent to its end: nobody knows whether it was taken.
    (At.DOT, Fault.DROPPED): UNCLEAR,
    (At.DOT, Fault.SILENT): UNCLEAR,
    # The message was taken before.
    **{(At.QUIT, fault): GOES for fault in Fault},
}
CELLS = [pytest.param(at, fault, id=f"{at}, {fault}") for at in At for fault in Fault]
OF_CHANNEL = {At.CONNECT, At.BANNER, At.EHLO, At.STARTTLS, At.TLS, At.SECOND_EHLO, At.AUTH}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture(scope="module")
def authorities(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("tls") / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    return str(file)


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.sqlite") as opened:
        yield opened


def relay(server: ScriptedSmtp, authorities: str, seconds: float) -> Relay:
    return Relay(
        "127.0.0.1",
        server.port,
        "Tracker <tracker@example.org>",
        user="me",
        password="secret",
        authorities=authorities,
        seconds=seconds,
    )


def seconds_for(fault: Fault) -> float:
    return 0.45 if fault is Fault.SILENT else 20.0


def payload_for(at: At, fault: Fault) -> bytes:
    return LARGE if at is At.BODY and fault in {Fault.DROPPED, Fault.SILENT} else MAIL


@pytest.mark.parametrize(("at", "fault"), CELLS)
def test_what_goes_wrong_every_time_has_its_one_outcome(
    store: Store, server_tls: ssl.SSLContext, authorities: str, at: At, fault: Fault
) -> None:
    with ScriptedSmtp(Plan(at, fault), server_tls) as server:
        post(store, "mail", "reader@example.org", payload=payload_for(at, fault))
        drain(store, {"mail": partial(send, relay(server, authorities, seconds_for(fault)))}, Clock(), no_chance)

    (found,) = listed(store)
    (tried,) = found.attempts
    status, may_have_arrived = EXPECTED[at, fault]
    assert (found.status, tried.may_have_arrived) == (status, may_have_arrived), tried
    assert len(server.taken) == (at is At.QUIT or may_have_arrived)


@pytest.mark.parametrize(("at", "fault"), CELLS)
def test_what_goes_wrong_once_is_sent_the_next_time_as_the_same_mail(
    store: Store, server_tls: ssl.SSLContext, authorities: str, at: At, fault: Fault
) -> None:
    clock = Clock()
    with ScriptedSmtp(Plan(at, fault, times=1), server_tls) as server:
        payload = payload_for(at, fault)
        post(store, "mail", "reader@example.org", payload=payload)
        drain(store, {"mail": partial(send, relay(server, authorities, seconds_for(fault)))}, clock, no_chance)
        server.mend()
        clock.forward(DAY)
        drain(store, {"mail": partial(send, relay(server, authorities, 20.0))}, clock, no_chance)

    (found,) = listed(store)
    status, may_have_arrived = EXPECTED[at, fault]
    outcomes = [one.outcome for one in found.attempts]
    if status is Status.DEAD:  # a refusal for good is not asked about again
        assert (found.status, outcomes, server.taken) == (Status.DEAD, [Tried.DEAD], [])
    elif status is Status.SENT:
        assert (found.status, outcomes, server.taken) == (Status.SENT, [Tried.SENT], [payload])
    else:
        assert (found.status, outcomes) == (Status.SENT, [Tried.AGAIN, Tried.SENT])
        assert server.taken == [payload] * (1 + may_have_arrived)


@pytest.mark.parametrize("fault", [Fault.DROPPED, Fault.SILENT])
def test_what_may_have_arrived_twice_is_not_sent_a_third_time(
    store: Store, server_tls: ssl.SSLContext, authorities: str, fault: Fault
) -> None:
    clock = Clock()
    with ScriptedSmtp(Plan(At.DOT, fault), server_tls) as server:
        post(store, "mail", "reader@example.org", payload=MAIL)
        for _ in range(4):
            drain(store, {"mail": partial(send, relay(server, authorities, seconds_for(fault)))}, clock, no_chance)
            clock.forward(DAY)

    (found,) = listed(store)
    assert (found.status, [one.outcome for one in found.attempts]) == (Status.DEAD, [Tried.AGAIN, Tried.DEAD])
    assert (found.why or "").endswith("it may have arrived")
    assert server.taken == [MAIL, MAIL]


@pytest.mark.parametrize("at", sorted(OF_CHANNEL - {At.TLS}))
def test_a_server_that_refuses_everybody_is_not_given_the_other_letters(
    store: Store, server_tls: ssl.SSLContext, authorities: str, at: At
) -> None:
    with ScriptedSmtp(Plan(at, Fault.NEVER), server_tls) as server:
        post(store, "mail", "a@example.org", "b@example.org", payload=MAIL)
        drain(store, {"mail": partial(send, relay(server, authorities, 20.0))}, Clock(), no_chance)

    assert [one.status for one in listed(store)] == [Status.DEAD, Status.WAITING]
    assert server.visits == 1


def test_a_recipient_that_is_refused_does_not_hold_up_the_others(
    store: Store, server_tls: ssl.SSLContext, authorities: str
) -> None:
    with ScriptedSmtp(Plan(At.RCPT, Fault.NEVER, times=1), server_tls) as server:
        post(store, "mail", "a@example.org", "b@example.org", payload=MAIL)
        drain(store, {"mail": partial(send, relay(server, authorities, 20.0))}, Clock(), no_chance)

    assert [one.status for one in listed(store)] == [Status.DEAD, Status.SENT]
    assert server.taken == [MAIL]
