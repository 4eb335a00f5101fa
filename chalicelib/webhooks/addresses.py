"""Which addresses webhooks may be sent to, judged by what a host name resolves to."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from chalicelib.errors import AddressRefused, TransientError

Address = IPv4Address | IPv6Address

_GLOBAL_UNICAST = IPv6Network("2000::/3")  # the only part of IPv6 that is allocated
# 6to4 and Teredo embed IPv4 addresses, private ones too.
_TUNNELS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))


def resolve(host: str, port: int, *, only_loopback: bool) -> str:
    """The address to connect to; AddressRefused if any address of `host` is not allowed.

    Connect to this result, not to `host`: the next lookup may return another address.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as reason:
        raise TransientError("The receiver's name cannot be resolved right now.") from reason
    texts = [str(sockaddr[0]) for *_, sockaddr in found]
    for text in texts:
        address = ip_address(text)
        if not (address.is_loopback if only_loopback else is_public(address)):
            raise AddressRefused("Webhooks may not be sent to the receiver's address.")
    return texts[0]


def is_public(address: Address) -> bool:
    """Whether this is a public address of the internet."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address not in _GLOBAL_UNICAST or any(address in tunnel for tunnel in _TUNNELS):
            return False
    return address.is_global and not address.is_multicast
