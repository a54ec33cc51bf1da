"""Which addresses count as one."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

_NETWORK_BITS = 64
"""What one customer of an IPv6 provider has at the least, to choose addresses from."""


@lru_cache(maxsize=4096)
def bucket_of(address: str) -> str:
    """Return what an address is counted under: itself, or its network if it is IPv6.

    An IPv4 address in IPv6's form is the IPv4 address. Whatever is no address, such as the empty
    text of a server that does not know its client, is one bucket.
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    network = int(parsed) >> (128 - _NETWORK_BITS) << (128 - _NETWORK_BITS)
    return f"{IPv6Address(network)}/{_NETWORK_BITS}"
