"""Opens the history that a call speaks of: the source it names, else the archive, else the sample pages."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import UsageError
from tracker.formats.source import open_history
from tracker.package_data import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.config import Config
    from tracker.formats.history import History
    from tracker.text.declaration import ServiceDeclaration


@dataclass(frozen=True, slots=True)
class Opened:
    """A source of history, what to call it, and what its user should know."""

    history: History
    name: str
    remarks: tuple[str, ...]


@contextmanager
def open_source(source: Path | None, config: Config, declared: Mapping[str, ServiceDeclaration]) -> Iterator[Opened]:
    """Open a source of history; without one the archive of the configuration, or its sample pages.

    A source that knows its pages by their addresses alone has them named by their declarations.
    """
    if source is None and has_archive(config.archive):
        from tracker.exchange.archive_history import read_archive, shown  # noqa: PLC0415  who names a source needs no database

        archive = read_archive(config.archive)
        yield Opened(archive, shown(config.archive), archive.remarks)
        return
    place = source or config.snapshots
    with open_history(place, addresses(declared)) as history:
        remarks = history.remarks
        if source is None:
            remarks = (f"there is no archive yet: these are the sample pages of {place}", *remarks)
        yield Opened(history, str(place), remarks)


def addresses(declared: Mapping[str, ServiceDeclaration]) -> dict[str, tuple[str, str]]:
    """Give service and document of every address that is or was declared for a page of its own."""
    found: dict[str, tuple[str, str]] = {}
    for service in declared.values():
        for document in service.documents:
            for pages in (document.pages, *(past.pages for past in reversed(document.history))):
                if len(pages) == 1:
                    found.setdefault(pages[0].url, (service.service, document.document))
    return found


def archive_of(config: Config) -> str:
    """Give the address of the archive to write to or to read; UsageError where nobody configured one."""
    if config.file == shipped("config.toml"):
        raise UsageError("there is no config.toml here, so there is no archive; `tracker init` writes one")
    return config.archive


def has_archive(address: str) -> bool:
    """Tell whether there is an archive at an address; one in a database is taken to be there."""
    return "://" in address or Path(address).is_file()
