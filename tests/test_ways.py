"""The ways of a configuration, from its secrets to what arrives."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from mail_server import MailServer
from outboxes import NOON, Clock, config, happen, no_chance
from scripted_server import ScriptedServer, page
from standardwebhooks import Webhook

from tracker.config import read_config
from tracker.deliver.outcome import Failed, Letter, Sent
from tracker.tell.digests import compose_due
from tracker.tell.outbox import drain
from tracker.tell.ways import ways_out

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.config import Config
    from tracker.store.store import Store

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
LETTER = Letter("u1", "reader@example.org", b"Subject: x\r\n\r\nx\r\n", NOON)


def configured(folder: Path, mail: int, hook: int) -> Config:
    text = f"""
[fetch]
allow = ["127.0.0.1:{hook}"]

[channels.mail]
kind = "email"
host = "127.0.0.1"
port = {mail}
security = "none"
sender = "Tracker <tracker@example.org>"

[channels.hook]
kind = "webhook"
url = "http://127.0.0.1:{hook}/hook"
secrets_env = ["HOOK_SECRET"]

[channels.safe]
kind = "email"
host = "127.0.0.1"
sender = "tracker@example.org"
user = "me"
password_env = "MAIL_PASSWORD"

[channels.chat]
kind = "apprise"
url_env = "CHAT_URL"

[[subscriptions]]
name = "newsroom"
channel = "mail"
to = ["reader@example.org"]
period = "at_once"

[[subscriptions]]
name = "machines"
channel = "hook"
period = "at_once"
"""
    file = folder / "config.toml"
    file.write_text(text, "utf-8")
    return read_config(file)


def test_a_change_reaches_readers_by_mail_and_by_webhook_once(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    clock = Clock()
    with MailServer(None) as mail, ScriptedServer(lambda asked: page(b"thanks")) as hook:
        told = configured(tmp_path, mail.port, hook.port)
        compose_due(store, told, clock.now)
        happen(store, clock.now)
        for _ in range(3):
            compose_due(store, told, clock.now)
            drain(store, ways_out(told), clock, no_chance)

    assert [one.recipient for one in mail.taken] == ["reader@example.org"]
    assert b"Acme" in mail.taken[0].content
    (asked,) = hook.asked
    with pytest.raises(Exception, match=r"too old|too new"):  # it is of the day the test says, and well signed
        Webhook(SECRET).verify(asked.body, asked.headers)
    assert asked.headers["user-agent"].startswith("policy-tracker/")


def test_a_secret_that_is_missing_is_a_failure_of_its_channel_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOOK_SECRET", "MAIL_PASSWORD", "CHAT_URL"):
        monkeypatch.delenv(name, raising=False)
    with MailServer(None) as mail:
        ways = ways_out(configured(tmp_path, mail.port, 9))
        found = {name: way(LETTER) for name, way in ways.items()}

    assert isinstance(found.pop("mail"), Sent)
    for told in found.values():
        assert isinstance(told, Failed)
        assert (told.is_of_channel, told.is_permanent) == (True, False)
        assert "is not set" in told.detail


def test_a_secret_that_is_none_is_told_by_the_name_of_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", "canary")
    told = ways_out(config(tmp_path))["hook"](LETTER)

    assert isinstance(told, Failed)
    assert "HOOK_SECRET" in told.detail
    assert "canary" not in told.detail
