"""Reads coverage from files: records as the seeds keep them (TOML) and articles with their text (JSON Lines).

A record holds facts about an article and our own summary of it, never its sentences; what the matcher reads
is put together from them. A line of JSON Lines holds an article as a feed or a person saved it.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from tracker.coverage.dating import day_in_address
from tracker.errors import UsageError
from tracker.model import Article

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_RECORD: Final = ".toml"
_LINES: Final = (".jsonl", ".ndjson", ".json")


class _Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fact an article states: on which side of an event, what, and our words for it."""

    slot: Literal["who", "where", "when", "instrument", "what"]
    value: str
    words: str


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of an article; all but the id, the service and the summary may be missing."""

    id: str
    service: str
    summary: str
    url: str | None = None
    publisher: str | None = None
    title: str | None = None
    author: str | None = None
    published: date | None = None
    published_from: str | None = None
    not_after: date | None = None  # an upper bound, as page furniture gives it
    language: str | None = None
    quotes: tuple[str, ...] = ()
    claims: tuple[_Claim, ...] = ()


class _Line(msgspec.Struct, frozen=True):
    """An article as saved; keys we do not know are somebody else's and are left alone."""

    id: str
    text: str
    url: str | None = None
    title: str | None = None
    publisher: str | None = None
    published: str | None = None
    published_from: str | None = None
    language: str | None = None


def read_articles(path: Path) -> tuple[Article, ...]:
    """Gives the articles of a file, or of all coverage files of a folder, in the order of their names.

    Raises:
        UsageError: a file cannot be read or says something it may not; nothing is given then.
    """
    files = [path]
    if path.is_dir():
        files = sorted(one for one in path.rglob("*") if one.suffix.lower() in {_RECORD, *_LINES} and one.is_file())
        if not files:
            raise UsageError(f"{path}: no coverage in this folder; it takes records (.toml) or articles (.jsonl)")
    found: dict[str, tuple[str, Article]] = {}
    for file in files:
        for where, article in _articles(file):
            if article.id in found:
                raise UsageError(
                    f'{where}: the id "{article.id}" stands in {found[article.id][0]} too; give it another'
                )
            found[article.id] = (where, article)
    return tuple(article for _, article in found.values())


def _articles(file: Path) -> Iterator[tuple[str, Article]]:
    kind = file.suffix.lower()
    if kind != _RECORD and kind not in _LINES:
        raise UsageError(
            f"{file}: coverage is read from records (.toml) and articles (.jsonl), not from {kind or 'this'}"
        )
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: cannot be read as text: {error}") from error
    if kind == _RECORD:
        yield str(file), _from_record(file, text)
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"{file}, line {number}", _from_line(f"{file}, line {number}", line)


def _from_record(file: Path, text: str) -> Article:
    try:
        record = msgspec.convert(tomllib.loads(text), _Record)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UsageError(f"{file}: {error}; see the records in seeds/coverage for what a record holds") from error
    told = [
        record.summary,
        *(f"\u201c{quote}\u201d." for quote in record.quotes),
        *(claim.words for claim in record.claims),
    ]
    day = record.published
    published = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
    return Article(
        record.id,
        record.url,
        record.title,
        record.publisher,
        published,
        record.published_from,
        record.language,
        "\n".join(" ".join(part.split()) for part in told),
    )


def _from_line(where: str, line: str) -> Article:
    try:
        told = msgspec.json.decode(line, type=_Line)
    except msgspec.DecodeError as error:
        raise UsageError(f"{where}: {error}; a line holds one JSON object with at least id and text") from error
    published, source = _moment(where, told.published), told.published_from
    if published is None and (day := day_in_address(told.url)):
        published, source = day, "url"
    return Article(told.id, told.url, told.title, told.publisher, published, source, told.language, told.text)


def _moment(where: str, text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f'{where}: published is "{text}"; write a date like 2024-09-23, or null') from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
