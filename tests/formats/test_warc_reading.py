"""WARC files of other programs as a source of history: whole pages, or a reason."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # says nothing of its types
import pytest
from commands import declarations, html, objects, tracker
from hypothesis import given
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter
from warcs import AT, URL, answer, record, records, warc

from tracker.errors import SourceError
from tracker.formats.source import open_history
from tracker.formats.warc_reading import Message, Stream, blocks, content
from tracker.model import Cause, Format, Record
from tracker.net.outcome import FailureKind, Trouble

if TYPE_CHECKING:
    from pathlib import Path

LATER = "2024-09-02T06:00:00Z"
PAGE = b"<p>Words</p>"


def remarks(source: Path) -> list[str]:
    with open_history(source) as history:
        return [remark.removeprefix(f"{source}: ") for remark in history.remarks]


def bodies(source: Path) -> list[bytes]:
    return [record.body for record in records(source)]


@pytest.mark.parametrize("packed", ["each", "whole", "plain"])
def test_pages_are_found_however_the_file_is_packed(tmp_path: Path, packed: str) -> None:
    file = warc(tmp_path, record(answer(PAGE)), record(answer(b"<p>New</p>"), at=LATER), packed=packed)
    assert records(file) == [
        Record(
            "example.org",
            "/privacy",
            datetime(2024, 9, day, 6, tzinfo=UTC),
            hashlib.sha256(body).hexdigest(),
            URL,
            Format.HTML,
            body,
            Cause.CHANGE,
        )
        for day, body in ((1, PAGE), (2, b"<p>New</p>"))
    ]


def test_what_warcio_writes_is_read(tmp_path: Path) -> None:
    file = tmp_path / "warcio.warc.gz"
    with file.open("wb") as opened:
        writer = WARCWriter(opened, gzip=True, warc_version="1.1")
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=koi8-r")], protocol="HTTP/1.1")
        named = {"WARC-Date": AT}
        page = writer.create_warc_record(
            URL, "response", payload=io.BytesIO(PAGE), length=len(PAGE), http_headers=head, warc_headers_dict=named
        )
        digest = page.rec_headers.get_header("WARC-Payload-Digest")
        again = writer.create_revisit_record(
            URL, digest, URL, AT, http_headers=head, warc_headers_dict={"WARC-Date": LATER}
        )
        for one in (writer.create_warcinfo_record("x", {"software": "warcio"}), page, again):
            writer.write_record(one)
    (found,) = records(file)
    assert (found.body, found.charset, found.at) == (PAGE, "koi8-r", datetime(2024, 9, 1, 6, tzinfo=UTC))


def test_names_come_from_the_caller_and_through_redirects(tmp_path: Path) -> None:
    file = warc(
        tmp_path,
        record(answer(b"", "Location: /p", status="301 Moved"), url="http://example.org/terms"),
        record(
            answer(b"", "Location: https://example.org/privacy#top", status="302 Found"), url="http://example.org/p"
        ),
        record(answer(PAGE)),
        record(answer(PAGE), url="https://example.org/other?x=1"),
    )
    named = records(file, {"http://EXAMPLE.org:80/terms": ("Acme", "Terms")})
    assert [(one.service, one.document) for one in named] == [("Acme", "Terms"), ("example.org", "/other?x=1")]


def test_a_page_that_stays_the_same_is_one_record_and_a_return_is_another(tmp_path: Path) -> None:
    pages = [
        record(answer(body), at=f"2024-09-0{day}T06:00:00Z")
        for day, body in enumerate((b"<a>", b"<a>", b"<b>", b"<a>"), 1)
    ]
    found = records(warc(tmp_path, *reversed(pages)))
    assert [(one.at.day, one.body) for one in found] == [(1, b"<a>"), (3, b"<b>"), (4, b"<a>")]


@pytest.mark.parametrize(
    "fields",
    [
        ("WARC-Refers-To: <urn:x:1>",),
        (f"WARC-Refers-To-Target-URI: {URL}", f"WARC-Refers-To-Date: {AT}"),
        ("WARC-Payload-Digest: sha1:ABC",),
    ],
)
def test_a_repeat_is_read_where_it_refers_to(tmp_path: Path, fields: tuple[str, ...]) -> None:
    file = warc(
        tmp_path,
        record(answer(PAGE), "WARC-Record-ID: <urn:x:1>", "WARC-Payload-Digest: sha1:ABC"),
        record(answer(b"<b>"), at=LATER),
        record(b"", *fields, kind="revisit", at="2024-09-03T06:00:00Z"),
    )
    assert [(one.at.day, one.body) for one in records(file)] == [(1, PAGE), (2, b"<b>"), (3, PAGE)]


def test_a_repeat_of_something_elsewhere_is_left_out_and_said(tmp_path: Path) -> None:
    file = warc(
        tmp_path,
        record(answer(PAGE)),
        record(b"", "WARC-Refers-To: <urn:x:9>", kind="revisit", at=LATER),
        record(
            b"", "WARC-Profile: http://netpreserve.org/warc/1.0/revisit/server-not-modified", kind="revisit", at=LATER
        ),
    )
    assert bodies(file) == [PAGE]
    assert remarks(file) == ["left out, as they repeat pages that are not in the file: 1"]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"5\r\n<p>Wo\r\n7;x=1\r\nrds</p>\r\n0\r\n\r\n", ("Transfer-Encoding: chunked",)),
        (gzip.compress(PAGE, mtime=0), ("Content-Encoding: gzip",)),
        (brotli.compress(PAGE), ("Content-Encoding: br",)),
        (PAGE, ("Content-Encoding: br", "Transfer-Encoding: chunked")),
        (PAGE, ("Content-Encoding: gzip",)),
        (b"C\r\n" + PAGE + b"\r\n0\r\nX-Trailer: 1\r\n\r\n", ("transfer-encoding: Chunked",)),
    ],
)
def test_a_body_is_what_the_server_meant(tmp_path: Path, body: bytes, headers: tuple[str, ...]) -> None:
    file = warc(tmp_path, record(answer(body, "Content-Type: text/html", *headers)))
    assert bodies(file) == [PAGE]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (record(answer(b"ff\r\n<p>Wo", "Content-Type: text/html", "Transfer-Encoding: chunked")), "are cut off"),
        (
            record(answer(gzip.compress(PAGE, mtime=0)[:-9], "Content-Type: text/html", "Content-Encoding: gzip")),
            "are cut off",
        ),
        (record(answer(b"\x00", "Content-Type: text/html", "Content-Encoding: x-own")), "cannot be unpacked"),
        (record(answer(PAGE), "WARC-Truncated: length"), "were cut off when they were recorded"),
        (record(answer(PAGE), "WARC-Segment-Number: 1"), "stand in several pieces"),
        (record(answer(PAGE), at="yesterday"), "tell no moment"),
        (
            record(
                answer(gzip.compress(b"<" * 51_000_000, mtime=0), "Content-Type: text/html", "Content-Encoding: gzip")
            ),
            "cannot be unpacked",
        ),
    ],
)
def test_half_a_page_is_no_page(tmp_path: Path, bad: bytes, why: str) -> None:
    file = warc(tmp_path, bad, record(answer(b"<p>Good</p>"), at=LATER))
    assert bodies(file) == [b"<p>Good</p>"]
    assert remarks(file) == [f"left out, as they {why}: 1"]


@pytest.mark.parametrize(
    "other",
    [
        record(answer(b"GIF89a", "Content-Type: image/gif")),
        record(answer(PAGE, status="404 Not Found")),
        record(answer(b"words", "X: no type")),
        record(PAGE, kind="conversion"),
        record(b"no answer at all"),
        record(answer(PAGE), url="ftp://example.org/"),
        record(PAGE, "Content-Type: text/html", kind="resource", url="urn:text:x"),
        record(b'{"pages": 1}', "Content-Type: application/json", "WARC-Concurrent-To: <urn:x>", kind="metadata"),
        record(b"a\x00b", kind="odd"),
    ],
)
def test_what_is_no_page_is_passed_over(tmp_path: Path, other: bytes) -> None:
    file = warc(tmp_path, other, record(answer(PAGE), at=LATER))
    assert (bodies(file), remarks(file)) == ([PAGE], [])


@pytest.mark.parametrize(
    ("block", "kind"),
    [
        (answer(b"%PDF-1.7", "Content-Type: text/html"), Format.PDF),
        (answer(b"# Terms", "Content-Type: text/markdown; charset=utf-8"), Format.MARKDOWN),
        (answer(b"Terms", "Content-Type: text/plain"), Format.TEXT),
        (answer(b"  <html>", "Server: x"), Format.HTML),
    ],
)
def test_a_page_is_what_its_bytes_or_the_server_say(tmp_path: Path, block: bytes, kind: Format) -> None:
    assert [one.format for one in records(warc(tmp_path, record(block)))] == [kind]


def test_lenient_where_nothing_is_lost(tmp_path: Path) -> None:
    """Bare line feeds, angle brackets around addresses, folded fields, blank lines and parts of a second are common."""
    odd = record(
        answer(PAGE).replace(b"\r\n", b"\n"),
        "X-Long: a",
        "  b",
        url=f"<{URL}>",
        at="2024-09-01T06:00:00.123456789Z",
        end="\n",
    )
    (found,) = records(warc(tmp_path, odd, b"\r\n\r\n", packed="plain"))
    assert (found.body, found.source, found.at.microsecond) == (PAGE, URL, 123456)


@pytest.mark.parametrize("label", ["sha1:{b32}", "sha1:{hex}", "SHA1:{b64}", "md9:0"])
def test_digests_are_believed_as_they_are_spelled(tmp_path: Path, label: str) -> None:
    block = answer(PAGE)
    digest = hashlib.sha1(block).digest()
    spelled = {"b32": base64.b32encode(digest).decode(), "hex": digest.hex(), "b64": base64.b64encode(digest).decode()}
    assert bodies(warc(tmp_path, record(block, f"WARC-Block-Digest: {label.format(**spelled)}"))) == [PAGE]


def test_a_digest_that_the_bytes_do_not_have_is_broken_evidence(tmp_path: Path) -> None:
    file = warc(tmp_path, record(answer(PAGE), f"WARC-Block-Digest: sha1:{'A' * 32}"))
    with pytest.raises(SourceError, match="the evidence is broken"):
        records(file)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"WARC/1.0\r\nWARC-Type: response\r\n\r\n", "does not say how long it is"),
        (b"WARC/1.0\r\nContent-Length: -5\r\n\r\n", "does not say how long it is"),
        (b"WARC/1.0\r\nContent-Length: 50\r\n\r\nshort", "the file is cut off"),
        (b"WARC/1.0\r\nContent-Length: 5", "does not end"),
        (b"WARC/1.0\r\n" + b"A: b\r\n" * 600, "does not end"),
        (b"WARC/1.0\r\nA: " + b"b" * 200_000, "no WARC file"),
        (record(answer(PAGE)) + b"rubbish\r\n", "no WARC record begins"),
        (gzip.compress(record(answer(PAGE)), mtime=0)[:-12], "the file is cut off"),
        (gzip.compress(record(answer(PAGE)), mtime=0) + b"rubbish", "its compression is broken"),
        (gzip.compress(b"a tape archive, say", mtime=0), "no WARC record begins"),
        (record(answer(PAGE, status="404 Not Found")), "holds no page"),
        (gzip.compress(b"", mtime=0), "holds no page"),
    ],
)
def test_a_broken_file_is_a_source_error(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "broken.warc"
    file.write_bytes(content)
    with pytest.raises(SourceError, match=message):
        records(file)


def test_a_file_that_changes_while_it_is_read_is_a_source_error(tmp_path: Path) -> None:
    file = warc(tmp_path, record(answer(PAGE)), packed="plain")
    with open_history(file) as history:
        file.write_bytes(file.read_bytes().replace(b"Words", b"Weeds"))
        with history.reading() as reader, pytest.raises(SourceError, match="changed while it was read"):
            list(reader.records(history.lines[0]))


def test_names_in_a_file_of_ours_are_not_trusted(tmp_path: Path) -> None:
    line = b'{"number":1,"at":"2024-09-01T06:00:00Z","outcome":"captured","document":"D","service":"%s"}'
    for bad in (b"a\\u0000b", b"x" * 201, b""):
        beside = record(line % bad, "Content-Type: application/json", "WARC-Concurrent-To: <urn:x:1>", kind="metadata")
        file = warc(tmp_path, record(answer(PAGE), "WARC-Record-ID: <urn:x:1>"), beside)
        assert [one.service for one in records(file)] == ["example.org"]


@given(parts=st.lists(st.binary(min_size=1, max_size=40), max_size=6), cut=st.integers(0, 400))
def test_chunks_give_what_was_cut_into_them_or_nothing(parts: list[bytes], cut: int) -> None:
    wire = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    headers = (("Transfer-Encoding", "chunked"),)
    assert content(Message(200, headers, wire), 1000) == b"".join(parts)
    end = wire.rindex(b"0\r\n\r\n")
    if 3 < cut < end:
        with pytest.raises(Trouble) as trouble:
            content(Message(200, headers, wire[:cut]), 1000)
        assert trouble.value.kind is FailureKind.TRUNCATED


@given(rest=st.binary(max_size=300), packed=st.booleans())
def test_whatever_stands_in_a_file_is_read_or_refused(rest: bytes, packed: bool) -> None:
    whole = record(answer(PAGE)) + rest
    file = io.BytesIO(gzip.compress(whole, mtime=0) + rest if packed else whole)
    try:
        found = [block.read(1000) for block in blocks(Stream(file, "file"), "file")]
    except SourceError:
        return
    assert found[0] == answer(PAGE)


def test_replay_reads_a_file_and_names_its_pages_by_declarations(tmp_path: Path) -> None:
    words = ("We keep your number for 30 days.", "We keep your number for 90 days.")
    first, second = (answer(html(one).encode()) for one in words)
    moved = answer(b"", "Location: /terms", status="301 Moved Permanently")
    url = "https://example.org/terms"
    file = warc(
        tmp_path, record(moved, url="https://example.org/"), record(first, url=url), record(second, url=url, at=LATER)
    )
    declared = declarations(tmp_path / "declarations", "main")
    first_record, change = objects(tracker("replay", file, "--declarations", declared, "--json", "--all"))
    assert (first_record["cause"], first_record["after"]["source"]) == ("first_record", url)
    assert [(one["service"], one["document"]) for one in (first_record, change)] == 2 * [("Acme", "Terms")]
    assert [clause["after"] for clause in change["clauses"]] == [words[1]]
