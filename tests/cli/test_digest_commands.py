"""`tracker digest`, `tracker deliveries` and `tracker test-channel`, as their users meet them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from commands import fails, objects, tracker
from mail_server import MailServer
from outboxes import Clock, Told, config, happen, no_chance

from tracker.deliver.outcome import Failed
from tracker.store.store import open_store
from tracker.tell.digests import compose_due
from tracker.tell.outbox import drain

if TYPE_CHECKING:
    from pathlib import Path

DAY = timedelta(days=1)


def archive(folder: Path, port: int = 9) -> Path:
    """Make an archive of which the newsroom was told one change, while the mail server refused its reader."""
    told = config(folder, 'newsroom; period = "at_once"', 'quiet; channel = "hook"; services = ["Brio"]')
    file = folder / "config.toml"
    file.write_text(
        file.read_text().replace('host = "127.0.0.1"', f'host = "127.0.0.1"\nport = {port}\nsecurity = "none"', 1)
    )
    clock = Clock(datetime.now(UTC) - DAY)
    refused = Told(Failed("127.0.0.1: RCPT TO: 550 no such user", 550, is_permanent=True))
    with open_store(folder / "archive.sqlite") as store:
        compose_due(store, told, clock.now)
        happen(store, clock.now)
        compose_due(store, told, clock.now)
        drain(store, {"mail": refused}, clock, no_chance)
    return folder


def test_a_digest_is_shown_before_it_is_sent(tmp_path: Path) -> None:
    archive(tmp_path)
    said = tracker("digest", "--to", "newsroom", "--since", "7d", cwd=tmp_path)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith("Subject: ")
    assert "bbbb data" in said.stdout

    (told,) = objects(tracker("digest", "--to", "newsroom", "--since", "7d", "--json", cwd=tmp_path))
    assert (told["type"], told["data"]["subscription"]) == ("digest", "newsroom")


def test_a_digest_is_written_as_a_page_and_as_a_mail(tmp_path: Path) -> None:
    archive(tmp_path)
    written = ("--html", "digest.html", "--eml", "digest.eml")
    said = tracker("digest", "--to", "newsroom", "--since", "2020-01-01", *written, cwd=tmp_path)

    assert (said.returncode, said.stdout) == (0, "")
    assert "bbbb" in (tmp_path / "digest.html").read_text("utf-8")
    assert b"To: reader@example.org\r\n" in (tmp_path / "digest.eml").read_bytes()


def test_nothing_to_tell_is_said(tmp_path: Path) -> None:
    archive(tmp_path)
    said = tracker("digest", "--to", "quiet", "--since", "7d", cwd=tmp_path)

    assert (said.returncode, said.stdout) == (0, "")
    assert "there is nothing to tell 'quiet'" in said.stderr


def test_a_digest_can_be_sent_by_hand_and_counts_as_told(tmp_path: Path) -> None:
    with MailServer(None) as server:
        archive(tmp_path, server.port)
        said = tracker("digest", "--to", "newsroom", "--since", "7d", "--send", cwd=tmp_path)

    assert (said.returncode, said.stderr) == (0, "tracker: reader@example.org: sent\n")
    assert [one.recipient for one in server.taken] == ["reader@example.org"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--to", "nobody", "--since", "7d"), "there is no subscription 'nobody'"),
        (("--to", "newsroom", "--since", "soon"), "'soon' is no day and no time ago"),
    ],
)
def test_a_wrong_call_is_told(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    archive(tmp_path)
    fails(2, message, "digest", *arguments, cwd=tmp_path)


def test_dead_letters_are_listed_and_put_back(tmp_path: Path) -> None:
    archive(tmp_path)
    (told,) = objects(tracker("deliveries", "--json", cwd=tmp_path))
    assert (told["id"], told["status"], told["recipient"]) == (1, "dead", "reader@example.org")
    assert [(one["outcome"], one["code"]) for one in told["attempts"]] == [("dead", 550)]
    shown = tracker("deliveries", cwd=tmp_path).stdout
    assert "dead" in shown
    assert "550 no such user" in shown

    assert tracker("deliveries", "retry", "1", cwd=tmp_path).stderr == "tracker: 1 put back\n"
    (told,) = objects(tracker("deliveries", "--json", cwd=tmp_path))
    assert (told["status"], told["why"]) == ("waiting", None)


def test_all_dead_letters_of_a_channel_are_put_back_at_once(tmp_path: Path) -> None:
    archive(tmp_path)

    assert tracker("deliveries", "retry", "--channel", "mail", cwd=tmp_path).stderr == "tracker: 1 put back\n"
    fails(2, "there is no delivery 99 that could be sent", "deliveries", "retry", "99", cwd=tmp_path)
    fails(2, "name a delivery", "deliveries", "retry", cwd=tmp_path)


def test_a_channel_is_tested_step_by_step(tmp_path: Path) -> None:
    with MailServer(None) as server:
        archive(tmp_path, server.port)
        said = tracker("test-channel", "mail", cwd=tmp_path)
        told = tracker("test-channel", "mail", "--to", "me@example.org", "--json", cwd=tmp_path)

    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.splitlines() == [
        "mail to reader@example.org",
        f"  done    connected to 127.0.0.1 port {server.port}",
        "  done    recipient reader@example.org accepted",
        "  done    message accepted: 250 OK",
        "  sent    250 OK",
    ]
    assert [(one["recipient"], one["sent"]) for one in map(json.loads, told.stdout.splitlines())] == [
        ("me@example.org", True)
    ]
    assert b"Subject: Test" in server.taken[0].content


def test_a_channel_that_does_not_work_ends_with_one(tmp_path: Path) -> None:
    archive(tmp_path)
    said = tracker("test-channel", "phone", "--to", "me@example.org", cwd=tmp_path)

    assert said.returncode == 1
    assert "failed  127.0.0.1: connecting:" in said.stdout
    fails(2, "there is no channel 'nowhere'", "test-channel", "nowhere", cwd=tmp_path)
    fails(2, "nobody is told by the channel 'phone' yet", "test-channel", "phone", cwd=tmp_path)
