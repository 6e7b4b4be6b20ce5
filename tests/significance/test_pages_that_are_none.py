"""Pages that are no version of any document: walls in seven languages, empty ones, damaged ones."""

from __future__ import annotations

import base64
import random
import tomllib
from pathlib import Path

import pytest

from tracker.model import Noise
from tracker.significance.garbled import is_garbled
from tracker.significance.sanity import suspect

CASES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
DOCUMENTS: dict[str, str] = CASES["documents"]
SHORT: dict[str, str] = CASES["short"]
WALLS = {
    f"{language} {kind}": (language, page) for language in DOCUMENTS for kind, page in CASES[language]["walls"].items()
}
QUOTED = "\u201cYou\u201d are whoever uses \u201cthe service\u201d \u2013 it isn\u2019t anyone else\u2019s. "
UMLAUTS = "Für jede Größe gehören schöne Grüße dazu, überall und jährlich; auch Überschüsse gehören später uns. "


def good(language: str) -> str:
    return "".join(f"{number}. {DOCUMENTS[language]}\n\n" for number in range(1, 41))


def misread(text: str, written: str, read: str) -> str:
    return text.encode(written, "ignore").decode(read, "replace")


def raw(count: int) -> bytes:
    return random.Random(20).randbytes(count)


# -- walls -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", WALLS)
def test_a_wall_is_one_as_the_first_page_and_behind_a_document_of_any_language(case: str) -> None:
    language, page = WALLS[case]

    assert [suspect(page, last) for last in (None, good(language), good("en"))] == [Noise.WALL] * 3


@pytest.mark.parametrize("case", WALLS)
def test_a_wall_below_the_menu_of_its_site_is_one(case: str) -> None:
    language, page = WALLS[case]
    menu = "".join(f"* [Shop {number}](https://acme.example/shelf/{number})\n" for number in range(70))

    assert [suspect(f"{menu}\n{page}", last) for last in (None, good(language))] == [Noise.WALL] * 2


def test_each_language_has_a_wall_of_each_kind() -> None:
    assert {language: tuple(CASES[language]["walls"]) for language in DOCUMENTS} == dict.fromkeys(
        DOCUMENTS, tuple(CASES["en"]["walls"])
    )


@pytest.mark.parametrize("page", ["", "  \n\n ", "# 1", "* * *\n\n42 | 43", "\u00a9 2026", "Terms"])
@pytest.mark.parametrize("last_good", [None, good("en")])
def test_a_page_without_words_is_empty(page: str, last_good: str | None) -> None:
    assert suspect(page, last_good) == Noise.EMPTY


def test_a_longer_page_is_a_wall_when_it_begins_so_or_says_so_often() -> None:
    story = "The baker sells bread in the village and knows each of the people who come in the morning. " * 25
    last = good("en")[: int(2.3 * len(story))]

    assert suspect("Page not found\n\n" + story, last) is Noise.WALL
    assert suspect(f"{story}Please wait. Something went wrong. Please reload.", last) is Noise.WALL
    assert [suspect(text, last) for text in (story, story + "Please wait.")] == [None, None]
    assert suspect("Page not found\n\n" + story, None) is None


def test_so_few_words_with_one_of_a_wall_are_no_document_but_may_be_what_is_left_of_one() -> None:
    page = "Our site uses cookies. Agree. Disagree. Details."

    assert [suspect(page, last) for last in (None, good("en"))] == [Noise.WALL, Noise.CAPTURE_LOSS]


def test_words_of_walls_count_as_whole_words_and_not_in_addresses() -> None:
    page = (
        "The troops of the village walk [home](https://acme.example/page not found) in the evening, and then they eat."
    )

    assert suspect(page, None) is None


# -- documents ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", DOCUMENTS)
def test_a_long_document_may_speak_of_cookies_logins_and_maintenance(language: str) -> None:
    document = good(language)

    assert [suspect(text, last) for text, last in ((document, None), (document + document[:2000], document))] == [
        None,
        None,
    ]


@pytest.mark.parametrize("language", SHORT)
def test_a_document_of_few_words_is_one(language: str) -> None:
    assert suspect(SHORT[language], None) is None


# -- texts read in the wrong charset -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "written", "read"),
    [
        (UMLAUTS * 9, "utf-8", "cp1252"),
        (UMLAUTS * 9, "utf-8", "latin-1"),
        (UMLAUTS * 9, "cp1252", "utf-8"),
        (good("fr"), "utf-8", "cp1252"),
        (good("es"), "utf-8", "latin-1"),
        (good("it"), "utf-8", "cp1252"),
        (good("pt"), "cp1252", "utf-8"),
        (QUOTED * 9, "utf-8", "cp1252"),
        (good("ru"), "utf-8", "cp1252"),
        (good("ru"), "utf-8", "cp1251"),
        (good("ru"), "cp1251", "cp1252"),
        (good("ru"), "cp1251", "utf-8"),
        (good("ru"), "koi8-r", "cp1251"),
        (good("ru"), "cp1251", "koi8-r"),
        (good("ru"), "utf-8", "cp866"),
        (good("ru"), "koi8-r", "latin-1"),
        (good("en"), "utf-16-le", "latin-1"),
    ],
)
def test_a_text_in_the_wrong_charset_is_damage_also_as_the_first_page(text: str, written: str, read: str) -> None:
    page = misread(text, written, read)

    assert [suspect(page, last) for last in (None, text, good("en"))] == [Noise.CAPTURE_LOSS] * 3


@pytest.mark.parametrize(
    "text", [*map(good, DOCUMENTS), UMLAUTS * 9, QUOTED * 9, "Ça va à Évian : «\u00a0déjà\u00a0» ! " * 40]
)
def test_letters_of_a_language_are_no_damage(text: str) -> None:
    assert [is_garbled(text, None), is_garbled(text.upper(), None)] == [False, False]


def test_damage_that_the_last_good_text_has_too_is_the_pages_own() -> None:
    page = misread(UMLAUTS * 9, "utf-8", "cp1252")

    assert [is_garbled(page, last) for last in (page + "Neu.", UMLAUTS * 9)] == [False, True]
    assert is_garbled(page.replace("Ã", "\ufffd"), page) is True


def test_a_few_odd_letters_are_no_damage() -> None:
    page = good("en") + "Caf\ufffd, na\ufffdve and \u00e2\u20ac\u2122s are what is left of an old editor.\x07"

    assert suspect(page, good("en")) is None


# -- bytes that are no text --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        raw(4000).decode("latin-1"),
        raw(4000).decode("utf-8", "replace"),
        "Some words of a header stand here\n" + "ab\x00\x01cd\x02" * 300,
        "Some words of a header stand here\n" + base64.b64encode(raw(4000)).decode(),
        "Some words of a header stand here\n" + base64.encodebytes(raw(4000)).decode(),
        "Some words of a header stand here\n" + raw(4000).hex(),
    ],
)
@pytest.mark.parametrize("last_good", [None, good("en"), good("ru")])
def test_bytes_that_are_no_text_are_damage(page: str, last_good: str | None) -> None:
    assert suspect(page, last_good) == Noise.CAPTURE_LOSS


def test_a_key_and_long_addresses_in_a_document_are_no_damage() -> None:
    key = base64.encodebytes(raw(1500)).decode()
    links = "".join(f"[Part {n}](https://acme.example/{'a1B2' * 30})\n" for n in range(60))

    assert [is_garbled(text, None) for text in (good("en") + key, links, "-" * 500, "See " + "= " * 300)] == [False] * 4
