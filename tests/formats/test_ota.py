from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from histories import DAY, NOON, Commit, blob_of, git, git_repository

from tracker.errors import SourceError
from tracker.formats.source import open_history
from tracker.model import Cause, Format, Record

if TYPE_CHECKING:
    from pathlib import Path


def records(source: Path) -> dict[tuple[str, str], list[Record]]:
    with open_history(source) as history, history.reading() as reader:
        return {(line.service, line.document): list(reader.records(line)) for line in history.lines}


def bodies(source: Path) -> dict[tuple[str, str], list[str]]:
    return {name: [record.body.decode() for record in line] for name, line in records(source).items()}


def test_a_record_carries_author_date_blob_and_commit(tmp_path: Path) -> None:
    repository = git_repository(
        tmp_path,
        Commit({"A/Terms.md": "one\n"}, "First record of A Terms"),
        Commit({"A/Terms.md": "two\n"}, at=NOON + DAY),
    )
    commits = git(repository, "log", "--reverse", "--format=%H", "main").split()
    first, second = records(repository)["A", "Terms"]
    assert first == Record(
        service="A",
        document="Terms",
        at=datetime(2024, 9, 1, 12, tzinfo=UTC),
        id=blob_of(repository, "one\n"),
        source=commits[0],
        format=Format.MARKDOWN,
        body=b"one\n",
        recorded_as=Cause.FIRST_RECORD,
    )
    assert (second.body, second.source, second.recorded_as) == (b"two\n", commits[1], Cause.CHANGE)


def test_order_is_that_of_the_commits_where_dates_run_backwards(tmp_path: Path) -> None:
    repository = git_repository(
        tmp_path,
        Commit({"A/Terms.md": "late"}, at=NOON + 9 * DAY),
        Commit({"A/Terms.md": "early"}, at=NOON),
        Commit({"A/Terms.md": "last"}, at=NOON + 3 * DAY),
    )
    assert bodies(repository) == {("A", "Terms"): ["late", "early", "last"]}


@pytest.mark.parametrize(
    ("title", "cause"),
    [
        ("Refilter A Terms", Cause.TECHNICAL_UPGRADE),
        ("Apply technical or declaration upgrade on A Terms", Cause.TECHNICAL_UPGRADE),
        ("Update A Terms", Cause.CHANGE),
        ("Refilters are described here", Cause.CHANGE),
        ("Start tracking A Terms", Cause.CHANGE),  # it is not the first record of the file
        ("", Cause.CHANGE),
    ],
)
def test_a_title_tells_why_a_later_version_was_recorded(tmp_path: Path, title: str, cause: Cause) -> None:
    repository = git_repository(tmp_path, Commit({"A/Terms.md": "one"}), Commit({"A/Terms.md": "two"}, title))
    assert [record.recorded_as for record in records(repository)["A", "Terms"]] == [Cause.CHANGE, cause]


def test_several_files_of_one_commit_are_several_records(tmp_path: Path) -> None:
    repository = git_repository(tmp_path, Commit({"B/Terms.md": "b", "A/Terms.md": "a", "A/Privacy.txt": "p"}))
    assert bodies(repository) == {("A", "Privacy"): ["p"], ("A", "Terms"): ["a"], ("B", "Terms"): ["b"]}


def test_names_keep_spaces_quotes_line_feeds_and_letters_of_any_script(tmp_path: Path) -> None:
    names = ["Ünï Cödé/Правила пользования.md", 'A "B"/Te\nrms.md', "-o/--help.md", "a:b/@{-1}.txt"]
    repository = git_repository(tmp_path, Commit(dict.fromkeys(names, "text")))
    assert set(bodies(repository)) == {
        ("Ünï Cödé", "Правила пользования"),
        ('A "B"', "Te\nrms"),
        ("-o", "--help"),
        ("a:b", "@{-1}"),
    }


def test_only_documents_two_levels_deep_are_read(tmp_path: Path) -> None:
    names = ["README.md", "A/B/Terms.md", "A/image.png", "A/Terms.MD", "A/Terms.md"]
    repository = git_repository(tmp_path, Commit(dict.fromkeys(names, "text")))
    assert list(bodies(repository)) == [("A", "Terms")]


LONG = "".join(f"Sentence number {n} of these terms says something.\n" for n in range(60))


def test_a_renamed_file_goes_on_under_its_new_name(tmp_path: Path) -> None:
    repository = git_repository(
        tmp_path,
        Commit({"A/terms_of_service.md": LONG}),
        Commit({"A/terms_of_service.md": None, "A/Terms.md": LONG + "More.\n"}, "Rename"),
        Commit({"A/Terms.md": "new"}),
    )
    assert bodies(repository) == {("A", "Terms"): [LONG, LONG + "More.\n", "new"]}


def test_a_rename_without_another_word_is_no_record(tmp_path: Path) -> None:
    repository = git_repository(
        tmp_path,
        Commit({"A/terms.md": LONG}),
        Commit({"A/terms.md": None, "A/Terms.md": LONG}),
        Commit({"A/Terms.md": "new"}),
    )
    assert bodies(repository) == {("A", "Terms"): [LONG, "new"]}


def test_a_file_with_other_words_in_the_place_of_a_deleted_one_is_another_document(tmp_path: Path) -> None:
    other = "".join(f"Other words stand in line {n}, all of them new.\n" for n in range(60))
    repository = git_repository(
        tmp_path, Commit({"A/terms.md": LONG}), Commit({"A/terms.md": None, "A/Terms.md": other})
    )
    assert bodies(repository) == {("A", "Terms"): [other], ("A", "terms"): [LONG]}


def test_a_deleted_file_that_comes_back_follows_on_what_it_was(tmp_path: Path) -> None:
    repository = git_repository(
        tmp_path,
        Commit({"A/Terms.md": "one", "A/Other.md": "x"}),
        Commit({"A/Terms.md": None}, "Remove"),
        Commit({"A/Terms.md": "one"}, "Start tracking A Terms"),
        Commit({"A/Terms.md": "two"}),
    )
    assert bodies(repository)["A", "Terms"] == ["one", "two"]


def test_the_same_bytes_twice_in_a_row_are_one_record(tmp_path: Path) -> None:
    repository = git_repository(
        tmp_path,
        Commit({"A/Terms.md": "one"}),
        Commit({"A/Terms.md": "one", "A/B.md": "b"}),
        Commit({"A/Terms.md": "two"}),
    )
    assert bodies(repository)["A", "Terms"] == ["one", "two"]


def test_only_the_first_parent_of_a_merge_is_followed(tmp_path: Path) -> None:
    repository = git_repository(tmp_path, Commit({"A/Terms.md": "one"}), Commit({"A/Terms.md": "two"}))
    by_whom = b"author a <a@b> 1725192000 +0000\ncommitter a <a@b> 1725192000 +0000\n"
    stream = (
        b"commit refs/heads/side\n" + by_whom + b"data 4\nside\n"
        b"from refs/heads/main~1\nM 100644 inline A/Terms.md\ndata 4\nside\n\n"
        b"commit refs/heads/main\n" + by_whom + b"data 5\nmerge\n"
        b"from refs/heads/main^0\nmerge refs/heads/side\nM 100644 inline A/Terms.md\ndata 5\nthree\n\n"
    )
    git(repository, "fast-import", "--quiet", stdin=stream)
    assert bodies(repository) == {("A", "Terms"): ["one", "two", "three"]}


def test_a_work_tree_is_read_like_a_bare_repository(tmp_path: Path) -> None:
    bare = git_repository(tmp_path / "bare", Commit({"A/Terms.md": "one"}))
    git(tmp_path, "clone", "-q", str(bare), "tree")
    assert bodies(tmp_path / "tree") == {("A", "Terms"): ["one"]}


def test_the_settings_of_a_calling_git_are_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = git_repository(tmp_path / "ours", Commit({"A/Terms.md": "one"}))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "another"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert bodies(repository) == {("A", "Terms"): ["one"]}


def test_settings_of_the_repository_change_nothing_and_start_nothing(tmp_path: Path) -> None:
    repository = git_repository(tmp_path / "r", Commit({"A/Größe.md": "one"}), Commit({"A/Größe.md": "two"}))
    marker = tmp_path / "started"
    for name, value in {
        "core.quotePath": "true",
        "log.showRoot": "false",
        "log.showSignature": "true",
        "log.follow": "true",
        "diff.renames": "copies",
        "diff.orderFile": "nowhere",
        "diff.external": f"touch {marker}",
        "gpg.program": f"touch {marker}",
        "core.pager": f"touch {marker}",
        "core.fsmonitor": f"touch {marker}",
        "format.pretty": "oneline",
        "i18n.logOutputEncoding": "ISO-8859-1",
    }.items():
        git(repository, "config", name, value)
    assert bodies(repository) == {("A", "Größe"): ["one", "two"]}
    assert not marker.exists()


def bundle(repository: Path, *references: str) -> Path:
    file = repository.parent / "history.bundle"
    git(repository, "bundle", "create", "-q", str(file), *references)
    return file


def test_a_bundle_is_read_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = bundle(git_repository(tmp_path / "r", Commit({"A/Terms.md": "one"})), "--all")
    desk = tmp_path / "desk"
    desk.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(desk))
    assert bodies(file) == {("A", "Terms"): ["one"]}
    assert list(desk.iterdir()) == []


def test_a_bundle_without_head_is_read_by_its_only_branch(tmp_path: Path) -> None:
    file = bundle(git_repository(tmp_path / "r", Commit({"A/Terms.md": "one"})), "refs/heads/main")
    assert bodies(file) == {("A", "Terms"): ["one"]}


def test_a_broken_bundle_is_a_source_error_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = bundle(git_repository(tmp_path / "r", Commit({"A/Terms.md": LONG})), "--all")
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) - 60])
    desk = tmp_path / "desk"
    desk.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(desk))
    with pytest.raises(SourceError, match=r"history\.bundle: git cannot unpack this bundle: "):
        records(file)
    assert list(desk.iterdir()) == []


def test_a_file_that_is_no_bundle_is_a_source_error(tmp_path: Path) -> None:
    file = tmp_path / "notes.bundle"
    file.write_text("just words")
    with pytest.raises(SourceError, match="this file is no git bundle"):
        records(file)


def test_a_repository_without_commits_is_a_source_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has no commits"):
        records(git_repository(tmp_path / "r"))


def test_a_repository_without_documents_is_a_source_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"holds no file Service/Document\.md"):
        records(git_repository(tmp_path / "r", Commit({"README.md": "one"})))


def test_a_missing_blob_is_a_source_error_that_names_it(tmp_path: Path) -> None:
    repository = git_repository(tmp_path, Commit({"A/Terms.md": "one"}), Commit({"A/Terms.md": "two"}))
    _loosen(repository)
    blob = blob_of(repository, "two")
    (repository / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(SourceError, match=f"blob {blob} cannot be read"):
        records(repository)


def _loosen(repository: Path) -> None:
    packs = list((repository / "objects" / "pack").glob("*.pack"))
    for pack in packs:
        body = pack.read_bytes()
        for part in (repository / "objects" / "pack").glob(pack.stem + ".*"):
            part.chmod(0o644)
            part.unlink()
        git(repository, "unpack-objects", "-q", stdin=body)


def test_a_broken_commit_is_a_source_error(tmp_path: Path) -> None:
    repository = git_repository(tmp_path, Commit({"A/Terms.md": "one"}), Commit({"A/Terms.md": "two"}))
    _loosen(repository)
    first = git(repository, "rev-list", "--max-parents=0", "main")
    (repository / "objects" / first[:2] / first[2:]).unlink()
    with pytest.raises(SourceError, match="git cannot read it to the end"):
        records(repository)


def test_a_machine_without_git_gets_a_clear_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = git_repository(tmp_path / "r", Commit({"A/Terms.md": "one"}))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match="takes git, which is not installed"):
        records(repository)


def test_a_reader_that_stops_early_leaves_no_process(tmp_path: Path) -> None:
    repository = git_repository(tmp_path, *(Commit({"A/Terms.md": f"text {n}"}) for n in range(5)))
    with open_history(repository) as history, history.reading() as reader:
        first = next(iter(reader.records(history.lines[0])))
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    assert first.body == b"text 0"
