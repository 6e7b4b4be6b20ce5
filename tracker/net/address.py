"""Which addresses we may connect to: pure judgements on numbers, never on how somebody spelled them.

The standard library's `is_global` depends on the Python release and counts some ways back into private networks as
global (NAT64, 6to4, site-local, multicast), so that an explicit list stands beside it: both have to agree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from tracker.errors import UsageError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

REFUSED = tuple(
    (ip_network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "a cloud's host behind a public address"),
        ("169.254.0.0/16", "link-local, cloud metadata"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved, broadcast"),
        ("::/96", "loopback, unspecified, IPv4-compatible"),
        ("::ffff:0:0/96", "IPv4-mapped"),
        ("::ffff:0:0:0/96", "IPv4-translated"),
        ("64:ff9b::/96", "NAT64"),
        ("64:ff9b:1::/48", "local NAT64"),
        ("100::/64", "discard"),
        ("2001::/23", "protocol assignments, Teredo, benchmarking"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fc00::/7", "unique local"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)
_GLOBAL_UNICAST = ip_network("2000::/3")  # all that IANA gives out; the rest of IPv6 is none of our business


def refusal(address: Address) -> str | None:
    """Say why an address is refused, or None where it is part of the public network."""
    for network, reason in REFUSED:
        if address in network:
            return reason
    if not address.is_global:
        return "not globally routable"
    if isinstance(address, IPv6Address) and (address not in _GLOBAL_UNICAST or address.scope_id):
        return "no global unicast address"
    return None


@dataclass(frozen=True, slots=True)
class AllowedHost:
    """A host of one's own network that may be asked all the same, on one port or on all."""

    name: str
    port: int | None


@dataclass(frozen=True, slots=True)
class AllowedNetwork:
    """Addresses of one's own network that may be asked all the same, on one port or on all."""

    network: Network
    port: int | None


@dataclass(frozen=True, slots=True)
class AllowList:
    """The exceptions that the configuration names one by one; empty for nearly everybody."""

    entries: tuple[AllowedHost | AllowedNetwork, ...] = ()

    def has_host(self, host: str, port: int) -> bool:
        """Whether the name itself is allowed on this port, wherever it leads."""
        name = host.rstrip(".").lower()
        named = (entry for entry in self.entries if isinstance(entry, AllowedHost))
        return any(entry.name == name and entry.port in {None, port} for entry in named)

    def has_address(self, address: Address, port: int) -> bool:
        """Whether an address is allowed on this port."""
        networks = (entry for entry in self.entries if isinstance(entry, AllowedNetwork))
        return any(address in entry.network and entry.port in {None, port} for entry in networks)


def judged(host: str, port: int, address: Address, allowed: AllowList) -> str | None:
    """Say why this address of a host is refused, or None where it may be connected to."""
    reason = refusal(address)
    if reason is None or allowed.has_host(host, port) or allowed.has_address(address, port):
        return None
    return reason


_ENTRY = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<bare>[^:\[\]]+))(?::(?P<port>[0-9]{1,5}))?")
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*")


def allow_list(entries: tuple[str, ...]) -> AllowList:
    """Read exceptions: `wiki.lan`, `wiki.lan:8080`, `10.1.2.0/24`, `10.1.2.3:8443`, `fd00::/64`, `[fd00::1]:443`."""
    return AllowList(tuple(_entry(entry) for entry in entries))


def _entry(text: str) -> AllowedHost | AllowedNetwork:
    if (network := _network(text)) is not None:
        return AllowedNetwork(network, None)
    found = _ENTRY.fullmatch(text.strip().lower())
    if found is None:
        raise UsageError(f'"{text}" is no host, address or network with an optional port')
    port = int(found["port"]) if found["port"] else None
    network = _network(found["v6"] or found["bare"])
    if network is not None and (port is None or 0 < port < 65536):
        return AllowedNetwork(network, port)
    # A last label of digits could be an odd spelling of an address, which would never match as a name.
    is_name = found["bare"] and _NAME.fullmatch(found["bare"]) and not found["bare"].rsplit(".", 1)[-1].isdigit()
    if not is_name or (port is not None and not 0 < port < 65536):
        raise UsageError(f'"{text}" is no host, address or network with an optional port')
    return AllowedHost(found["bare"], port)


def _network(text: str) -> Network | None:
    try:
        return ip_network(text.strip())
    except ValueError:
        return None


def as_address(text: str) -> Address | None:
    """Read an address as sockets give it; None for everything else."""
    try:
        return ip_address(text)
    except ValueError:
        return None
