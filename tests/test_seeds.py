"""Declarations from files: ours and Open Terms Archive's, and what their authors are told of mistakes."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracker.errors import DeclarationError
from tracker.seeds import read_declaration, read_declarations
from tracker.text.declaration import Declaration, Page, PastPages, Range, ServiceDeclaration

PROJECT = Path(__file__).parents[1]
FOREIGN = PROJECT / ".." / "shared" / "data"


def written(folder: Path, name: str, told: object) -> Path:
    file = folder / name
    file.write_text(told if isinstance(told, str) else json.dumps(told), encoding="utf-8")
    return file


def ota(**document: object) -> dict[str, object]:
    return {"name": "Example", "terms": {"Terms of Service": document}}


def test_a_toml_file_declares_a_service(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "example.toml",
        """
service = "Example"
aliases = ["Example Ltd"]
[documents."Privacy Policy"]
type = "Privacy Policy"
url = "https://example.org/privacy"
select = ["main", { start_before = "#a", end_after = "#b" }]
remove = ".ad"
drop_query = ["sig"]
language = "en"
headers = { fetch = "kept as it is" }
[documents.Rules]
select = "article"
pages = [{ url = "https://example.org/1" }, { url = "https://example.org/2", select = "#two" }]
""",
    )

    assert read_declaration(file) == ServiceDeclaration(
        "Example",
        (
            Declaration(
                "Privacy Policy",
                (
                    Page(
                        "https://example.org/privacy",
                        select=("main", Range("#a", "#b", after_end=True)),
                        remove=(".ad",),
                        drop_query=("sig",),
                        headers=(("fetch", "kept as it is"),),
                        language="en",
                    ),
                ),
                type="Privacy Policy",
            ),
            Declaration(
                "Rules",
                (
                    Page("https://example.org/1", select=("article",)),
                    Page("https://example.org/2", select=("#two",)),
                ),
            ),
        ),
        aliases=("Example Ltd",),
    )


def test_a_json_file_of_open_terms_archive_reads_as_it_is(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "Example.json",
        ota(
            fetch="https://example.org/tos",
            select=[{"startAfter": "h1", "endBefore": "footer"}],
            filter=[{"removeQueryParams": ["a", "b"]}, "removeQueryParams"],
            executeClientScripts=True,
        ),
    )

    assert read_declaration(file).documents == (
        Declaration(
            "Terms of Service",
            (
                Page(
                    "https://example.org/tos",
                    select=(Range("h1", "footer", after_start=True),),
                    drop_query=("a", "b"),
                    execute_client_scripts=True,
                ),
            ),
        ),
    )


def test_combined_pages_inherit_what_their_document_says(tmp_path: Path) -> None:
    pages = [{"fetch": "https://example.org/1"}, {"fetch": "https://example.org/2", "select": "#two"}]
    file = written(tmp_path, "Example.json", ota(combine=pages, select="main", remove=["nav"]))

    assert read_declaration(file).documents[0].pages == (
        Page("https://example.org/1", select=("main",), remove=("nav",)),
        Page("https://example.org/2", select=("#two",), remove=("nav",)),
    )


def test_a_filter_of_somebody_else_is_an_error_when_the_page_is_used(tmp_path: Path) -> None:
    file = written(tmp_path, "Example.json", ota(fetch="https://example.org", filter=["cleanUrls", {"drop": "x"}]))

    (page,) = read_declaration(file).documents[0].pages

    assert page.unsupported == ("cleanUrls", "drop")
    with pytest.raises(DeclarationError, match=r"Example\.json: Terms of Service: filter cleanUrls, drop"):
        page.require_supported()


def test_old_snapshots_are_read_as_declared_in_their_day(tmp_path: Path) -> None:
    file = written(tmp_path, "Example.json", ota(fetch="https://example.org/new", select="main"))
    past = [
        {"fetch": "https://example.org/2", "select": "#b", "validUntil": "2021-06-01T00:00:00Z"},
        {"fetch": "https://example.org/1", "select": "#a", "validUntil": "2020-06-01T12:00:00+02:00"},
    ]
    written(tmp_path, "Example.history.json", {"Terms of Service": past, "FAQ": past[:1]})

    service = read_declaration(file)
    terms = service.document("Terms of Service")
    faq = service.document("FAQ")

    assert terms is not None
    assert [
        terms.at(moment) for moment in (moment_of(2020, 6, 1, 10), moment_of(2020, 6, 1, 11), moment_of(2022, 1, 1))
    ] == [
        (Page("https://example.org/1", select=("#a",)),),
        (Page("https://example.org/2", select=("#b",)),),
        (Page("https://example.org/new", select=("main",)),),
    ]
    assert faq == Declaration(
        "FAQ",
        (),
        history=(PastPages(moment_of(2021, 6, 1), (Page("https://example.org/2", select=("#b",)),)),),
    )


def moment_of(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "told", "message"),
    [
        ("a.json", "{", "a.json: is no valid JSON"),
        ("a.toml", "service = ", "a.toml: is no valid TOML"),
        ("a.json", [], "a.json: Expected `object`, got `array`"),
        ("a.json", {"terms": {}}, "a.json: Object missing required field `service` (`name`)"),
        ("a.json", {"nam": "A", "terms": {}}, "a.json: unknown key 'nam'; did you mean 'name'?"),
        (
            "a.json",
            ota(fetch="https://e.org", selct="main"),
            "a.json: Terms of Service: unknown key 'selct'; did you mean 'select'?",
        ),
        (
            "a.json",
            ota(fetch="https://e.org", zzz=1),
            "a.json: Terms of Service: unknown key 'zzz'; remove it",
        ),
        (
            "a.json",
            ota(fetch=7),
            "a.json: Terms of Service: Expected `str | null`, got `int` - at `url` (`fetch`)",
        ),
        ("a.json", ota(select="main"), "a.json: Terms of Service: needs either one address"),
        ("a.json", ota(combine=[{"select": "main"}]), "a.json: Terms of Service: a page without an address"),
        (
            "a.json",
            ota(fetch="example.org"),
            "a.json: Terms of Service: 'example.org' is no address of a page",
        ),
        (
            "a.json",
            ota(fetch="https://e.org", select="p[["),
            "Terms of Service: select: the CSS selector 'p[['",
        ),
        (
            "a.json",
            ota(fetch="https://e.org", remove={"startBefore": "p"}),
            "Terms of Service: remove: a range needs",
        ),
        (
            "a.json",
            ota(fetch="https://e.org", select={"startBefor": "p"}),
            "unknown key 'startBefor'; did you mean 'startBefore'?",
        ),
        (
            "a.json",
            ota(fetch="https://e.org", validUntil="2020-01-01T00:00:00Z"),
            "validUntil belongs into the file of history",
        ),
    ],
)
def test_a_mistake_is_told_with_file_key_and_what_to_do(tmp_path: Path, name: str, told: object, message: str) -> None:
    written(tmp_path, name, told)

    with pytest.raises(DeclarationError, match=re.escape(message)):
        read_declarations(tmp_path)


@pytest.mark.parametrize(
    ("history", "message"),
    [
        ([], "history.json: has to hold document names"),
        ({"Terms of Service": {}}, "history.json: Terms of Service: has to be a list"),
        ({"Terms of Service": [{"fetch": "https://e.org"}]}, "every past declaration needs validUntil"),
    ],
)
def test_a_mistake_in_a_history_is_told(tmp_path: Path, history: object, message: str) -> None:
    written(tmp_path, "a.json", ota(fetch="https://e.org"))
    written(tmp_path, "a.history.json", history)

    with pytest.raises(DeclarationError, match=re.escape(message)):
        read_declarations(tmp_path)


def test_a_service_is_declared_once(tmp_path: Path) -> None:
    written(tmp_path, "a.json", ota(fetch="https://e.org"))
    written(tmp_path, "b.json", ota(fetch="https://e.org"))

    with pytest.raises(DeclarationError, match=r"Example is declared in .*a\.json already"):
        read_declarations(tmp_path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="no such folder"):
        read_declarations(tmp_path / "gone")


def test_a_folder_without_declarations_is_told(tmp_path: Path) -> None:
    written(tmp_path, "notes.md", "none")

    with pytest.raises(DeclarationError, match="no declarations here"):
        read_declarations(tmp_path)


def test_the_shipped_seeds_declare_telegram() -> None:
    services = read_declarations(PROJECT / "seeds" / "services")

    assert {each.document: [page.url for page in each.pages] for each in services["Telegram"].documents} == {
        "Privacy Policy": ["https://telegram.org/privacy"],
        "FAQ": ["https://telegram.org/faq?setln=en"],
        "Terms of Service": ["https://telegram.org/tos"],
    }


@pytest.mark.parametrize("folder", ["declarations", "declarations-html"])
def test_real_declarations_of_open_terms_archive_can_be_read(folder: str) -> None:
    if not (FOREIGN / folder).is_dir():
        pytest.skip("the shared declarations are not here")

    services = read_declarations(FOREIGN / folder)

    assert set(services) == {file.stem for file in (FOREIGN / folder).glob("*.json")}
