"""The journey of a document: records one after the other, and what is said of each."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from tracker.assess import assess
from tracker.model import Cause, Change, ChangeKind, Format, Noise, Record
from tracker.past import Past
from tracker.significance.rules import load_rules
from tracker.text.declaration import Page

START = datetime(2025, 3, 1, 6, tzinfo=UTC)
SECTIONS = (
    "# Privacy Policy",
    "Last updated: 1 March 2025",
    "## 1. Data",
    "We collect the name, the address and the language that you enter when you open an account with us.",
    "We keep server logs for 30 days and delete them afterwards, unless somebody attacked the service.",
    "## 2. Authorities",
    "If we receive a court order that confirms you are a terror suspect, we may disclose your phone number.",
    "We publish a report about all requests twice a year, and it names the country of each of them.",
    "## 3. Choices",
    "You may ask us at any time for a copy of your data, and we answer within a month without any fee.",
    "You can delete your account in the settings; what you've written to others stays in their chats.",
    "* Contact our team by mail.\n* Complain to the regulator of your country.\n* Leave whenever you like.",
)
TERMS = "\n\n".join(SECTIONS)
LOOSER = TERMS.replace(
    "a court order that confirms you are a terror suspect", "a valid order about any criminal suspect"
)
LONGER = TERMS.replace("for 30 days", "for 90 days")
GERMAN = """# Datenschutz

## 1. Daten

Wir erheben den Namen, die Anschrift und die Sprache, die Sie bei der Anmeldung für ein Konto bei uns angeben.

Wir speichern die Protokolle der Server für dreißig Tage und löschen sie danach, sofern niemand uns angegriffen hat.

## 2. Behörden

Wenn wir eine gerichtliche Anordnung erhalten, dann können wir Ihre Telefonnummer an die Behörde weitergeben.

Wir veröffentlichen zweimal im Jahr einen Bericht über alle Anfragen und nennen darin das Land, aus dem sie kommen.

## 3. Rechte

Sie können uns jederzeit um eine Kopie Ihrer Daten bitten, und wir antworten innerhalb eines Monats ohne Gebühr.

Sie können Ihr Konto in den Einstellungen löschen; was Sie anderen geschrieben haben, das bleibt bei ihnen.
"""
FAQ = "\n\n".join(
    f"### Question {topic}?\n\nThe answer about {topic} is long: open the menu, choose {topic}, then press the button."
    for topic in ("stickers", "channels", "groups", "bots", "themes", "calls", "folders", "drafts")
)
WALL = "Just a moment...\n\nChecking your browser before you go on. Please enable JavaScript and cookies to continue."
RULES = load_rules()


class Document:
    """A document whose records come one after the other, each a day later unless said otherwise."""

    def __init__(self) -> None:
        self.past = Past()
        self.at = START
        self.count = 0

    def take(
        self,
        text: str,
        *,
        record_id: str | None = None,
        later: timedelta = timedelta(days=1),
        recorded_as: Cause = Cause.CHANGE,
        record_format: Format = Format.MARKDOWN,
        pages: tuple[Page, ...] = (),
        is_trusted: bool = False,
        full: bool = False,
    ) -> Change:
        """Assess one record; its id is that of its text, as a hash would be."""
        self.at += later
        name = record_id or hashlib.sha256(text.encode()).hexdigest()
        record = Record(
            "Acme",
            "Privacy Policy",
            self.at,
            name,
            "commit",
            record_format,
            text.encode(),
            recorded_as,
            is_trusted=is_trusted,
        )
        return assess(record, self.past, pages, RULES, full=full)

    def life(self, **texts: str) -> dict[str, Change]:
        """Assess records in order, each under the name it is given as its id."""
        return {name: self.take(text, record_id=name) for name, text in texts.items()}


@pytest.fixture
def document() -> Document:
    return Document()


def said(change: Change) -> tuple[Cause, Noise | None, int, int]:
    return change.cause, change.noise, change.significance, len(change.clauses)


def test_the_first_record_is_no_change(document: Document) -> None:
    change = document.take(TERMS)

    assert said(change) == (Cause.FIRST_RECORD, None, 0, 0)
    assert (change.before, change.language, change.silent, change.returns_to) == (None, "en", None, None)


def test_a_change_is_judged_clause_by_clause(document: Document) -> None:
    first, change = document.take(TERMS), document.take(LOOSER)

    assert said(change) == (Cause.CHANGE, None, 3, 1)
    assert (change.before, change.compared_with) == (first.after, None)
    (clause,) = change.clauses
    assert (clause.change.kind, clause.change.path, clause.change.number) == (
        ChangeKind.EDITED,
        ("2. Authorities",),
        "2",
    )
    assert {fact.fact for fact in clause.verdict.facts} >= {"legal_basis", "suspicion_scope"}


@pytest.mark.parametrize(
    ("text", "noise"),
    [
        (TERMS.replace("1 March 2025", "7 April 2025"), Noise.DATES),
        (TERMS.replace("We keep", "We **keep**"), Noise.MARKUP),
        (TERMS.replace("you've", "you\u2019ve"), Noise.COSMETIC),
        (TERMS.replace("We keep", "[We](/we) keep"), Noise.LINKS),
        ("\n\n".join((*SECTIONS[:8], *SECTIONS[9:11], SECTIONS[8], SECTIONS[11])), Noise.ORDER),
    ],
)
def test_what_says_nothing_new_is_noise_with_a_name(document: Document, text: str, noise: Noise) -> None:
    document.take(TERMS)

    change = document.take(text)

    assert (change.cause, change.noise, change.significance) == (Cause.CHANGE, noise, 0)


# -- returns -----------------------------------------------------------------------------------------------------------


def test_an_exact_return_is_a_variant_that_names_what_it_returns_to(document: Document) -> None:
    document.life(a=TERMS, b=LONGER)

    change = document.take(TERMS, record_id="a")

    assert said(change) == (Cause.VARIANT, Noise.VARIANT, 0, 0)
    assert (change.returns_to, change.flapping) == ("a", False)


def test_a_return_in_other_marks_is_a_variant_too(document: Document) -> None:
    document.life(a=TERMS, b=LOOSER)

    change = document.take(TERMS.replace("We keep", "We **keep**").replace("unless", " unless"), record_id="c")

    assert said(change) == (Cause.VARIANT, Noise.VARIANT, 0, 0)
    assert change.returns_to == "a"


def test_a_return_shows_its_clauses_when_asked_for(document: Document) -> None:
    document.life(a=TERMS, b=LOOSER)

    change = document.take(TERMS, record_id="a", full=True)

    assert said(change) == (Cause.VARIANT, Noise.VARIANT, 0, 1)


def test_a_return_that_undoes_news_says_so_once(document: Document) -> None:
    document.life(a=TERMS, b=LOOSER)

    undoing = document.take(TERMS, record_id="a", later=timedelta(days=20))
    again = [
        document.take(text, record_id=name, later=timedelta(days=20)) for name, text in (("b", LOOSER), ("a", TERMS))
    ]

    assert undoing.undoes == "b"
    assert [change.undoes for change in again] == [None, None]


def test_a_return_that_undoes_nothing_newsworthy_says_nothing(document: Document) -> None:
    document.life(a=TERMS, b=TERMS.replace("the menu", "a menu").replace("by mail", "by letter"))

    assert document.take(TERMS, record_id="a").undoes is None


def test_three_returns_within_a_week_are_flapping_and_told_no_more(document: Document) -> None:
    document.life(a=TERMS, b=LONGER)
    first, second = document.take(TERMS, record_id="a"), document.take(LONGER, record_id="b")
    document.take(LOOSER, record_id="c")

    third = document.take(LONGER, record_id="b")

    assert [change.flapping for change in (first, second, third)] == [False, False, True]
    assert third.undoes is None


def test_returns_far_apart_are_no_flapping(document: Document) -> None:
    document.life(a=TERMS, b=LONGER)
    week = timedelta(days=8)

    back = [document.take(text, record_id=name, later=week) for name, text in (("a", TERMS), ("b", LONGER)) * 3]

    assert [change.flapping for change in back] == [False] * 6


def test_a_change_is_undone_also_by_bytes_that_had_the_same_words_before(document: Document) -> None:
    old, new = "We never disclose your number to anybody at all.", "We may disclose your number to the authorities."
    first = "".join(f"Clause {k} of these terms is about something else.\n\n" for k in range(9))
    life = document.life(
        a=f"{first}{old}",
        b=f"{first}**{old}**",
        c=f"{first}{new}",
        d=f"{first}{old}",
        e=f"{first}{new}\n",
        f=f"{first}**{old}**",
    )

    assert (life["b"].significance, life["c"].significance >= 2) == (0, True)
    assert (life["d"].returns_to, life["d"].undoes) == ("a", "c")
    assert (life["f"].undoes, life["f"].cause) == (None, Cause.VARIANT)  # what was put up again was told before


# -- pages that are no version ----------------------------------------------------------------------------------------

SUSPECTS = {
    "a wall": (WALL, Noise.WALL),
    "nothing": ("", Noise.EMPTY),
    "marks alone": ("* * *\n\n---", Noise.EMPTY),
    "the first third": ("\n\n".join(SECTIONS[:4]), Noise.CAPTURE_LOSS),
}


@pytest.mark.parametrize("name", SUSPECTS)
def test_a_suspect_page_is_no_version_and_the_next_text_is_compared_with_the_last_good_one(
    document: Document, name: str
) -> None:
    text, noise = SUSPECTS[name]
    document.take(TERMS, record_id="good")

    suspect, after = document.take(text, record_id="suspect"), document.take(LOOSER)

    assert said(suspect) == (Cause.CHANGE, noise, 0, 0)
    assert said(after) == (Cause.CHANGE, None, 3, 1)
    assert (after.before, after.compared_with) == (suspect.after, "good")


@pytest.mark.parametrize("name", SUSPECTS)
def test_the_same_suspect_page_again_is_a_variant(document: Document, name: str) -> None:
    text, _ = SUSPECTS[name]
    document.life(good=TERMS, suspect=text)

    change = document.take(text, record_id="suspect")

    assert said(change) == (Cause.VARIANT, Noise.VARIANT, 0, 0)
    assert change.returns_to == "suspect"


def test_the_good_text_after_a_suspect_page_is_a_return(document: Document) -> None:
    document.life(good=TERMS, suspect=WALL)

    change = document.take(TERMS, record_id="good")

    assert said(change) == (Cause.VARIANT, Noise.VARIANT, 0, 0)
    assert change.returns_to == "good"


def test_a_text_that_stays_short_is_confirmed_by_a_second_record(document: Document) -> None:
    short = "\n\n".join(SECTIONS[:4])
    document.life(good=TERMS, once=short)

    change = document.take(short.replace("1 March", "2 March"), record_id="twice")

    assert (change.cause, change.noise, change.compared_with) == (Cause.CHANGE, None, "good")
    assert {clause.change.kind for clause in change.clauses if not clause.verdict.noise} == {ChangeKind.REMOVED}


def test_a_short_text_that_somebody_vouches_for_is_a_version(document: Document) -> None:
    long = "\n\n".join(f"Clause {k} says something about the service and its users at length." for k in range(40))
    document.take(long)
    doubted = document.take("Clause 1 says something about the service and its users at length.", record_id="short")

    trusted = document.take(
        "Clause 1 says something about the service and its users at length.", record_id="short", is_trusted=True
    )

    assert doubted.noise is Noise.CAPTURE_LOSS
    assert (trusted.cause, trusted.noise, {one.change.kind for one in trusted.clauses}) == (
        Cause.CHANGE,
        None,
        {ChangeKind.REMOVED},
    )


def test_a_wall_is_never_confirmed(document: Document) -> None:
    document.life(good=TERMS, once=WALL)

    assert said(document.take(WALL + " Ray 7.")) == (Cause.CHANGE, Noise.WALL, 0, 0)


def test_a_document_that_begins_with_a_wall_has_its_first_text_later(document: Document) -> None:
    wall, text, change = document.take(WALL), document.take(TERMS), document.take(LOOSER)

    assert said(wall) == (Cause.FIRST_RECORD, Noise.WALL, 0, 0)
    assert (text.significance, text.clauses) == (0, ())
    assert said(change) == (Cause.CHANGE, None, 3, 1)


def test_selectors_that_find_nothing_are_an_outcome(document: Document) -> None:
    page = Page("https://example.org/", select=("main",))
    html = "<main>" + "".join(f"<p>{section}</p>" for section in SECTIONS) + "</main>"
    document.take(html, record_format=Format.HTML, pages=(page,))

    change = document.take(html.replace("main", "article"), record_format=Format.HTML, pages=(page,))

    assert said(change) == (Cause.CHANGE, Noise.NO_SELECTOR, 0, 0)


# -- languages, faces, upgrades ---------------------------------------------------------------------------------------


def test_another_language_is_told_as_one_and_each_language_goes_on_by_itself(document: Document) -> None:
    document.take(TERMS, record_id="english")

    german = document.take(GERMAN, record_id="german")
    english = document.take(LOOSER, record_id="looser")
    again = document.take(GERMAN.replace("dreißig", "neunzig"), record_id="neunzig")

    assert (said(german), german.language) == ((Cause.CHANGE, Noise.LANGUAGE, 0, 0), "de")
    assert (said(english), english.compared_with) == ((Cause.CHANGE, None, 3, 1), "english")
    assert (again.noise, len(again.clauses), again.compared_with) == (None, 1, "german")


def test_two_faces_of_a_page_are_each_compared_with_themselves(document: Document) -> None:
    document.life(terms=TERMS, faq=FAQ, back=TERMS.replace("30 days", "31 days"))

    changes = [
        document.take(text, record_id=f"later {k}")
        for k, text in enumerate(
            (FAQ.replace("stickers,", "sticker packs,"), LONGER, FAQ.replace("calls,", "video calls,"), LOOSER)
        )
    ]

    assert [len(change.clauses) for change in changes] == [1, 1, 2, 2]
    assert [change.compared_with for change in changes] == ["faq", "back", "later 0", "later 1"]


def test_a_technical_upgrade_is_no_news_but_its_clauses_keep_their_grades(document: Document) -> None:
    document.take(TERMS)

    change = document.take(LOOSER, recorded_as=Cause.TECHNICAL_UPGRADE)

    assert said(change) == (Cause.TECHNICAL_UPGRADE, Noise.UPGRADE, 0, 1)
    assert [clause.verdict.significance for clause in change.clauses] == [3]


@pytest.mark.parametrize(
    ("old", "new", "silent"),
    [
        (TERMS, LOOSER, True),
        (TERMS, LOOSER.replace("1 March 2025", "9 March 2025"), False),
        (TERMS.replace(SECTIONS[1], ""), LOOSER.replace(SECTIONS[1], ""), None),
        (TERMS, TERMS.replace("We keep", "We **keep**"), None),
    ],
)
def test_words_that_change_under_an_old_date_are_silent(
    document: Document,
    old: str,
    new: str,
    silent: bool | None,
) -> None:
    document.take(old)

    assert document.take(new).silent is silent
