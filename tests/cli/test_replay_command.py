from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from commands import OTHER, SCHEMA, declarations, history, html, objects, tracker
from histories import DAY, NOON, Commit, git, git_repository, page

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(name="history")
def _history(tmp_path: Path) -> Path:
    return history(tmp_path)


def test_a_replay_tells_every_record_but_the_first_once_and_in_order(history: Path) -> None:
    told = objects(tracker("replay", history, "--all", "--json"))
    for one in told:
        SCHEMA.validate(one)
    assert [(one["service"], one["cause"], one["noise"]) for one in told] == [
        ("Acme", "first_record", None),
        ("Acme", "change", None),
        ("Acme", "variant", "variant"),
        ("Acme", "technical_upgrade", "upgrade"),
        ("Brio", "first_record", None),
        ("Brio", "change", None),
    ]


def test_without_all_neither_noise_nor_first_records_are_shown(history: Path) -> None:
    done = tracker("replay", history, "--json")
    assert [(one["service"], one["cause"]) for one in objects(done)] == [
        ("Acme", "change"),
        ("Brio", "change"),
    ]
    assert done.stderr == ("tracker: 2 documents, 6 records, 4 changes, 2 shown; noise: variant 1, upgrade 1\n")


@pytest.mark.parametrize(
    ("filters", "services"),
    [
        (["--service", "Brio"], ["Brio"]),
        (["--document", "Privacy Policy"], ["Acme"]),
        (["--service", "Acme", "--service", "Brio", "--document", "Terms"], ["Brio"]),
        (["--since", "2024-09-11", "--until", "2024-09-11"], ["Acme"]),
        (["--since", "2024-09-12"], ["Brio"]),
        (["--topic", "law_enforcement"], ["Acme"]),
        (["--min-significance", "3", "--document", "Terms"], []),
    ],
)
def test_filters_choose_what_is_shown(history: Path, filters: list[str], services: list[str]) -> None:
    assert [one["service"] for one in objects(tracker("replay", history, "--json", *filters))] == services


def test_what_came_before_the_first_day_asked_for_still_decides_what_is_a_return(history: Path) -> None:
    (told,) = objects(tracker("replay", history, "--all", "--json", "--since", "2024-09-12", "--service", "Acme"))
    assert (told["cause"], told["significance"]) == ("variant", 0)
    assert "returns_to" in told


def test_sorting_by_significance_puts_first_what_matters_most(history: Path) -> None:
    told = objects(tracker("replay", history, "--all", "--json", "--sort", "significance"))
    grades = [one["significance"] for one in told]
    assert grades == sorted(grades, reverse=True)
    assert len(told) == 6


def test_a_bundle_gives_the_same_as_its_repository(history: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "history.bundle"
    git(history, "bundle", "create", "-q", str(bundle), "--all")
    of_bundle, of_repository = (tracker("replay", source, "--all", "--json") for source in (bundle, history))
    assert of_bundle.stdout == of_repository.stdout


def test_a_long_history_shared_among_processes_gives_the_same_answer(tmp_path: Path) -> None:
    commits = [
        Commit({f"S{n % 7}/Terms.md": OTHER.replace("five", f"{n} hundred")}, at=NOON + n * DAY) for n in range(450)
    ]
    history = git_repository(tmp_path / "long.git", *commits)
    shared = tracker("replay", history, "--all", "--json")
    alone = [tracker("replay", history, "--all", "--json", "--service", f"S{n}").stdout for n in range(7)]
    assert shared.stdout == "".join(alone)
    assert shared.stdout.count("\n") == 450


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    page(folder, "Acme/Terms/20240901T060000Z.html", html("You may leave at any time."))
    page(folder, "Acme/Terms/20240902T060000Z.html", "<html><body>Just a moment</body></html>")
    page(folder, "Acme/Terms/20240903T060000Z.html", html("You may not leave at any time."))
    return folder


def test_a_page_in_which_nothing_matches_is_counted_and_the_next_is_compared_with_the_last_good_one(
    pages: Path, tmp_path: Path
) -> None:
    done = tracker("replay", pages, "--declarations", declarations(tmp_path / "d", "main"), "--all", "--json")
    first, lost, changed = objects(done)
    assert (lost["noise"], lost["significance"]) == ("no_selector", 0)
    assert changed["compared_with"] == first["after"]["id"]
    assert changed["before"]["id"] == lost["after"]["id"]
    assert done.stderr.endswith("without a version: no_selector 1\n")


def test_a_document_whose_selector_matches_nothing_at_all_ends_with_one(pages: Path, tmp_path: Path) -> None:
    done = tracker("replay", pages, "--declarations", declarations(tmp_path / "d", "#nowhere"), "--json")
    assert done.returncode == 1
    assert "no record gave a version of Acme Terms (no_selector 3)" in done.stderr


def test_a_page_nobody_declared_is_named_and_not_fatal_where_others_give_a_version(pages: Path, tmp_path: Path) -> None:
    declared = declarations(tmp_path / "d", "main")
    page(pages, "Acme/Imprint/20240901T060000Z.html", html("Written by nobody."))
    done = tracker("replay", pages, "--declarations", declared, "--json")
    assert done.returncode == 0
    assert "no declaration of Acme Imprint (no_selector 1): pages of these were not read\n" in done.stderr
    named = tracker("replay", pages, "--declarations", declared, "--document", "Imprint")
    assert named.returncode == 1
    assert "no record gave a version of Acme Imprint (no_selector 1)" in named.stderr
