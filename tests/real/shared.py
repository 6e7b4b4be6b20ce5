"""The real texts that lie beside the project, outside it; tests that need them skip where they are absent."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tracker.formats import git
from tracker.formats.ota import open_bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.formats.history import Line

SHARED = Path(__file__).parents[3] / "shared"


def shared(name: str) -> Path:
    """Give a file or folder beside the project; skip the test where it is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"../shared/{name} is not here")
    return path


@contextmanager
def history() -> Iterator[tuple[tuple[Line, ...], Callable[[str], str]]]:
    """Unpack the history of Markdown records; give its lines and what reads the text of a record by its id."""
    with open_bundle(shared("data/ota-history.bundle")) as unpacked, git.blobs(unpacked.repository) as blobs:
        yield unpacked.lines, lambda blob: blobs.read(blob).decode("utf-8", "replace")
