"""The visible words of a block and where they come from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.text.inline import Inline, offsets, visible

CASES = {
    "plain words": ("We keep logs.", Inline("We keep logs.", ())),
    "blanks are squeezed": ("  We \t keep\n logs. ", Inline("We keep logs.", ())),
    "emphasis": ("We **never** _sell_ *your* ***data***.", Inline("We never sell your data.", ())),
    "emphasis inside a word": ("un**happ**y", Inline("unhappy", ())),
    "an underscore inside a word": ("the session_id cookie", Inline("the session_id cookie", ())),
    "stars between blanks": ("2 * 3 * 4", Inline("2 * 3 * 4", ())),
    "escaped marks": (r"5 \* 5 \[sic\] 1\.", Inline("5 * 5 [sic] 1.", ())),
    "a link": ("see [our *rules*](/rules \"Rules\") here", Inline("see our rules here", ("/rules",))),
    "a target with brackets": ("[law](https://example.org/a_(b))", Inline("law", ("https://example.org/a_(b)",))),
    "a target with blanks": ("[law](<a b>)", Inline("law", ("a b",))),
    "a link in a link's words": ("[a [b](/b) c](/c)", Inline("a b c", ("/b", "/c"))),
    "an anchor of the page has no target": ("[](#top)Terms", Inline("Terms", ())),
    "a lone bracket": ("[we may] (or not", Inline("[we may] (or not", ())),
    "a target without a bracket": ("so](/x)", Inline("so](/x)", ())),
    "a picture": ("Hi ![our logo](/x.png)you", Inline("Hi you", ())),
    "a bare address": ("at <https://example.org> or", Inline("at https://example.org or", ())),
    "a bare mail address": ("<mailto:a@example.org>", Inline("mailto:a@example.org", ())),
    "tags": ("a<br>b <b>c</b> <span class=x>d</span>", Inline("a b c d", ())),
    "less than": ("under < 5 years", Inline("under < 5 years", ())),
    "character references": ("AT&amp;T&nbsp;pays&#32;&euro;5&#x200b;", Inline("AT&T pays \u20ac5", ())),
    "an unknown reference": ("Q&A; R&D", Inline("Q&A; R&D", ())),
    "characters without width": ("da\u200bta\u00ad", Inline("data", ())),
    "no-break blanks": ("30\u00a0days\u2003of", Inline("30 days of", ())),
    "code": ("the `id` of it", Inline("the id of it", ())),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_reader_sees_these_words(name: str) -> None:
    raw, expected = CASES[name]

    assert visible(raw) == expected


def test_a_hidden_mail_address_is_shown() -> None:
    key, address = 0x42, "legal@example.org"
    token = f"{key:02x}" + "".join(f"{key ^ ord(letter):02x}" for letter in address)

    found = visible(f"Write to [[email\u00a0protected]](/cdn-cgi/l/email-protection#{token}).")

    assert found == Inline(f"Write to {address}.", (f"/cdn-cgi/l/email-protection#{token}",))


PIECES = (
    "word", " ", "**", "_", "[", "](/x)", '](/y "t")', "&amp;", "&nbsp;", "<br>", "</b>", "\\*", "\n> ", "\u200b", "`",
)  # fmt: skip
SOURCES = st.one_of(
    st.text(alphabet='ab \n\t\u00a0\u200b*_`[]()<>&;#!\\"/\u00e9\u4f60', max_size=40),
    st.lists(st.sampled_from(PIECES), max_size=20).map("".join),
)


@given(SOURCES)
def test_every_visible_character_has_its_place_in_the_source(raw: str) -> None:
    text = visible(raw).text
    places = offsets(raw)

    assert len(places) == len(text) + 1
    assert places == sorted(places)
    for character, place in zip(text, places, strict=False):
        shown = raw[place]
        assert shown == character or (character == " " and shown in "\n\t\u00a0<&") or shown in "&]"


@given(SOURCES)
def test_visible_words_have_single_blanks(raw: str) -> None:
    text = visible(raw).text

    assert text == " ".join(text.split())
