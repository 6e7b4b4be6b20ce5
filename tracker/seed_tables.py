"""Files of declarations as checked tables: what may stand in them, under one set of names, and nothing else.

Our TOML and Open Terms Archive's JSON differ in the spelling of keys alone; here both become the same tables.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from datetime import datetime  # noqa: TC003  # msgspec reads the annotations
from typing import TYPE_CHECKING, TypeVar

import msgspec

from tracker.errors import DeclarationError

if TYPE_CHECKING:
    from pathlib import Path

_OURS = {  # how Open Terms Archive spells our keys
    "name": "service",
    "terms": "documents",
    "fetch": "url",
    "combine": "pages",
    "executeClientScripts": "execute_client_scripts",
    "validUntil": "valid_until",
    "importedFrom": "imported_from",
    "startBefore": "start_before",
    "startAfter": "start_after",
    "endBefore": "end_before",
    "endAfter": "end_after",
}


class Strict(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A table whose every key has a meaning."""


class EndsTable(Strict):
    """A range selector: one key for its start, one for its end."""

    start_before: str | None = None
    start_after: str | None = None
    end_before: str | None = None
    end_after: str | None = None


SelectorsTable = str | EndsTable | list[str | EndsTable]


class PageTable(Strict):
    """One address, and what of the page is the document."""

    url: str | None = None
    select: SelectorsTable = []
    remove: SelectorsTable = []
    drop_query: list[str] = []
    filter: list[str | dict[str, str | list[str]]] = []
    execute_client_scripts: bool | None = None
    headers: dict[str, str] = {}
    language: str | None = None
    despite_robots: str | None = None


class DocumentTable(PageTable):
    """A document: one page, or several whose texts are combined and that share what the document says."""

    pages: list[PageTable] = []
    type: str | None = None
    every: str | None = None
    cron: str | None = None
    window: str | None = None
    valid_until: datetime | None = None  # in files of history


class ServiceTable(Strict):
    """A file of declarations."""

    service: str
    documents: dict[str, dict[str, object]]
    aliases: list[str] = []
    imported_from: str | None = None


Table = TypeVar("Table", bound=Strict)


def read_file(file: Path) -> object:
    """Return what a TOML or JSON file says.

    Raises:
        DeclarationError: the file cannot be read, or is not what its name says.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
        return tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
    except OSError as error:
        raise DeclarationError(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DeclarationError(f"{file}: is no UTF-8 text") from error
    except (tomllib.TOMLDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise DeclarationError(f"{file}: is no valid {file.suffix[1:].upper()}: {error}") from error


def renamed(told: object) -> object:
    """Return what a file says with our names for the keys; names of documents and of headers are no keys."""
    if isinstance(told, list):
        return [renamed(each) for each in told]
    if not isinstance(told, dict):
        return told
    ours = {_OURS.get(str(key), str(key)): value for key, value in told.items()}
    return {key: _value(key, value) for key, value in ours.items()}


def _value(key: str, value: object) -> object:
    if key == "headers":
        return value
    if key == "documents" and isinstance(value, dict):
        return {str(name): renamed(document) for name, document in value.items()}
    return renamed(value)


def converted(told: object, table: type[Table], where: str) -> Table:
    """Return what a file says as a table.

    Raises:
        DeclarationError: a key is unknown or a value is of the wrong kind.
    """
    try:
        return msgspec.convert(told, table)
    except msgspec.ValidationError as error:
        message = str(error)
        unknown = re.search(r"unknown field `([^`]*)`", message)
        raise DeclarationError(f"{where}: {_advice(unknown[1]) if unknown else _spelt(message)}") from error


def _spelt(message: str) -> str:
    """Return a message with both spellings of the keys it names."""
    for theirs, ours in _OURS.items():
        message = re.sub(rf"`(\$\.)?{ours}`", f"`{ours}` (`{theirs}`)", message)
    return message


def _advice(key: str) -> str:
    tables = (DocumentTable, ServiceTable, EndsTable)
    known = [*(field for table in tables for field in table.__struct_fields__), *_OURS]
    near = difflib.get_close_matches(key, known, n=1)
    return f"unknown key {key!r}; " + (f"did you mean {near[0]!r}?" if near else "remove it or correct its name")
