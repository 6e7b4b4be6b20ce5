"""The watcher against a server that serves real pages of a policy, and everything that servers do besides."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from scripted_server import WAIT, Asked, page
from shared import shared
from watched import START, html, watching

from tracker.formats.ota import open_bundle
from tracker.model import Cause
from tracker.text.declaration import Declaration, Page, ServiceDeclaration
from tracker.text.extract import extract_record
from tracker.watch.recording import Result

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.store.store import Store

SELECT = (".tl_page_container", "#dev_page_content_wrap")
SINCE, UNTIL = datetime(2020, 9, 1, tzinfo=UTC), datetime(2021, 4, 2, tzinfo=UTC)
WALL = html("Just a moment... Checking your browser before you go on. Enable JavaScript and cookies to continue.")


@pytest.fixture(scope="module")
def pages() -> tuple[bytes, bytes, bytes]:
    """Give a real page, the same text in other bytes, and the page after its text had changed."""
    with open_bundle(shared("data/html-history.bundle")) as history, history.reading() as reader:
        [line] = [one for one in history.lines if (one.service, one.document) == ("Telegram", "Privacy Policy")]
        of_days = replace(line, listed=tuple(one for one in line.listed if SINCE <= one.at < UNTIL))
        texts: dict[str, list[bytes]] = {}
        for record in reader.records(of_days):
            texts.setdefault(extract_record(record, (Page("", SELECT),)), []).append(record.body)
    before, after = list(texts.values())[:2]
    return before[0], next(body for body in before if body != before[0]), after[0]


def test_exactly_the_real_changes_are_recorded_each_once_with_the_right_cause(
    store: Store, pages: tuple[bytes, bytes, bytes], tmp_path: Path
) -> None:
    first, rendered_anew, changed = pages

    def tagged(body: bytes) -> object:
        def answer(asked: Asked) -> Iterator[bytes]:
            if asked.headers.get("if-none-match") == '"a"':
                return iter([b"HTTP/1.1 304 Not Modified\r\n\r\n"])
            return page(body, ETag='"a"', Content_Type="text/html; charset=utf-8")

        return answer

    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 90000\r\n\r\n"
    bomb = gzip.compress(bytes(64_000_000), mtime=0)
    series = [
        (first, Result.FIRST),
        (first, Result.UNCHANGED),
        (tagged(first), Result.UNCHANGED),  # the server offers to be asked
        (tagged(first), Result.UNCHANGED),  # and says 304
        (rendered_anew, Result.UNCHANGED),
        (lambda _: page(b"", "429 Too Many Requests", Retry_After="3600"), Result.FAILED),
        (lambda _: page(b"", "503 Service Unavailable"), Result.FAILED),
        (WALL, Result.SUSPECT),
        (lambda _: page(b"", "302 Found", Location="http://127.0.0.2/"), Result.FAILED),
        (lambda _: iter([head, first[:5000], WAIT]), Result.FAILED),  # slow for ever
        (lambda _: iter([head, first[:5000]]), Result.FAILED),  # cut off
        (lambda _: page(bomb, Content_Encoding="gzip", Content_Type="text/html"), Result.FAILED),
        (changed, Result.CHANGED),
        (changed, Result.UNCHANGED),
        (first, Result.NOISE),  # withdrawn: a return that undoes what was told
        (changed, Result.NOISE),  # and put up again
        (first, Result.NOISE),
    ]
    with watching(store) as service:
        service.seconds = 1.0
        url = service.server.url("/privacy")
        service.services["Telegram"] = ServiceDeclaration(
            "Telegram", (Declaration("Privacy Policy", (Page(url, SELECT, language="en"),)),)
        )
        service.renew()
        came = []
        for told, _ in series:
            service.pages["/privacy"] = told  # type: ignore[assignment]
            came += [one.result for one in service.later(hours=13)]

    assert came == [result for _, result in series]
    changes = list(store.changes())
    assert [(row.cause, row.is_live) for row in changes if row.significance] == [(Cause.CHANGE, True)]
    assert [row.cause for row in store.versions("Telegram", "Privacy Policy")] == [
        Cause.FIRST_RECORD,
        Cause.CHANGE,
        Cause.VARIANT,
        Cause.VARIANT,
        Cause.VARIANT,
    ]
    assert list(store.verify()) == []
    assert service.now > START + timedelta(days=9)
