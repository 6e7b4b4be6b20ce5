"""`tracker test-channel`: a message that says it is a test, and what came of every step."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
import msgspec

from tracker.cli.archive import AS_JSON, CONFIG
from tracker.cli.output import write_bytes
from tracker.config import read_config
from tracker.deliver.outcome import Failed
from tracker.digest.visible import visible
from tracker.tell.by_hand import tested

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.deliver.outcome import Sent


@click.command("test-channel")
@click.argument("name")
@click.option("--to", multiple=True, metavar="ADDRESS", help="Instead of the first reader of the channel; repeatable.")
@AS_JSON
@CONFIG
def command(name: str, *, to: tuple[str, ...], as_json: bool, config: Path | None) -> int:
    """Send a message that says it is a test, and report each step.

    Ends with 1 where it was not taken. Nothing of it is kept, so that it can be run beside the daemon.

    \b
    Examples:
      tracker test-channel newsdesk
      tracker test-channel newsdesk --to me@example.org
    """
    outcomes = tested(read_config(config), name, to, datetime.now(UTC))
    for recipient, outcome in outcomes:
        if as_json:
            write_bytes((msgspec.json.encode(_told(recipient, outcome)) + b"\n",))
        else:
            _print(name, recipient, outcome)
    return int(any(isinstance(outcome, Failed) for _, outcome in outcomes))


def _told(recipient: str, outcome: Sent | Failed) -> dict[str, object]:
    return {
        "recipient": recipient or None,
        "sent": not isinstance(outcome, Failed),
        "steps": outcome.steps,
        "code": outcome.code,
        "detail": outcome.detail,
    }


def _print(name: str, recipient: str, outcome: Sent | Failed) -> None:
    click.echo(visible(f"{name} to {recipient}" if recipient else name))
    for step in outcome.steps:
        click.echo(f"  done    {visible(step)}")
    if isinstance(outcome, Failed):
        click.echo(f"  failed  {visible(outcome.detail)}")
    else:
        click.echo(f"  sent    {visible(outcome.detail)}")
