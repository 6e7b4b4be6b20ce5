"""What the commands that work on the archive share: its options, and opening it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.config import read_config
from tracker.errors import UsageError
from tracker.exchange.opening import has_archive
from tracker.store.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.config import Config
    from tracker.store.documents import Watched
    from tracker.store.store import Store
    from tracker.watch.setting_up import Setup

CONFIG = click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Instead of config.toml.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")


@contextmanager
def reading_archive(file: Path | None) -> Iterator[tuple[Config, Store]]:
    """Open the archive of a configuration to read it."""
    config = read_config(file)
    if not has_archive(config.archive):
        raise UsageError(f"{config.archive}: there is no archive yet; `tracker check` begins one")
    with open_store(config.archive, writes=False) as store:
        yield config, store


@contextmanager
def watching_archive(file: Path | None, stopped: Callable[[], bool] = bool) -> Iterator[Setup]:
    """Open the archive of a configuration to watch what is declared."""
    from tracker.watch.setting_up import Outside, reading_pages, set_up  # noqa: PLC0415  who only reads asks nobody

    config = read_config(file)
    with open_store(config.archive) as store, reading_pages() as read:
        yield set_up(config, store, read, Outside(), stopped)


def named(documents: tuple[Watched, ...], service: str | None, document: str | None) -> tuple[Watched, ...]:
    """Choose documents by name; UsageError where there is none of that name."""
    chosen = tuple(one for one in documents if service in (None, one.service) and document in (None, one.document))
    if not chosen and service is not None:
        what = f"{service}, {document}" if document else service
        there = ", ".join(sorted({one.service for one in documents})) or "nothing"
        raise UsageError(f"nothing of the name {what} is watched; there is {there}")
    return chosen
