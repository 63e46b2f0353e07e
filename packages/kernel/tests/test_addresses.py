"""Addresses and ranges (D16)."""

from datetime import date
from ipaddress import IPv4Network, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel.addresses import AddressError, block_of, canonical_address, may_ban_range, may_be_address, network_of
from kernel.cases import Case, load_cases

ON = date(2026, 11, 2)


@pytest.mark.parametrize("case", load_cases(Path(__file__).parent / "cases" / "addresses.toml"), ids=str)
def test_cases(case: Case) -> None:
    text = case.given["text"]
    reasons = may_ban_range(text, on=ON).reasons
    if "canonical" in case.expect:
        assert may_be_address(text).granted
        assert canonical_address(text) == case.expect["canonical"]
        assert [reason.code for reason in reasons] == (["range_too_wide"] if case.expect.get("too_wide") else [])
        return
    with pytest.raises(AddressError):
        canonical_address(text)
    assert [reason.code for reason in reasons] == case.expect["refused"]
    assert case.expect.get("says", "") in reasons[0].says


def test_a_very_long_text_is_no_address() -> None:
    with pytest.raises(AddressError, match="neither"):
        network_of("1" * 100_000)


@given(st.ip_addresses(), st.integers(0, 128))
def test_the_one_way_to_write_it_is_read_as_the_same(address: object, prefix: int) -> None:
    network = ip_network(f"{address}/{min(prefix, 32 if ':' not in str(address) else 128)}", strict=False)
    written = canonical_address(str(network))
    assert canonical_address(written) == written
    if isinstance(network, IPv4Network):
        assert network_of(written) == network
        assert network_of(f"::ffff:{network.network_address}/{network.prefixlen + 96}") == network


NEARLY_AN_ADDRESS = st.ip_addresses().map(str) | st.lists(
    st.sampled_from(["1", "01", "255", "256", ".", "..", ":", "::", "/", "24", " ", "\n", "\x00", "0x1", "\u0663", "%1", "-1", "+1"]),
    max_size=9,
).map("".join)


@given(NEARLY_AN_ADDRESS | st.text(max_size=12))
def test_the_short_way_to_read_an_address_reads_what_the_long_way_reads(text: str) -> None:
    refused = may_be_address(text).reasons
    if refused:
        with pytest.raises(AddressError) as again:
            block_of(text)
        assert again.value.reasons == refused
    else:
        network = network_of(text)
        assert block_of(text) == (network.version, int(network.network_address), network.prefixlen)
