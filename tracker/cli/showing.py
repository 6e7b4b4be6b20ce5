"""Shows the changes of a replay as they come: lines of JSON or blocks for people, and a page beside."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.cli.output import console, is_coloured, print_lines, whole_file, write_bytes
from tracker.digest.packing import pack, pack_with_episode, unpack
from tracker.digest.schema import encode, encode_with_episode
from tracker.digest.words import MOST_CLAUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tracker.model import Change


@dataclass(frozen=True, slots=True)
class Shape:
    """In which shape changes are wanted."""

    as_json: bool
    page: Path | None
    in_full: bool

    @property
    def most(self) -> int | None:
        """How many clauses of a change people get to see; None for all."""
        return None if self.in_full else MOST_CLAUSES

    @property
    def encoding(self) -> Callable[[Change], bytes]:
        """How changes are best encoded on their way here."""
        return encode if self.as_json and not self.page else pack

    @property
    def marking(self) -> Callable[[bytes, str], bytes]:
        """How the episode is written into a change so encoded."""
        return encode_with_episode if self.encoding is encode else pack_with_episode


def show(encoded: Iterable[bytes], shape: Shape, closing: Callable[[], str], title: str) -> None:
    """Show encoded changes; `closing` is asked for the last line of a page when all are shown."""
    if shape.encoding is encode:
        write_bytes(encoded)
        return
    with ExitStack() as stack:
        sinks = [_json_lines if shape.as_json else _blocks(shape)]
        if shape.page:
            sinks.append(stack.enter_context(_page(shape, shape.page, closing, title)))
        for packed in encoded:
            change = unpack(packed)
            for sink in sinks:
                sink(change)


def _json_lines(change: Change) -> None:
    write_bytes((encode(change),))


def _blocks(shape: Shape) -> Callable[[Change], None]:
    from tracker.digest.terminal import block  # noqa: PLC0415  programs that read JSON need not wait for it

    where = console()

    def print_block(change: Change) -> None:
        print_lines(where, block(change, coloured=is_coloured(where), most=shape.most))
        where.print()

    return print_block


@contextmanager
def _page(shape: Shape, path: Path, closing: Callable[[], str], title: str) -> Iterator[Callable[[Change], None]]:
    """Write a page beside; it appears when the last change is in it."""
    from tracker.digest import page  # noqa: PLC0415  only who wants a page needs it

    count = 0
    with whole_file(path) as file:
        file.write(page.head(title))

        def write_change(change: Change) -> None:
            nonlocal count
            count += 1
            file.write(page.one(change, most=shape.most))

        yield write_change
        file.write(page.foot(count, closing()))
