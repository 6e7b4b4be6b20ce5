from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from commands import OTHER, ROOT, SCHEMA, fails, objects, tracker
from histories import page

if TYPE_CHECKING:
    from pathlib import Path


def test_init_writes_what_ships_and_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('snapshots = "mine"\n')
    first = tracker("init", tmp_path)
    assert first.returncode == 0
    assert "1 were there already and stay as they are" in first.stderr
    assert (tmp_path / "config.toml").read_text() == 'snapshots = "mine"\n'
    for name in ("seeds", "snapshots"):
        shipped = {path.relative_to(ROOT): path.read_bytes() for path in (ROOT / name).rglob("*") if path.is_file()}
        written = {
            path.relative_to(tmp_path): path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file()
        }
        assert written == shipped
    assert tracker("init", tmp_path).stderr.startswith(f"tracker: {tmp_path}: 0 files written")


def test_init_into_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    fails(2, "is a file", "init", tmp_path / "file")


def test_the_samples_give_three_changes_with_coverage_and_one_silent_page(tmp_path: Path) -> None:
    told = objects(tracker("replay", "--all", "--json", "--coverage", ROOT / "seeds/coverage", cwd=tmp_path))
    for one in told:
        SCHEMA.validate(one)
    shown = [one for one in told if one["noise"] is None and one["cause"] == "change"]
    assert {str(one["document"]): one["significance"] for one in shown}["Privacy Policy"] == 3
    assert len(shown) == 3
    assert [one["document"] for one in told if one["cause"] == "change" and one["noise"]] == ["Privacy Policy"]
    roles = {(link["article"], link["role"]) for one in shown for link in one["coverage"]}
    assert {role for article, role in roles if article == "004"} == {"quotes", "describes"}


def test_the_configuration_says_where_the_archive_is(tmp_path: Path) -> None:
    page(tmp_path / "mine", "Acme/Terms/20240901T060000Z.md", OTHER)
    (tmp_path / "config.toml").write_text('snapshots = "mine"\n')
    done = tracker("replay", "--declarations", ROOT / "seeds/services", "--all", "--json", cwd=tmp_path)
    assert [one["service"] for one in objects(done)] == ["Acme"]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ('snapshot = "mine"', "config.toml, line 1: unknown key 'snapshot'; did you mean 'snapshots'?"),
        ("snapshots = 3", "config.toml, line 1: snapshots: expected `str`, got `int`"),
        ("snapshots =", "config.toml: is no TOML"),
    ],
)
def test_a_mistake_in_the_configuration_ends_with_two(tmp_path: Path, config: str, message: str) -> None:
    (tmp_path / "config.toml").write_text(config)
    fails(2, message, "replay", cwd=tmp_path)
