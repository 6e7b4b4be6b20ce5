"""`tracker coverage add | show | forget | pin | reject`: articles of the archive, and what the user says of them."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from tracker.asking import gate_of
from tracker.cli.output import note, write_bytes
from tracker.config import read_config
from tracker.digest.visible import visible
from tracker.errors import TrackerError, UsageError
from tracker.explain.news import link_articles, meet
from tracker.explain.news_sources import items_in, names
from tracker.explain.news_texts import Texts
from tracker.fetch.article_dates import confidence
from tracker.fetch.http import utc_now
from tracker.fetch.news import Item, plain_address
from tracker.model import Role
from tracker.seeds import read_declarations
from tracker.store import articles, linked
from tracker.store.store import open_store
from tracker.store.versions import change_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from tracker.config import Config
    from tracker.store.database import AnyRow
    from tracker.store.store import Store

_CONFIG = click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Instead of config.toml.")
_ROLES = click.Choice([str(role) for role in Role])
_BEFORE_ALL = timedelta(days=3650)  # who waits that long comes first
_NOTE = click.option("--note", "said", metavar="TEXT", help="Why; kept with it.")


@contextmanager
def _archive(config: Path | None, *, writes: bool = True) -> Iterator[tuple[Config, Store]]:
    configured = read_config(config)
    with open_store(configured.archive, writes=writes) as store:
        yield configured, store


@click.command("add")
@click.argument("what", metavar="URL|FILE")
@click.option("--service", "services", multiple=True, metavar="NAME", help="The service it is about (repeatable).")
@_CONFIG
def add(what: str, services: tuple[str, ...], config: Path | None) -> None:
    """Read an article, or all articles of a file, and tie them to the changes they explain.

    Of an article are kept its address, who published it and when, and at most three short passages beside a change.

    \b
    Examples:
      tracker coverage add https://news.example/2024/09/24/acme-opens-up
      tracker coverage add saved-page.html --service Acme
    """
    with _archive(config) as (configured, store):
        known = names(read_declarations(configured.declarations))
        for service in services:
            if service not in known:
                raise UsageError(f'no service "{service}" is declared; there is {", ".join(sorted(known)) or "none"}')
        # robots.txt is for programs that come by themselves; here a person asks.
        texts = Texts(gate_of(configured), None, utc_now)
        items = _items(what)
        with store.writing() as writing:
            for item in items:
                meet(writing.connection, item, services, "user", utc_now())
            keys = [key for item in items if (key := articles.find(writing.connection, item.address)) is not None]
            for key in keys:
                articles.concerns(writing.connection, key, services)
            articles.wait(writing.connection, keys, utc_now() - _BEFORE_ALL)
        link_articles(store, texts, known, utc_now, most=len(items))
        _tell_added(store, items)


def _items(what: str) -> tuple[Item, ...]:
    address = plain_address(what) if "://" in what else None
    if address is not None:
        return (Item(address),)
    file = Path(what)
    if not file.is_file():
        raise UsageError(f"{what}: neither an address of a page nor a file")
    items = items_in(file, utc_now())
    if not items:
        raise UsageError(f"{what}: holds no article; it takes a page (.html), lines (.jsonl) or a record (.toml)")
    return items


def _tell_added(store: Store, items: tuple[Item, ...]) -> None:
    lost: list[str] = []
    with store.reading() as connection:
        for item in items:
            key = articles.find(connection, item.address)
            row = None if key is None else articles.row(connection, key)
            if row is None or row.state != articles.READ:
                lost.append(f"{item.address}: {row.failure if row is not None else 'gone'}")
            else:
                _print(connection, row)
    if lost:
        raise TrackerError("; ".join(lost))


@click.command("show")
@click.argument("article", required=False, metavar="[ADDRESS|NUMBER]")
@click.option("--last", type=click.IntRange(1), default=50, help="How many, the latest ones.", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@_CONFIG
def show(article: str | None, last: int, config: Path | None, *, as_json: bool) -> None:
    """Show an article with the changes it is tied to, or the latest articles.

    \b
    Examples:
      tracker coverage show
      tracker coverage show https://news.example/2024/09/24/acme-opens-up --json
    """
    with _archive(config, writes=False) as (_, store), store.reading() as connection:
        keys = [_known(connection, article)] if article else articles.latest(connection, last)
        for key in keys:
            row = articles.row(connection, key)
            if as_json:
                write_bytes((msgspec.json.encode(_object(connection, row)) + b"\n",))
            else:
                _print(connection, row)
        if not keys:
            note("the archive knows no article yet")


@click.command("forget")
@click.argument("article", metavar="ADDRESS|NUMBER")
@_CONFIG
def forget(article: str, config: Path | None) -> None:
    """Forget an article for good: its address is kept, so that no source brings it back, and nothing else."""
    with _archive(config) as (_, store), store.writing() as writing:
        articles.forget(writing.connection, _known(writing.connection, article))


@click.command("pin")
@click.argument("change", type=int)
@click.argument("article", metavar="ADDRESS|NUMBER")
@click.option("--role", type=_ROLES, default=str(Role.DESCRIBES), help="What it has to do with it.", show_default=True)
@_NOTE
@_CONFIG
def pin(change: int, article: str, role: str, said: str | None, config: Path | None) -> None:
    """Tie an article to a change, or correct its role; no later match undoes it.

    CHANGE is its number as `tracker log` and `tracker show` give it.
    """
    with _archive(config) as (_, store), store.writing() as writing:
        key = _known(writing.connection, article)
        linked.pin(writing.connection, _there(writing.connection, change), key, Role(role), said, utc_now())


@click.command("reject")
@click.argument("change", type=int)
@click.argument("article", metavar="ADDRESS|NUMBER")
@_NOTE
@_CONFIG
def reject(change: int, article: str, said: str | None, config: Path | None) -> None:
    """Untie an article from a change; no later match ties them again."""
    with _archive(config) as (_, store), store.writing() as writing:
        key = _known(writing.connection, article)
        linked.reject(writing.connection, _there(writing.connection, change), key, said, utc_now())


def _there(connection: Connection, change: int) -> int:
    if change_of(connection, change) is None:
        raise UsageError(f"there is no change {change}; `tracker log` shows their numbers")
    return change


def _known(connection: Connection, article: str) -> int:
    key = articles.find(connection, (plain_address(article) if "://" in article else None) or article)
    if key is None:
        raise UsageError(f"{article}: the archive knows no such article; `tracker coverage show` lists them")
    return key


def _object(connection: Connection, row: AnyRow) -> dict[str, object]:
    return {
        "id": row.id,
        "article": row.address,
        "title": row.title,
        "publisher": row.publisher,
        "author": row.author,
        "language": row.language,
        "published": row.published and f"{row.published:%Y-%m-%dT%H:%M:%SZ}",
        "published_from": row.published_from,
        "confidence": confidence(row.published_from) if row.published else None,
        "not_after": row.not_after and f"{row.not_after:%Y-%m-%dT%H:%M:%SZ}",
        "sha256": row.sha256 and row.sha256.hex(),
        "state": row.state,
        "failure": row.failure,
        "links": [
            {
                "change": link.change_id,
                "service": link.service,
                "document": link.document,
                "at": f"{link.at:%Y-%m-%dT%H:%M:%SZ}",
                "role": link.role,
                "score": link.score,
                "verdict": link.verdict,
                "evidence": msgspec.json.decode(link.evidence),
            }
            for link in linked.links_of(connection, row.id)
        ],
    }


def _print(connection: Connection, row: AnyRow) -> None:
    day = f"{row.published:%Y-%m-%d} (by the {row.published_from})" if row.published else "no date"
    click.echo(visible(f"{row.id}  {row.title or row.address}"))
    click.echo(visible(f"  {', '.join(filter(None, (row.publisher, day, row.address)))}"))
    if row.state != articles.READ:
        click.echo(visible(f"  {row.state}{f': {row.failure}' if row.failure else ''}"))
    for link in linked.links_of(connection, row.id):
        said = f" ({link.verdict} by you)" if link.verdict else ""
        where = f"change {link.change_id}, {link.service} {link.document} {link.at:%Y-%m-%d}"
        click.echo(visible(f"  {link.role.replace('_', ' '):<18} {link.score:.2f}  {where}{said}"))
        for one in msgspec.json.decode(link.evidence):
            click.echo(visible(f"    {one['note']}: {one['article_text']}"))
