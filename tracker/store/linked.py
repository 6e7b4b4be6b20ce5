"""Links in the archive: put, compared, pinned and rejected; and what each source of news was asked last."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import sqlalchemy as sa

from tracker.model import Role
from tracker.store.coverage import articles, links, sources, subjects, verdicts
from tracker.store.schema import Moment, changes, documents, hosts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from tracker.model import CoverageLink
    from tracker.store.database import AnyRow

PINNED, REJECTED = "pinned", "rejected"
_TOLD = frozenset({Role.QUOTES, Role.DESCRIBES})  # roles that explain


class Sketched(NamedTuple):
    """An article that changes have to be compared with."""

    article: int
    sketch: bytes
    published: datetime | None
    not_after: datetime | None
    compared_to: int
    matcher: int


def put(
    connection: Connection, article: int, found: Iterable[tuple[int, CoverageLink]], *, matcher: int, now: datetime
) -> None:
    """Let the links of an article be these, but for what the user said of any.

    A link that says the same keeps its number; one that now explains a change, and did not before, gets a new one.
    """
    said = {row.change_id: row for row in connection.execute(_verdicts_on(article))}
    wanted = {change: link for change, link in found if change not in said}
    for there in connection.execute(sa.select(links).where(links.c.article_id == article)).all():
        link = None if there.change_id in said else wanted.get(there.change_id)
        if link is not None and (there.role == link.role or link.role not in _TOLD):
            connection.execute(sa.update(links).where(links.c.id == there.id).values(_values(link, matcher)))
            del wanted[there.change_id]
        elif there.change_id not in said:
            connection.execute(sa.delete(links).where(links.c.id == there.id))
    for change, link in wanted.items():
        _add(connection, change, article, _values(link, matcher), now)


def _verdicts_on(article: int) -> sa.Select[tuple[int, str]]:
    return sa.select(verdicts.c.change_id, verdicts.c.verdict).where(verdicts.c.article_id == article)


def _values(link: CoverageLink, matcher: int) -> dict[str, object]:
    evidence = msgspec.json.encode(link.evidence).decode()
    return {"role": str(link.role), "score": link.score, "evidence": evidence, "matcher": matcher}


def _add(connection: Connection, change: int, article: int, values: Mapping[str, object], now: datetime) -> None:
    connection.execute(sa.insert(links).values(change_id=change, article_id=article, linked_at=now, **values))


def pin(connection: Connection, change: int, article: int, role: Role, note: str | None, now: datetime) -> None:
    """Tie an article to a change because the user says so; every later match leaves it alone."""
    _say(connection, change, article, PINNED, role, note, now)
    there = connection.execute(_between(change, article)).first()
    if there is not None and there.role == role:
        return
    if there is not None:
        connection.execute(sa.delete(links).where(links.c.id == there.id))
    evidence = there.evidence if there is not None else "[]"
    values = {"role": str(role), "score": 1.0, "evidence": evidence, "matcher": 0}
    _add(connection, change, article, values, now)


def reject(connection: Connection, change: int, article: int, note: str | None, now: datetime) -> None:
    """Untie an article from a change for good because the user says so."""
    _say(connection, change, article, REJECTED, None, note, now)
    connection.execute(
        sa.delete(links).where(links.c.change_id == change, links.c.article_id == article)
    )  # fmt: skip


def _between(change: int, article: int) -> sa.Select[tuple[int, str, str]]:
    return sa.select(links.c.id, links.c.role, links.c.evidence).where(
        links.c.change_id == change, links.c.article_id == article
    )


def _say(
    connection: Connection, change: int, article: int, verdict: str, role: Role | None, note: str | None, now: datetime
) -> None:
    key = (verdicts.c.change_id == change) & (verdicts.c.article_id == article)
    connection.execute(sa.delete(verdicts).where(key))
    told = {"verdict": verdict, "role": role and str(role), "note": note, "at": now}
    connection.execute(sa.insert(verdicts).values(change_id=change, article_id=article, **told))


def links_of(connection: Connection, article: int) -> tuple[AnyRow, ...]:
    """Give the links of an article with their changes, best first, and what the user said of each."""
    said = (verdicts.c.change_id == links.c.change_id) & (verdicts.c.article_id == links.c.article_id)
    asked = (
        sa.select(links, verdicts.c.verdict, changes.c.at, documents.c.service, documents.c.document)
        .join(changes, changes.c.id == links.c.change_id)
        .join(documents, documents.c.id == changes.c.document_id)
        .outerjoin(verdicts, said)
        .where(links.c.article_id == article)
        .order_by(links.c.score.desc(), links.c.id)
    )
    return tuple(connection.execute(asked))


def beside(connection: Connection, chosen: Iterable[int], service: str) -> int | None:
    """Give the change of a service that most of some articles are linked to, of equals the first."""
    asked = (
        sa.select(links.c.change_id)
        .join(changes, changes.c.id == links.c.change_id)
        .join(documents, documents.c.id == changes.c.document_id)
        .where(links.c.article_id.in_(list(chosen)), documents.c.service == service)
        .group_by(links.c.change_id)
        .order_by(sa.func.count().desc(), links.c.change_id)
        .limit(1)
    )
    return connection.scalar(asked)


def state_of(connection: Connection, service: str) -> tuple[int, int, str]:
    """Give what tells whether the changes of a service are still those that were read: last one, how many, by what."""
    asked = (
        sa.select(sa.func.max(changes.c.id), sa.func.count(), sa.func.max(changes.c.made_by))
        .join(documents, documents.c.id == changes.c.document_id)
        .where(documents.c.service == service)
    )
    last, count, made_by = connection.execute(asked).one()
    return int(last or 0), int(count), made_by or ""


def to_compare(connection: Connection, service: str, last: int, matcher: int) -> tuple[Sketched, ...]:
    """Give the articles about a service that were not compared with its last change, or by another matcher."""
    asked = (
        sa.select(
            articles.c.id, articles.c.sketch, articles.c.published, articles.c.not_after,
            subjects.c.compared_to, subjects.c.matcher,
        )
        .join(subjects, subjects.c.article_id == articles.c.id)
        .where(subjects.c.service == service, articles.c.sketch.is_not(None))
        .where(articles.c.state == "read")
        .where((subjects.c.compared_to < last) | (subjects.c.matcher != matcher))
        .order_by(articles.c.id)
    )  # fmt: skip
    return tuple(Sketched(*row) for row in connection.execute(asked))


def compared(connection: Connection, article: int, service: str, last: int, matcher: int) -> None:
    """Note how far in the changes of a service an article was compared."""
    key = (subjects.c.article_id == article) & (subjects.c.service == service)
    connection.execute(sa.update(subjects).where(key).values(compared_to=last, matcher=matcher))


def compare_anew(connection: Connection, service: str | None) -> None:
    """Let all articles be compared with all changes again: of one service, or of every one."""
    anew = sa.update(subjects).values(compared_to=0)
    connection.execute(anew if service is None else anew.where(subjects.c.service == service))


def source(connection: Connection, name: str) -> AnyRow | None:
    """Give what is known of a source of news."""
    return connection.execute(sa.select(sources).where(sources.c.name == name)).first()


def asked_source(
    connection: Connection,
    name: str,
    *,
    at: datetime,
    next_check_at: datetime,
    failure: str | None = None,
    memory: Mapping[str, str] | None = None,
) -> None:
    """Note how asking a source went and when it is asked next."""
    if source(connection, name) is None:
        connection.execute(sa.insert(sources).values(name=name, failures=0, memory="{}"))
    values: dict[str, object] = {"checked_at": at, "next_check_at": next_check_at, "failure": failure}
    if failure is None:
        values |= {"failing_since": None, "failures": 0}
    else:
        since = sa.func.coalesce(sources.c.failing_since, sa.literal(at, Moment))
        values |= {"failing_since": since, "failures": sources.c.failures + 1}
    if memory is not None:
        values["memory"] = json.dumps(dict(memory), sort_keys=True)
    connection.execute(sa.update(sources).where(sources.c.name == name).values(values))


def ready_at(connection: Connection, host: str | None) -> datetime | None:
    """Give the moment before which a host is not to be asked."""
    asked = sa.select(hosts.c.ready_at).where(hosts.c.name == (host or ""))
    found = connection.execute(asked).first()
    return None if found is None else found.ready_at
