from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from archives import capture
from changes import change, clause, verdict
from commands import objects, tracker

from tracker.model import ChangeKind, JudgedClause
from tracker.store.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

WORDS = "A valid request of a prosecutor who names you as a suspect of any crime opens your address book."
LINE = {"id": "n1", "url": "https://news.example/2024/09/25/a", "title": "Acme opens up", "publisher": "The Gazette"}
DECLARED = 'service = "Acme"\n[documents."Privacy Policy"]\nurl = "https://acme.example/privacy"\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "services").mkdir()
    (tmp_path / "services/Acme.toml").write_text(DECLARED)
    (tmp_path / "news.jsonl").write_text(json.dumps(LINE | {"text": f"Acme updated its policy: \u201c{WORDS}\u201d."}))
    file = tmp_path / "config.toml"
    file.write_text('archive = "archive.sqlite"\ndeclarations = "services"\n')
    judged = JudgedClause(clause(ChangeKind.ADDED, None, WORDS), verdict(3, 7.0))
    with open_store(tmp_path / "archive.sqlite") as store, store.writing() as writing:
        number = writing.record_capture(capture(b"page", service="Acme"))
        assert writing.record_change(number, None, change(judged), made_by="m") == 1
    return file


def shown(config: Path) -> list[tuple[str, str | None]]:
    [article] = objects(tracker("coverage", "show", "--json", "--config", config))
    return [(link["role"], link["verdict"]) for link in article["links"]]


def test_an_added_article_is_tied_shown_corrected_rejected_and_forgotten(config: Path) -> None:
    added = tracker("coverage", "add", config.parent / "news.jsonl", "--config", config)
    assert (added.returncode, added.stderr) == (0, "")
    assert "quotes the new wording" in added.stdout
    assert shown(config) == [("quotes", None)]

    tracker("coverage", "pin", "1", LINE["url"], "--role", "background", "--note", "an opinion", "--config", config)
    tracker("coverage", "add", config.parent / "news.jsonl", "--config", config)
    assert shown(config) == [("background", "pinned")]

    tracker("coverage", "reject", "1", "1", "--config", config)
    tracker("coverage", "add", config.parent / "news.jsonl", "--config", config)
    assert shown(config) == []

    assert tracker("coverage", "forget", "1", "--config", config).returncode == 0
    assert tracker("coverage", "show", "--json", "--config", config).stdout == ""


def test_what_is_shown_of_an_article_is_all_that_is_kept(config: Path) -> None:
    tracker("coverage", "add", config.parent / "news.jsonl", "--config", config)
    [article] = objects(tracker("coverage", "show", LINE["url"], "--json", "--config", config))
    [link] = article.pop("links")
    assert article == {
        "id": 1,
        "article": LINE["url"],
        "title": "Acme opens up",
        "publisher": "The Gazette",
        "author": None,
        "language": None,
        "published": "2024-09-25T00:00:00Z",
        "published_from": "url",
        "confidence": "high",
        "not_after": None,
        "sha256": article["sha256"],
        "state": "read",
        "failure": None,
    }
    assert (link["change"], link["document"], link["evidence"][0]["article_text"]) == (1, "Privacy Policy", WORDS)


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (("add", "nowhere.html"), "neither an address of a page nor a file"),
        (("add", "news.jsonl", "--service", "Akme"), 'no service "Akme" is declared; there is Acme'),
        (("show", "https://news.example/b"), "the archive knows no such article"),
        (("pin", "7", "1"), "the archive knows no such article"),
        (("forget", "1"), "the archive knows no such article"),
    ],
)
def test_a_call_that_names_nothing_is_told_so(config: Path, call: tuple[str, ...], why: str) -> None:
    arguments = [config.parent / one if one.endswith(".jsonl") else one for one in call]
    failed = tracker("coverage", *arguments, "--config", config)
    assert (failed.returncode, failed.stdout) == (2, "")
    assert why in failed.stderr
