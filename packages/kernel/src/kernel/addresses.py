"""Addresses and ranges as one text each, and how wide a range may be (D16)."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface, IPv6Network, ip_interface
from socket import AF_INET, inet_pton

from kernel.decision import Decision, Reason, Refused
from kernel.policy import Policy

RANGES = Policy.load(files("kernel").joinpath("ranges.toml"))
_MAPPED_PREFIX = 96  # ::ffff:0:0/96 holds IPv4 inside IPv6
_LONGEST = 64  # no address or range in any spelling is longer; what is longer is not read at all


class AddressError(Refused):
    """The text is no address or range that may be used; `reasons` says why."""


def may_be_address(text: str) -> Decision:
    """An address is IPv4 or IPv6; a range is its first address, a slash and the length of its prefix, with no bit set beyond (D16)."""
    return _judge(_read(text))


def may_ban_range(text: str, *, on: date) -> Decision:
    """A ban or block covers a range no wider than IPv4 /16 or IPv6 /19, which is MediaWiki's own limit (D16)."""
    interface = _read(text)
    if interface is None:
        return _judge(interface)
    widest = RANGES.value(f"widest_ipv{interface.version}", on=on)
    return _judge(interface) & Decision.of(
        (
            interface.network.prefixlen < widest,
            Reason("range_too_wide", f"The range is wider than the /{widest} that IPv{interface.version} allows; split it.", "D16"),
        )
    )


def network_of(text: str) -> IPv4Network | IPv6Network:
    """Read an address or range; IPv4 written inside IPv6 (`::ffff:192.0.2.1`) counts as IPv4.

    Raises:
        AddressError: not an address, or bits set beyond the prefix (the reason proposes the range).
    """
    interface = _read(text)
    decision = _judge(interface)
    if interface is None or not decision:
        raise AddressError(decision.reasons)
    return interface.network


def block_of(text: str) -> tuple[int, int, int]:
    """Give IP version, first address as a number, and length of prefix of an address or range; raises as `network_of`."""
    try:
        # As strict as `ip_address`, and a tenth of its time.
        return 4, int.from_bytes(inet_pton(AF_INET, text)), 32
    except (OSError, ValueError):
        network = network_of(text)
        return network.version, int(network.network_address), network.prefixlen


def canonical_address(text: str) -> str:
    """Return the one way to write an address or range: lower case, shortest, no prefix for a single address; raises as `network_of`."""
    network = network_of(text)
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)


def _judge(interface: IPv4Interface | IPv6Interface | None) -> Decision:
    """Collect what stands against an address as read."""
    if interface is None:
        return Decision.of((True, Reason("not_an_address", "This is neither an IP address nor a range in CIDR form.", "D16")))
    network = interface.network
    return Decision.of(
        (
            interface.ip != network.network_address,
            Reason("host_bits", f"The range sets bits beyond its prefix; the range that holds this address is {network}.", "D16"),
        )
    )


def _read(text: str) -> IPv4Interface | IPv6Interface | None:
    """Read an address with the prefix it was given; nothing where it is none.

    The standard library also takes net masks and zones; MediaWiki does not, so they are no addresses here.
    """
    address, slash, prefix = text.strip().partition("/")
    if len(text) > _LONGEST or "%" in address or (slash and not prefix.isdigit()):
        return None
    try:
        interface = ip_interface(f"{address}{slash}{prefix}")
    except ValueError:
        return None
    if isinstance(interface, IPv6Interface) and interface.ip.ipv4_mapped and interface.network.prefixlen >= _MAPPED_PREFIX:
        return IPv4Interface((interface.ip.ipv4_mapped, interface.network.prefixlen - _MAPPED_PREFIX))
    return interface
