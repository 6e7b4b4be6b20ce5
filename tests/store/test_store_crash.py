from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from crash import REACHED, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the crash test forks the process it kills")


def test_nothing_promised_is_lost_when_the_writer_is_killed(tmp_path: Path) -> None:
    tally = run(20, tmp_path)

    assert (tally.at_points, tally.at_random, tally.points) == (20, 20, set(REACHED))
    assert (tally.lost, tally.broken) == (0, [])
    assert tally.promised


def test_postgresql_loses_nothing_either(new_postgresql: Callable[[], str], tmp_path: Path) -> None:
    tally = run(8, tmp_path, address=new_postgresql())

    assert (tally.lost, tally.broken) == (0, [])
    assert tally.promised
