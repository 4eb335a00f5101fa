"""Which addresses a webhook may go to: what a name resolves to counts, not how it is written."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from chalicelib.errors import AddressRefused, PassingFault

Address = IPv4Address | IPv6Address

_GIVEN_OUT = IPv6Network("2000::/3")  # the only part of IPv6 of which anybody has addresses
# They carry IPv4 addresses, private ones too: 6to4, Teredo.
_TUNNELS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))


def resolve(host: str, port: int, *, only_loopback: bool) -> str:
    """The address to connect to; AddressRefused where any that the name has is not allowed.

    Whoever connects must take this very answer: the next may be another.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as reason:
        raise PassingFault("The receiver's name cannot be resolved right now.") from reason
    texts = [str(place[0]) for *_, place in found]
    for text in texts:
        address = ip_address(text)
        if not (address.is_loopback if only_loopback else is_public(address)):
            raise AddressRefused("The receiver's address is not one that webhooks may go to.")
    return texts[0]


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could have this address."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address not in _GIVEN_OUT or any(address in tunnel for tunnel in _TUNNELS):
            return False
    return address.is_global and not address.is_multicast
