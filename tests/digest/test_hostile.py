"""Text of strangers in every place that has any, through every renderer: parsed again it is text, and no more."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any  # what JSON and untyped parsers hold
from xml.etree import ElementTree as ET

import pytest
from changes import change, disclosure, edited, verdict
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from messages import DAY, MIDNIGHT, message
from rich.console import Console

from tracker.digest import page
from tracker.digest.feed import Feed, atom, json_feed
from tracker.digest.mail import mail_parts
from tracker.digest.markdown import markdown
from tracker.digest.message import Digest, Entry, Failing, Foot, Stored, Telling
from tracker.digest.payload import THIN, payload
from tracker.digest.terminal import block
from tracker.digest.visible import visible, web_address
from tracker.model import JudgedClause, VersionRef

ATTACKS = [
    "<script>alert(1)</script>",
    "</td></table><img src=x onerror=alert(1)>",
    "\"'><a href=javascript:alert(1)>x</a>",
    "]]><!-- --><![CDATA[",
    "&lt;b&gt; &#x3c;script&#x3e;",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "https://news.example/\r\nBcc: victim@example.org",
    'https://news.example/"onmouseover="alert(1)',
    "https://news.example/a)b](javascript:alert(1))",
    "Subject: x\r\nBcc: victim@example.org\r\n\r\nbody",
    "\u2028Bcc: victim@example.org\u0085X: y",
    "\x1b]0;title\x07\x1b[31mred\x9b2J",
    "\u202egnp.exe\u2066\u200b\ufeff",
    "=cmd|' /C calc'!A0",
    "@everyone <!channel> <@U123> www.evil.example https://evil.example",
    "[click](javascript:alert(1)) ![x](https://evil.example/x.png) <https://evil.example> `code` **b** ~~s~~",
    "# heading\n- item\n1. item\n> quote\n| a | b |\n|---|---|\n```\nfence",
    "\x00null\x00",
    "half \ud800 and \udfff, none \ufffe\uffff\ufdd0",
    "\U000e0041\U000e007f tags",
    "\u0645\u0631\u062d\u0628\u0627 שלום",
]
hostile = st.one_of(st.sampled_from(ATTACKS), st.text(st.characters(), max_size=40))
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "table", "tr", "td", "h1", "h2", "h3", "h4", "p", "span"),
    *("ul", "li", "del", "ins", "a", "strong", "em", "header", "main", "footer", "article", "section", "time"),
    *("details", "summary", "dl", "dt", "dd", "code"),
}
ATTRIBUTES = {
    *("lang", "dir", "charset", "name", "content", "http-equiv", "class", "style", "role", "width", "cellpadding"),
    *("cellspacing", "border", "align", "href", "rel", "datetime", "open"),
}


class Seen(HTMLParser):
    """Notes what a browser would act on, and the words it would show."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses |= {value or "" for name, value in attrs if name == "href"}

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def poisoned(text: str) -> Stored:
    """Build a change that has a text in every place."""
    (link,) = disclosure().coverage
    article = replace(link.article, id=text, title=text, publisher=text, url=text)
    evidence = replace(link.evidence[0], article_text=text, note=text, before_or_after=text)
    words = edited(("=", text), ("-", text + "-"), ("+", text + "+"), path=(text, text))
    words = replace(words, number=text, links=((text, text),), path_before=(text,), number_before=text)
    (judged,) = disclosure().clauses
    facts = tuple(replace(fact, fact=text, before=text, after=text) for fact in judged.verdict.facts)
    reasons = tuple(replace(reason, text=text, rule=text) for reason in judged.verdict.reasons)
    one = change(
        JudgedClause(words, verdict(3, 3.0, topics=(text,), facts=facts, reasons=reasons)),
        service=text,
        document=text,
        summary=text,
        after=VersionRef(MIDNIGHT, text, text),
        coverage=(replace(link, article=article, evidence=(evidence,)),),
    )
    told = replace(one, before=VersionRef(MIDNIGHT - DAY, text), returns_to=text, episode=text, compared_with=text)
    return Stored(1, told, text, text, text, text)


def poisoned_message(text: str) -> Digest:
    one = poisoned(text)
    entries = (
        Entry(one, also=(one, replace(one, change=disclosure())), coverage=one.change.coverage),
        Entry(one, Telling.FOLLOW_UP, coverage=one.change.coverage),
        Entry(one, Telling.SAME, by=one),
    )
    foot = Foot(9, 8, failing=(Failing(text, text, MIDNIGHT, text),))
    return replace(message(*entries, foot=foot), id=text, subscription=text)


def assert_safe(html: str, text: str) -> None:
    """Check that a page holds our elements and web addresses alone, and shows the text as it is."""
    seen = Seen(html)
    assert seen.elements <= ELEMENTS
    assert seen.attributes <= ATTRIBUTES
    assert {address for address in seen.addresses if web_address(address) is None} == set()
    assert visible("".join(seen.words).replace("\n", "")) == "".join(seen.words).replace("\n", "")
    assert squeezed(visible(text)) in squeezed("".join(seen.words))


def squeezed(text: str) -> str:
    return "".join(text.split())


def every_attack(test: Any) -> Any:
    for attack in ATTACKS:
        test = example(attack)(test)
    return settings(max_examples=40)(test)


@every_attack
@given(hostile)
def test_a_mail_shows_hostile_text_as_text(text: str) -> None:
    parts = mail_parts(poisoned_message(text))
    assert_safe(parts.html, text)
    assert squeezed(visible(text)) in squeezed(parts.text)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", parts.text)
    assert "\n" not in parts.subject
    assert len(parts.subject) <= 120


@every_attack
@given(hostile)
def test_a_mail_on_its_way_has_the_headers_it_was_given(text: str) -> None:
    parts = mail_parts(poisoned_message(text))
    mail = EmailMessage(policy=policy.SMTP)
    mail["Subject"] = parts.subject
    mail["To"] = "reader@example.org"
    mail.set_content(parts.text)
    mail.add_alternative(parts.html, subtype="html")
    arrived = message_from_bytes(mail.as_bytes(), policy=policy.default)
    assert arrived.keys() == ["Subject", "To", "MIME-Version", "Content-Type"]
    assert "".join(arrived["Subject"].split()) == squeezed(parts.subject)
    plain, rich = arrived.iter_parts()
    assert plain.get_content().replace("\r\n", "\n") == parts.text
    assert squeezed(rich.get_content()) == squeezed(parts.html)


@every_attack
@given(hostile)
def test_a_webhook_stays_json_of_its_schema_and_size(text: str) -> None:
    thin = payload(poisoned_message(text))
    assert len(thin) < THIN
    told = json.loads(thin)["data"]
    for shown in (told["subscription"], told["entries"][0]["summary"], told["foot"]["failing"][0]["why"]):
        assert shown == visible(shown)
    whole = json.loads(payload(poisoned_message(text), full=True))["data"]["entries"][0]["whole"]
    assert whole["summary"] == text.encode("utf-8", "replace").decode()


@every_attack
@given(hostile)
def test_markdown_shows_hostile_text_as_text(text: str) -> None:
    source = markdown(poisoned_message(text))
    assert visible(source.replace("\n", "")) == source.replace("\n", "")
    words: list[str] = []
    kinds: set[str] = set()
    addresses: set[str] = set()
    for token in MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(source):
        kinds.add(token.type)
        for inner in token.children or ():
            kinds.add(inner.type)
            words.append(inner.content)
            addresses |= {str(inner.attrs["href"])} if "href" in inner.attrs else set()
    assert kinds.isdisjoint({"html_block", "html_inline", "image", "table_open", "fence", "code_block"})
    assert {address for address in addresses if web_address(address) is None} == set()
    assert squeezed(visible(text)) in squeezed("".join(words))


@every_attack
@given(hostile)
def test_feeds_show_hostile_text_as_text(text: str) -> None:
    one = poisoned(text)
    feed = Feed(text, text, "all", "https://policies.example.org")
    root = ET.fromstring(atom(feed, [one]))
    names = {"a": "http://www.w3.org/2005/Atom"}
    shown = root.findtext("a:entry/a:content", None, names)
    item = json.loads(json_feed(feed, [one]))["items"][0]
    assert shown == item["content_html"]
    assert_safe(item["content_html"], text)
    assert root.findtext("a:entry/a:title", None, names) == item["title"]
    links = {link.attrib["href"] for link in root.iter("{http://www.w3.org/2005/Atom}link")}
    assert {address for address in links if web_address(address) is None} == set()


@every_attack
@given(hostile)
def test_feedparser_finds_no_fault(text: str) -> None:
    feedparser = pytest.importorskip("feedparser")
    read = feedparser.parse(atom(Feed(text, text, "all"), [poisoned(text)]))
    assert (read.bozo, len(read.entries)) == (False, 1)
    assert "<script" not in read.entries[0].content[0].value


@every_attack
@given(hostile)
def test_a_page_to_pass_on_shows_hostile_text_as_text(text: str) -> None:
    assert_safe(page.single(poisoned(text)), text)


@every_attack
@given(hostile)
def test_the_terminal_is_steered_by_nothing(text: str) -> None:
    lines = [str(line) for _, line in block(poisoned(text).change, coloured=False, most=None)]
    console = Console(width=10**6, force_terminal=True, color_system="truecolor")
    with console.capture() as shown:
        for line in lines:
            console.print(line, markup=False, highlight=False)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown.get())


@pytest.mark.parametrize("unit", ["x", "\u6f22", "<b>", "\x00", "word ", "\u202e", "\ud800"])
def test_a_megabyte_of_anything_makes_no_large_message(unit: str) -> None:
    digest = poisoned_message(unit * (1_000_000 // len(unit)))
    parts = mail_parts(digest)
    assert len(parts.html.encode()) < 150_000
    assert len(parts.text.encode()) < 100_000
    assert len(payload(digest)) < THIN
    assert len(markdown(digest).encode()) < 150_000
