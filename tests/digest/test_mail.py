from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from changes import change, disclosure, edited, verdict
from messages import DAY, MIDNIGHT, found, full, message

from tracker.digest.mail import DARK, LIGHT, WIDTH, mail_parts
from tracker.digest.message import Entry, Failing, Foot, Telling
from tracker.model import JudgedClause, Noise

TEXT = """\
1 change
Editors: 24 September 2024, 00:00 UTC to 25 September 2024, 00:00 UTC

Marks: [-words that went-] {+words that came+}

Acme · Privacy Policy
=====================

[newsworthy] 24 September 2024, 06:00 UTC
Acme changes who gets your number.
Silent: the date that the page gives itself did not move.

  8. Sharing > 8.3. Authorities (edited, law enforcement)
    On receipt of a [-court order-] {+valid order+} we may hand over
    your number.
    * legal basis: court order → valid order (weaker)
    Why: the legal basis is lower

Coverage:
  * quotes: Acme opens up (The Gazette, 25 September 2024)
    https://news.example/acme
    “on a valid order” — 8.3, after

this change: https://policies.example.org/changes/12
the page: https://example.org/privacy
"""


class Page(HTMLParser):
    """Notes what a mail program would meet: elements, attributes, addresses, and the words in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: set[str] = set()
        self.addresses: list[str | None] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes.update(name for name, _ in attrs)
        self.addresses += [value for name, value in attrs if name in {"href", "src", "background", "action"}]

    def handle_data(self, data: str) -> None:
        if self.elements[-1:] != ["style"]:
            self.words += data


def test_the_text_says_it_all_in_72_columns() -> None:
    text = mail_parts(message()).text
    assert text.startswith(TEXT)
    assert text.endswith(
        "tracker show 12\n\n"
        + "-" * WIDTH
        + "\n96 pages checked, 90 unchanged.\n"
        + "Not shown: 14 minor changes.\n"
        + "Suppressed as noise: dates only (3), returns to an earlier text (1).\n"
        + "Cannot be read since 23 September 2024, 00:00 UTC: Brio · Terms (HTTP\n503).\n"
    )
    assert [line for line in text.splitlines() if len(line) > WIDTH and "://" not in line] == []


def test_the_html_says_the_same() -> None:
    parts = mail_parts(message())
    page = Page(parts.html)
    said = " ".join(page.words.split())
    for words in (
        "1 change",
        "Acme · Privacy Policy",
        "newsworthy · 24 September 2024, 06:00 UTC",
        "Acme changes who gets your number.",
        "8. Sharing > 8.3. Authorities",
        "On receipt of a [removed: court order] [added: valid order] we may hand over your number.",
        "legal basis: court order → valid order (weaker)",
        "Why: the legal basis is lower",
        "quotes: Acme opens up (The Gazette, 25 September 2024)",
        "“on a valid order” — 8.3, after",
        "96 pages checked, 90 unchanged.",
        "Cannot be read since 23 September 2024, 00:00 UTC: Brio · Terms (HTTP 503).",
        "tracker show 12",
    ):
        assert words in said
    assert page.addresses == [
        "https://news.example/acme",
        "https://policies.example.org/changes/12",
        "https://example.org/privacy",
        f"https://policies.example.org/snapshots/{'aaaa' * 10}",
        f"https://policies.example.org/snapshots/{'bbbb' * 10}",
    ]


def test_the_html_loads_nothing_runs_nothing_and_has_its_headings_in_order() -> None:
    page = Page(mail_parts(message()).html)
    assert {"script", "img", "link", "iframe", "form", "object", "base"}.isdisjoint(page.elements)
    assert [tag for tag in page.elements if re.fullmatch("h[1-6]", tag)] == ["h1", "h2", "h3", "h4", "h4"]
    assert not any(name.startswith("on") for name in page.attributes)
    html = mail_parts(message()).html
    assert "url(" not in html
    assert "@import" not in html
    assert '<html lang="en"' in html


def test_what_came_and_went_is_marked_by_more_than_colour() -> None:
    html = mail_parts(message()).html
    assert re.search(r'<del [^>]*text-decoration:line-through">court order</del>', html)
    assert re.search(r'<ins [^>]*text-decoration:underline">valid order</ins>', html)


PAIRS = [
    *((text, back) for text in ("ink", "soft", "link") for back in ("paper", "card")),
    ("gone", "gone_back"),
    ("come", "come_back"),
    *((f"grade{grade}", "card") for grade in range(4)),
]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "back"), PAIRS)
def test_every_text_stands_out_from_what_is_behind_it(colours: dict[str, str], text: str, back: str) -> None:
    lighter, darker = sorted((luminance(colours[text]), luminance(colours[back])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def luminance(colour: str) -> float:
    """Give the relative luminance of WCAG 2."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("telling", "subject", "note"),
    [
        (Telling.CHANGE, "Acme changes who gets your number.", ""),
        (Telling.PROVISIONAL, "Provisional: Acme changes who gets your number.", "Provisional: seen once so far."),
        (Telling.CONFIRMED, "Confirmed: Acme changes who gets your number.", "Confirmed: what was told"),
        (
            Telling.WITHDRAWN,
            "Withdrawn: Acme changes who gets your number.",
            "Withdrawn: the text before it is back since 24 September 2024, 08:00 UTC.",
        ),
        (
            Telling.RESTORED,
            "Put up again: Acme changes who gets your number.",
            "Put up again: what was told as withdrawn stands there since 24 September 2024, 08:00 UTC.",
        ),
        (Telling.SAME, "Acme changes who gets your number.", "The same as was told of Acme · Terms."),
        (Telling.FOLLOW_UP, "Now explained: Acme changes who gets your number.", "Now explained by the coverage"),
    ],
)
def test_what_is_said_of_a_change_stands_in_subject_and_body(telling: Telling, subject: str, note: str) -> None:
    parts = mail_parts(message(Entry(full(), telling, by=found(3, hour=8, document="Terms"))))
    assert parts.subject == subject
    assert note in " ".join(parts.text.split())
    assert note in parts.html
    shows_words = telling in {Telling.CHANGE, Telling.PROVISIONAL}
    assert ("court order" in parts.text, "court order" in parts.html) == (shows_words, shows_words)


def test_one_that_came_and_went_says_so_before_all_else() -> None:
    parts = mail_parts(message(Entry(full(), withdrawn_at=MIDNIGHT + DAY / 2)))
    assert parts.subject == "Put up and withdrawn: Acme changes who gets your number."
    assert "Withdrawn already: the text before it is back since 24 September 2024, 12:00 UTC." in parts.html


def test_the_same_elsewhere_is_named_in_one_line() -> None:
    also = (found(3, document="Terms"), found(4, document="FAQ"), found(5, hour=30), found(6, hour=60))
    text = mail_parts(message(Entry(full(), also=also))).text
    assert "The same in Acme · Terms and Acme · FAQ.\n" in text
    assert "It went and came again on 25 September 2024 and 26 September 2024.\n" in text


def test_a_subject_is_one_line_that_says_how_many_there_are() -> None:
    long = replace(disclosure(), summary="Acme " + "changes and changes " * 20)
    parts = mail_parts(message(Entry(full(long)), Entry(found(2)), foot=Foot(left_out=3)))
    assert len(parts.subject) <= 120
    assert parts.subject.endswith("\u2026 (and 4 more)")
    assert mail_parts(replace(message(), is_test=True)).subject == "Test: Acme changes who gets your number."


@pytest.mark.parametrize(
    ("foot", "subject"),
    [
        (Foot(), "Nothing changed"),
        (Foot(96, 96), "Nothing changed in 96 pages"),
        (
            Foot(96, 94, failing=(Failing("Acme", "FAQ", MIDNIGHT, "HTTP 503"),)),
            "Nothing changed in 96 pages; 1 page cannot be read",
        ),
    ],
)
def test_a_message_of_nothing_says_so(foot: Foot, subject: str) -> None:
    parts = mail_parts(replace(message(foot=foot), groups=()))
    assert parts.subject == subject
    assert parts.text.startswith(subject + "\n")


def test_a_test_says_that_nothing_of_it_has_happened() -> None:
    parts = mail_parts(replace(message(), is_test=True))
    assert parts.text.startswith("This is a test: nothing in it has happened.\n")
    assert "This is a test: nothing in it has happened." in parts.html


def test_dates_are_those_of_the_reader() -> None:
    parts = mail_parts(replace(message(), timezone="Europe/Paris", language="fr"))
    assert "Editors: 24 septembre 2024, 02:00 CEST to 25 septembre 2024, 02:00 CEST" in " ".join(parts.text.split())
    assert "24 septembre 2024, 08:00 CEST" in parts.html


def test_a_long_message_stays_below_what_mail_programs_cut() -> None:
    words = edited(("=", "We share "), ("-", "a word " * 80), ("+", "many more words " * 80))
    clauses = tuple(JudgedClause(replace(words, path=(f"{k}. Place",)), verdict(2, 2.0)) for k in range(8))
    entries = tuple(Entry(replace(full(change(*clauses)), id=k)) for k in range(60))
    parts = mail_parts(message(*entries))
    assert 60_000 < len(parts.html.encode()) < 100_000
    assert [f"tracker show {k}" in parts.text for k in range(60)] == [True] * 60


def test_room_goes_to_what_is_most_significant() -> None:
    words = edited(("+", "many more words " * 80))
    minor = change(*(JudgedClause(replace(words, path=(f"{k}. Place",)), verdict(2, 2.0)) for k in range(8)))
    parts = mail_parts(message(*(Entry(replace(full(minor), id=k)) for k in range(59)), Entry(full())))
    assert "[-court order-] {+valid order+}" in parts.text


def test_noise_of_every_kind_has_its_words() -> None:
    kinds = dict.fromkeys(Noise, 1)
    text = mail_parts(message(foot=Foot(suppressed=kinds))).text
    assert text.count("(1)") == len(Noise)
