from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from messages import found

from tracker.digest.feed import NEWEST
from tracker.errors import SourceError
from tracker.tell.feeds import write_feeds

if TYPE_CHECKING:
    from pathlib import Path


def titles(file: Path) -> list[str]:
    return [item["title"] for item in json.loads(file.read_text("utf-8"))["items"]]


def test_there_is_a_feed_of_everything_of_each_service_and_of_each_topic(tmp_path: Path) -> None:
    written = write_feeds(
        [found(1, topics=("retention",)), found(2, service="Brio & Sons/EU", topics=("retention", "payment"))], tmp_path
    )
    assert sorted(str(path.relative_to(tmp_path)) for path in written) == [
        "all.atom",
        "all.json",
        "services/Acme.atom",
        "services/Acme.json",
        "services/Brio %26 Sons%2FEU.atom",
        "services/Brio %26 Sons%2FEU.json",
        "topics/payment.atom",
        "topics/payment.json",
        "topics/retention.atom",
        "topics/retention.json",
    ]
    assert titles(tmp_path / "all.json") == ["Change 2.", "Change 1."]
    assert titles(tmp_path / "services/Acme.json") == ["Change 1."]
    assert titles(tmp_path / "topics/payment.json") == ["Change 2."]


def test_a_file_is_touched_only_when_it_changes(tmp_path: Path) -> None:
    write_feeds([found(1)], tmp_path)
    assert write_feeds([found(1)], tmp_path) == ()
    again = write_feeds([found(1), found(2, service="Brio")], tmp_path)
    assert sorted(path.name for path in again) == ["Brio.atom", "Brio.json", "all.atom", "all.json"]
    assert [path.name for path in tmp_path.rglob(".*")] == []


def test_the_newest_are_kept_in_whatever_order_they_come(tmp_path: Path) -> None:
    many = [found(k, hour=k) for k in range(NEWEST + 9)]
    write_feeds([*many[30:], *many[:40]], tmp_path)
    assert titles(tmp_path / "all.json") == [f"Change {k}." for k in range(NEWEST + 8, 8, -1)]


@pytest.mark.parametrize("name", ["..", "../../etc", ".hidden", "a\x00b", "\ud800", "x" * 5000, "/", "COM1\\..\\x"])
def test_a_name_never_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "feeds"
    written = write_feeds([found(1, service=name, topics=(name,))], folder)
    assert len(written) == 6
    assert {path.resolve().parent for path in written} == {folder, folder / "services", folder / "topics"}
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(written)


def test_a_folder_that_cannot_be_written_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "feeds").write_text("a file")
    with pytest.raises(SourceError, match=r"all\.atom: cannot be written"):
        write_feeds([found(1)], tmp_path / "feeds")
