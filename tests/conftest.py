"""What all tests share: Hypothesis draws the same examples in every run, and no clock decides whether one passes.

A test that takes an `address` or a `store` runs on SQLite and on PostgreSQL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from archives import postgresql
from hypothesis import settings

from tracker.store.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracker.store.store import Store

settings.register_profile("same every time", derandomize=True, deadline=None, database=None, max_examples=100)
settings.load_profile("same every time")


@pytest.fixture(scope="session")
def new_postgresql() -> Iterator[Callable[[], str]]:
    try:
        server = postgresql()
        new = server.__enter__()
    except ModuleNotFoundError as missing:
        pytest.skip(str(missing))
    try:
        yield new
    finally:
        server.__exit__(None, None, None)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "archive.sqlite")
    new: Callable[[], str] = request.getfixturevalue("new_postgresql")
    return new()


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    with open_store(address) as opened:
        yield opened
