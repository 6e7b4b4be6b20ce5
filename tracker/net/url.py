"""Which addresses on the web we ask at all: one reading of a URL, strict, before any library reads it.

Two parsers that disagree on where the host ends were behind more than one advisory against peers. So what could be read
in two ways is refused, and what is left is rebuilt from the parts that were checked; nobody reads the original again.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote, urljoin

import idna

from tracker.net.address import AllowList, as_address, judged
from tracker.net.outcome import FailureKind, Trouble

LONGEST_URL = 8_000  # servers refuse longer ones, and a redirect could grow without end
LONGEST_HOST = 253  # as the name system has it
_SHAPE = re.compile(
    r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*)://(?P<host>\[[0-9a-fA-F:.]+\]|[^\[\]/?#:@]+)(?::(?P<port>[0-9]{0,5}))?"
    r"(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?(?:#.*)?"
)
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2028\u2029\ud800-\udfff]")
_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
_PORTS = {"http": 80, "https": 443}
_LEFT_ALONE = "/?:@!$&'()*+,;=~-._%[]|"


@dataclass(frozen=True, slots=True)
class Url:
    """An address that was read and checked."""

    scheme: str
    host: str  # ASCII, lower case; IPv6 without brackets
    port: int
    target: str  # path and query

    @property
    def origin(self) -> str:
        """Scheme, host and port: who is asked."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{name}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")

    def __str__(self) -> str:
        return self.origin + self.target


def read_url(text: str) -> Url:
    """Read an address on the web; Trouble says what is wrong with it."""
    if len(text) > LONGEST_URL:
        raise _bad(text[:80] + "...", f"is longer than {LONGEST_URL} characters")
    if unsafe := _UNSAFE.search(text):
        raise _bad(text, f"holds a blank, a backslash or a control character (U+{ord(unsafe[0]):04X})")
    if not re.match(r"https?:", text, re.IGNORECASE):
        raise _bad(text, "is neither http nor https")
    if "@" in re.split(r"[/?#]", text.split("//", 1)[-1], maxsplit=1)[0]:
        raise _bad(text, "holds a user name: secrets do not belong in addresses")
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise _bad(text, "is no address of a page")
    scheme = found["scheme"].lower()
    port = int(found["port"] or _PORTS[scheme])
    if not 0 < port < 65536:
        raise _bad(text, "has no possible port")
    target = (found["path"] or "/") + (found["query"] or "")
    return Url(scheme, _host(text, found["host"]), port, quote(target, safe=_LEFT_ALONE))


def _host(url: str, host: str) -> str:
    if host.startswith("["):
        try:
            return str(IPv6Address(host[1:-1]))
        except ValueError as wrong:
            raise _bad(url, f"has no possible host: {wrong}") from wrong
    if len(host) > LONGEST_HOST + 1:
        raise _bad(url, "has no possible host")
    try:
        # Full-width digits and dots become plain ones here, so that what is judged is what is looked up.
        name = host.lower() if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as wrong:
        raise _bad(url, f"has no possible host: {wrong}") from wrong
    if len(name.rstrip(".")) > LONGEST_HOST or not _HOST.fullmatch(name):
        raise _bad(url, "has no possible host")
    spelled = _spelled(name)
    if spelled is not None:
        return str(spelled)
    return "localhost" if name == "localhost." else name


def _bad(url: str, what: str) -> Trouble:
    return Trouble(FailureKind.BAD_URL, f"{url!r} {what}")


def joined(url: Url, location: str) -> Url:
    """Read where a redirect leads, seen from the address that gave it; bare blanks in it are common and harmless."""
    try:
        whole = urljoin(str(url), location.strip(" \t").replace(" ", "%20"))
    except ValueError as wrong:
        raise _bad(location, f"is no place to go: {wrong}") from wrong
    return read_url(whole)


def refused(text: str, allowed: AllowList) -> str | None:
    """Say why an address can be refused without asking anybody, for configurations and declarations.

    What only a lookup can tell is judged when the connection is made; this is the early warning.
    """
    try:
        url = read_url(text)
    except Trouble as trouble:
        return trouble.detail
    address = as_address(url.host)
    if address is not None and (reason := judged(url.host, url.port, address, allowed)):
        return f"{text!r} leads to {address}: {reason}"
    name = url.host.rstrip(".")
    is_local = name == "localhost" or name.endswith(".localhost")
    if is_local and not allowed.has_host(url.host, url.port):
        return f"{text!r} leads to this machine"
    return None


def _spelled(host: str) -> IPv4Address | None:
    """Give the address that a host spells, as browsers read it: `127.1`, `0x7f.1`, `2130706433`, `127.0.0.1.`."""
    try:
        return IPv4Address(socket.inet_aton(host.rstrip(".")))
    except OSError:
        return None
