from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from archives import HOUR, START, capture
from histories import git, page
from hypothesis import given
from hypothesis import strategies as st
from played import renamed, told

from tracker.errors import SourceError, UsageError
from tracker.exchange.archive_history import lines_of, read_archive
from tracker.exchange.exporting import export_changes, export_folder, export_snapshots, export_versions
from tracker.exchange.importing import Archive, import_history
from tracker.formats.folder import read_folder
from tracker.formats.folder_writing import named
from tracker.formats.ota import read_repository
from tracker.formats.ota_writing import write_repository
from tracker.model import Cause, Change, Format, VersionRef
from tracker.store.evidence import Capture, Outcome
from tracker.store.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.formats.history import History
    from tracker.model import Record
    from tracker.store.store import Store


def seen(
    body: bytes, *, hours: int, document: str = "Privacy Policy", service: str = "Acme", **more: object
) -> Capture:
    told: dict[str, object] = {
        "service": service, "document": document, "at": START + hours * HOUR, "outcome": Outcome.CAPTURED,
        "clock": "system", "tool": "test", "body": body, "format": Format.MARKDOWN,
    }  # fmt: skip
    return Capture(**(told | more))  # type: ignore[arg-type]


def fill(store: Store) -> None:
    """Record what an archive may hold: returns, several captures of a second, pages of one record, odd names."""
    for one in (
        seen(b"We keep it for five days.", hours=0, url="https://acme.example/privacy", charset="utf-8"),
        seen(b"We keep it for nine days.", hours=1, status=200, headers=(("ETag", '"1"'), ("ETag", '"2"')), note="odd"),
        seen(b"We keep it for nine days.", hours=2),
        seen(b"We keep it for five days.", hours=3, recorded_as=Cause.TECHNICAL_UPGRADE, source="abc"),
        seen(b"We keep it for ten days.", hours=-9, placed_at=START + 3 * HOUR),
        seen(b"We keep it for a year.", hours=3, at=START + 3 * HOUR + timedelta(microseconds=5)),
        seen(b"Terms.", hours=0, document="Terms"),
        seen(b"Annex one.", hours=0, document="Terms", part=1, url="https://acme.example/annex"),
        seen(b"Terms.", hours=4, document="Terms"),
        seen(b"Annex two.", hours=4, document="Terms", part=1, url="https://acme.example/annex"),
        seen(
            "<p>Règles à lire: 50%</p>".encode("latin-1"), hours=0, service="Été", format=Format.HTML, charset="latin-1"
        ),
    ):
        store.record_capture(one)
    store.record_capture(capture(None, outcome=Outcome.FAILED, service="Acme"))


def records(history: History) -> list[Record]:
    with history.reading() as reader:
        return [record for line in history.lines for record in reader.records(line)]


def test_an_exported_folder_holds_the_records_of_the_archive_to_the_letter(
    store: Store, address: str, tmp_path: Path
) -> None:
    fill(store)

    assert export_folder(store, lines_of(store), tmp_path / "pages", lambda _: None) == 8

    assert records(read_folder(tmp_path / "pages")) == records(read_archive(address))


def test_an_exported_folder_that_is_imported_gives_the_same_records(store: Store, address: str, tmp_path: Path) -> None:
    fill(store)
    export_folder(store, lines_of(store), tmp_path / "pages", lambda _: None)
    history = read_folder(tmp_path / "pages")
    now = START + timedelta(days=9)

    with open_store(tmp_path / "other.sqlite") as other:
        import_history(Archive(other, writes=True), history, history.lines, now)

    assert records(read_archive(str(tmp_path / "other.sqlite"))) == records(read_archive(address))
    assert import_history(Archive(store, writes=True), history, history.lines, now).added == 0


def test_a_sidecar_says_all_that_is_known_of_a_page(store: Store, tmp_path: Path) -> None:
    fill(store)
    export_folder(store, lines_of(store), tmp_path / "pages", lambda _: None)

    sidecars = sorted((tmp_path / "pages/Acme/Privacy Policy").glob("*.json"))
    assert [path.stem for path in sidecars] == [
        "20240901T060000Z", "20240901T070000Z", "20240901T090000Z", "20240901T090001Z", "20240901T090002Z",
    ]  # fmt: skip
    assert json.loads(sidecars[1].read_text("utf-8")) == {
        "fetched_at": "2024-09-01T07:00:00Z",
        "status": 200,
        "headers": {"ETag": '"1", "2"'},
        "sha256": hashlib.sha256(b"We keep it for nine days.").hexdigest(),
        "note": "odd",
    }


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("Privacy Policy", "Privacy Policy"),
        ("Terms/Rules", "Terms%2FRules"),
        ("..", "%2E."),
        (".git", "%2Egit"),
        ("50%", "50%25"),
        ("a\\b:c", "a%5Cb%3Ac"),
        ("Été", "Été"),
    ],
)
def test_names_cannot_leave_the_folder(name: str, folder: str) -> None:
    assert named(name) == folder


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_every_name_comes_back_from_its_folder(name: str) -> None:
    folder = named(name)

    assert unquote(folder) == name
    assert "/" not in folder
    assert not folder.startswith(".")


def test_a_folder_with_something_in_it_is_not_written_to(store: Store, tmp_path: Path) -> None:
    fill(store)
    page(tmp_path / "pages", "mine.txt", "x")

    with pytest.raises(UsageError, match="is there already and not empty; name a new folder"):
        export_folder(store, lines_of(store), tmp_path / "pages", lambda _: None)


def test_an_exported_repository_is_a_history_like_the_archive(store: Store, address: str, tmp_path: Path) -> None:
    for hours, body, cause in (
        (0, OLD_TEXT, Cause.CHANGE), (1, NEW_TEXT, Cause.CHANGE), (2, OLD_TEXT, Cause.CHANGE),
        (3, NEW_TEXT + " ", Cause.TECHNICAL_UPGRADE),
    ):  # fmt: skip
        store.record_capture(seen(body.encode(), hours=hours, recorded_as=cause))
    store.record_capture(seen(b"Back in time.", hours=-5, placed_at=START + 4 * HOUR))
    store.record_capture(seen(b"Other.", hours=2, service="Brio", document='Odd "name" \\ it'))

    assert export_snapshots(store, lines_of(store), tmp_path / "snapshots") == 6

    history = read_repository(tmp_path / "snapshots")
    mine, theirs = told(read_archive(address)), told(history)
    for one in (*mine, *theirs):
        del one["after"]["source"]
    assert renamed(theirs, mine) == mine
    assert git(tmp_path / "snapshots", "log", "--reverse", "--format=%ad %s", "--date=format:%H:%M").splitlines() == [
        "06:00 First record of Acme Privacy Policy",
        "07:00 Record new changes of Acme Privacy Policy",
        "08:00 Record new changes of Acme Privacy Policy",
        '08:00 First record of Brio Odd "name" \\ it',
        "09:00 Apply technical or declaration upgrade on Acme Privacy Policy",
        "01:00 Record new changes of Acme Privacy Policy",
    ]


OLD_TEXT = "## Authorities\n\nOn receipt of a court order we may hand over your number.\n"
NEW_TEXT = "## Authorities\n\nOn receipt of any valid order we may hand over your number.\n"


def test_the_same_archive_gives_the_same_commits(store: Store, tmp_path: Path) -> None:
    fill(store)
    for name in ("one", "two"):
        export_snapshots(store, lines_of(store), tmp_path / name)

    assert git(tmp_path / "one", "rev-parse", "main") == git(tmp_path / "two", "rev-parse", "main")


def test_versions_are_exported_as_they_are_read_now_with_the_cause_they_had_then(store: Store, tmp_path: Path) -> None:
    with store.writing() as writing:
        for hours, cause in ((0, Cause.FIRST_RECORD), (1, Cause.CHANGE)):
            number = writing.record_capture(seen(f"page {hours}".encode(), hours=hours))
            for made_by, why in (("then", cause), ("now", Cause.TECHNICAL_UPGRADE)):
                writing.record_version(
                    number, f"text {hours}, read {made_by}", language=None, fingerprint="", cause=why, made_by=made_by
                )

    assert export_versions(store, lines_of(store), tmp_path / "versions") == 2

    (line,) = read_repository(tmp_path / "versions").lines
    assert [one.recorded_as for one in line.listed] == [Cause.FIRST_RECORD, Cause.CHANGE]
    assert [record.body for record in records(read_repository(tmp_path / "versions"))] == [
        b"text 0, read now",
        b"text 1, read now",
    ]


@pytest.mark.parametrize("name", [".git", "a/b", "line\nfeed"])
def test_a_name_that_cannot_stand_in_a_repository_is_refused(store: Store, tmp_path: Path, name: str) -> None:
    store.record_capture(seen(b"x", hours=0, document=name))

    with pytest.raises(UsageError, match="cannot be the name of a file in a repository"):
        export_snapshots(store, lines_of(store), tmp_path / "snapshots")


def test_without_git_the_message_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "PATH", str(tmp_path))

    with pytest.raises(SourceError, match="takes git, which is not installed"):
        write_repository(tmp_path / "snapshots", ())


def test_changes_are_exported_as_they_were_stored(store: Store) -> None:
    with store.writing() as writing:
        for hours in range(3):
            number = writing.record_capture(seen(str(hours).encode(), hours=hours))
            ref = VersionRef(datetime(2024, 9, 1, hours, tzinfo=UTC), str(hours))
            change = Change("Acme", "Privacy Policy", Cause.CHANGE, None, ref, hours, None, "S.", None, "en", ())
            writing.record_change(number, None, change, made_by="test", is_live=True)
        writing.record_capture(seen(b"x", hours=0, document="Terms"))
    lines = lines_of(store)

    exported = [json.loads(line) for line in export_changes(store, lines, least=1)]

    assert [(one["after"]["id"], one["significance"]) for one in exported] == [("1", 1), ("2", 2)]
    assert list(export_changes(store, lines[1:], least=0)) == []
