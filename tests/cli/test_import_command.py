from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from commands import NEW, OLD, fails, history, objects, tracker
from histories import page
from scripted_server import ScriptedServer
from web_archive import Archived, Kept

if TYPE_CHECKING:
    from pathlib import Path

    from scripted_server import ScriptedServer as Server

URL = "https://acme.example/privacy"
ACME = {"name": "Acme", "terms": {"Privacy Policy": {"fetch": URL, "select": "main"}}}


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> Path:
    """Make a folder with a configuration and one declaration."""
    (tmp_path / "config.toml").write_text('declarations = "seeds"\n')
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds/Acme.json").write_text(json.dumps(ACME))
    return tmp_path


def test_what_is_imported_can_be_replayed_without_its_source(home: Path) -> None:
    source = history(home)
    done = tracker("import", "ota", source, cwd=home)

    assert done.returncode == 0, done.stderr
    assert "6 records of 2 documents added, 0 were there already" in done.stderr
    mine = objects(tracker("replay", "--all", "--json", cwd=home))
    theirs = objects(tracker("replay", source, "--all", "--json", cwd=home))
    assert [one["summary"] for one in mine] == [one["summary"] for one in theirs]
    assert objects(tracker("export", "jsonl", "--service", "Brio", cwd=home))  # text needs no declaration


def test_changes_are_made_of_what_came_and_nobody_is_told(home: Path) -> None:
    tracker("import", "ota", history(home), "--service", "Acme", cwd=home)

    exported = objects(tracker("export", "jsonl", cwd=home))
    replayed = objects(tracker("replay", "--all", "--json", cwd=home))

    assert exported == replayed
    assert [one["cause"] for one in exported] == ["first_record", "change", "variant", "technical_upgrade"]


def test_a_second_import_says_that_all_is_there(home: Path) -> None:
    source = history(home)
    tracker("import", "ota", source, cwd=home)

    again = tracker("import", "ota", source, cwd=home)

    assert (again.returncode, again.stdout) == (0, "")
    assert "0 records of 0 documents added, 6 were there already" in again.stderr


def test_a_dry_run_writes_no_archive(home: Path) -> None:
    done = tracker("import", "ota", history(home), "--service", "Brio", "--dry-run", cwd=home)

    assert (done.returncode, done.stderr) == (
        0,
        "tracker: 2 records of 1 documents would be added, 0 were there already\n",
    )
    assert not (home / "archive.sqlite").exists()


def test_a_folder_is_imported_and_exported_again(home: Path) -> None:
    page(home / "pages", "Acme/Privacy Policy/20240901T060000Z.html", f"<main><p>{OLD}</p></main>")
    page(home / "pages", "Acme/Privacy Policy/20240902T060000Z.html", f"<main><p>{NEW}</p></main>")
    assert tracker("import", "folder", "pages", cwd=home).returncode == 0

    done = tracker("export", "folder", "out", cwd=home)

    assert done.stderr == "tracker: out: 2 records of 1 documents written\n"
    mine = objects(tracker("replay", "--all", "--json", cwd=home))
    assert objects(tracker("replay", "out", "--all", "--json", cwd=home)) == mine
    assert objects(tracker("replay", "pages", "--all", "--json", cwd=home)) == mine


def test_of_a_warc_file_only_declared_pages_are_taken(home: Path) -> None:
    records = b"".join(
        response(url, f"<html><body><main><p>{words}</p></main></body></html>", day)
        for url, words, day in (
            (URL, "We keep it.", 1),
            ("https://other.example/", "Other.", 1),
            (URL, "We sell it.", 2),
        )
    )
    (home / "pages.warc").write_bytes(records)

    done = tracker("import", "warc", "pages.warc", cwd=home)

    assert done.returncode == 0, done.stderr
    assert "1 documents of the source are not declared and not taken" in done.stderr
    assert "2 records of 1 documents added" in done.stderr
    assert [(one["service"], one["document"]) for one in objects(tracker("replay", "--all", "--json", cwd=home))] == [
        ("Acme", "Privacy Policy")
    ] * 2


def response(url: str, body: str, day: int) -> bytes:
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-00000000000{day}>\r\n"
        f"WARC-Date: 2024-09-0{day}T06:00:00Z\r\nWARC-Target-URI: {url}\r\n"
        f"Content-Type: application/http;msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return f"{head}{block}\r\n\r\n".encode()


def test_the_wayback_machine_is_asked_for_what_is_declared(home: Path) -> None:
    archived = Archived(
        *(
            Kept(
                f"{year}0101000000", URL, f"<main><p>{words}</p></main>".encode(), headers={"Content-Type": "text/html"}
            )
            for year, words in ((2018, "too early"), (2019, OLD), (2020, NEW), (2021, NEW), (2022, "too late"))
        )
    )
    with ScriptedServer(archived.script) as server:
        allow(home, server)
        asked = (
            "import", "wayback", "Acme", "Privacy Policy", "--since", "2019-01-01", "--until", "2021-12-31",
            "--archive", server.url("").rstrip("/"), "--pause", "0",
        )  # fmt: skip
        looked = tracker(*asked, "--dry-run", cwd=home)
        assert looked.stderr == "tracker: 2 captures listed that may differ, 2019-01-01 to 2020-01-01\n"
        done = tracker(*asked, cwd=home)

    assert done.returncode == 0, done.stderr
    assert "2 records of 1 documents added, 0 were there already" in done.stderr
    told = objects(tracker("replay", "--all", "--json", cwd=home))
    assert [one["after"]["at"] for one in told] == ["2019-01-01T00:00:00Z", "2020-01-01T00:00:00Z"]


def allow(home: Path, server: Server) -> None:
    (home / "config.toml").write_text(f'declarations = "seeds"\n[fetch]\nallow = ["127.0.0.1:{server.port}"]\n')


def test_calls_that_are_wrong_say_so(home: Path, tmp_path: Path) -> None:
    fails(2, 'no declaration of "Nobody" in seeds; there is Acme', "import", "wayback", "Nobody", "X", cwd=home)
    fails(2, 'declares no "X"; it has Privacy Policy', "import", "wayback", "Acme", "X", cwd=home)
    fails(1, "is neither a git repository nor a git bundle", "import", "ota", "seeds", cwd=home)
    fails(1, "is no WARC file", "import", "warc", "config.toml", cwd=home)
    fails(1, "holds no page", "import", "folder", "seeds", cwd=home)
    fails(2, "there is no archive yet", "export", "jsonl", cwd=home)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    page(home / "pages", "Acme/Terms/20240901T060000Z.md", OLD)
    fails(2, "there is no config.toml here", "import", "folder", home / "pages", cwd=elsewhere)


def test_without_an_archive_the_sample_pages_are_replayed_and_that_is_said(home: Path) -> None:
    page(home / "snapshots", "Acme/Privacy Policy/20240901T060000Z.md", OLD)

    done = tracker("replay", "--all", "--json", cwd=home)

    assert len(objects(done)) == 1
    assert done.stderr.startswith("tracker: there is no archive yet: these are the sample pages of snapshots\n")


def test_an_archive_without_pages_says_how_to_get_some(home: Path) -> None:
    page(home / "pages", "Acme/x\x07y/20240901T060000Z.md", OLD)
    done = tracker("import", "folder", "pages", cwd=home)

    assert "left out: the document 'x\\x07y' has characters in its name that no name has" in done.stderr
    fails(1, "no page was kept in this archive yet", "replay", cwd=home)


def test_two_repositories_come_out_of_the_archive(home: Path) -> None:
    tracker("import", "ota", history(home), "--service", "Acme", cwd=home)

    done = tracker("export", "ota", "out", cwd=home)

    assert (done.returncode, done.stderr) == (0, "tracker: out: 4 snapshots and 4 versions of 1 documents written\n")
    told = objects(tracker("replay", "out/versions", "--json", "--all", cwd=home))
    assert [one["cause"] for one in told] == ["first_record", "change", "variant", "technical_upgrade"]
    fails(2, "is there already; name a new folder", "export", "ota", "out", cwd=home)


def test_the_log_comes_out_as_a_warc_file_that_is_a_source_again(home: Path) -> None:
    tracker("import", "ota", history(home), "--service", "Acme", cwd=home)

    done = tracker("export", "warc", "out.warc.gz", cwd=home)

    assert (done.returncode, done.stderr) == (0, "tracker: out.warc.gz: 4 captures of 1 documents written\n")
    assert objects(tracker("replay", "out.warc.gz", "--json", "--all", cwd=home)) == objects(
        tracker("replay", "--json", "--all", cwd=home)
    )
    assert not (home / "out.warc.gz.unfinished").exists()


def test_the_dossier_of_a_change_is_written(home: Path) -> None:
    tracker("import", "ota", history(home), "--service", "Acme", cwd=home)

    done = tracker("export", "dossier", "2", "change.zip", cwd=home)

    assert (done.returncode, done.stderr) == (0, "tracker: change.zip: the dossier of change 2 is written\n")
    assert (home / "change.zip").read_bytes().startswith(b"PK")
    fails(2, "99", "export", "dossier", "99", "other.zip", cwd=home)
