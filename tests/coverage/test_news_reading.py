"""What sources say, read: articles with their dates and addresses, GDELT's answers, what texts say against articles."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest
from coverage_news import ACME, HISTORY, NOON, article
from hypothesis import given
from hypothesis import strategies as st

from tracker.coverage.archive import archive
from tracker.coverage.claims import NOWHERE, STILL, denied
from tracker.coverage.reading import ServiceNames, read
from tracker.coverage.sketch import may_concern, sketch, unpacked, wanted
from tracker.fetch.article import read_story
from tracker.fetch.article_dates import confidence, read_moment
from tracker.fetch.feeds import read_feed
from tracker.fetch.gdelt import Gdelt, read_answer
from tracker.fetch.news import Item, Refused, plain_address, same_site

if TYPE_CHECKING:
    from tracker.fetch.article import Story

PROSE: Final = (
    "<p>Acme has changed what it says of the police and of prosecutors, who may now ask for a number.</p>" * 3
)
READ_AT: Final = datetime(2024, 10, 14, tzinfo=UTC)
JSON_LD: Final = (
    '<script type="application/ld+json">{"@graph": [{"@type": "WebSite", "name": "x"}, {"@type": ["NewsArticle"],'
    ' "headline": "Acme opens up", "datePublished": "2024-09-24T23:30:00-05:00", "inLanguage": "en_GB",'
    ' "author": [{"name": "Jo Doe"}], "publisher": {"name": "The Gazette"}}]}</script>'
)


def told(head: str = "", body: str = PROSE, url: str = "https://www.gazette.example/acme") -> Story:
    page = f"<!doctype html><html lang=fr><head><title>Titel</title>{head}</head><body>{body}</body></html>"
    story = read_story(page.encode(), url, READ_AT)
    assert story is not None
    return story


def test_an_article_is_what_its_structured_data_says() -> None:
    one = told(JSON_LD)
    assert (one.title, one.publisher, one.author, one.language) == ("Acme opens up", "The Gazette", "Jo Doe", "en-gb")
    assert (one.published, one.published_from) == (datetime(2024, 9, 25, 4, 30, tzinfo=UTC), "structured data")


META: Final = '<meta property="article:published_time" content="2024-09-23T08:00:00Z">'
POST: Final = '<blockquote class="twitter-tweet"><p>Hm.</p><a href="#">September 22, 2024</a></blockquote>'


@pytest.mark.parametrize(
    ("head", "body", "url", "day", "source"),
    [
        (JSON_LD + META, PROSE, "https://g.example/2024/09/21/acme", datetime(2024, 9, 21, tzinfo=UTC), "url"),
        (JSON_LD + META, PROSE, "https://g.example/a", datetime(2024, 9, 25, 4, 30, tzinfo=UTC), "structured data"),
        (META, PROSE + POST, "https://g.example/a", datetime(2024, 9, 23, 8, tzinfo=UTC), "meta"),
        ("", PROSE + POST, "https://g.example/a", datetime(2024, 9, 22, tzinfo=UTC), "embedded post"),
    ],
)
def test_the_surest_date_counts(head: str, body: str, url: str, day: datetime, source: str) -> None:
    one = told(head, body, url)
    assert (one.published, one.published_from, one.not_after) == (day, source, None)


def test_a_date_in_the_furniture_is_a_bound_and_no_date() -> None:
    one = told(body=f"<header>Monday, October 7, 2024</header><article>{PROSE}</article>")
    assert (one.published, one.not_after) == (None, datetime(2024, 10, 7, tzinfo=UTC))


def test_a_date_that_lies_ahead_is_none() -> None:
    assert told(META.replace("2024-09", "2034-09")).published is None


def test_sources_of_dates_are_trusted_more_and_less() -> None:
    sources = ("url", "structured data", "meta", "feed", "embedded post", "page", "text", None)
    assert [confidence(one) for one in sources] == ["high"] * 4 + ["moderate"] * 2 + ["low"] * 2


@pytest.mark.parametrize("stamp", ["", "soon", "2024-13-40", "31 February 2024", "0001-01-01T00:00:00+23:59", None])
def test_what_is_no_date_is_none(stamp: str | None) -> None:
    assert read_moment(stamp) is None


@given(st.text(max_size=80))
def test_any_stamp_is_a_moment_in_utc_or_none(stamp: str) -> None:
    moment = read_moment(stamp)
    assert moment is None or moment.tzinfo is UTC


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("https://g.example/a?utm_source=x&id=7&fbclid=y#top", "https://g.example/a?id=7"),
        ("https://g.example/a/amp/", "https://g.example/a"),
        ("https://amp.g.example/a.amp.html", "https://g.example/a"),
        ("https://g.example/amplifiers", "https://g.example/amplifiers"),
        ("https://g.example", "https://g.example/"),
        ("ftp://g.example/a", None),
        ("https://g.example\\@evil.example/", None),
        ("no address", None),
    ],
)
def test_an_address_is_told_without_where_its_reader_came_from(address: str, plain: str | None) -> None:
    assert plain_address(address) == plain
    assert plain is None or plain_address(plain) == plain


def test_an_article_is_at_home_where_it_says_on_its_own_site_alone() -> None:
    link = '<link rel="canonical" href="https://{}/2024/09/21/acme?ref=x">'
    ours = told(link.format("gazette.example"))
    assert ours.address == "https://gazette.example/2024/09/21/acme"
    assert told(link.format("evil.example")).address == "https://www.gazette.example/acme"
    assert same_site("https://www.g.example/a", "https://m.g.example/b")


def test_furniture_is_no_text_of_an_article() -> None:
    one = told(body=f"<nav><p>{'Menu ' * 60}</p></nav><script>var x;</script><article>{PROSE}</article>")
    assert "Menu" not in one.text
    assert one.text.count("prosecutors") == 3


@pytest.mark.parametrize("body", [b"", b"%PDF-1.7", b"\x00\x01\x02", b"<html><body></body></html>", b"plain words"])
def test_what_is_no_page_of_words_gives_no_story(body: bytes) -> None:
    assert read_story(body, "https://g.example/a", READ_AT) is None


def test_gdelt_is_read_with_its_odd_escapes_and_its_date_is_a_bound() -> None:
    body = (
        b'{"articles": [{"url": "https://g.example/a?utm_medium=y", "title": "Acme\\\'s \x07 terms",'
        b' "seendate": "20240924T101500Z", "language": "English", "domain": "g.example"}, {"url": "mailto:x"}]}'
    )
    seen = datetime(2024, 9, 24, 10, 15, tzinfo=UTC)
    assert read_answer(body) == (Item("https://g.example/a", "Acme's   terms".replace("  ", ""), not_after=seen),)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"Please limit requests to one every 5 seconds.", "limit requests"),
        (b"The specified phrase is too short.", "too short"),
        (b'{"articles": 3}', "no JSON"),
        (b'{"articles": [{"title": "x"}]}', "no JSON"),
    ],
)
def test_what_gdelt_complains_of_is_told(body: bytes, why: str) -> None:
    answer = read_answer(body)
    assert isinstance(answer, Refused)
    assert why in answer.detail


def test_an_empty_answer_of_gdelt_is_no_article() -> None:
    assert (read_answer(b""), read_answer(b"{}")) == ((), ())


def test_gdelt_is_asked_for_any_name_with_any_word_and_not_for_words_it_refuses() -> None:
    asked = Gdelt("X", ("X", "Acme", "Acme & Sons"), ("privacy policy", "terms")).question(NOON, READ_AT)
    assert "query=%28Acme+OR+%22Acme+%26+Sons%22%29+%28%22privacy+policy%22+OR+terms%29" in asked
    assert "startdatetime=20240923120000&enddatetime=20241014000000" in asked


def test_an_entry_of_a_feed_is_told_with_its_date_and_one_from_the_future_without() -> None:
    entry = (
        "<item><title>A &amp;amp; B</title><link>https://g.example/a?utm_source=r</link><pubDate>{}</pubDate></item>"
    )
    dates = ("Mon, 23 Sep 2024 12:00:00 GMT", "Mon, 23 Sep 2044 12:00:00 GMT")
    feed = "<rss version='2.0'><channel>" + "".join(map(entry.format, dates)) + "</channel></rss>"
    assert read_feed(feed.encode(), "", READ_AT) == (
        Item("https://g.example/a", "A & B", "", NOON, "feed"),
        Item("https://g.example/a", "A & B", ""),
    )


OLD_TEXT: Final = "We keep logs for a week. Chats are private between those who take part in them. Write to us."
NEW_TEXT: Final = "We keep logs for a month. Chats are private between those who take part in them. Write to us."


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("The policy now says “we sell the content of all your letters to advertisers”.", NOWHERE),
        ("Its policy removed “Chats are private between those who take part in them”.", STILL),
        ("Its policy says “Chats are private between those who take part in them”.", None),
        ("The policy changed, and the founder said “we sell the content of all your letters to them”.", None),
        ("The policy says “Chats stay private among those taking part in them”.", None),
    ],
)
def test_a_claim_on_the_text_is_held_against_it(text: str, note: str | None) -> None:
    found = denied(read(article(text), ACME), OLD_TEXT, NEW_TEXT)
    assert [one.note for one in found] == ([note] if note else [])
    assert denied(read(article(text), ACME), None, NEW_TEXT) == ()


def test_a_sketch_finds_the_change_an_article_is_about_and_holds_no_word() -> None:
    known = archive(HISTORY)
    text = "Acme says: “valid request of a prosecutor names you as a suspect of any crime”."
    packed = sketch(read(article(text), ACME)).packed()
    kept = unpacked(packed)
    assert {one.change for one in wanted(known, 0) if may_concern(kept, one, timely=True)} == {1}
    assert {one.change for one in wanted(known, 0) if may_concern(kept, one, timely=False)} == {1}
    assert {one.change for one in wanted(known, 2)} == {2, 3}
    assert b"prosecutor" not in packed


def test_an_article_on_a_site_of_the_service_is_its_own_account() -> None:
    acme = ServiceNames("Acme", ("t.acme.example",), sites=("www.acme.example",))
    addresses = ("https://blog.acme.example/a", "https://t.acme.example/ceo/1", "https://notacme.example/a")
    assert [acme.own(article("", url=address)) for address in addresses] == [True, True, False]
