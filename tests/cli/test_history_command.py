from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from commands import NEW, OLD, fails, objects, tracker
from histories import DAY, NOON, Commit, git_repository

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(name="history")
def _history(tmp_path: Path) -> Path:
    name, title = "Acme/Privacy Policy.md", "# Privacy Policy\n\n"
    return git_repository(
        tmp_path / "history.git",
        Commit({name: title + OLD}, "First record of Acme Privacy Policy"),
        Commit({name: title + NEW}, at=NOON + 10 * DAY),
        Commit({name: title + OLD}, at=NOON + 11 * DAY),
        Commit({name: title + NEW + "\n"}, "Refilter Acme Privacy Policy", at=NOON + 5 * DAY),
    )


def test_the_life_of_a_clause_is_told_event_by_event(history: Path) -> None:
    told = objects(tracker("history", "Acme", "Privacy Policy", history, "--clause", "8.3", "--json"))
    assert [(one["clause"], one["event"], one["at"][:10], one["cause"], one["significance"]) for one in told] == [
        (1, "born", "2024-09-01", "first_record", 0),
        (2, "born", "2024-09-01", "first_record", 0),
        (2, "edited", "2024-09-11", "change", 3),
        (2, "returned", "2024-09-12", "variant", 0),
        (2, "returned", "2024-09-06", "technical_upgrade", 0),
    ]
    edited = told[2]
    assert edited["number"] == "8.3"
    assert edited["path"] == ["8.3. Authorities"]
    assert "".join(text for op, text in edited["edits"] if op != "insert") == edited["before"]
    assert "".join(text for op, text in edited["edits"] if op != "delete") == edited["after"]


def test_people_see_the_words_that_came_and_went(history: Path) -> None:
    done = tracker("history", "Acme", "Privacy Policy", history, "--clause", "authorities")
    assert done.stdout.startswith("#1\n    Authorities\n#2 8.3. Authorities\n")
    assert "#2 edited  [3 newsworthy]" in done.stdout
    assert "On receipt of [-a court-]{+any valid+} order" in done.stdout
    assert done.stderr == "tracker: 4 records, 3 clauses, 0 of them gone by now; 2 shown\n"


def test_without_a_clause_those_that_changed_most_come_first(history: Path) -> None:
    told = objects(tracker("history", "Acme", "Privacy Policy", history, "--json"))
    assert [(one["clause"], one["number"], one["changes"], one["significance"]) for one in told] == [
        (2, "8.3", 3, 3),
        (0, None, 0, 0),
        (1, "8.3", 0, 0),
    ]
    done = tracker("history", "Acme", "Privacy Policy", history)
    assert done.stdout.splitlines()[0].startswith("   3 changes  highest 3  8.3. Authorities: On receipt of any valid")
    assert done.stdout.splitlines()[-1] == "   0 changes  highest 0  8.3. Authorities"


def test_the_archive_of_the_configuration_is_the_source_unless_one_is_given() -> None:
    told = objects(tracker("history", "Telegram", "Privacy Policy", "--clause", "8.3", "--json"))
    assert [one["event"] for one in told] == ["born", "born", "edited"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Acme", "Terms"], 'the history has no document "Terms"'),
        (["Acne", "Terms"], 'no service "Acne"; did you mean "Acme"?'),
        (
            ["Acme", "Privacy Policy", "--clause", "8.4"],
            "no clause has the number or the heading \"8.4\"; did you mean '8.3'",
        ),
        (["Acme"], "Missing argument 'DOCUMENT'"),
    ],
)
def test_names_that_are_not_there_are_said(history: Path, arguments: list[str], message: str) -> None:
    fails(2, message, "history", *arguments[:2], *([history] if len(arguments) > 1 else []), *arguments[2:])


def test_a_document_without_a_version_is_a_failure(tmp_path: Path) -> None:
    page = tmp_path / "s" / "Acme" / "Terms" / "20240901T060000Z.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>Nobody declared what of this is the document.</p>")
    fails(1, "no record gave a version of Acme Terms", "history", "Acme", "Terms", tmp_path / "s")
