"""The coverage that ships, against the pages that ship and, where it is at hand, against the real history."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest
from commands import ROOT, objects, tracker

from tracker.cli.coverage_match import changes_of
from tracker.coverage.linking import link
from tracker.coverage.reading import ServiceNames
from tracker.explain.coverage_files import read_articles
from tracker.model import Article
from tracker.significance.rules import load_rules

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tracker.model import Change

SHARED: Final = ROOT.parent / "shared" / "data"
SEEDS: Final = ROOT / "seeds" / "coverage"

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the real history is not beside the project")

Link = tuple[str, str, str]


def matched(articles: Path, history: Path) -> dict[str, list[Link]]:
    """Match articles about Telegram; of each link give the role, the document and the day."""
    call = tracker("coverage", "match", articles, "--history", history, "--service", "Telegram", "--json")
    return {
        one["article"]: [(link["role"], link["document"], link["after"]["at"][:10]) for link in one["links"]]
        for one in objects(call)
    }


def roles(links: dict[str, list[Link]]) -> dict[str, set[str]]:
    return {article: {role for role, _, _ in found} for article, found in links.items()}


EXPECTED: Final = {
    "000": {"background"},
    "001": {"background"},
    "002": {"background"},
    "003": {"contested"},
}


def test_the_shipped_records_have_their_roles_beside_the_shipped_pages() -> None:
    links = matched(SEEDS, ROOT / "snapshots")
    assert links.pop("004") == [
        ("quotes", "Privacy Policy", "2024-09-24"),
        ("describes", "FAQ", "2024-09-07"),
    ]
    assert roles(links) == EXPECTED


@needs_shared
def test_records_and_full_articles_have_the_same_roles_in_the_real_history() -> None:
    changes = changes_of(SHARED / "ota-history.bundle", "Telegram", {}, load_rules())
    days = {"003": datetime(2024, 8, 25, tzinfo=UTC)}
    full = [
        Article(file.name[:3], None, None, None, days.get(file.name[:3]), None, "en", file.read_text("utf-8"))
        for file in sorted((SHARED / "seeds").glob("*.txt"))
    ]
    for articles in (full, read_articles(SEEDS)):
        found = roles_of(articles, changes)
        assert found.pop("004")[0] == ("quotes", "Privacy Policy", "2024-09-23")
        assert roles(found) == EXPECTED


def roles_of(articles: Sequence[Article], changes: Sequence[Change]) -> dict[str, list[Link]]:
    found: dict[str, list[Link]] = {}
    for one in link(articles, changes, ServiceNames("Telegram")):
        change = changes[one.change]
        told = (str(one.link.role), str(change.document), f"{change.after.at:%Y-%m-%d}")
        found.setdefault(one.link.article.id, []).append(told)
    return found
