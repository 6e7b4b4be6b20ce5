"""`tracker coverage`: news articles and the changes they explain."""

from __future__ import annotations

import click

from tracker.cli.coverage_kept import add, forget, pin, reject, show
from tracker.cli.coverage_match import match


@click.group("coverage")
def command() -> None:
    """Tell which changes a news article explains."""


for each in (match, add, show, forget, pin, reject):
    command.add_command(each)
