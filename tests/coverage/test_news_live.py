"""News as it comes: before a change, with it, months later; from feeds and pages of a server, into an archive."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from coverage_news import HANDOVER, NOON, PAYMENT, at, judged
from newsroom import Clock, Newsroom, Site
from scripted_server import ScriptedServer

from tracker.explain.news_sources import Folder
from tracker.fetch.feeds import Feed
from tracker.fetch.gdelt import Gdelt
from tracker.model import Role
from tracker.store import articles, linked
from tracker.store.coverage import coverage_of, links_since
from tracker.store.schema import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.store.store import Store

NEW = "valid request of a prosecutor names you as a suspect of any crime"
FILLER = (
    "The company has offices in several capitals and employs two thousand people, most of whom write software. "
    "Its founder studied mathematics and collects old maps of the coast, which he shows to visitors with pride."
)


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def room(store: Store, site: Site) -> Iterator[Newsroom]:
    with ScriptedServer(site.script) as server:
        yield Newsroom(store, server, Clock(NOON))


def publish(room: Newsroom, site: Site) -> None:
    """Put articles of three moments on the server, and one on something else."""
    site.article("/before", "Acme warns partners", f"Acme told partners of new terms: \u201c{NEW}\u201d.", FILLER)
    site.article("/2024/09/24/news", "Acme opens up", f"Acme updated its policy. It says: \u201c{NEW}\u201d.", FILLER)
    site.article("/2025/01/29/late", "What Acme hid", f"Unnoticed, the rules of Acme say \u201c{NEW}\u201d.", FILLER)
    site.article("/office", "Acme rents offices", "Acme rents offices in Lisbon for its camera team.", FILLER)


def test_articles_before_with_and_long_after_a_change_are_tied_to_it(room: Newsroom, site: Site) -> None:
    publish(room, site)
    base = room.server.url("")
    rss, atom = Feed(f"{base}/rss.xml"), Feed(f"{base}/atom.xml")

    room.clock.set(-90)
    old = room.record(at(-90, judged(PAYMENT), document="Terms of Service"), -90)
    room.clock.set(-9)
    early = NOON - timedelta(days=9, hours=1)
    site.rss(base, ("/before", "Acme warns partners", early), ("/office", "Acme rents offices", early))
    assert (room.gather(rss).met, room.work() > 0) == (2, True)
    assert room.coverage(old) == []

    room.clock.set(0.01)
    change = room.record(at(0, judged(HANDOVER, 3)), 0)
    room.work()
    assert room.coverage(change) == [("/before", "quotes", "quotes the new wording")]

    room.clock.set(1)
    site.atom(base, ("/2024/09/24/news", "Acme opens up", NOON + timedelta(days=1)))
    room.gather(rss, atom)
    room.work()
    with room.store.reading() as connection:
        told = links_since(connection, 0)
    assert [(one.change_id, one.link.role) for one in told] == [(change, Role.QUOTES)] * 2

    room.clock.set(128)
    site.atom(base, ("/2025/01/29/late", "What Acme hid", NOON + timedelta(days=128)))
    room.gather(rss, atom)
    room.work()
    with room.store.reading() as connection:
        [follow_up] = links_since(connection, told[-1].id)
    assert (follow_up.change_id, follow_up.link.article.url) == (change, f"{base}/2025/01/29/late")
    assert [path for path, _, _ in room.coverage(change)] == ["/2024/09/24/news", "/before", "/2025/01/29/late"]


def test_doing_it_again_changes_nothing_and_asks_conditionally(room: Newsroom, site: Site) -> None:
    publish(room, site)
    base = room.server.url("")
    change = room.record(at(0, judged(HANDOVER, 3)), 0)
    site.rss(base, ("/2024/09/24/news", "Acme opens up", NOON + timedelta(days=1)))
    room.clock.set(1)
    room.gather(Feed(f"{base}/rss.xml"))
    room.work()
    before, asked = room.coverage(change), len(room.server.asked)

    assert room.gather(Feed(f"{base}/rss.xml")).asked == 0  # its hour is not over
    room.clock.set(2)
    assert (room.gather(Feed(f"{base}/rss.xml")).met, room.work()) == (0, 0)
    assert room.coverage(change) == before
    assert [one.target for one in room.server.asked[asked:]] == ["/rss.xml"]
    assert "if-none-match" in room.server.asked[-1].headers


def test_an_article_linked_to_one_change_moves_to_a_later_one_that_it_quotes(room: Newsroom, site: Site) -> None:
    publish(room, site)
    base = room.server.url("")
    site.article("/both", "Acme in court", "A prosecutor says Acme names no suspect of a crime.", f"\u201c{NEW}\u201d.")
    other = room.record(at(-5, judged(PAYMENT), document="Terms of Service"), -5)
    site.rss(base, ("/both", "Acme in court", NOON - timedelta(days=1)))
    room.gather(Feed(f"{base}/rss.xml"))
    room.work()
    change = room.record(at(0, judged(HANDOVER, 3)), 0)
    room.work()
    assert (room.coverage(other), [role for _, role, _ in room.coverage(change)]) == ([], ["quotes"])


def test_what_a_user_says_of_a_link_outlasts_every_match(room: Newsroom, site: Site) -> None:
    publish(room, site)
    base = room.server.url("")
    change = room.record(at(0, judged(HANDOVER, 3)), 0)
    site.rss(base, *((path, "Acme", NOON + timedelta(days=1)) for path in ("/2024/09/24/news", "/office")))
    room.clock.set(1)
    room.gather(Feed(f"{base}/rss.xml"))
    room.work()
    with room.store.writing() as writing:
        news, office = (
            articles.find(writing.connection, f"{base}{path}") or 0 for path in ("/2024/09/24/news", "/office")
        )
        linked.reject(writing.connection, change, news, "a mistake", room.clock())
        linked.pin(writing.connection, change, office, Role.BACKGROUND, None, room.clock())
        articles.wait(writing.connection, (news, office), room.clock())
    room.work()
    with room.store.reading() as connection:
        assert [(one.role, one.verdict) for one in linked.links_of(connection, office)] == [("background", "pinned")]
        assert linked.links_of(connection, news) == ()


def test_the_archive_holds_no_text_of_an_article_beyond_its_spans(room: Newsroom, site: Site) -> None:
    base = room.server.url("")
    change = room.record(at(0, judged(HANDOVER, 3)), 0)
    days = range(1, 365, 9)
    for day in days:
        text = f"Acme updated its policy on day {day}: \u201c{NEW}\u201d."
        site.article(f"/a{day}", f"Acme {day}", text, f"Beyond number {day}. {FILLER}", f"Again {day}: {FILLER}")
    for day in days:
        room.clock.set(day)
        site.rss(base, (f"/a{day}", f"Acme {day}", room.clock()))
        room.gather(Feed(f"{base}/rss.xml"))
        room.work()

    with room.store.reading() as connection:
        coverage_of_change = coverage_of(connection, change)
        rows = {table.name: connection.execute(sa.select(table)).all() for table in metadata.sorted_tables}
    assert len(rows["coverage_links"]) == len(days)
    news = {name: kept for name, kept in rows.items() if name.startswith(("article", "coverage", "news"))}
    kept = repr(news)
    assert "Beyond number" not in kept
    assert "old maps of the coast" not in kept
    assert max(len(one.article_text) for link in coverage_of_change for one in link.evidence) <= 300
    per_article = sum(len(value) for row in rows["articles"] for value in row if isinstance(value, bytes))
    assert per_article / len(days) < 600  # a sketch and a hash


def test_the_article_that_stands_alone_is_contested_whenever_it_came(room: Newsroom, site: Site) -> None:
    base = room.server.url("")
    told = {
        "/alone": "Acme: its founder Jo Doe was detained by Brazilian police over a suspect of a crime.",
        "/one": "Police in France arrested Jo Doe. Acme had ignored a prosecutor who named a suspect of a crime.",
        "/two": "The chief of Acme, Jo Doe, was arrested by French police over a suspect, a prosecutor says.",
        "/three": "French prosecutors charged Jo Doe of Acme, who did not name a suspect of a crime.",
    }
    change = room.record(at(0, judged(HANDOVER, 3)), 0)
    room.clock.set(1)
    for path, text in told.items():
        site.article(path, "Acme in court", text, FILLER)
        site.rss(base, (path, "Acme in court", room.clock()))
        room.gather(Feed(f"{base}/rss.xml"))
        room.work()
        room.clock.now += timedelta(hours=2)
    found = {path: (role, note) for path, role, note in room.coverage(change)}
    assert found.pop("/alone") == (
        "contested",
        "contradicts 3 of 3 others on the authority behind the arrest or charge",
    )
    assert {role for role, _ in found.values()} == {"background"}


def test_a_forgotten_article_stays_forgotten(room: Newsroom, site: Site) -> None:
    publish(room, site)
    base = room.server.url("")
    change = room.record(at(0, judged(HANDOVER, 3)), 0)
    site.rss(base, ("/2024/09/24/news", "Acme opens up", NOON + timedelta(days=1)))
    room.clock.set(1)
    room.gather(Feed(f"{base}/rss.xml"))
    room.work()
    with room.store.writing() as writing:
        key = articles.find(writing.connection, f"{base}/2024/09/24/news")
        assert key is not None
        articles.forget(writing.connection, key)
    room.clock.set(2)
    head = f'<link rel="canonical" href="{base}/2024/09/24/news">'
    site.article("/copy", "Acme opens up", f"Acme updated its policy. It says: \u201c{NEW}\u201d.", FILLER, head=head)
    site.rss(base, *((path, "Acme opens up again", NOON) for path in ("/2024/09/24/news", "/copy")))
    assert (room.gather(Feed(f"{base}/rss.xml")).met, room.work() > 0, room.coverage(change)) == (1, True, [])
    with room.store.reading() as connection:
        row = articles.row(connection, key)
    assert (row.state, row.title, row.sketch, row.address) == ("forgotten", None, None, f"{base}/2024/09/24/news")


def test_an_article_met_by_two_addresses_is_one(room: Newsroom, site: Site) -> None:
    base = room.server.url("")
    change = room.record(at(0, judged(HANDOVER, 3)), 0)
    head = f'<link rel="canonical" href="{base}/2024/09/24/news">'
    for path in ("/2024/09/24/news", "/mobile/news"):
        site.article(path, "Acme opens up", f"Acme updated its policy. It says: \u201c{NEW}\u201d.", FILLER, head=head)
    site.rss(base, ("/mobile/news", "Acme opens", NOON), ("/2024/09/24/news", "Acme opens", NOON))
    room.clock.set(2)
    room.gather(Feed(f"{base}/rss.xml"))
    room.work()
    assert [path for path, _, _ in room.coverage(change)] == ["/2024/09/24/news"]
    with room.store.reading() as connection:
        assert len(articles.latest(connection, 9)) == 1


def test_articles_that_were_chosen_are_read_whatever_their_titles_say(
    room: Newsroom, site: Site, tmp_path: Path
) -> None:
    base = room.server.url("")
    change = room.record(at(0, judged(HANDOVER, 3)), 0)
    site.article(
        "/2024/09/24/odd", "Something changed", f"Acme updated its policy. It says: \u201c{NEW}\u201d.", FILLER
    )
    found = {
        "articles": [{"url": f"{base}/2024/09/24/odd", "title": "Something changed", "seendate": "20240925T1200Z"}]
    }
    site.pages["/doc"] = ("application/json", json.dumps(found).encode())
    site.article("/saved", "Saved", f"Acme updated its policy. It says: \u201c{NEW}\u201d.", FILLER)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox/saved.html").write_bytes(site.pages["/saved"][1])
    room.clock.set(1)
    gdelt = Gdelt("Acme", ("Acme",), address=f"{base}/doc")
    assert room.gather(gdelt, Folder(tmp_path / "inbox", "inbox")).met == 2
    room.work()
    assert sorted(path for path, _, _ in room.coverage(change)) == ["/2024/09/24/odd", "file:saved.html"]
    room.clock.set(2)
    room.gather(gdelt)
    starts = [re.findall(r"startdatetime=(\d{8})", one.target) for one in room.server.asked if "/doc" in one.target]
    assert starts == [["20240628"], ["20240924"]]  # its window of three months, then since the last time
