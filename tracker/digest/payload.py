"""A message as the JSON of a webhook (`docs/schema/webhook.schema.json`): thin, or with whole changes.

Thin, it stays under 20 kB whatever it is made of: first the words of later entries go, then entries, and it says how
many. Its strings are safe to show but not escaped: whoever shows them does that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tracker.digest import framing
from tracker.digest.message import by_weight
from tracker.digest.schema import as_object, moment
from tracker.digest.visible import brief, web_address
from tracker.digest.words import place, readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.digest.message import Digest, Entry, Foot, Stored
    from tracker.model import CoverageLink, JudgedClause

THIN = 20_000  # bytes; a thin payload has fewer
_FIRST = 5  # entries that keep their words as long as there is any room
_MOST_CLAUSES = 3
_MOST_LINKS = 3
_MOST_ALSO = 10
_MOST_FAILING = 10
_NAME, _LINE = 100, 240  # characters

_encoder = msgspec.json.Encoder()


def payload(digest: Digest, *, full: bool = False) -> bytes:
    """Give the body of a webhook."""
    if full:
        entries = [_entry(entry) | {"whole": _whole(as_object(entry.stored.change))} for entry in digest.entries]
        return _encoded(digest, entries, digest.foot.left_out)
    entries = _fitting(digest, len(_encoded(digest, [], len(digest.entries) + digest.foot.left_out)))
    return _encoded(digest, entries, len(digest.entries) - len(entries) + digest.foot.left_out)


def _fitting(digest: Digest, size: int) -> list[dict[str, object]]:
    """Give the entries that fit beside a frame of some size.

    First come those that weigh most, with their words; then all the others without; then more words.
    """
    chosen: dict[int, dict[str, object]] = {}
    ordered = by_weight(digest)
    for rank, (number, entry) in enumerate(ordered):
        for told in (_entry(entry), _bare(entry)) if rank < _FIRST else (_bare(entry),):
            added = _size(told) + 1
            if size + added < THIN:
                size += added
                chosen[number] = told
                break
    for number, entry in ordered:
        if number in chosen:
            told = _entry(entry)
            added = _size(told) - _size(chosen[number])
            if size + added < THIN:
                size += added
                chosen[number] = told
    return [chosen[k] for k in sorted(chosen)]


def _size(told: dict[str, object]) -> int:
    return len(_encoder.encode(told))


def _encoded(digest: Digest, entries: list[dict[str, object]], left_out: int) -> bytes:
    told = {
        "type": "digest",
        "timestamp": moment(digest.until),
        "data": {
            "id": brief(digest.id, _NAME),
            "subscription": brief(digest.subscription, _NAME),
            "is_test": digest.is_test,
            "since": moment(digest.since),
            "until": moment(digest.until),
            "subject": framing.subject(digest),
            "entries": entries,
            "left_out": left_out,
            "foot": _foot(digest.foot),
        },
    }
    return _encoder.encode(told)


def _entry(entry: Entry) -> dict[str, object]:
    clauses, _ = readable(entry.stored.change, most=_MOST_CLAUSES)
    return _bare(entry) | {
        "clauses": [_clause(clause) for clause in clauses],
        "coverage": [_link(link) for link in entry.coverage[:_MOST_LINKS]],
        "also": [_name(one) for one in entry.also[:_MOST_ALSO]],
    }


def _bare(entry: Entry) -> dict[str, object]:
    """Give an entry without its words."""
    stored, change = entry.stored, entry.stored.change
    return _name(stored) | {
        "telling": entry.telling,
        "at": moment(change.after.at),
        "significance": change.significance,
        "summary": brief(change.summary, _LINE),
        "silent": change.silent,
        "withdrawn_at": moment(entry.withdrawn_at) if entry.withdrawn_at else None,
        "by": _name(entry.by) if entry.by else None,
        "clauses": [],
        "coverage": [],
        "also": [],
        "links": {
            "change": web_address(stored.url),
            "page": web_address(stored.page),
            "before": web_address(stored.before_url),
            "after": web_address(stored.after_url),
        },
    }


def _name(stored: Stored) -> dict[str, object]:
    change = stored.change
    return {
        "change": stored.id,
        "service": brief(change.service or "", _NAME),
        "document": brief(change.document or "", _NAME),
    }


def _clause(judged: JudgedClause) -> dict[str, object]:
    change, verdict = judged.change, judged.verdict
    return {
        "kind": change.kind,
        "place": brief(place(change), _LINE),
        "significance": verdict.significance,
        "topics": [brief(topic, _NAME) for topic in verdict.topics[:_MOST_CLAUSES]],
        "before": None if change.before is None else brief(change.before, _LINE),
        "after": None if change.after is None else brief(change.after, _LINE),
    }


def _link(link: CoverageLink) -> dict[str, object]:
    article = link.article
    return {
        "article": web_address(article.url) or brief(article.id, _NAME),
        "title": None if article.title is None else brief(article.title, _LINE),
        "publisher": None if article.publisher is None else brief(article.publisher, _NAME),
        "role": link.role,
    }


def _foot(foot: Foot) -> dict[str, object]:
    return {
        "checked": foot.checked,
        "unchanged": foot.unchanged,
        "minor": foot.minor,
        "other_topics": foot.other_topics,
        "suppressed": {str(kind): count for kind, count in foot.suppressed.items()},
        "failing": list(_failing(foot)),
        "failing_left_out": max(0, len(foot.failing) - _MOST_FAILING),
    }


def _failing(foot: Foot) -> Iterator[dict[str, object]]:
    for one in foot.failing[:_MOST_FAILING]:
        yield {
            "service": brief(one.service, _NAME),
            "document": brief(one.document, _NAME),
            "since": moment(one.since),
            "why": brief(one.why, _LINE),
        }


def _whole(told: object) -> object:
    """Give the object of a change with what no JSON can hold (halves of surrogate pairs) replaced."""
    if isinstance(told, str):
        return told.encode("utf-8", "replace").decode()
    if isinstance(told, dict):
        return {key: _whole(value) for key, value in told.items()}
    return [_whole(value) for value in told] if isinstance(told, list | tuple) else told
