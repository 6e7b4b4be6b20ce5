"""What each kind of channel is given: a composed message, or a notice of a few lines, as the bytes that are sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from tracker.config_tables import EmailTable, WebhookTable
from tracker.deliver import apprise
from tracker.deliver.mail_message import MailContent, MailList, mail
from tracker.digest import framing
from tracker.digest.mail import mail_parts
from tracker.digest.markdown import escaped, markdown
from tracker.digest.message import Digest
from tracker.digest.payload import payload
from tracker.digest.schema import moment

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tracker.config_tables import Channel

    # Gives the message for one recipient: its id, the recipient, the moment it was made.
    LetterMaker = Callable[[str, str, datetime], bytes]


@dataclass(frozen=True, slots=True)
class Notice:
    """A few lines about the tracker itself."""

    id: str
    title: str
    lines: tuple[str, ...]
    at: datetime


def title_of(said: Digest | Notice) -> str:
    """Give the one line that a message is listed under."""
    return framing.subject(said) if isinstance(said, Digest) else said.title


def letters(channel: Channel, said: Digest | Notice) -> LetterMaker:
    """Render a message for a channel, once for all its recipients."""
    if isinstance(channel, EmailTable):
        return _mails(channel, said)
    if isinstance(channel, WebhookTable):
        body = payload(said, full=channel.full) if isinstance(said, Digest) else _notice_json(said)
    else:
        text = markdown(said) if isinstance(said, Digest) else "\n\n".join(map(escaped, said.lines))
        body = apprise.note(title_of(said), text)

    def same(*_: object) -> bytes:
        return body

    return same


def rendered(made: LetterMaker, uid: str, recipient: str, at: datetime) -> tuple[bytes, str | None]:
    """Render for one recipient; where the address is none, give nothing and what is wrong with it."""
    try:
        return made(uid, recipient, at), None
    except ValueError as wrong:
        return b"", str(wrong)


def _mails(channel: EmailTable, said: Digest | Notice) -> LetterMaker:
    if isinstance(said, Digest):
        content, subscription = MailContent(*mail_parts(said)), said.subscription
    else:
        content, subscription = MailContent(said.title, "\n".join([*said.lines, ""])), ""
    list_ = MailList(channel.sender, subscription, channel.reply_to, channel.unsubscribe_url)
    return lambda uid, recipient, at: mail(uid, recipient, content, list_, at)


def _notice_json(said: Notice) -> bytes:
    told = {"id": said.id, "title": said.title, "lines": said.lines}
    return msgspec.json.encode({"type": "notice", "timestamp": moment(said.at), "data": told})
