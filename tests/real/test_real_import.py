"""What the archive tells of a real history that was imported is what the history itself tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from played import renamed, told
from shared import shared

from tracker.exchange.archive_history import read_archive
from tracker.exchange.importing import Archive, import_history
from tracker.formats.ota import open_bundle
from tracker.store.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

SERVICES = ("Telegram", "WhatsApp")


def test_a_real_history_with_backdated_upgrades_is_the_same_in_the_archive(tmp_path: Path) -> None:
    address = str(tmp_path / "archive.sqlite")
    with open_bundle(shared("data/ota-history.bundle")) as whole:
        history = replace(whole, lines=tuple(line for line in whole.lines if line.service in SERVICES))
        with open_store(address) as store:
            import_history(Archive(store, writes=True), history, history.lines, datetime(2026, 12, 1, tzinfo=UTC))
        theirs = told(history)
    mine = told(read_archive(address))

    assert len(mine) == sum(len(line.listed) for line in history.lines)
    assert renamed(theirs, mine) == mine
