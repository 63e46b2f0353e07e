"""Where a message may be sent: to the world, and to the inner network only where a setting names it."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import urlsplit

from kernel.decision import Decision, Reason

_LONGEST_URL = 2000
_CITE = "Standard Webhooks 1.0, SSRF"
_GLOBAL_UNICAST = IPv6Network("2000::/3")
# What Python versions disagree about, and what only wraps an IPv4 address whose own judgement it would escape.
_NOT_FOR_HOSTS = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("2001::/23"),
    IPv6Network("2002::/16"),
    IPv6Network("3fff::/20"),
)

Network = IPv4Network | IPv6Network


def may_be_called(url: str) -> Decision:
    """A subscription names an address of the web without a user, a password or a fragment."""
    try:
        parts = urlsplit(url)
        named, port = parts.hostname, parts.port
    except ValueError:
        return Decision((Reason("not_a_web_address", "This is no address of the web.", _CITE),))
    plain = len(url) <= _LONGEST_URL and url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    return Decision.of(
        (
            not plain or parts.scheme not in {"https", "http"} or not named or port == 0,
            Reason("not_a_web_address", "Write the whole address, https://host/path, in at most 2,000 plain characters.", _CITE),
        ),
        (
            "@" in parts.netloc or "#" in url,
            Reason("more_than_an_address", "An address has no user, password or fragment; the signature says who calls.", _CITE),
        ),
    )


def judge_address(address: IPv4Address | IPv6Address, *, encrypted: bool, allowed: Iterable[Network] = ()) -> Decision:
    """A message goes encrypted to an address of the world, or anyhow to a network of the house that the settings name."""
    meant = _meant(address)
    named = any(meant.version == network.version and meant in network for network in allowed)
    return Decision.of(
        (
            not named and not _of_the_world(meant),
            Reason("inner_network", "The name leads to an inner network, and no setting opens it.", _CITE),
        ),
        (not named and not encrypted, Reason("not_encrypted", "Outside the house's own networks only https is called.", _CITE)),
    )


def judge_addresses(addresses: Sequence[IPv4Address | IPv6Address], *, encrypted: bool, allowed: Iterable[Network] = ()) -> Decision:
    """A name is called only where each of its addresses may be: one that leads inside as well is not trusted at all."""
    networks = tuple(allowed)
    found = Decision.of((not addresses, Reason("no_address", "The name leads nowhere.", _CITE)))
    for address in addresses:
        found &= judge_address(address, encrypted=encrypted, allowed=networks)
    return found


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Unwrap IPv4 inside IPv6 (`::ffff:0:0/96`), which the system's sockets would call as IPv4."""
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


def _of_the_world(address: IPv4Address | IPv6Address) -> bool:
    if any(address.version == network.version and address in network for network in _NOT_FOR_HOSTS):
        return False
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved
