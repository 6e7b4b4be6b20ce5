"""Comparing two files outside any history: what `tracker diff` stands on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.diff.alignment import alignment
from tracker.diff.changes import changes
from tracker.diff.compare import compare
from tracker.digest.schema import UNDATED
from tracker.errors import ExtractionError, SourceError, UsageError
from tracker.model import Cause, Change, Format, JudgedClause, Noise, VersionRef
from tracker.significance.changelog import cross_check
from tracker.significance.dates import stamp
from tracker.significance.judge import Setting, judge
from tracker.significance.language import language_of
from tracker.significance.standing import Standing
from tracker.significance.summary import summarise
from tracker.text.extract import extract
from tracker.text.shelf import Shelf
from tracker.text.version import read

if TYPE_CHECKING:
    from tracker.config import Config
    from tracker.diff.alignment import Row
    from tracker.diff.compare import Comparison
    from tracker.significance.rules import Rules
    from tracker.text.declaration import Page

_SUFFIXES = {
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".txt": Format.TEXT,
    ".text": Format.TEXT,
    ".pdf": Format.PDF,
}
_HTML_BEGINS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<?xml")


@dataclass(frozen=True, slots=True)
class Side:
    """A file to compare: its text as extracted."""

    name: str
    id: str  # SHA-256 of the bytes
    format: Format
    text: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Two files side by side."""

    change: Change
    comparison: Comparison

    def rows(self) -> list[Row]:
        """Give both texts cut into rows: equal, moved, cosmetic, deleted, inserted."""
        return alignment(self.comparison)


def read_side(name: str, page: Page | None, config: Config) -> Side:
    """Read one file or page; UsageError where it is no file, SourceError where it holds no text or does not come."""
    charset = url = None
    if name.startswith(("http://", "https://")):
        from tracker.asking import page_at  # noqa: PLC0415 - most comparisons ask nobody

        captured = page_at(name, config)
        body, charset, url = captured.body, captured.charset, name
        kind = _sniffed(body)
    else:
        path = Path(name)
        try:
            body = path.read_bytes()
        except OSError as wrong:
            raise UsageError(f"{name}: cannot be read: {wrong.strerror}") from wrong
        kind = _SUFFIXES.get(path.suffix.lower()) or _sniffed(body)
    try:
        text = extract(kind, body, page if kind is Format.HTML else None, base_url=url, charset=charset)
    except ExtractionError as failed:
        raise SourceError(f"{name}: {failed}") from failed
    return Side(name, hashlib.sha256(body).hexdigest(), kind, text)


def _sniffed(body: bytes) -> Format:
    """Tell what a file is whose name does not tell."""
    head = body[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith(b"%pdf-"):
        return Format.PDF
    return Format.HTML if head.startswith(_HTML_BEGINS) else Format.MARKDOWN


def compare_sides(old: Side, new: Side, rules: Rules, *, service: str | None, document: str | None) -> Compared:
    """Compare two files as versions of one document; nothing is known of what came before them."""
    shelf = Shelf()
    comparison = compare(read(old.text, shelf), read(new.text, shelf))
    difference = changes(comparison)
    language = language_of(new.text)
    setting = Setting(service, document, language, old=Standing(comparison.old), new=Standing(comparison.new))
    judged = tuple(JudgedClause(one, judge(one, setting, rules)) for one in difference.clauses)
    clauses = cross_check(comparison.old, comparison.new, judged)
    significance = max((clause.verdict.significance for clause in clauses), default=0)
    noise = None if significance else _noise(clauses) or difference.quiet
    stamped = stamp(new.text)
    return Compared(
        Change(
            service=service,
            document=document,
            cause=Cause.CHANGE,
            before=VersionRef(UNDATED, old.id),
            after=VersionRef(UNDATED, new.id),
            significance=significance,
            noise=noise,
            summary=summarise(service, document, clauses, noise=noise, language=language),
            silent=None if not significance or stamped is None else stamp(old.text) == stamped,
            language=language,
            clauses=clauses,
        ),
        comparison,
    )


def _noise(clauses: tuple[JudgedClause, ...]) -> Noise | None:
    """Name the noise that most of the clauses are."""
    kinds = [clause.verdict.noise for clause in clauses if clause.verdict.noise]
    return max(kinds, key=kinds.count) if kinds else None
