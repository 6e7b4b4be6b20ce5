"""What the tracker writes as WARC: read by another program, and read back."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

import pytest
from archives import HOUR, START
from warcio.archiveiterator import ArchiveIterator
from warcio.cli import main as warcio
from warcs import URL, everything, exported, fetched, records

from tracker.store.evidence import Hop, Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.store.store import Store


class Seen(NamedTuple):
    """A record as warcio reads it."""

    type: str
    fields: dict[str, str]
    http: str
    headers: dict[str, str]
    body: bytes


def read(file: Path) -> list[Seen]:
    with file.open("rb") as opened:
        found = []
        for one in ArchiveIterator(opened, check_digests="raise"):
            http = one.http_headers
            line = f"{http.protocol} {http.statusline}" if http else ""
            headers = dict(http.headers) if http else {}
            found.append(Seen(one.rec_type, dict(one.rec_headers.headers), line, headers, one.raw_stream.read()))
        return found


def alone(store: Store, folder: Path) -> list[Seen]:
    """Give the records of an archive but the one that tells of the file."""
    first, *rest = read(exported(store, folder))
    assert first.type == "warcinfo"
    return rest


@pytest.mark.parametrize("compressed", [True, False])
def test_another_program_finds_nothing_wrong(store: Store, tmp_path: Path, *, compressed: bool) -> None:
    everything(store)
    file = exported(store, tmp_path, compressed=compressed)
    with pytest.raises(SystemExit) as ended:
        warcio(["check", "-v", str(file)])
    assert ended.value.code == 0


def test_a_replay_of_the_file_is_a_replay_of_the_archive(store: Store, tmp_path: Path) -> None:
    everything(store)
    kept = [record for one in store.documents() for record in store.history(one.service, one.document)]
    assert len(kept) == 8
    for compressed in (True, False):
        assert records(exported(store, tmp_path, compressed=compressed)) == kept


def test_the_same_archive_gives_the_same_file(store: Store, tmp_path: Path) -> None:
    everything(store)
    first = exported(store, tmp_path).read_bytes()
    assert exported(store, tmp_path).read_bytes() == first


def test_a_page_stands_without_its_codings_and_what_was_received_beside_it(store: Store, tmp_path: Path) -> None:
    packed = (("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("Content-Length", "7"), ("ETag", '"a"'))
    store.record_capture(fetched(b"<p>One</p>", headers=packed))
    page, told = alone(store, tmp_path)
    assert (page.type, page.http, page.body) == ("response", "HTTP/1.1 200 OK", b"<p>One</p>")
    assert page.headers == {"Content-Type": "text/html", "ETag": '"a"', "Content-Length": "10"}
    assert page.fields["WARC-IP-Address"] == "192.0.2.7"
    assert page.fields["WARC-Payload-Digest"] == f"sha256:{hashlib.sha256(b'<p>One</p>').hexdigest()}"
    assert (told.type, told.fields["WARC-Concurrent-To"]) == ("metadata", page.fields["WARC-Record-ID"])
    assert json.loads(told.body)["headers"] == [list(header) for header in packed]


def test_the_line_beside_a_page_is_that_of_the_chain_to_the_letter(store: Store, tmp_path: Path) -> None:
    store.record_capture(fetched())
    (logged,) = store.log()
    _, told = alone(store, tmp_path)
    assert told.body == logged.line.encode()
    assert told.fields["WARC-Block-Digest"] == f"sha256:{logged.hash}"


def test_a_body_that_comes_again_is_a_revisit(store: Store, tmp_path: Path) -> None:
    store.record_capture(fetched())
    store.record_capture(fetched(at=START + HOUR))
    page, _, again, _ = alone(store, tmp_path)
    assert (again.type, again.body) == ("revisit", b"")
    assert again.fields["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    assert again.fields["WARC-Refers-To"] == page.fields["WARC-Record-ID"]
    assert again.fields["WARC-Refers-To-Target-URI"] == URL
    assert again.fields["WARC-Refers-To-Date"] == page.fields["WARC-Date"] == "2024-09-01T06:00:00.000000Z"
    assert again.fields["WARC-Payload-Digest"] == page.fields["WARC-Payload-Digest"]


def test_not_modified_is_a_revisit_of_its_own_profile(store: Store, tmp_path: Path) -> None:
    store.record_capture(fetched())
    store.record_capture(
        fetched(None, at=START + HOUR, outcome=Outcome.NOT_MODIFIED, status=304, headers=(("ETag", '"a"'),))
    )
    page, _, again, _ = alone(store, tmp_path)
    assert (again.type, again.http, again.headers) == ("revisit", "HTTP/1.1 304 Not Modified", {"ETag": '"a"'})
    assert again.fields["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    assert again.fields["WARC-Refers-To"] == page.fields["WARC-Record-ID"]


def test_redirects_are_answers_of_their_own_and_the_request_stands_beside_the_first(
    store: Store, tmp_path: Path
) -> None:
    hops = (Hop("http://example.org/privacy", 301, "192.0.2.1"), Hop(URL, 200, "192.0.2.7"))
    store.record_capture(fetched(hops=hops, request=(("Accept", "text/html"),)))
    hop, page, request, _ = alone(store, tmp_path)
    assert (hop.http, hop.headers, hop.body) == ("HTTP/1.1 301 Moved Permanently", {"Location": URL}, b"")
    assert hop.fields["WARC-Target-URI"] == "http://example.org/privacy"
    assert (hop.fields["WARC-Truncated"], hop.fields["WARC-IP-Address"]) == ("unspecified", "192.0.2.1")
    assert page.fields["WARC-Target-URI"] == URL
    assert request.fields["WARC-Concurrent-To"] == hop.fields["WARC-Record-ID"]
    assert request.headers == {"Host": "example.org", "Accept": "text/html"}


def test_a_failure_without_an_answer_is_told_by_its_line_alone(store: Store, tmp_path: Path) -> None:
    store.record_capture(fetched(None, status=None, outcome=Outcome.FAILED, hops=(Hop(URL),), note="dns: nobody"))
    (told,) = alone(store, tmp_path)
    assert (told.type, json.loads(told.body)["note"]) == ("metadata", "dns: nobody")


def test_what_a_browser_made_of_a_page_is_not_told_as_what_a_server_said(store: Store, tmp_path: Path) -> None:
    store.record_capture(fetched(b"<p>After</p>", note="a browser ran its scripts", charset="utf-8"))
    page, _ = alone(store, tmp_path)
    assert (page.type, page.http, page.body) == ("resource", "", b"<p>After</p>")
    assert page.fields["Content-Type"] == "text/html; charset=utf-8"


def test_a_body_that_was_let_go_leaves_its_line(store: Store, tmp_path: Path) -> None:
    store.record_capture(fetched(b"<p>Old</p>"))
    store.record_capture(fetched(b"<p>New</p>", at=START + 40 * HOUR))
    assert store.expire(START + HOUR, START + 50 * HOUR, clock="system", tool="tracker 0") == 1
    assert [(one.type, one.body[:10]) for one in alone(store, tmp_path) if one.type != "metadata"] == [
        ("response", b"<p>New</p>")
    ]
    assert len(alone(store, tmp_path)) == 4


def test_headers_of_strangers_stay_on_their_line(store: Store, tmp_path: Path) -> None:
    headers = (("X-Name", "a\r\nSet-Cookie: b"), ("Bad name", "c"), ("X-Other", "\u20ac \x00"))
    store.record_capture(fetched(headers=headers))
    page, _ = alone(store, tmp_path)
    assert page.headers == {"X-Name": "a Set-Cookie: b", "X-Other": "\u20ac", "Content-Length": "12"}


def test_some_documents_can_be_written_alone(store: Store, tmp_path: Path) -> None:
    everything(store)
    file = exported(store, tmp_path, documents={("Telegram", "FAQ")})
    assert {(one.service, one.document) for one in records(file)} == {("Telegram", "FAQ")}
