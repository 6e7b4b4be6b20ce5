from __future__ import annotations

import json
from dataclasses import replace
from typing import Any  # what JSON and untyped parsers hold
from xml.etree import ElementTree as ET

import pytest
from messages import DAY, MIDNIGHT, PUBLIC, found, full, turned

from tracker.digest.feed import NEWEST, Feed, atom, is_for_feeds, json_feed
from tracker.model import Cause, Noise

ATOM = {"a": "http://www.w3.org/2005/Atom"}
FEED = Feed("all", "Changes of policies", "all", "https://policies.example.org")


def read(body: bytes) -> Any:
    """Give what a feed reader makes of a feed; it must find no fault."""
    feedparser = pytest.importorskip("feedparser")
    told = feedparser.parse(body)
    assert not told.bozo, told.bozo_exception
    return told


def test_an_atom_feed_has_what_rfc_4287_asks_for() -> None:
    root = ET.fromstring(atom(FEED, [full(), found(3)]))
    for name in ("id", "title", "updated"):
        assert len(root.findall(f"a:{name}", ATOM)) == 1
    assert root.findtext("a:author/a:name", None, ATOM) == "policy-tracker"
    assert [(link.attrib["rel"], link.attrib["href"]) for link in root.findall("a:link", ATOM)] == [
        ("self", "https://policies.example.org/feeds/all.atom"),
        ("alternate", "https://policies.example.org"),
    ]
    entries = root.findall("a:entry", ATOM)
    assert len(entries) == 2
    for entry in entries:
        for name in ("id", "title", "updated", "published", "content"):
            assert len(entry.findall(f"a:{name}", ATOM)) == 1
    ids = [entry.findtext("a:id", "", ATOM) for entry in entries]
    assert len(set(ids)) == 2
    assert all(one.startswith("tag:policies.example.org,2026:change:") for one in ids)


def test_an_entry_holds_the_diff_and_the_reasons() -> None:
    (entry,) = read(atom(FEED, [full()])).entries
    assert (entry.title, entry.link) == ("Acme changes who gets your number.", f"{PUBLIC}changes/12")
    assert (entry.updated, entry.published) == ("2024-09-24T06:00:00Z", "2024-09-24T06:00:00Z")
    assert [tag.term for tag in entry.tags] == ["law_enforcement"]
    (content,) = entry.content
    assert content.type == "text/html"
    for words in ("<del>court order</del>", "legal basis: court order → valid order (weaker)", "+3.0 the legal basis"):
        assert words in content.value


def test_a_json_feed_has_what_version_1_1_asks_for() -> None:
    told = json.loads(json_feed(FEED, [full()]))
    (item,) = told.pop("items")
    assert told == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Changes of policies",
        "home_page_url": "https://policies.example.org",
        "feed_url": "https://policies.example.org/feeds/all.json",
        "authors": [{"name": "policy-tracker"}],
        "language": "en",
    }
    assert "<ins>valid order</ins>" in item.pop("content_html")
    assert item == {
        "id": FEED.entry_id(full().change),
        "url": f"{PUBLIC}changes/12",
        "external_url": "https://example.org/privacy",
        "title": "Acme changes who gets your number.",
        "date_published": "2024-09-24T06:00:00Z",
        "date_modified": "2024-09-24T06:00:00Z",
        "tags": ["law_enforcement"],
        "_policy_tracker": {"change": 12, "significance": 3, "name": "Acme · Privacy Policy"},
    }


def test_without_a_public_address_a_feed_still_has_its_identity() -> None:
    feed = Feed("all", "Changes", "all")
    (entry,) = read(atom(feed, [replace(full(), url=None)])).entries
    assert entry.id.startswith("tag:localhost,2026:change:")
    assert entry.link == "https://example.org/privacy"
    assert "feed_url" not in json.loads(json_feed(feed, []))


def test_an_id_is_that_of_the_record_whatever_number_the_archive_gives_it() -> None:
    assert FEED.entry_id(full().change) == FEED.entry_id(replace(full(), id=99).change)
    assert FEED.entry_id(found(1).change) != FEED.entry_id(found(1, document="Terms").change)
    assert FEED.id != Feed("service/Acme", "Acme", "services/Acme", FEED.public_url).id


def test_an_entry_is_updated_when_it_was_recorded_and_the_feed_with_its_newest() -> None:
    late = replace(found(1), recorded_at=MIDNIGHT + 9 * DAY)
    told = read(atom(FEED, [found(2, hour=20), late]))
    assert [entry.updated for entry in told.entries] == ["2024-10-03T00:00:00Z", "2024-09-24T20:00:00Z"]
    assert told.feed.updated == "2024-10-03T00:00:00Z"


def test_a_feed_without_entries_is_valid_and_always_the_same() -> None:
    assert read(atom(FEED, [])).feed.updated == "2026-01-01T00:00:00Z"
    assert atom(FEED, []) == atom(FEED, [])


def test_a_feed_holds_the_newest() -> None:
    many = [found(k, hour=k) for k in range(NEWEST + 5)]
    items = json.loads(json_feed(FEED, many))["items"]
    assert [item["title"] for item in items] == [f"Change {k}." for k in range(NEWEST + 4, 4, -1)]


def test_feeds_are_of_news_and_of_what_takes_them_back() -> None:
    first = replace(found(1).change, cause=Cause.FIRST_RECORD)
    told = [found(1).change, found(2, grade=1).change, found(3, noise=Noise.DATES).change, first]
    told += [turned(4, "old", undoes="record 1").change, turned(5, "old").change]
    assert [is_for_feeds(change, 2) for change in told] == [True, False, False, False, True, False]
