"""What a real history says of its own changes, and the life of a real clause."""

from __future__ import annotations

from typing import Any

import pytest
from commands import objects, tracker
from shared import shared

DOCUMENT = ("Telegram", "Privacy Policy")


@pytest.fixture(name="changes", scope="module")
def _changes() -> dict[str, dict[str, Any]]:
    bundle = shared("data/ota-history.bundle")
    told = objects(tracker("replay", bundle, "--service", DOCUMENT[0], "--document", DOCUMENT[1], "--json"))
    return {one["after"]["at"][:10]: one for one in told}


@pytest.mark.parametrize(
    ("day", "number", "rule"),
    [("2024-09-23", "8.3", "changelog.silent"), ("2024-10-02", "10.4", "changelog.mentions")],
)
def test_the_changelog_of_a_policy_is_held_against_its_changes(
    changes: dict[str, dict[str, Any]], day: str, number: str, rule: str
) -> None:
    (clause,) = (one for one in changes[day]["clauses"] if one["number"] == number and one["significance"] >= 2)
    assert [reason["rule"] for reason in clause["reasons"] if reason["rule"].startswith("changelog.")] == [rule]


def test_a_clause_is_followed_through_all_records() -> None:
    told = objects(tracker("history", *DOCUMENT, shared("data/ota-history.bundle"), "--clause", "8.3", "--json"))
    assert [(one["event"], one["at"][:4], one["significance"]) for one in told] == [
        ("born", "2020", 0),
        ("born", "2020", 0),
        ("edited", "2024", 3),
    ]
