"""The commands over the archive, as their users meet them, against a server on loopback."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from commands import fails, objects, tracker
from scripted_server import Asked, ScriptedServer, page
from watched import FILLER, html, policy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COURT = "We only disclose your IP address to the authorities if we receive a court order about a terror suspect."
VALID = "We may disclose your IP address to the authorities if we receive a valid order about a suspect."


class Site:
    """A folder with a configuration that watches one page of a server on loopback."""

    def __init__(self, folder: Path, server: ScriptedServer, pages: dict[str, bytes]) -> None:
        self.folder, self.server, self.pages = folder, server, pages

    def run(self, *arguments: str) -> tuple[int, str, str]:
        done = tracker(*arguments, cwd=self.folder)
        return done.returncode, done.stdout, done.stderr

    def told(self, *arguments: str) -> list[dict[str, object]]:
        return objects(tracker(*arguments, "--json", cwd=self.folder))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    pages = {"/privacy": policy(COURT)}

    def script(asked: Asked) -> Iterator[bytes]:
        told = pages.get(asked.target)
        return page(b"", "404 Not Found") if told is None else page(told, Content_Type="text/html")

    with ScriptedServer(script) as server:
        (tmp_path / "services").mkdir()
        (tmp_path / "services/acme.toml").write_text(
            f'service = "Acme"\n[documents.Privacy]\nurl = "{server.url("/privacy")}"\nselect = "main"\n', "utf-8"
        )
        (tmp_path / "config.toml").write_text(
            f'declarations = "services"\n[fetch]\nallow = ["127.0.0.1:{server.port}"]\n[watch]\nfailing_after = "1s"\n',
            "utf-8",
        )
        yield Site(tmp_path, server, pages)


def test_a_page_is_checked_shown_logged_and_judged_anew(site: Site) -> None:
    assert site.run("check")[:2] == (0, "Acme, Privacy: first record\n")
    assert site.run("check")[:2] == (0, "")  # nothing is due
    site.pages["/privacy"] = policy(VALID)

    [checked] = site.told("check", "Acme")
    assert (checked["result"], checked["significance"], checked["change"]) == ("changed", 3, 2)
    [shown] = site.told("show", "2")
    assert (shown["significance"], shown["service"]) == (3, "Acme")
    assert "court order" in site.run("show", "2", "--html", "change.html")[1]
    assert "valid order" in (site.folder / "change.html").read_text("utf-8")
    logged = site.told("log")
    assert [hashlib.sha256(str(one["line"]).encode()).hexdigest() for one in logged] == [one["hash"] for one in logged]
    assert json.loads(str(logged[1]["line"]))["previous"] == logged[0]["hash"]
    assert len(site.run("log", "Acme", "Privacy", "--last", "1")[1].splitlines()) == 1
    assert site.run("rebuild")[1] == (
        "Acme, Privacy: 2 records, 2 versions, 1 changes of significance; 0 with another text than before\n"
    )
    replayed = objects(tracker("replay", "--json", cwd=site.folder))
    assert replayed == [shown]


def test_status_tells_monitors_that_something_fails(site: Site) -> None:
    fails(2, "there is no archive yet", "status", cwd=site.folder)
    site.run("check")
    assert site.run("status")[0] == 0

    site.pages.clear()
    code, out, _ = site.run("check", "Acme", "Privacy")
    assert (code, "failed (http_status" in out) == (1, True)
    code, out, _ = site.run("status")
    while code == 0:  # it has to fail for a second
        code, out, _ = site.run("status")
    assert (code, out.startswith("failing "), "answers 404" in out) == (1, True, True)


def test_a_suspect_page_is_accepted_by_its_user(site: Site) -> None:
    site.run("check")
    site.pages["/privacy"] = html(FILLER[0])
    assert site.run("check", "Acme")[0] == 1
    assert "suspect: capture_loss" in site.run("log")[1]

    code, out, _ = site.run("check", "Acme", "Privacy", "--accept")

    assert (code, out.startswith("Acme, Privacy: changed  [")) == (0, True)
    fails(2, "there is no suspect page to accept", "check", "Acme", "Privacy", "--accept", cwd=site.folder)
    fails(2, "--accept needs a service and a document", "check", "--accept", cwd=site.folder)


def test_an_archive_comes_back_from_its_backup(site: Site) -> None:
    site.run("check")
    assert site.run("backup", "kept.sqlite")[0] == 0
    fails(1, "a backup replaces none", "backup", "kept.sqlite", cwd=site.folder)
    before = site.told("log")
    (site.folder / "archive.sqlite").unlink()

    assert site.run("restore", "kept.sqlite")[0] == 0

    assert site.told("log") == before
    assert site.run("status")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "Acne"], "nothing of the name Acne is watched; there is Acme"),
        (["log", "Acme", "Terms"], "nothing of the name Acme, Terms is watched"),
        (["rebuild", "Acme", "Terms"], "nothing of the name Acme, Terms is watched"),
        (["show", "99"], "there is no change 99 in the archive"),
    ],
)
def test_a_name_that_is_not_there_is_a_mistake_in_the_call(site: Site, arguments: list[str], message: str) -> None:
    site.run("check")
    fails(2, message, *arguments, cwd=site.folder)


def test_a_declaration_that_cannot_be_read_here_stops_no_other(site: Site) -> None:
    (site.folder / "services/other.json").write_text(
        json.dumps({"name": "Other", "documents": {"Terms": {"fetch": site.server.url("/t"), "filter": ["clean"]}}}),
        "utf-8",
    )

    code, out, error = site.run("check")

    assert (code, out) == (0, "Acme, Privacy: first record\n")
    assert "Other, Terms is not watched" in error
    assert "JavaScript" in error
