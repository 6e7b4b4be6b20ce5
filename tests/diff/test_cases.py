"""Golden cases: each folder holds two texts and all that is told of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from telling import told

CASES = sorted((Path(__file__).parent / "cases").iterdir())


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_comparison_tells_what_a_reader_would(case: Path) -> None:
    old, new, expected = ((case / name).read_text("utf-8") for name in ("old.md", "new.md", "expected.json"))

    assert told(old, new) == json.loads(expected)
