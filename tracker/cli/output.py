"""Where output goes: results on stdout, everything else on stderr, files only when they are whole."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from tracker.digest.visible import visible
from tracker.errors import SourceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console
    from rich.text import Text


def note(message: str) -> None:
    """Say something beside the result."""
    line = visible(message).encode(sys.stderr.encoding or "utf-8", "backslashreplace")
    sys.stderr.write(f"tracker: {line.decode(sys.stderr.encoding or 'utf-8')}\n")


def write_bytes(lines: Iterable[bytes]) -> None:
    """Write encoded lines to stdout as they are."""
    for line in lines:
        sys.stdout.buffer.write(line)


def console() -> Console:
    """Give the console for people; colour only where a terminal shows it and NO_COLOR does not forbid it."""
    from rich.console import Console  # noqa: PLC0415  programs that read JSON need not wait for it

    class Quiet(Console):
        """A console that leaves it to the command line to end when its reader has left."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    return Quiet(highlight=False, markup=False, emoji=False, soft_wrap=False)


def is_coloured(where: Console) -> bool:
    """Tell whether a console shows colours."""
    return where.color_system is not None and not where.no_color


def print_lines(where: Console, lines: Iterable[tuple[int, Text]]) -> None:
    """Print lines, what does not fit in one going on under its beginning."""
    from rich.text import Text  # noqa: PLC0415  as above

    for indent, line in lines:
        for part in line.wrap(where, max(20, where.width - indent)):
            part.rstrip()
            where.print(Text(" " * indent).append_text(part), soft_wrap=True)


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """Write a file that appears under its name only when it is whole."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as wrong:
        raise UsageError(f"{path}: cannot be written: {wrong.strerror}") from wrong
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            yield file
        mask = os.umask(0)
        os.umask(mask)
        unfinished.chmod(0o666 & ~mask)
        unfinished.replace(path)
    except OSError as wrong:
        raise SourceError(f"{path}: cannot be written: {wrong.strerror}") from wrong
    finally:
        unfinished.unlink(missing_ok=True)
