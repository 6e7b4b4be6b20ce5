"""From pages on a server to mail and webhook: the daemon's own ticks, real servers, and time as the test says.

Three weeks of a service's life: a first record, days without news, a page rendered anew, a wall, a change that is
reported, one that is minor, one that is withdrawn. Each reader is told what is theirs, once.
"""

from __future__ import annotations

import base64
import json
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest
import trustme
from mail_server import MailServer
from scripted_server import Asked, ScriptedServer, page
from standardwebhooks import Webhook
from watched import FILLER, html

from tracker.config import read_config
from tracker.daemon import Daemon
from tracker.store.store import open_store
from tracker.text.extract import extract_record
from tracker.ticking import TICKS
from tracker.watch.setting_up import Outside, set_up

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from tracker.store.store import Store

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
COURT = "We only disclose your IP address to the authorities if we receive a court order about a terror suspect."
VALID = "We may disclose your IP address to the authorities if we receive a valid order about a suspect of a crime."
PLAIN = "Our mascot is a blue bird that lives in a small wooden house behind the office."
MINOR = "Our mascot is a green bird that lives in a small wooden house behind the office."
WALL = html("Just a moment... Checking your browser before you go on. Enable JavaScript and cookies to continue.")
CONFIG = """
declarations = "services"
public_url = "https://policies.example.org"
[fetch]
allow = ["127.0.0.1"]
[watch]
every = "12h"
jitter = 0
[channels.mail]
kind = "email"
host = "localhost"
port = {mail}
authorities = "ca.pem"
sender = "Tracker <tracker@example.org>"
[channels.hook]
kind = "webhook"
url = "http://127.0.0.1:{hook}/hook"
secrets_env = ["HOOK_SECRET"]
[feeds]
folder = "feeds"
[news]
inbox = "inbox"
[[subscriptions]]
name = "newsroom"
channel = "mail"
to = ["desk@example.org", "editor@example.org"]
period = "daily"
[[subscriptions]]
name = "machine"
channel = "hook"
period = "at_once"
least = 1
[[subscriptions]]
name = "others"
channel = "hook"
period = "at_once"
services = ["Somebody else"]
"""


def policy(*sentences: str, extra: str = "") -> bytes:
    return html(*FILLER[:8], *sentences, *FILLER[8:], extra=extra)


@dataclass
class World:
    """The service, its watcher, and everybody who listens."""

    daemon: Daemon
    store: Store
    pages: dict[str, bytes]
    mail: MailServer
    hook: ScriptedServer
    now: list[datetime] = field(default_factory=list)

    def pass_days(self, days: int) -> None:
        """Let days go by, a look of the daemon every hour."""
        for _ in range(24 * days):
            self.now[0] += timedelta(hours=1)
            for tick in TICKS:
                self.daemon.once(tick)

    def mails(self) -> list[tuple[str, EmailMessage]]:
        return [(one.recipient, message_from_bytes(one.content, policy=default)) for one in self.mail.taken]

    def hooks(self) -> list[dict[str, object]]:
        return [json.loads(one.body) for one in self.hook.asked]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    pages = {"/robots.txt": b"", "/privacy": policy(COURT, PLAIN)}

    def site(asked: Asked) -> Iterator[bytes]:
        return page(pages[asked.target], Content_Type="text/html; charset=utf-8")

    with (
        ScriptedServer(site) as server,
        ScriptedServer(lambda _: page(b"")) as hook,
        MailServer(encryption(authority)) as mail,
    ):
        (tmp_path / "services").mkdir()
        (tmp_path / "inbox").mkdir()
        told = f'service = "Acme"\n[documents.Privacy]\nurl = "{server.url("/privacy")}"\nselect = "main"\n'
        (tmp_path / "services/acme.toml").write_text(told, "utf-8")
        (tmp_path / "config.toml").write_text(CONFIG.format(mail=mail.port, hook=hook.port), "utf-8")
        now = [datetime(2024, 9, 1, 6, tzinfo=UTC)]
        outside = Outside(clock=lambda: now[0], dice=lambda: 0.0, sleep=lambda _: None)
        config = read_config(tmp_path / "config.toml")
        with open_store(config.archive) as store:
            setup = set_up(config, store, extract_record, outside)
            yield World(Daemon(setup, lambda: setup, outside, TICKS), store, pages, mail, hook, now)


def encryption(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


def test_three_weeks_give_exactly_the_right_messages_to_the_right_readers_once(world: World, tmp_path: Path) -> None:
    world.pass_days(2)
    world.pages["/privacy"] = policy(COURT, PLAIN, extra="<meta name=token content=1>")
    world.pass_days(2)
    assert (world.mails(), world.hooks()) == ([], [])  # a first record, and nothing new

    world.pages["/privacy"] = WALL
    world.pass_days(2)
    world.pages["/privacy"] = policy(COURT, PLAIN)
    world.pass_days(1)
    assert (world.mails(), world.hooks()) == ([], [])

    world.pages["/privacy"] = policy(VALID, PLAIN)
    world.pass_days(2)
    assert [to for to, _ in world.mails()] == ["desk@example.org", "editor@example.org"]
    assert len(world.hooks()) == 1

    world.pages["/privacy"] = policy(COURT, PLAIN)
    world.pass_days(2)
    assert (len(world.mails()), len(world.hooks())) == (4, 2)

    world.pages["/privacy"] = policy(COURT, MINOR)
    world.pass_days(2)
    assert (len(world.mails()), len(world.hooks())) == (4, 3)  # too small for the newsroom

    world.pass_days(7)
    assert (len(world.mails()), len(world.hooks())) == (4, 3)
    assert [row.significance for row in world.store.changes(least=1)] == [3, 1]
    for to, mail in world.mails()[:2]:
        text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert mail["to"] == to
        assert "valid order" in text
        assert "https://policies.example.org/changes/" in text
    for _, mail in world.mails()[2:]:
        text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "withdrawn" in text.lower()
    first = json.loads(world.hook.asked[0].body)
    assert first["type"] == "digest"
    assert "valid order" in json.dumps(first)
    identities = [one.headers["webhook-id"] for one in world.hook.asked]
    assert len(set(identities)) == len(identities)
    assert len({mail["message-id"] for _, mail in world.mails()}) == 4
    with pytest.raises(Exception, match="too old"):  # well signed, on a day of the test's own
        Webhook(SECRET).verify(world.hook.asked[0].body, world.hook.asked[0].headers)
    feed = (tmp_path / "feeds" / "all.atom").read_text("utf-8")
    assert "valid order" in feed


def test_news_that_comes_later_is_a_follow_up_to_those_who_were_told(world: World, tmp_path: Path) -> None:
    world.pass_days(1)
    world.pages["/privacy"] = policy(VALID, PLAIN)
    world.pass_days(2)
    assert (len(world.mails()), len(world.hooks())) == (2, 1)

    article = {
        "id": "https://news.example.org/2024/09/04/acme",
        "url": "https://news.example.org/2024/09/04/acme",
        "title": "Acme will hand IP addresses to the authorities",
        "publisher": "The Example",
        "published": "2024-09-04",
        "language": "en",
        "text": "Acme changed its privacy policy this week. It now says that it may disclose your IP address to the "
        "authorities if it receives \u201ca valid order about a suspect of a crime\u201d. Before, its policy spoke of "
        "\u201ca court order about a terror suspect\u201d. Acme did not say why it changed the policy.",
    }
    (tmp_path / "inbox" / "acme.jsonl").write_text(json.dumps(article) + "\n", "utf-8")
    world.pass_days(2)

    assert (len(world.mails()), len(world.hooks())) == (4, 2)
    text = world.mails()[2][1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Acme will hand IP addresses to the authorities" in text
    assert "explained by" in text
    world.pass_days(2)
    assert (len(world.mails()), len(world.hooks())) == (4, 2)
