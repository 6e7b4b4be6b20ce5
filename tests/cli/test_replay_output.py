from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from commands import OTHER, fails, history, objects, tracker
from histories import page

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(name="history")
def _history(tmp_path: Path) -> Path:
    return history(tmp_path)


def test_people_get_blocks_with_marked_words_and_a_count(history: Path) -> None:
    done = tracker("replay", history, "--service", "Brio")
    assert done.stdout.startswith("Brio · Terms  2024-09-21 12:00 UTC")
    assert "We charge [-five-]{+nine+} euros a month and never more than that." in done.stdout
    assert "\x1b" not in done.stdout
    assert not any(line.endswith(" ") for line in done.stdout.splitlines())


def test_colour_is_used_where_it_is_asked_for_and_not_forbidden(history: Path) -> None:
    wanted = {"FORCE_COLOR": "1", "TERM": "xterm-256color"}
    assert "\x1b[9;31mfive" in tracker("replay", history, "--service", "Brio", environment=wanted).stdout
    forbidden = tracker("replay", history, "--service", "Brio", environment=wanted | {"NO_COLOR": "1"}).stdout
    assert "[-five-]{+nine+}" in forbidden
    assert "31m" not in forbidden


def test_a_page_is_written_whole_beside_what_is_printed(history: Path, tmp_path: Path) -> None:
    file = tmp_path / "changes.html"
    told = objects(tracker("replay", history, "--json", "--html", file))
    html = file.read_text(encoding="utf-8")
    assert len(told) == html.count('<article class="change') == 2
    assert html.rstrip().endswith("</html>")
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".git"] == ["changes.html"]


def test_a_page_that_cannot_be_written_is_said_and_nothing_stays_behind(history: Path, tmp_path: Path) -> None:
    fails(2, "no/page.html: cannot be written", "replay", history, "--html", "no/page.html", cwd=tmp_path)


def test_a_broken_source_leaves_no_page(history: Path, tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    page(
        tmp_path / "s",
        "A/Terms/20240901T060000Z.md",
        OTHER,
        {"fetched_at": "2024-09-01T06:00:00Z", "sha256": "0"},
    )
    fails(1, "the evidence is broken", "replay", tmp_path / "s", "--html", target)
    assert {path.name for path in tmp_path.iterdir()} == {"history.git", "s"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--service", "Acne"], 'the history has no service "Acne"; did you mean "Acme"?'),
        (
            ["--document", "privacy policy"],
            'the history has no document "privacy policy"; did you mean "Privacy Policy"?',
        ),
        (["--service", "Zzz"], 'the history has no service "Zzz"; it has "Acme", "Brio"'),
        (
            ["--service", "Brio", "--document", "Privacy Policy"],
            'no document "Privacy Policy"; it has "Terms"',
        ),
    ],
)
def test_a_name_that_is_not_there_ends_with_two_and_near_names(
    history: Path, arguments: list[str], message: str
) -> None:
    fails(2, message, "replay", history, *arguments)


def test_a_source_that_cannot_be_read_ends_with_one(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("words")
    (tmp_path / "broken.bundle").write_bytes(b"# v2 git bundle\nrubbish\n\nPACK")
    page(tmp_path / "sidecar", "A/Terms/20240901T060000Z.md", OTHER, "{}")
    fails(1, "there is no such file or folder", "replay", tmp_path / "nowhere")
    fails(1, "holds no page", "replay", tmp_path / "empty")
    fails(1, "this file is no git bundle", "replay", tmp_path / "file")
    fails(1, "git cannot unpack this bundle", "replay", tmp_path / "broken.bundle")
    fails(1, "20240901T060000Z.json: this sidecar cannot be read", "replay", tmp_path / "sidecar")
