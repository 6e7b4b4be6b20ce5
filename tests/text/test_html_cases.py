"""Pages and their canonical text, side by side: `html_cases/<name>/page.html` gives `expected.md`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tracker.model import Format
from tracker.text.declaration import Page, Range, Selector
from tracker.text.extract import extract

CASES = sorted(folder for folder in (Path(__file__).parent / "html_cases").iterdir() if folder.is_dir())


def _selectors(told: object) -> tuple[Selector, ...]:
    if isinstance(told, dict):
        start = told.get("startBefore") or told["startAfter"]
        end = told.get("endBefore") or told["endAfter"]
        return (Range(start, end, "startAfter" in told, "endAfter" in told),)
    if isinstance(told, list):
        return tuple(selector for each in told for selector in _selectors(each))
    return (str(told),)


def page_of(case: Path) -> Page:
    """Return the declaration that stands beside a page."""
    declared = case / "page.json"
    told = json.loads(declared.read_text(encoding="utf-8")) if declared.exists() else {}
    return Page(
        "https://example.org/terms",
        select=_selectors(told.get("select", [])),
        remove=_selectors(told.get("remove", [])),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_page_gives_its_canonical_text(case: Path) -> None:
    text = extract(Format.HTML, (case / "page.html").read_bytes(), page_of(case))

    assert text == (case / "expected.md").read_text(encoding="utf-8")
