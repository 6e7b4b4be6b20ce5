"""What a page's own changelog says of a change."""

from __future__ import annotations

import pytest

from tracker.comparing import Side, compare_sides
from tracker.model import Format, Reason
from tracker.significance.changelog import changelog_of
from tracker.significance.rules import load_rules
from tracker.text.version import read

RULES = load_rules()
TERMS = """# Privacy Policy

## 8. Sharing

### 8.3. Law Enforcement

If we receive a court order that confirms you are a terror suspect, we may disclose your phone number.

## 12. Questions

On a court order, our representative may disclose your phone number to the authorities of your country.

"""
LOOSER = TERMS.replace("court order that confirms you are a terror", "valid order that confirms you are a criminal")
LOG = (
    "## 14. Changes to this Privacy Policy\n\nWe may change this policy.\n\n"
    "**March 1, 2023**\n\n* Added 3.5. Location.\n\n"
)


def said(old: str, new: str) -> list[tuple[str, float, str]]:
    """Give what is said of the changelog for each clause that has something said of it."""
    before, after = Side("old", "old", Format.MARKDOWN, old), Side("new", "new", Format.MARKDOWN, new)
    found: list[Reason] = [
        reason
        for clause in compare_sides(before, after, RULES, service=None, document=None).change.clauses
        for reason in clause.verdict.reasons
        if reason.rule.startswith("changelog.")
    ]
    assert all(reason.before_span is None and reason.after_span is None for reason in found)
    return [(reason.rule, reason.points, reason.text) for reason in found]


SILENT = ("changelog.silent", 0.0, "the page's own changelog does not mention this")


def mentions(entry: str) -> tuple[str, float, str]:
    return "changelog.mentions", 0.0, f"the page's own changelog mentions this: “{entry}”"


def test_a_page_without_a_changelog_is_not_held_against_one() -> None:
    assert said(TERMS, LOOSER) == []


def test_a_heading_about_changes_without_dated_entries_is_no_changelog() -> None:
    announcing = "## 14. Changes to this Privacy Policy\n\nWe may change this policy.\n\nLast updated: March 1, 2025.\n"
    assert said(TERMS + announcing, LOOSER + announcing) == []


def test_a_change_that_the_changelog_leaves_out_is_told_so() -> None:
    assert said(TERMS + LOG, LOOSER + LOG) == [SILENT]


def test_an_entry_that_stood_there_before_mentions_nothing_new() -> None:
    log = LOG + "**May 2, 2023**\n\n* Updated 8.3.\n"
    assert said(TERMS + log, LOOSER + log) == [SILENT]


@pytest.mark.parametrize(
    "entry",
    [
        "Updated 8.3, see this post.",
        "Updated 2.1 and 8.3.",
        "Changed section 8 in several places.",
        "Clearer words about Law Enforcement.",
        "We now act on a valid order.",
    ],
)
def test_a_new_entry_mentions_a_clause_by_number_heading_or_fact(entry: str) -> None:
    assert said(TERMS + LOG, f"{LOOSER}{LOG}**May 2, 2023**\n\n* {entry}\n") == [mentions(entry)]


@pytest.mark.parametrize("entry", ["Updated 18.3 and 8.31.", "Fixed 8 mistakes in spelling.", "Updated 8.4 for you."])
def test_an_entry_about_something_else_mentions_nothing(entry: str) -> None:
    assert said(TERMS + LOG, f"{LOOSER}{LOG}**May 2, 2023**\n\n* {entry}\n") == [SILENT]


def test_a_number_without_a_point_counts_in_a_row_of_numbers() -> None:
    moved = TERMS.replace("On a court order, our", "On a valid order, our")
    entry = "Updated 1.4, 9.2 and 12 to name the address."
    assert said(TERMS + LOG, f"{moved}{LOG}**May 2, 2023**\n\n* {entry}\n") == [mentions(entry)]


@pytest.mark.parametrize(
    ("heading", "body"),
    [
        ("## Changelog", "* Reworded all of it"),
        ("## What\u2019s new in this version", "* Reworded all of it"),
        ("## Updates to our policy", "1 May 2023: we reworded all of it"),
        ("## Änderungshistorie", "### 1. Mai 2023\n\nWir haben alles neu gefasst."),
        ("## Changements", "* Rien de daté"),
        ("## История изменений", "* Новая редакция"),
        ("## Registro de cambios", "| 1 de mayo de 2023 | Todo es nuevo aquí |"),
    ],
)
def test_a_changelog_is_found_by_its_heading_and_entries(heading: str, body: str) -> None:
    log = changelog_of(read(f"# Terms\n\n{heading}\n\n{body}\n\n## Contact\n\n* Write to us"))
    expected = None if "Changements" in heading else 1
    assert (log and len(log.entries)) == expected


def test_clauses_of_the_changelog_itself_are_not_looked_up() -> None:
    entry = "We now disclose your phone number on any valid order of an authority, no court order needed."
    told = said(TERMS + LOG, f"{LOOSER}{LOG}**May 2, 2023**\n\n* {entry}\n")
    assert [rule for rule, _, _ in told] == ["changelog.mentions"]
