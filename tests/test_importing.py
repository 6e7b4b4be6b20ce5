from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest
from commands import NEW, OLD, OTHER
from histories import DAY, NOON, Commit, git_repository, page
from played import renamed, told

from tracker.errors import UsageError
from tracker.exchange.archive_history import lines_of, read_archive
from tracker.exchange.importing import MOST, Archive, Imported, import_history
from tracker.formats.folder import read_folder
from tracker.formats.history import LARGEST, Line
from tracker.formats.ota import read_repository
from tracker.store.crash import Point, go_on
from tracker.store.evidence import Outcome
from tracker.store.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.formats.history import History
    from tracker.model import Record
    from tracker.store.crash import Crash
    from tracker.store.store import Store

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = " ".join(f"word{n}" for n in range(80))


def imported(store: Store | None, history: History, *, writes: bool = True, now: datetime = NOW) -> Imported:
    return import_history(Archive(store, writes=writes), history, history.lines, now)


def git_history(folder: Path) -> Path:
    """Make a history with what can make order and names hard: dates back, a rename, a deletion, an upgrade."""
    terms = f"# Terms\n\n{WORDS}\n\nWe keep your number for {{}} days.\n"
    return git_repository(
        folder / "history.git",
        Commit({"Acme/Privacy Policy.md": OLD, "Brio/Terms.md": OTHER}, "First record of Acme Privacy Policy"),
        Commit({"Acme/Privacy Policy.md": NEW}, at=NOON + 10 * DAY),
        Commit({"Acme/Privacy Policy.md": OLD}, at=NOON + 11 * DAY),
        Commit({"Acme/Privacy Policy.md": NEW + "\n"}, "Refilter Acme Privacy Policy", at=NOON + 5 * DAY),
        Commit({"Acme/Terms.md": terms.format(5)}, at=NOON + 6 * DAY),
        Commit({"Acme/Terms.md": None, "Acme/Terms of Service.md": terms.format(9)}, at=NOON + 7 * DAY),
        Commit({"Brio/Terms.md": None}, at=NOON + 8 * DAY),
        Commit({"Brio/Terms.md": OTHER.replace("five", "nine")}, at=NOON + 3 * DAY),
        Commit({"Acme/Privacy Policy.md": NEW}, at=NOON + 4000 * DAY),
        Commit({"Acme/Privacy Policy.md": OLD}, at=NOON + 30 * DAY),
    )


def folder_of_pages(root: Path) -> Path:
    page(root, "Acme/Privacy Policy/20240901T060000Z.md", OLD, {"fetched_at": "2024-09-01T06:00:00.123456Z"})
    page(
        root,
        "Acme/Privacy Policy/20240902T060000Z.md",
        NEW,
        {
            "fetched_at": "2024-09-02T08:00:00+02:00",
            "url": "https://acme.example/privacy",
            "status": 200,
            "headers": {"ETag": '"x"'},
            "note": "by hand",
        },
    )
    page(root, "Acme/Privacy Policy/20240903T060000Z.md", OLD)
    page(root, "Brio/Terms %2F Rules/20240901T060000Z.txt", OTHER)
    return root


def test_a_replay_of_the_archive_is_a_replay_of_the_git_history_that_was_imported(
    store: Store, address: str, tmp_path: Path
) -> None:
    history = read_repository(git_history(tmp_path))

    assert imported(store, history).added == 10

    mine, theirs = told(read_archive(address)), told(history)
    assert renamed(theirs, mine) == mine
    assert [one["cause"] for one in mine].count("technical_upgrade") == 1


def test_a_replay_of_the_archive_is_a_replay_of_the_folder_that_was_imported(
    store: Store, address: str, tmp_path: Path
) -> None:
    history = read_folder(folder_of_pages(tmp_path / "pages"))

    assert imported(store, history).added == 4

    assert told(read_archive(address)) == told(history)


def test_a_capture_keeps_what_its_source_says_of_it(store: Store, tmp_path: Path) -> None:
    imported(store, read_folder(folder_of_pages(tmp_path / "pages")))

    seen = [one.capture for one in store.log("Acme", "Privacy Policy")][1]
    assert (seen.url, seen.status, seen.headers, seen.note) == (
        "https://acme.example/privacy",
        200,
        (("ETag", '"x"'),),
        "by hand",
    )
    assert (seen.at, seen.clock, seen.outcome) == (datetime(2024, 9, 2, 6, tzinfo=UTC), "sidecar", Outcome.CAPTURED)


def test_of_a_git_history_the_commit_and_what_says_the_moment_are_kept(store: Store, tmp_path: Path) -> None:
    history = read_repository(git_history(tmp_path))
    imported(store, history)

    first = next(store.log("Acme", "Privacy Policy")).capture
    assert (first.source, first.clock) == (history.lines[0].listed[0].source, "author date of a commit")


def test_a_second_import_adds_nothing_and_a_longer_source_adds_what_is_new(store: Store, tmp_path: Path) -> None:
    root = folder_of_pages(tmp_path / "pages")
    imported(store, read_folder(root))
    before = store.head()

    again = imported(store, read_folder(root))
    assert (again.added, again.known, again.documents, store.head()) == (0, 4, [], before)

    page(root, "Acme/Privacy Policy/20240904T060000Z.md", NEW)
    more = imported(store, read_folder(root))
    assert (more.added, more.known, more.documents) == (1, 4, [("Acme", "Privacy Policy")])


def test_no_moment_of_a_source_stands_behind_what_is_watched_later(store: Store, tmp_path: Path) -> None:
    imported(store, read_repository(git_history(tmp_path)), now=datetime(2025, 1, 1, tzinfo=UTC))

    (line,) = (line for line in lines_of(store) if line.document == "Privacy Policy")
    assert max(one.placed_at or one.at for one in line.listed) == datetime(2025, 1, 1, tzinfo=UTC)
    assert max(one.at for one in line.listed) > datetime(2035, 1, 1, tzinfo=UTC)


def test_a_dry_run_says_what_would_come_with_an_archive_and_without(store: Store, tmp_path: Path) -> None:
    root = folder_of_pages(tmp_path / "pages")

    assert imported(None, read_folder(root), writes=False).added == 4
    assert imported(store, read_folder(root), writes=False).added == 4
    assert store.head()[0] == 0


def test_a_document_of_several_pages_comes_back_as_one_record(store: Store, tmp_path: Path) -> None:
    root = tmp_path / "pages"
    for second, part in enumerate((0, 1, 0, 1)):
        page(
            root,
            f"Acme/Terms/2024090{1 + second // 2}T06000{second}Z.md",
            f"Part {part}, edition {second // 2}.",
            {
                "fetched_at": f"2024-09-0{1 + second // 2}T06:00:00Z",
                "part": part,
                "url": f"https://acme.example/{part}",
            },
        )
    history = read_folder(root)
    with history.reading() as reader:
        records = list(reader.records(history.lines[0]))

    assert imported(store, history).added == 2
    assert imported(store, history).known == 2

    assert [len(record.more) for record in records] == [1, 1]
    assert list(store.history("Acme", "Terms")) == records


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\u202eb", "a\x00b", "line\nfeed"])
def test_names_that_are_no_names_are_left_out_and_the_others_come(store: Store, tmp_path: Path, name: str) -> None:
    history = read_folder(folder_of_pages(tmp_path / "pages"))
    odd = replace(history, lines=(replace(history.lines[0], document=name), history.lines[1]))

    done = imported(store, odd)

    assert (done.added, len(done.refused)) == (1, 1)
    assert "the document" in done.refused[0]


def test_a_body_larger_than_any_page_is_left_out_and_the_others_come(store: Store, tmp_path: Path) -> None:
    root = folder_of_pages(tmp_path / "pages")
    with page(root, "Acme/Privacy Policy/20240902T070000Z.md", "x").open("r+b") as file:
        file.truncate(LARGEST + 1)

    done = imported(store, read_folder(root))

    assert done.added == 4
    assert len(done.refused) == 1
    assert "20240902T070000Z.md: is larger than 50 MB, which no page is" in done.refused[0]


def test_a_blob_larger_than_any_page_is_left_out_and_the_next_is_read_right(store: Store, tmp_path: Path) -> None:
    history = read_repository(
        git_repository(
            tmp_path / "history.git",
            Commit({"Acme/Terms.md": OLD}),
            Commit({"Acme/Terms.md": b"x" * (LARGEST + 1)}, at=NOON + DAY),
            Commit({"Acme/Terms.md": NEW}, at=NOON + 2 * DAY),
        )
    )

    done = imported(store, history)

    assert (done.added, len(done.refused)) == (2, 1)
    assert [record.body.decode() for record in store.history("Acme", "Terms")] == [OLD, NEW]


def test_more_records_than_one_import_takes_are_refused_before_any_is_written(store: Store, tmp_path: Path) -> None:
    history = read_folder(folder_of_pages(tmp_path / "pages"))
    endless = tuple(Line(line.service, line.document, line.listed * MOST) for line in history.lines[1:])

    with pytest.raises(UsageError, match=r"are more than the 1,000,000 of one import: choose some with --service"):
        import_history(Archive(store, writes=True), history, endless + endless, NOW)
    assert store.head()[0] == 0


def killed_at(point: Point, turn: int) -> Crash:
    """End this process with SIGKILL when it comes to a point for the given time."""
    left = count(turn - 1, -1)

    def crash(here: Point) -> None:
        if here is point and next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return crash


@pytest.mark.skipif(not hasattr(os, "fork"), reason="killing a child takes fork")
@pytest.mark.parametrize("point", [Point.BLOB, Point.WRITTEN, Point.COMMITTED])
def test_an_import_that_was_killed_goes_on_where_it_stood(tmp_path: Path, point: Point) -> None:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    for step in range(40):
        at = start + timedelta(days=step)
        page(tmp_path / "pages", f"Acme/Terms/{at:%Y%m%dT%H%M%SZ}.md", f"Edition {step} of the terms.")
    history = read_folder(tmp_path / "pages")
    archive = tmp_path / "archive.sqlite"

    def run(crash: Crash) -> Imported:
        with open_store(archive, crash=crash) as store:
            return import_history(Archive(store, writes=True, at_once=10), history, history.lines, NOW)

    child = os.fork()
    if not child:
        try:
            run(killed_at(point, 3))
        finally:
            os._exit(1)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    there = _captures(archive)

    done = run(go_on)

    assert (done.known, done.added) == (there, 40 - there)
    with ExitStack() as stack:
        store = stack.enter_context(open_store(archive, writes=False))
        reader = stack.enter_context(history.reading())
        assert list(store.history("Acme", "Terms")) == list(reader.records(history.lines[0]))
        assert list(store.verify()) == []


def _captures(archive: Path) -> int:
    with open_store(archive) as store:
        return store.head()[0]


def records(history: History) -> Iterator[Record]:
    with history.reading() as reader:
        for line in history.lines:
            yield from reader.records(line)


def test_what_is_listed_of_an_archive_are_its_records(store: Store, address: str, tmp_path: Path) -> None:
    imported(store, read_repository(git_history(tmp_path)))
    history = read_archive(address)

    listed = [(line.service, line.document, one.at, one.id) for line in history.lines for one in line.listed]

    assert listed == [(r.service, r.document, r.at, r.id) for r in records(history)]
