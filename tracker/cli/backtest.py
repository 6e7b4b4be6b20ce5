"""`tracker replay --against`: what other rules would judge differently."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from tracker.backtest import Difference, decode, encode, judged_differently
from tracker.cli.output import note, write_bytes
from tracker.cli.progress import progress_bar
from tracker.digest.visible import visible
from tracker.digest.words import GRADES
from tracker.replay import in_history_order, replaying

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.backtest import Points, Side
    from tracker.formats.history import History, Line
    from tracker.model import Change
    from tracker.replay import Play

_LEAD = 100  # characters shown of a clause


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be shown of the differences."""

    everything: bool  # also where only reasons or points differ
    least: int  # significance by either rules

    def shows(self, one: Difference) -> bool:
        """Tell whether a difference is among those asked for."""
        return (self.everything or one.is_verdict) and max(one.old.significance, one.new.significance) >= self.least


@dataclass(frozen=True, slots=True)
class Encoding:
    """Keeps of a change what other rules judge differently."""

    asked: Asked

    def __call__(self, old: Change, new: Change) -> bytes:
        """Give the differences as lines; none where there are none."""
        return encode(one for one in judged_differently(old, new) if self.asked.shows(one))


def show_differences(history: History, lines: tuple[Line, ...], play: Play, *, as_json: bool) -> None:
    """Play a history and print what is judged differently; the rival of `play` encodes with `Encoding`."""
    changes = clauses = regraded = 0
    with ExitStack() as stack:
        moved = stack.enter_context(progress_bar(sum(len(line.listed) for line in lines)))
        played = stack.enter_context(replaying(history, lines, play, progress=moved))
        for told in in_history_order(played):
            changes += bool(told)
            for line in told.splitlines(keepends=True):
                one = decode(line)
                clauses += 1
                regraded += one.old.significance != one.new.significance
                if as_json:
                    write_bytes((line,))
                else:
                    _print(one)
    note(f"{clauses:,} clauses in {changes:,} changes are judged differently, {regraded:,} of them graded differently")


def _print(one: Difference) -> None:
    name = " · ".join(visible(name) for name in (one.service, one.document) if name)
    click.echo(f"{name}  {one.at or ''}")
    click.echo(f"  {_place(one)}  ({one.kind}): {_side(one.old)} → {_side(one.new)}")
    click.echo(f"    {_lead(one.after or one.before or '')}")
    for mark, reasons in (("-", one.reasons_gone), ("+", one.reasons_come)):
        _print_reasons(mark, reasons)
    click.echo()


def _print_reasons(mark: str, reasons: Iterable[Points]) -> None:
    for reason in reasons:
        points = f"{reason.points:+.2f}".replace("-0.00", "+0.00")
        click.echo(f"    {mark} {points} {visible(reason.text)} ({reason.rule})")


def _place(one: Difference) -> str:
    return " > ".join(visible(heading) for heading in one.path) or visible(one.number or "") or "(no heading)"


def _side(side: Side) -> str:
    told = [f"{side.significance} {GRADES[side.significance]}", *([side.noise] if side.noise else []), *side.topics]
    return ", ".join(told)


def _lead(text: str) -> str:
    words = visible(" ".join(text.split()))
    return words if len(words) <= _LEAD else words[: _LEAD - 1] + "…"
