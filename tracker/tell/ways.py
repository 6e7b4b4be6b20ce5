"""The ways out, as the configuration has them.

Secrets are looked up when something is sent: one that is missing is a failure of its channel, and of no other.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from tracker import __version__
from tracker.config import secret
from tracker.config_tables import EmailTable, WebhookTable
from tracker.deliver import apprise, email, webhook
from tracker.deliver.outcome import Failed
from tracker.errors import UsageError
from tracker.fetch.http import user_agent
from tracker.net.address import allow_list
from tracker.net.session import Gate

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.config import Config
    from tracker.config_tables import Channel
    from tracker.deliver.outcome import Letter, Sent, Way


def ways_out(config: Config) -> dict[str, Way]:
    """Give the way of every channel, by name; what is needed to send is made when something is."""

    @cache
    def gate() -> Gate:
        return Gate(user_agent(__version__, config.fetch.contact), allow_list(config.fetch.allow))

    return {name: partial(_send, config, gate, name, channel) for name, channel in config.channels.items()}


def _send(config: Config, gate: Callable[[], Gate], name: str, channel: Channel, letter: Letter) -> Sent | Failed:
    where = f"{config.file}: channels.{name}"
    try:
        if isinstance(channel, EmailTable):
            return email.send(_relay(config, where, channel), letter)
        if isinstance(channel, WebhookTable):
            return webhook.send(_receiver(where, channel), gate(), letter)
        return apprise.send(apprise.Service(secret(channel.url_env, where)), letter)
    except UsageError as wrong:
        return Failed(str(wrong), is_of_channel=True)


def _relay(config: Config, where: str, channel: EmailTable) -> email.Relay:
    return email.Relay(
        host=channel.host,
        port=channel.port,
        sender=channel.sender,
        security=channel.security,
        user=channel.user,
        password=None if channel.password_env is None else secret(channel.password_env, where),
        authorities=None if channel.authorities is None else str(config.file.parent / channel.authorities),
    )


def _receiver(where: str, channel: WebhookTable) -> webhook.Receiver:
    url = channel.url if channel.url_env is None else secret(channel.url_env, where)
    found: list[bytes] = []
    for variable in channel.secrets_env:
        try:
            found.append(webhook.read_secret(secret(variable, where)))
        except ValueError as wrong:
            raise UsageError(f"{where}: {variable}: {wrong}") from wrong
    return webhook.Receiver(url or "", tuple(found))
