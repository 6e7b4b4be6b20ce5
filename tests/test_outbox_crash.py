from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from outbox_crash import POINTS, run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the crash test forks the process it kills")


def test_no_digest_is_lost_or_told_twice_when_the_sender_is_killed(tmp_path: Path) -> None:
    tally = run(20, tmp_path)

    assert (tally.at_points + tally.at_random, tally.points) == (40, set(POINTS))
    assert (tally.lost, tally.doubled, tally.broken) == (0, 0, [])
    assert tally.changes
