"""Opens whatever a source of history is: a folder of pages, a git repository, a git bundle, a WARC file."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tracker.errors import SourceError
from tracker.formats.folder import read_folder
from tracker.formats.ota import is_bundle, is_repository, open_bundle, read_repository

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tracker.formats.history import History


@contextmanager
def open_history(source: Path, names: Mapping[str, tuple[str, str]] | None = None) -> Iterator[History]:
    """Open a source of history; SourceError where it is none or cannot be read.

    A source that knows pages by their addresses alone takes service and document from `names`.
    """
    try:
        kind = _kind(source)
    except OSError as wrong:
        raise SourceError(f"{source}: cannot be read: {wrong.strerror}") from wrong
    if kind == "bundle":
        with open_bundle(source) as history:
            yield history
    elif kind == "warc":
        from tracker.formats.warc_history import open_warc  # noqa: PLC0415  brings along what other sources do without

        with open_warc(source, names) as history:
            yield history
    elif kind == "repository":
        yield read_repository(source)
    else:
        yield read_folder(source)


def _kind(source: Path) -> str:
    if not source.exists():
        raise SourceError(f"{source}: there is no such file or folder")
    if source.is_dir():
        return "repository" if is_repository(source) else "folder"
    if is_bundle(source):
        return "bundle"
    from tracker.formats.warc_history import is_warc  # noqa: PLC0415  as above

    if is_warc(source):
        return "warc"
    raise SourceError(
        f"{source}: this file is no git bundle and no WARC file (it does not begin like one); "
        "a source is a folder of pages, a git repository, a git bundle or a WARC file"
    )
