"""Known edits of real policies: nearly all of them are told right."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import pytest
from shared import shared

from tracker.diff.alignment import alignment
from tracker.diff.compare import compare
from tracker.text.version import read

if TYPE_CHECKING:
    from collections import Counter
    from types import ModuleType

PAIRS = 10
GOAL = 0.98


@pytest.fixture(scope="module")
def scorer() -> ModuleType:
    """Load the check as the module that it is; it needs numpy, which the project does not."""
    pytest.importorskip("numpy", reason="the scores of difftruth need numpy")
    spec = importlib.util.spec_from_file_location("difftruth", shared("checks/difftruth.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["standard", "hard"])
def test_known_edits_are_told_right(scorer: ModuleType, name: str) -> None:
    by_kind: dict[str, Counter[str]] = {}
    scores = scorer.collections.Counter(ops=by_kind)
    scorer.CACHE.clear()
    for truth, old_path, new_path in scorer.load(str(shared(f"data/difftruth/{name}")), PAIRS):
        old, new = scorer.read(old_path), scorer.read(new_path)
        rows = [row._asdict() for row in alignment(compare(read(old), read(new)))]
        scorer.score_doc(truth, old, new, scorer.ops_of(old, new, rows), {}, scores)

    told = sum(kind["ok"] for kind in by_kind.values()) / sum(kind["n"] for kind in by_kind.values())

    assert told >= GOAL
