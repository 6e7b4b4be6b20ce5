"""Mail to a real server (aiosmtpd), and what we insist on before anything is sent."""

from __future__ import annotations

import ssl
from dataclasses import replace
from typing import TYPE_CHECKING, Any  # Any: aiosmtpd says nothing of its types

import pytest
import trustme
from mail_server import MailServer
from outboxes import NOON
from scripted_smtp import Plan, ScriptedSmtp

from tracker.deliver.email import Relay, send
from tracker.deliver.mail_message import MailContent, MailList, mail
from tracker.deliver.outcome import Failed, Letter, Sent

if TYPE_CHECKING:
    from pathlib import Path

LIST = MailList("Tracker <tracker@example.org>", "news")
MAIL = mail("u1", "reader@example.org", MailContent("News", "Hello.\n.dot\n", "<p>Hello.</p>"), LIST, NOON)
LETTER = Letter("u1", "reader@example.org", MAIL, NOON)


class Tls:
    """An authority of our own, for the server and for whoever trusts it."""

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self.file = str(folder / "authority.pem")
        self._authority.cert_pem.write_to_path(self.file)

    def of(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(host).configure_cert(context)
        return context


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return Tls(tmp_path_factory.mktemp("tls"))


def relay(port: int, tls: Tls, **more: Any) -> Relay:
    return replace(Relay("127.0.0.1", port, "Tracker <tracker@example.org>", authorities=tls.file, seconds=20), **more)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_arrives_as_it_was_built_and_every_step_is_told(tls: Tls, security: str) -> None:
    with MailServer(tls.of("127.0.0.1"), implicit=security == "tls", login=("me", "secret")) as server:
        told = send(relay(server.port, tls, security=security, user="me", password="secret"), LETTER)

    assert isinstance(told, Sent)
    assert [(one.sender, one.recipient, one.content) for one in server.taken] == [
        ("tracker@example.org", "reader@example.org", MAIL)
    ]
    assert told.steps == (
        f"connected to 127.0.0.1 port {server.port}",
        "encrypted by TLSv1.3, the certificate is that of 127.0.0.1",
        "logged in as me",
        "recipient reader@example.org accepted",
        "message accepted: 250 OK",
    )


def test_a_plain_line_is_used_where_it_was_asked_for(tls: Tls) -> None:
    with MailServer(None) as server:
        told = send(relay(server.port, tls, security="none"), LETTER)

    assert isinstance(told, Sent)
    assert len(server.taken) == 1


def failed(told: Sent | Failed) -> Failed:
    assert isinstance(told, Failed), told
    return told


def test_nothing_is_sent_where_starttls_is_not_offered(tls: Tls) -> None:
    with ScriptedSmtp(Plan(tls=False), None) as server:
        told = failed(send(relay(server.port, tls), LETTER))

    assert "offers no STARTTLS" in told.detail
    assert (told.is_permanent, told.is_of_channel, server.taken) == (False, True, [])
    assert server.said == ["ehlo example.org", "QUIT"]


@pytest.mark.parametrize(
    ("host", "trusted", "said"),
    [("other.example.org", True, "mismatch"), ("127.0.0.1", False, "unable to get local issuer certificate")],
)
def test_nothing_is_sent_to_a_server_that_cannot_prove_who_it_is(tls: Tls, host: str, trusted: bool, said: str) -> None:
    with ScriptedSmtp(Plan(), tls.of(host)) as server:
        told = failed(
            send(relay(server.port, tls, authorities=tls.file if trusted else None, user="me", password="x"), LETTER)
        )

    assert said in told.detail
    assert (told.is_permanent, server.taken) == (False, [])
    assert not any("auth" in one.lower() for one in server.said)


def test_a_login_that_is_not_offered_is_a_failure(tls: Tls) -> None:
    with ScriptedSmtp(Plan(auth=False), tls.of("127.0.0.1")) as server:
        told = failed(send(relay(server.port, tls, user="me", password="x"), LETTER))

    assert (told.is_of_channel, server.taken) == (True, [])


def test_a_password_is_in_no_text_of_ours(tls: Tls) -> None:
    with MailServer(tls.of("127.0.0.1"), login=("me", "other")) as server:
        told = failed(send(relay(server.port, tls, user="me", password="canary"), LETTER))

    assert (told.is_permanent, told.is_of_channel) == (True, True)
    assert "canary" not in f"{told} {relay(1, tls, password='canary')}"


def test_a_mailbox_of_another_script_takes_a_server_that_knows_it(tls: Tls) -> None:
    letter = replace(LETTER, recipient="jörg@example.org")
    with ScriptedSmtp(Plan(auth=False), tls.of("127.0.0.1")) as server:
        told = failed(send(relay(server.port, tls), letter))
    assert (told.is_permanent, told.is_of_channel) == (True, False)
    assert "knows no SMTPUTF8" in told.detail

    with MailServer(tls.of("127.0.0.1")) as real:
        assert isinstance(send(relay(real.port, tls), letter), Sent)
    assert [one.recipient for one in real.taken] == ["jörg@example.org"]


def test_a_relay_that_is_nowhere_is_a_failure_that_may_pass(tls: Tls) -> None:
    told = failed(send(relay(1, tls, host="no-such-host.invalid"), LETTER))

    assert (told.is_permanent, told.is_of_channel, told.may_have_arrived) == (False, True, False)
