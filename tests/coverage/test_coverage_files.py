from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tracker.errors import UsageError
from tracker.explain.coverage_files import read_articles
from tracker.model import Article

if TYPE_CHECKING:
    from pathlib import Path

RECORD = """
id = "7"
service = "Acme"
title = "Acme opens up"
published = 2024-09-25
published_from = "url"
language = "en"
summary = "Acme hands over\\nnumbers."
quotes = ["on a valid order"]

[[claims]]
slot = "who"
value = "FR"
words = "French police asked for them."
"""


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_record_becomes_an_article_of_its_summary_quotes_and_claims(tmp_path: Path) -> None:
    text = "Acme hands over numbers.\n“on a valid order”.\nFrench police asked for them."
    assert read_articles(write(tmp_path, "7.toml", RECORD)) == (
        Article("7", None, "Acme opens up", None, datetime(2024, 9, 25, tzinfo=UTC), "url", "en", text),
    )


def test_a_line_becomes_an_article_and_unknown_keys_are_left_alone(tmp_path: Path) -> None:
    line = '{"id": "a", "text": "Words.", "published": "2024-09-25T02:00:00+02:00", "score": 3, "url": null}'
    assert read_articles(write(tmp_path, "inbox.jsonl", f"\n{line}\n")) == (
        Article("a", None, None, None, datetime(2024, 9, 25, tzinfo=UTC), None, None, "Words."),
    )


@pytest.mark.parametrize(
    ("address", "day"),
    [
        ("https://news.example/2018/08/28/acme/", datetime(2018, 8, 28, tzinfo=UTC)),
        ("https://news.example/2018-8-2/acme", datetime(2018, 8, 2, tzinfo=UTC)),
        ("https://news.example/2018/02/31/acme", None),
        ("https://news.example/acme-20180828", None),
    ],
)
def test_a_day_in_the_address_dates_an_article_without_a_date(
    tmp_path: Path, address: str, day: datetime | None
) -> None:
    (one,) = read_articles(write(tmp_path, "a.jsonl", f'{{"id": "a", "text": "", "url": "{address}"}}'))
    assert (one.published, one.published_from) == (day, "url" if day else None)


def test_a_folder_gives_all_its_coverage_in_the_order_of_names(tmp_path: Path) -> None:
    write(tmp_path, "2.toml", RECORD)
    write(tmp_path, "1.jsonl", '{"id": "a", "text": ""}\n{"id": "b", "text": ""}')
    write(tmp_path, "notes.md", "not coverage")
    assert [one.id for one in read_articles(tmp_path)] == ["a", "b", "7"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.jsonl", '{"id": "a", "text": ""}\n{"id"', "a.jsonl, line 2: "),
        ("a.jsonl", '{"id": "a"}', "missing required field `text`"),
        ("a.jsonl", '{"id": "a", "text": 3}', "$.text"),
        ("a.jsonl", "[]", "a line holds one JSON object"),
        ("a.jsonl", '{"id": "a", "text": "", "published": "soon"}', "write a date like 2024-09-23, or null"),
        ("a.jsonl", '{"id": "a", "text": ""}\n{"id": "a", "text": ""}', 'line 2: the id "a" stands in'),
        ("a.toml", "id = ", "a.toml: "),
        ("a.toml", 'id = "1"\nservice = "Acme"', "missing required field `summary`"),
        ("a.toml", RECORD.replace("title", "titel"), "titel"),
        ("a.toml", RECORD.replace('"who"', '"whom"'), "$.claims[0].slot"),
        ("a.docx", "", "from records (.toml) and articles (.jsonl)"),
    ],
)
def test_bad_coverage_is_refused_by_file_and_place(tmp_path: Path, name: str, text: str, message: str) -> None:
    file = write(tmp_path, name, text)
    with pytest.raises(UsageError) as refused:
        read_articles(file)
    assert str(refused.value).startswith(str(file))
    assert message in str(refused.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read as text"):
        read_articles(file)


def test_a_folder_without_coverage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no coverage in this folder"):
        read_articles(tmp_path)
