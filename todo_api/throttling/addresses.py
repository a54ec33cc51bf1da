"""Which addresses count as one."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

_NETWORK_BITS = 64
"""What one customer of an IPv6 provider has at the least, to choose addresses from."""
_SITE_BITS = 48
"""What one customer may have at the most: 65,536 of those networks (RFC 6177)."""


@lru_cache(maxsize=4096)
def bucket_of(address: str) -> str:
    """Return what an address is counted under: itself, or its network if it is IPv6.

    An IPv4 address in IPv6's form is the IPv4 address. Whatever is no address, such as the empty
    text of a server that does not know its client, is one bucket.
    """
    return _bucket(address, _NETWORK_BITS)


@lru_cache(maxsize=4096)
def site_of(address: str) -> str:
    """Return what an address is counted under together with its neighbours.

    It is the address itself, or the network of whoever has as many IPv6 networks as one may have.
    """
    return _bucket(address, _SITE_BITS)


def _bucket(address: str, bits: int) -> str:
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    network = int(parsed) >> (128 - bits) << (128 - bits)
    return f"{IPv6Address(network)}/{bits}"
