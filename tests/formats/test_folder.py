from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from histories import page

from tracker.errors import SourceError
from tracker.formats.source import open_history
from tracker.model import Cause, Format, Record

if TYPE_CHECKING:
    from pathlib import Path


def records(source: Path) -> list[Record]:
    with open_history(source) as history, history.reading() as reader:
        return [record for line in history.lines for record in reader.records(line)]


def test_a_page_and_its_sidecar_make_a_record(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"<p>Words</p>").hexdigest()
    sidecar: dict[str, object] = {
        "url": "https://example.org/privacy",
        "fetched_at": "2024-09-01T08:00:00+02:00",
        "status": 200,
        "headers": {"Content-Type": "text/html"},
        "sha256": digest,
        "note": "saved by hand",
    }
    page(tmp_path, "Acme/Privacy Policy/20240901T060000Z.html", "<p>Words</p>", sidecar)
    assert records(tmp_path) == [
        Record(
            service="Acme",
            document="Privacy Policy",
            at=datetime(2024, 9, 1, 6, tzinfo=UTC),
            id=digest,
            source="https://example.org/privacy",
            format=Format.HTML,
            body=b"<p>Words</p>",
            recorded_as=Cause.CHANGE,
        )
    ]


def test_a_page_without_a_sidecar_is_dated_by_its_name(tmp_path: Path) -> None:
    page(tmp_path, "Acme/Terms/20240901T060000Z.md", "Words")
    (record,) = records(tmp_path)
    assert (record.at, record.source) == (datetime(2024, 9, 1, 6, tzinfo=UTC), None)


def test_pages_come_by_service_document_and_moment(tmp_path: Path) -> None:
    for name in (
        "B/Terms/20240102T000000Z.md",
        "A/Terms/20240103T000000Z.txt",
        "A/Terms/20240101T000000Z.md",
    ):
        page(tmp_path, name, name)
    assert [record.body.decode() for record in records(tmp_path)] == [
        "A/Terms/20240101T000000Z.md",
        "A/Terms/20240103T000000Z.txt",
        "B/Terms/20240102T000000Z.md",
    ]


def test_names_are_percent_decoded(tmp_path: Path) -> None:
    page(tmp_path, "AT%26T/Terms %2F FAQ%3F/20240901T060000Z.md", "Words")
    (record,) = records(tmp_path)
    assert (record.service, record.document) == ("AT&T", "Terms / FAQ?")


def test_what_is_no_part_of_the_layout_is_ignored_and_named(tmp_path: Path) -> None:
    page(tmp_path, "A/Terms/20240901T060000Z.md", "Words", {"fetched_at": "2024-09-01T06:00:00Z"})
    for stray in ("README.md", "notes.txt", "A/Terms/latest.md", "A/Terms/20240901T060000Z.bak"):
        (tmp_path / stray).write_text("stray")
    with open_history(tmp_path) as history:
        assert len(history.lines) == 1
        assert history.remarks == (
            (f"{tmp_path}: no part of the layout, ignored: A/Terms/20240901T060000Z.bak, A/Terms/latest.md, notes.txt"),
        )


@pytest.mark.parametrize(
    ("sidecar", "message"),
    [
        ("{", r"20240901T060000Z\.json: this sidecar cannot be read: "),
        ("{}", "missing required field `fetched_at`"),
        ('{"fetched_at": "yesterday"}', r"Invalid RFC3339 encoded datetime - at `\$\.fetched_at`"),
        ('{"fetched_at": "2024-09-01T06:00:00"}', '"fetched_at" names no time zone'),
        (
            '{"fetched_at": "2024-09-01T06:00:00Z", "status": "ok"}',
            r"Expected `int \| null`, got `str` - at `\$\.status`",
        ),
        ('{"fetched_at": "2024-09-01T06:00:00Z", "sha": ""}', "unknown field `sha`"),
        ("[]", "Expected `object`, got `array`"),
    ],
)
def test_a_malformed_sidecar_is_a_source_error_that_names_file_and_key(
    tmp_path: Path, sidecar: str, message: str
) -> None:
    page(tmp_path, "A/Terms/20240901T060000Z.md", "Words", sidecar)
    with pytest.raises(SourceError, match=message):
        records(tmp_path)


def test_a_checksum_that_the_bytes_do_not_have_is_broken_evidence(tmp_path: Path) -> None:
    sidecar: dict[str, object] = {"fetched_at": "2024-09-01T06:00:00Z", "sha256": "0" * 64}
    page(tmp_path, "A/Terms/20240901T060000Z.md", "Words", sidecar)
    with pytest.raises(SourceError, match="the evidence is broken"):
        records(tmp_path)


def test_a_name_that_is_no_moment_is_a_source_error(tmp_path: Path) -> None:
    page(tmp_path, "A/Terms/20241399T060000Z.md", "Words")
    with pytest.raises(SourceError, match="its name is no moment"):
        records(tmp_path)


def test_an_empty_folder_and_a_missing_one_are_source_errors(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no page"):
        records(tmp_path)
    with pytest.raises(SourceError, match="there is no such file or folder"):
        records(tmp_path / "nowhere")


def test_a_folder_inside_a_checkout_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    page(tmp_path / "snapshots", "A/Terms/20240901T060000Z.md", "Words")
    assert len(records(tmp_path / "snapshots")) == 1
