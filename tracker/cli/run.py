"""`tracker run`: the daemon."""

from __future__ import annotations

import logging
import signal
from typing import TYPE_CHECKING

import click

from tracker.cli.archive import CONFIG
from tracker.config import read_config
from tracker.daemon import Daemon
from tracker.store.store import open_store
from tracker.ticking import TICKS
from tracker.watch.setting_up import Outside, reading_pages, set_up

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.watch.setting_up import Setup


@click.command("run")
@click.option("--once", is_flag=True, help="Do everything that is due once, and end: for cron.")
@click.option("--verbose", "-v", is_flag=True, help="Log every check.")
@CONFIG
def command(*, once: bool, verbose: bool, config: Path | None) -> None:
    """Watch: check, gather coverage and send digests, until told to stop.

    SIGTERM ends it after the pages that are being asked for; SIGHUP reads the configuration anew.

    \b
    Examples:
      tracker run
      tracker run --once
    """
    level = logging.DEBUG if verbose else logging.INFO
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("tracker").setLevel(level)
    outside = Outside()
    configured = read_config(config)
    with open_store(configured.archive) as store, reading_pages() as read:
        daemon: Daemon

        def stopped() -> bool:
            return daemon.stopping.is_set()

        def again() -> Setup:
            return set_up(read_config(config), store, read, outside, stopped)

        setup = set_up(configured, store, read, outside, stopped)
        for (service, document), why in setup.watching.refused.items():
            logging.getLogger("tracker").warning("%s, %s is not watched: %s", service, document, why)
        daemon = Daemon(setup, again, outside, TICKS)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: daemon.stopping.set())
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, lambda *_: daemon.reloading.set())
        if once:
            for tick in TICKS:
                daemon.once(tick)
        else:
            daemon.run()
