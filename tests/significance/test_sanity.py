from __future__ import annotations

import pytest

from tracker.model import Noise
from tracker.significance.dates import stamp
from tracker.significance.language import language_of
from tracker.significance.sanity import suspect

PARAGRAPH = (
    "We collect the information that you give us when you open an account and keep it for as long as you use it.\n\n"
)
GOOD = "# Privacy Policy\n\n" + "".join(f"Part {n}. {PARAGRAPH}" for n in range(30))


@pytest.mark.parametrize(
    ("text", "last_good", "expected"),
    [
        (GOOD, None, None),
        (GOOD, GOOD, None),
        ("", GOOD, Noise.EMPTY),
        ("# 1", GOOD, Noise.EMPTY),
        ("Please enable JavaScript and reload this page to go on.", GOOD, Noise.WALL),
        ("Log in or sign up to see more of this content.", None, Noise.WALL),
        ("Checking your browser before you go on to the page you asked for", GOOD, Noise.WALL),
        (GOOD + "Please wait until we answer.", GOOD, None),
        (GOOD[: len(GOOD) // 3], GOOD, Noise.CAPTURE_LOSS),
        ("# Privacy Policy\n\nUpdated: 18 January 2022", GOOD, Noise.CAPTURE_LOSS),
        (GOOD[: len(GOOD) // 2], GOOD, None),
    ],
)
def test_a_page_that_is_no_version_of_its_document_is_suspected(
    text: str, last_good: str | None, expected: Noise | None
) -> None:
    assert suspect(text, last_good) == expected


def test_lists_that_vanish_under_their_lead_ins_are_a_loss_of_the_capture() -> None:
    lists = [f"For reason {n} we use your data:\n\n* to do one thing\n* to do another thing\n\n" for n in range(8)]
    lost = [f"For reason {n} we use your data:\n\nThat was reason {n}.\n\n" for n in range(8)]
    whole = GOOD + "".join(a + f"That was reason {n}.\n\n" for n, a in enumerate(lists))
    assert suspect(GOOD + "".join(lost), whole) is Noise.CAPTURE_LOSS


def test_a_much_shorter_text_in_other_words_is_a_new_version() -> None:
    other = "".join(
        f"Paragraph {n} tells in fresh words what happens with pictures of birds in the garden.\n\n" for n in range(15)
    )
    assert suspect(other, GOOD) is None


def test_another_language_is_no_version_of_the_document() -> None:
    german = "".join(f"Teil {n}. Wir erheben die Daten, die Sie uns geben, und speichern sie.\n\n" for n in range(30))
    assert suspect(german, GOOD) is Noise.LANGUAGE


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (PARAGRAPH, "en"),
        (
            "Wir verarbeiten die Daten, die Sie uns bei der Nutzung geben, und wir geben sie nicht an Dritte weiter.",
            "de",
        ),
        (
            "Nous utilisons les données que vous nous donnez pour que nos services soient plus utiles dans votre pays.",
            "fr",
        ),
        (
            "Usamos los datos que usted nos da para que nuestros servicios sean más útiles, y no los vendemos a nadie.",
            "es",
        ),
        (
            "Usiamo i dati che ci fornisci per rendere i nostri servizi più utili, e non li vendiamo a terzi.",
            "it",
        ),
        (
            "Usamos os dados que você nos fornece para tornar nossos serviços mais úteis e não os vendemos.",
            "pt",
        ),
        (
            "Мы используем данные, которые вы нам даете, и не передаем их третьим лицам, если это не нужно для работы.",
            "ru",
        ),
        ("当社はお客様の情報を収集し、サービスの提供のために利用します。", "ja"),
        ("1 2 3 4 5", None),
        ("Terms", None),
    ],
)
def test_a_language_shows_in_its_commonest_words(text: str, code: str | None) -> None:
    assert language_of(text) == code


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("# Terms\n\nLast updated: May 2, 2024\n\nEffective March 1, 2020 we ...", "May 2, 2024"),
        ("# Terms\n\nEffective 16 June 2023\n\nText.", "16 June 2023"),
        ("Stand: 3. März 2023", "3. März 2023"),
        ("# Terms\n\nWe were founded on May 2, 2014.", None),
    ],
)
def test_a_page_tells_its_own_date(text: str, date: str | None) -> None:
    assert stamp(text) == date
