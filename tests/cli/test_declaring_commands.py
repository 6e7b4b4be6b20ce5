"""`tracker try`, `tracker add` and `tracker seeds check`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from commands import fails, objects, tracker
from histories import page as page_file
from scripted_server import ScriptedServer, page

from tracker.errors import NoMatch
from tracker.seeds import read_declaration, read_declarations
from tracker.text.declaration import Declaration, Page, ServiceDeclaration

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scripted_server import Asked

CLAUSES = "".join(f"<p>Clause {n} says what happens to part {n} of your words.</p>" for n in range(9))


class Site:
    """A page whose middle differs each time it is fetched, where `differs` says so."""

    def __init__(self, *, differs: bool = False) -> None:
        self.differs, self.times = differs, 0

    def script(self, asked: Asked) -> Iterator[bytes]:
        if asked.target != "/privacy":
            return page(b"gone", "404 Not Found")
        self.times += 1
        ad = f"<p class=ad>Offer number {self.times if self.differs else 0}</p>"
        told = (
            '<html lang="en-GB"><head><title>Acme | Privacy Notice</title><meta property="og:site_name" content="Acme">'
            f"</head><body><nav>Menu</nav><main><h1>Privacy Notice</h1>{CLAUSES}{ad}</main></body></html>"
        )
        return page(told.encode(), Content_Type="text/html; charset=utf-8")


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> Path:
    return tmp_path


def configured(home: Path, server: ScriptedServer) -> str:
    """Write a configuration that may ask the server; gives the address of its page."""
    (home / "config.toml").write_text(f'declarations = "seeds"\n[fetch]\nallow = ["127.0.0.1:{server.port}"]\n')
    return server.url("/privacy")


def test_try_shows_what_would_be_taken_and_how_to_declare_it(home: Path) -> None:
    with ScriptedServer(Site().script) as server:
        url = configured(home, server)
        done = tracker("try", url, "--pause", "0", cwd=home)

    assert done.returncode == 0
    assert done.stdout.startswith("# Privacy Notice\n\nClause 0 says what happens to part 0 of your words.\n")
    assert "Menu" not in done.stdout
    assert done.stdout.endswith(
        'To declare it:\n\nservice = "Acme"\n\n[documents."Privacy Policy"]\ntype = "Privacy Policy"\n'
        f'url = "{url}"\nselect = "main"\nlanguage = "en-GB"\n'
    )
    assert done.stderr == (
        "tracker: 105 words in main (it holds 100% of the words)\ntracker: two fetches agree to the letter\n"
    )


def test_try_says_which_lines_two_fetches_give_differently(home: Path) -> None:
    with ScriptedServer(Site(differs=True).script) as server:
        url = configured(home, server)
        (loose,) = objects(tracker("try", url, "--select", "main", "--pause", "0", "--json", cwd=home))
        (fixed,) = objects(
            tracker("try", url, "--select", "main", "--remove", ".ad", "--pause", "0", "--json", cwd=home)
        )

    assert (loose["agrees"], loose["differing"]) == (False, ["-Offer number 1", "+Offer number 2"])
    assert (fixed["agrees"], fixed["differing"], fixed["remove"]) == (True, [], [".ad"])


def test_try_tells_what_is_wrong(home: Path) -> None:
    with ScriptedServer(Site().script) as server:
        url = configured(home, server)
        fails(1, "nothing in the page matches #nowhere", "try", url, "--select", "#nowhere", "--pause", "0", cwd=home)
        fails(2, "the CSS selector '[' cannot be read", "try", url, "--select", "[", cwd=home)
        fails(1, "answers 404", "try", server.url("/other"), cwd=home)
    fails(1, "blocked_address", "try", "http://127.0.0.1:1/", cwd=home)


def test_add_writes_a_declaration_that_reads_as_it_was_shown(home: Path) -> None:
    with ScriptedServer(Site().script) as server:
        url = configured(home, server)
        done = tracker("add", url, "--yes", cwd=home)

    assert done.returncode == 0, done.stderr
    assert read_declaration(home / "seeds/acme.toml") == ServiceDeclaration(
        "Acme", (Declaration("Privacy Policy", (Page(url, ("main",), language="en-GB"),), type="Privacy Policy"),)
    )
    assert done.stderr.splitlines()[-1].endswith(
        "acme.toml: Acme, Privacy Policy is declared; `tracker check` asks for it"
    )


def test_add_puts_a_second_document_into_the_file_of_its_service_and_leaves_the_rest(home: Path) -> None:
    with ScriptedServer(Site().script) as server:
        url = configured(home, server)
        (home / "seeds").mkdir()
        before = f'# mine\nservice = "Acme"\n\n[documents.Terms]\nurl = "{url}#terms"  # kept\n'
        (home / "seeds/mine.toml").write_text(before)
        done = tracker("add", url, "--remove", ".ad", "--yes", cwd=home)

    assert done.returncode == 0, done.stderr
    assert (home / "seeds/mine.toml").read_text().startswith(before)
    assert [one.document for one in read_declarations(home / "seeds")["Acme"].documents] == ["Terms", "Privacy Policy"]
    assert sorted(path.name for path in (home / "seeds").iterdir()) == ["mine.toml"]


def test_add_overwrites_nothing(home: Path) -> None:
    with ScriptedServer(Site().script) as server:
        url = configured(home, server)
        tracker("add", url, "--yes", cwd=home)
        there = (home / "seeds/acme.toml").read_text()

        fails(2, "declares Privacy Policy already", "add", url, "--yes", cwd=home)
        (home / "seeds/brio.toml").write_text('service = "Other"\n[documents.X]\nurl = "https://example.org/"\n')
        fails(
            2,
            "brio.toml: is there already and declares another service",
            "add",
            url,
            "--service",
            "Brio",
            "--yes",
            cwd=home,
        )
        (home / "seeds/Cato.json").write_text(
            json.dumps({"name": "Cato", "terms": {"X": {"fetch": "https://c.example"}}})
        )
        fails(2, "is declared in a file that is not written here", "add", url, "--service", "Cato", "--yes", cwd=home)

    assert (home / "seeds/acme.toml").read_text() == there


def test_add_asks_somebody_or_wants_a_yes(home: Path) -> None:
    with ScriptedServer(Site().script) as server:
        url = configured(home, server)
        fails(2, "nobody can be asked here: give --yes", "add", url, cwd=home)

    assert not (home / "seeds").exists()


GOOD = {"fetch": "https://acme.example/terms", "select": "main"}


def seeds(home: Path, **services: dict[str, object]) -> Path:
    (home / "config.toml").write_text('declarations = "seeds"\n')
    (home / "seeds").mkdir()
    for name, terms in services.items():
        (home / f"seeds/{name}.json").write_text(json.dumps({"name": name, "terms": terms}))
    return home


def problems(home: Path) -> list[tuple[str, str]]:
    done = tracker("seeds", "check", "--json", cwd=home)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == (1 if told else 0), done.stderr
    return [(one["where"], one["reason"]) for one in told]


def test_declarations_without_fault_pass_and_what_was_not_tried_is_said(home: Path) -> None:
    done = tracker("seeds", "check", cwd=seeds(home, Acme={"Terms": GOOD}))

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == (
        "tracker: no page is stored of Acme, Terms: selectors of these were not tried\n"
        "tracker: 1 documents of 1 services, tried on 0 stored pages\n"
    )


@pytest.mark.parametrize(
    ("terms", "where", "reason"),
    [
        ({"Terms": {"fetch": "https://a.example", "selct": "main"}}, "seeds/Acme.json", "Terms: unknown key 'selct'"),
        ({"Terms": GOOD | {"select": "["}}, "seeds/Acme.json", "Terms: select: the CSS selector '[' cannot be read"),
        (
            {"Terms": GOOD | {"select": {"startBefore": "#a"}}},
            "seeds/Acme.json",
            "Terms: select: a range needs one start",
        ),
        ({"Terms": GOOD | {"fetch": "http://127.1/terms"}}, "seeds/Acme.json: Terms: url", "leads to 127.0.0.1"),
        ({"Terms": GOOD | {"fetch": "https://me:pw@a.example/"}}, "seeds/Acme.json: Terms: url", "holds a user name"),
        ({"Terms": GOOD | {"filter": ["cleanUrls"]}}, "seeds/Acme.json: Terms: filter", "cleanUrls is a JavaScript"),
        ({"Terms": GOOD | {"remove": "main"}}, "seeds/Acme.json: Terms: remove", "main is selected and removed"),
        ({"Terms": GOOD, "Rules": GOOD}, "seeds/Acme.json: Rules", "has the same address and selectors as"),
        ({"Terms": GOOD, "terms": GOOD | {"select": "p"}}, "seeds/Acme.json: terms", "differs from 'Terms' in small"),
        (
            {"Terms": {"combine": [GOOD, GOOD]}},
            "seeds/Acme.json: Terms: pages",
            "names the same page with the same selectors twice",
        ),
    ],
)
def test_each_fault_is_named_with_file_and_key(home: Path, terms: dict[str, object], where: str, reason: str) -> None:
    (one,) = problems(seeds(home, Acme=terms))

    assert one[0] == where
    assert reason in one[1]


def test_all_faulty_files_are_named_not_the_first_alone(home: Path) -> None:
    found = problems(seeds(home, Acme={"Terms": {}}, Brio={"Terms": {"fetch": "x"}}, acme={"Rules": GOOD}))

    assert [where for where, _ in found] == ["seeds/Acme.json", "seeds/Brio.json"]


def test_selectors_are_tried_on_stored_pages_as_they_were_declared_in_their_day(home: Path) -> None:
    seeds(home, Acme={"Terms": GOOD, "Rules": {"fetch": "https://acme.example/rules", "select": "article"}})
    past = {"Terms": [{"fetch": "https://acme.example/old", "select": "#old", "validUntil": "2020-01-01T00:00:00Z"}]}
    (home / "seeds/Acme.history.json").write_text(json.dumps(past))
    page_file(home / "snapshots", "Acme/Terms/20190101T000000Z.html", "<p id=old>Old terms.</p>")
    page_file(home / "snapshots", "Acme/Terms/20240101T000000Z.html", "<main>New terms.</main>")
    page_file(home / "snapshots", "Acme/Rules/20240101T000000Z.html", "<main>Rules.</main>")

    assert problems(home) == [
        (
            "seeds/Acme.json: Rules: select",
            f"on snapshots/Acme/Rules/20240101T000000Z.html: {NoMatch('article')}",
        )
    ]


def test_the_last_page_of_the_archive_is_tried_too(home: Path) -> None:
    seeds(home, Acme={"Terms": GOOD})
    page_file(home / "pages", "Acme/Terms/20230101T000000Z.html", "<p>Before the page was made anew.</p>")
    page_file(home / "pages", "Acme/Terms/20240101T000000Z.html", "<main>Terms.</main>")
    assert tracker("import", "folder", "pages", cwd=home).returncode == 0
    assert problems(home) == []

    page_file(home / "pages", "Acme/Terms/20250101T000000Z.html", "<section>Terms.</section>")
    tracker("import", "folder", "pages", cwd=home)
    ((where, reason),) = problems(home)
    assert (where, reason.partition(":")[0]) == ("seeds/Acme.json: Terms: select", "on the page captured 2025-01-01 00")
