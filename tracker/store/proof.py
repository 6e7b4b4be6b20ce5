"""Stretches of the capture log, for those who have to prove what stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.store.captures import as_logged, logged
from tracker.store.schema import captures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from tracker.store.evidence import Logged

_STREAMED = {"yield_per": 500}


def between(connection: Connection, first: int, last: int) -> Iterator[Logged]:
    """Give the captures from one number to another, both included."""
    asked = logged.where(captures.c.id.between(first, last)).order_by(captures.c.id)
    with connection.execute(asked, execution_options=_STREAMED) as rows:
        for row in rows:
            yield as_logged(connection, row)
