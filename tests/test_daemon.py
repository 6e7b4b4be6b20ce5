"""The daemon: ticks that come again whatever happens, signals, a clock that jumps, a disk that is full."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from scripted_server import Asked, ScriptedServer, page
from watched import FILLER, html, policy

from tracker.config import read_config
from tracker.daemon import Daemon, Tick, check_tick
from tracker.errors import StoreFull, UsageError
from tracker.store.store import open_store
from tracker.text.extract import extract_record
from tracker.watch.setting_up import Outside, Setup, set_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.store.store import Store

ROOT = Path(__file__).parents[1]
PATIENCE = 30.0


def until(what: Callable[[], bool]) -> None:
    """Wait for something that has to come."""
    ends = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.02)


@dataclass
class Site:
    """A service on loopback and the configuration that watches it."""

    folder: Path
    server: ScriptedServer
    pages: dict[str, bytes] = field(default_factory=dict)

    def declare(self, **documents: str) -> None:
        told = 'service = "Acme"\n' + "".join(
            f'[documents."{name}"]\nurl = "{self.server.url(path)}"\nselect = "main"\n'
            for name, path in documents.items()
        )
        (self.folder / "services").mkdir(exist_ok=True)
        (self.folder / "services/acme.toml").write_text(told, "utf-8")

    def configure(self, more: str = "") -> Path:
        file = self.folder / "config.toml"
        port = self.server.port
        told = f'declarations = "services"\n{more}\n[fetch]\nallow = ["127.0.0.1:{port}"]\n[watch]\nevery = "1s"\n'
        file.write_text(told, "utf-8")
        return file


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    pages = {"/robots.txt": b"", "/privacy": policy("We never sell your data."), "/terms": html(*FILLER)}

    def script(asked: Asked) -> Iterator[bytes]:
        return page(pages[asked.target], Content_Type="text/html")

    with ScriptedServer(script) as server:
        made = Site(tmp_path, server, pages)
        made.declare(Privacy="/privacy")
        made.configure()
        yield made


@pytest.fixture
def acme(site: Site) -> Iterator[Store]:
    with open_store(read_config(site.folder / "config.toml").archive) as store:
        yield store


def setup_of(site: Site, store: Store, outside: Outside | None = None) -> Setup:
    return set_up(read_config(site.folder / "config.toml"), store, extract_record, outside or Outside())


def running(daemon: Daemon) -> threading.Thread:
    thread = threading.Thread(target=daemon.run)
    thread.start()
    return thread


def stop(daemon: Daemon, thread: threading.Thread) -> None:
    daemon.stopping.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_daemon_checks_what_is_due_until_it_is_told_to_stop(site: Site, acme: Store) -> None:
    setup = setup_of(site, acme)
    daemon = Daemon(setup, lambda: setup, Outside(), [Tick("check", 0.2, check_tick)])
    thread = running(daemon)

    until(lambda: bool(acme.versions("Acme", "Privacy")))
    site.pages["/privacy"] = policy("We may sell your data to advertisers.")
    until(lambda: len(acme.versions("Acme", "Privacy")) == 2)
    stop(daemon, thread)

    assert [row.significance > 0 for row in acme.changes()] == [False, True]
    asked = len(site.server.asked)
    time.sleep(0.5)
    assert len(site.server.asked) == asked


@pytest.mark.parametrize("wrong", [UsageError("it is wrong"), ZeroDivisionError("a fault")])
def test_a_tick_that_fails_is_told_and_comes_again(
    site: Site, acme: Store, wrong: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    runs: list[int] = []

    def fails(_: Setup, __: datetime) -> None:
        runs.append(1)
        if len(runs) == 1:
            raise wrong

    setup = setup_of(site, acme)
    daemon = Daemon(setup, lambda: setup, Outside(), [Tick("odd", 0.1, fails)])
    thread = running(daemon)
    until(lambda: len(runs) > 2)
    stop(daemon, thread)

    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert [message.startswith("odd: ") for message in told] == [True]


def test_a_full_disk_pauses_everything_for_a_while(site: Site, acme: Store, caplog: pytest.LogCaptureFixture) -> None:
    now = [datetime(2024, 9, 1, tzinfo=UTC)]
    runs: list[datetime] = []

    def full(_: Setup, moment: datetime) -> None:
        runs.append(moment)
        if len(runs) == 1:
            raise StoreFull("there is no room left on the disk of the archive")

    setup = setup_of(site, acme)
    daemon = Daemon(setup, lambda: setup, Outside(clock=lambda: now[0]), [])
    tick = Tick("check", 1.0, full)
    for later in (0, 60, 240, 301, 400):
        now[0] = datetime(2024, 9, 1, tzinfo=UTC) + timedelta(seconds=later)
        daemon.once(tick)

    assert [(moment - runs[0]).seconds for moment in runs] == [0, 301, 400]
    assert "nothing is asked for or written for 0:05:00" in caplog.text


def test_ticks_go_on_when_the_clock_is_set_back(site: Site, acme: Store) -> None:
    shift = [timedelta(0)]
    runs: list[datetime] = []
    outside = Outside(clock=lambda: datetime.now(UTC) + shift[0])
    setup = setup_of(site, acme, outside)
    daemon = Daemon(setup, lambda: setup, outside, [Tick("slow", 3600.0, lambda _, now: runs.append(now))])
    thread = running(daemon)
    until(lambda: len(runs) == 1)

    shift[0] = timedelta(hours=-1)
    until(lambda: len(runs) == 2)
    stop(daemon, thread)

    assert runs[1] < runs[0]


def test_a_broken_configuration_is_told_and_the_old_one_stays(
    site: Site, acme: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tracker")
    seen: list[int] = []
    tick = Tick("look", 0.1, lambda setup, _: seen.append(len(setup.watching.services["Acme"].documents)))
    daemon = Daemon(setup_of(site, acme), lambda: setup_of(site, acme), Outside(), [tick])
    thread = running(daemon)
    until(lambda: seen == [1] * len(seen) and len(seen) > 1)

    (site.folder / "config.toml").write_text("archiv = 1\n", "utf-8")
    daemon.reloading.set()
    until(lambda: "the old one stays" in caplog.text)
    site.configure()
    site.declare(Privacy="/privacy", Terms="/terms")
    daemon.reloading.set()
    until(lambda: seen[-1] == 2)
    stop(daemon, thread)

    assert [one.document for one in acme.documents() if one.watched] == ["Privacy", "Terms"]


def started(site: Site, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "tracker", *arguments],
        cwd=site.folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_command_runs_alone_hears_signals_and_ends_in_order(site: Site) -> None:
    daemon = started(site, "run")
    try:
        until(lambda: any(asked.target == "/privacy" for asked in site.server.asked))
        until((site.folder / "archive.sqlite").exists)
        second = started(site, "run")
        _, why = second.communicate(timeout=PATIENCE)
        (site.folder / "config.toml").write_text("archiv = 1\n", "utf-8")
        daemon.send_signal(signal.SIGHUP)
        time.sleep(2)
        daemon.send_signal(signal.SIGTERM)
        _, said = daemon.communicate(timeout=PATIENCE)
    finally:
        daemon.kill()
        daemon.wait()

    assert (second.returncode, f"pid {daemon.pid}" in why or str(daemon.pid) in why) == (1, True)
    assert daemon.returncode == 0
    assert "config.toml, line 1: unknown key 'archiv'" in said
    assert said.rstrip().endswith("stopped")
    with open_store(site.folder / "archive.sqlite", writes=False) as store:
        assert [one.capture.outcome for one in store.log()][:1] == ["captured"]


def test_one_pass_for_cron_does_what_is_due_and_ends(site: Site) -> None:
    first = started(site, "run", "--once")
    _, said = first.communicate(timeout=PATIENCE)

    assert (first.returncode, "Acme, Privacy: first record" in said) == (0, True)
    status = started(site, "status", "--json")
    told, _ = status.communicate(timeout=PATIENCE)
    assert (status.returncode, '"state":"good"' in told) == (0, True)
