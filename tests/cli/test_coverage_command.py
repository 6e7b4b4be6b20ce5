from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from commands import fails, history, objects, tracker

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(name="history")
def _history(tmp_path: Path) -> Path:
    return history(tmp_path)


def test_articles_are_matched_with_the_changes_they_explain(history: Path, tmp_path: Path) -> None:
    words = "Acme now says it may hand over a number “on receipt of any valid order”, no court order any more."
    articles = [
        {"id": "a1", "text": words, "published": "2024-09-13"},
        {"id": "a2", "text": "It rained in Rome."},
    ]
    file = tmp_path / "articles.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in articles), encoding="utf-8")
    first, second = objects(tracker("coverage", "match", file, "--history", history, "--service", "Acme", "--json"))
    assert (first["article"], second) == ("a1", {"article": "a2", "links": []})
    link = first["links"][0]
    assert (link["service"], link["document"], link["role"]) == ("Acme", "Privacy Policy", "quotes")
    assert link["after"]["at"] == "2024-09-11T12:00:00Z"
    assert "valid order" in link["clause_after"]
    said = tracker("coverage", "match", file, "--history", history, "--service", "Acme").stdout
    assert "quotes" in said
    assert "no link" in said


def test_an_article_file_that_cannot_be_read_ends_with_two(history: Path, tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl"
    file.write_text("{}\n")
    fails(2, "articles.jsonl", "coverage", "match", file, "--history", history, "--service", "Acme", "--json")
