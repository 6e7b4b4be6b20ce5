"""The configuration file: where things lie, how servers are asked, when, and who is told what.

Paths in it are relative to the file. Without a file, the pages and seeds that ship with the tracker are used.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tracker.config_file import ConfigFile
from tracker.config_tables import ConfigTable, EmailTable
from tracker.deliver.mail_message import read_address
from tracker.errors import UsageError
from tracker.package_data import shipped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.config_tables import Channel, FetchTable, OperatorTable, SubscriptionTable

FILE = Path("config.toml")


@dataclass(frozen=True, slots=True)
class Config:
    """What the configuration says, with paths made whole."""

    file: Path
    told: ConfigTable  # what needs no path: `told.fetch`, `told.watch`, `told.news` ...

    @property
    def archive(self) -> str:
        """The archive: path of a file, or address of a PostgreSQL database."""
        if self.told.archive_env is not None:
            return secret(self.told.archive_env, f"{self.file}: archive_env")
        return self.told.archive if "://" in self.told.archive else str(self._path(self.told.archive))

    @property
    def snapshots(self) -> Path:
        """The folder of sample pages."""
        return self._path(self.told.snapshots)

    @property
    def declarations(self) -> Path:
        """The folder of declarations."""
        return self._path(self.told.declarations)

    @property
    def coverage(self) -> Path:
        """The folder of seed articles."""
        return self._path(self.told.coverage)

    @property
    def rules(self) -> Path | None:
        """The folder of rules of one's own."""
        return None if self.told.rules is None else self._path(self.told.rules.folder)

    @property
    def feeds(self) -> Path | None:
        """The folder into which feeds are written."""
        return None if self.told.feeds is None else self._path(self.told.feeds.folder)

    @property
    def inbox(self) -> Path | None:
        """The folder of saved articles."""
        return None if self.told.news.inbox is None else self._path(self.told.news.inbox)

    @property
    def fetch(self) -> FetchTable:
        """How servers are asked."""
        return self.told.fetch

    @property
    def channels(self) -> Mapping[str, Channel]:
        """The ways out, by name."""
        return self.told.channels

    @property
    def subscriptions(self) -> tuple[SubscriptionTable, ...]:
        """Who wants what."""
        return self.told.subscriptions

    @property
    def operator(self) -> OperatorTable | None:
        """Who is told when something fails for long."""
        return self.told.operator

    def _path(self, told: str) -> Path:
        return self.file.parent / told


def read_config(file: Path | None = None) -> Config:
    """Read a configuration: the named file, or `config.toml` where we are, or what ships.

    Raises:
        UsageError: the file cannot be read, or something in it cannot be; names file and line.
    """
    if file is None:
        file = FILE if FILE.is_file() else shipped("config.toml")
    read = ConfigFile(file)
    try:
        told = msgspec.convert(read.tables, ConfigTable)
    except msgspec.ValidationError as wrong:
        raise read.explained(wrong, ConfigTable) from wrong
    _consistent(told, read)
    return Config(file, told)


def secret(variable: str, where: str) -> str:
    """Give what an environment variable holds; UsageError where it is not set."""
    value = os.environ.get(variable)
    if not value:
        raise UsageError(f"{where}: the environment variable {variable} is not set")
    return value


def _consistent(told: ConfigTable, read: ConfigFile) -> None:
    """Refuse names that name nothing and names that name two things."""
    names: set[str] = set()
    for k, one in enumerate(told.subscriptions):
        where = f"subscriptions[{k}]"
        if one.name in names:
            raise read.wrong(f"{where}.name", f"there are two subscriptions named {one.name!r}")
        names.add(one.name)
        _known_channel(told, read, f"{where}.channel", one.channel)
        _recipients(told, read, where, one)
    if told.operator is not None:
        _known_channel(told, read, "operator.channel", told.operator.channel)
        _recipients(told, read, "operator", told.operator)


def _recipients(told: ConfigTable, read: ConfigFile, where: str, one: SubscriptionTable | OperatorTable) -> None:
    """Refuse a subscription by mail that has no recipient, or one that is no address."""
    if not isinstance(told.channels[one.channel], EmailTable):
        return
    if not one.to:
        raise read.wrong(where, f"{one.channel!r} sends mail: say whom to send it `to`")
    for address in one.to:
        try:
            read_address(address)
        except ValueError as wrong:
            raise read.wrong(f"{where}.to", str(wrong)) from wrong


def _known_channel(told: ConfigTable, read: ConfigFile, path: str, name: str) -> None:
    if name not in told.channels:
        there = ", ".join(map(repr, told.channels)) or "none"
        raise read.wrong(path, f"there is no channel {name!r}; there is {there}")
