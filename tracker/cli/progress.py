"""A progress bar on stderr, for whoever watches a long replay in a terminal."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LONG = 400


@contextmanager
def progress_bar(total: int, doing: str = "replaying", least: int = _LONG) -> Iterator[Callable[[int], None]]:
    """Give what moves the bar; it appears with the first move, in a terminal, for long work."""
    with ExitStack() as stack:
        moves: list[Callable[[int], None]] = []

        def move(done: int) -> None:
            if not moves:
                moves.append(_started(stack, total, doing))
            moves[0](done)

        yield move if total >= least and sys.stderr.isatty() else _ignore


def _ignore(_: int) -> None:
    """Show nothing."""


def _started(stack: ExitStack, total: int, doing: str) -> Callable[[int], None]:
    from rich.console import Console  # noqa: PLC0415  only who watches needs it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (
        TextColumn(doing),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("records"),
        TimeRemainingColumn(),
    )
    bar = stack.enter_context(Progress(*columns, console=Console(stderr=True), transient=True))
    task = bar.add_task("records", total=total)
    return lambda done: bar.update(task, completed=done)
