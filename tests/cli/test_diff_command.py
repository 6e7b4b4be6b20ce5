from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from commands import NEW, OLD, SCHEMA, declarations, fails, html, objects, tracker
from scripted_server import ScriptedServer, page

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    old, new = tmp_path / "old.md", tmp_path / "new.md"
    old.write_text(OLD)
    new.write_text(NEW)
    return old, new


def test_a_diff_is_one_change_without_service_and_moment(files: tuple[Path, Path]) -> None:
    (told,) = objects(tracker("diff", *files, "--json"))
    SCHEMA.validate(told)
    assert (told["service"], told["document"], told["cause"]) == (None, None, "change")
    assert (told["before"]["at"], told["after"]["at"]) == (None, None)


def test_an_alignment_is_a_partition_of_both_files(files: tuple[Path, Path]) -> None:
    (told,) = objects(tracker("diff", *files, "--json", "--alignment"))
    SCHEMA.validate(told)
    for side, text in (("before", OLD), ("after", NEW)):
        spans = sorted(row[side] for row in told["alignment"] if row[side])
        assert [spans[0][0], spans[-1][1]] == [0, len(text)]
        assert all(left[1] == right[0] for left, right in itertools.pairwise(spans))


def test_the_exit_code_tells_same_different_and_trouble(files: tuple[Path, Path], tmp_path: Path) -> None:
    old, new = files
    assert tracker("diff", old, new).returncode == 0
    assert tracker("diff", old, old, "--exit-code").returncode == 0
    assert tracker("diff", old, new, "--exit-code").returncode == 1
    assert tracker("diff", old, tmp_path / "nowhere.md", "--exit-code").returncode == 2
    (tmp_path / "empty.md").write_text("")
    assert tracker("diff", old, tmp_path / "empty.md", "--exit-code").returncode == 2


def test_two_pages_are_compared_by_selector(tmp_path: Path) -> None:
    for name, words in (("old.html", "You may leave."), ("new.html", "You may not leave.")):
        (tmp_path / name).write_text(html(words))
    done = tracker("diff", "old.html", "new.html", "--select", "main", "--html", "page.html", cwd=tmp_path)
    assert "You may {+not+} leave." in done.stdout
    assert "You may <ins>not</ins> leave." in (tmp_path / "page.html").read_text()
    fails(
        1,
        "old.html: nothing in the page matches #x",
        "diff",
        "old.html",
        "new.html",
        "--select",
        "#x",
        cwd=tmp_path,
    )


def test_two_pages_are_compared_as_their_declaration_says(tmp_path: Path) -> None:
    declarations(tmp_path / "seeds", "main")
    (tmp_path / "config.toml").write_text('declarations = "seeds"\n')
    for name, words in (("old.html", "Menu A"), ("new.html", "Menu B")):
        (tmp_path / name).write_text(html("You may leave.").replace("Menu", words))
    call = ("diff", "old.html", "new.html", "--service", "Acme", "--document", "Terms", "--json")
    (told,) = objects(tracker(*call, cwd=tmp_path))
    assert (told["service"], told["document"], told["clauses"]) == ("Acme", "Terms", [])


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("empty.md", b""),
        ("blank.txt", b" \n\n"),
        ("image.md", b"\x89PNG\r\n\x1a\n\x00\x00"),
        ("paper", b"%PDF-1.7 ..."),
    ],
)
def test_a_file_without_text_is_named_and_ends_with_one(
    files: tuple[Path, Path], tmp_path: Path, name: str, body: bytes
) -> None:
    (tmp_path / name).write_bytes(body)
    fails(1, f"{tmp_path / name}: ", "diff", files[0], tmp_path / name)


def test_what_cannot_be_aligned_or_shown_is_refused(files: tuple[Path, Path], tmp_path: Path) -> None:
    fails(2, "give --json too", "diff", *files, "--alignment")
    (tmp_path / "a.html").write_text(html("Words."))
    fails(2, "not of HTML pages", "diff", tmp_path / "a.html", files[0], "--json", "--alignment")


def test_an_address_is_fetched_through_the_gate(tmp_path: Path) -> None:
    (tmp_path / "old.md").write_text(OLD)
    body = b"<h2>8.3. Authorities</h2><p>On receipt of any valid order we may hand over your number.</p>"
    with ScriptedServer(lambda _: page(body, Content_Type="text/html")) as server:
        (tmp_path / "config.toml").write_text(f'[fetch]\nallow = ["127.0.0.1:{server.port}"]\n')
        answer = tracker("diff", "old.md", server.url("/privacy"), "--json", cwd=tmp_path)

    assert answer.returncode == 0
    (told,) = objects(answer)
    assert {clause["number"] for clause in told["clauses"]} == {"8.3"}
    assert server.connections == 1


def test_an_address_that_is_not_public_is_not_asked(tmp_path: Path) -> None:
    (tmp_path / "old.md").write_text(OLD)
    with ScriptedServer(lambda _: page(b"never")) as server:
        answer = tracker("diff", "old.md", server.url(), cwd=tmp_path)

    assert answer.returncode == 1
    assert "blocked_address" in answer.stderr
    assert server.connections == 0
