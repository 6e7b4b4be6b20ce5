"""One mail for one recipient, as bytes: built once, so that a repeat is the same mail. Pure.

Headers are set through the library's policy and never pasted; what could end a header is taken out before. Addresses
come from the configuration alone. A name of a domain becomes ASCII; a mailbox with other letters takes a server that
speaks SMTPUTF8.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import idna

if TYPE_CHECKING:
    from datetime import datetime

_LONGEST_SUBJECT = 200
_BROKEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_LOCAL = re.compile(r"[^\s\"(),:;<>@\[\\\]\x00-\x1f\x7f-\x9f]{1,64}")
# The library's own reading squeezes "b@exa mple" into an address of somebody else.
_ADDRESS = re.compile(r"\"?(?P<name>[^\"<>]*?)\"?\s*<(?P<boxed>[^<>\s]+)>|(?P<bare>[^<>\s]+)")
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class MailContent:
    """What a mail says."""

    subject: str
    text: str
    html: str | None = None


@dataclass(frozen=True, slots=True)
class MailList:
    """From whom a mail comes, and how its reader gets no more of them."""

    sender: str
    subscription: str
    reply_to: str | None = None
    unsubscribe_url: str | None = None


def read_address(text: str) -> Address:
    """Read "Name <box@example.org>" or a bare address; ValueError says what is wrong with it."""
    if _BROKEN.search(text):
        raise ValueError(f"{text!r} is no mail address: it holds a control character")
    shape = _ADDRESS.fullmatch(text.strip())
    if shape is None:
        raise ValueError(f"{text!r} is no mail address")
    local, at, domain = (shape["boxed"] or shape["bare"]).rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        raise ValueError(f"{text!r} is no mail address")
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError as wrong:
        raise ValueError(f"{text!r} is no mail address: its domain cannot be ({wrong})") from wrong
    return Address(shape["name"] or "", local, ascii_domain)


def takes_utf8(*addresses: Address) -> bool:
    """Tell whether sending to or from an address takes SMTPUTF8."""
    return not all(address.username.isascii() for address in addresses)


def mail(uid: str, recipient: str, content: MailContent, list_: MailList, at: datetime) -> bytes:
    """Give the whole mail; ValueError where an address is none."""
    sender, to = read_address(list_.sender), read_address(recipient)
    made = EmailMessage(policy=SMTPUTF8 if takes_utf8(sender, to) else SMTP)
    made["From"] = sender
    made["To"] = to
    if list_.reply_to is not None:
        made["Reply-To"] = read_address(list_.reply_to)
    made["Subject"] = _one_line(content.subject)
    made["Date"] = at
    made["Message-ID"] = f"<{uid}@{sender.domain}>"
    _list_headers(made, sender, to, list_)
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(_encodable(content.text), cte="quoted-printable")
    if content.html is not None:
        made.add_alternative(_encodable(content.html), subtype="html", cte="quoted-printable")
        made.set_boundary(f"=_{uid}")
    return made.as_bytes()


def _list_headers(made: EmailMessage, sender: Address, to: Address, list_: MailList) -> None:
    if not list_.subscription:
        return
    slug = _SLUG.sub("-", list_.subscription.lower()).strip("-") or "digests"
    made["List-Id"] = f"<{slug}.{sender.domain}>"
    back = sender if list_.reply_to is None else read_address(list_.reply_to)
    ways = [f"<mailto:{quote(back.addr_spec, safe='@')}?subject={quote(f'unsubscribe {slug}')}>"]
    if list_.unsubscribe_url is not None:
        glue = "&" if "?" in list_.unsubscribe_url else "?"
        who = urlencode({"subscription": list_.subscription, "to": to.addr_spec})
        ways.insert(0, f"<{list_.unsubscribe_url}{glue}{who}>")
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made["List-Unsubscribe"] = ", ".join(ways)


def _one_line(text: str) -> str:
    shown = " ".join(_BROKEN.sub(" ", _encodable(text)).split())
    return unicodedata.normalize("NFC", shown[:_LONGEST_SUBJECT])


def _encodable(text: str) -> str:
    """Replace halves of characters, which no encoding knows."""
    return text.encode("utf-8", "replace").decode("utf-8")
