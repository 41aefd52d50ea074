"""Whose budget a request is counted against: the network of the address it came from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from codes.wording import Text
from registry.errors import HomeError

TRUSTED_PROXIES_VARIABLE = "YANZHEN_TRUSTED_PROXIES"
_IPV6_PREFIX = 64  # what one subscriber has at the least

Proxies = tuple[IPv4Network | IPv6Network, ...]
_Address = IPv4Address | IPv6Address


def trusted_proxies(environment: Mapping[str, str] = os.environ) -> Proxies:
    """Return the networks whose `X-Forwarded-For` is believed; none unless configured.

    Raises:
        HomeError: the setting names something else than addresses (`trusted_proxies_invalid`).
    """
    named = environment.get(TRUSTED_PROXIES_VARIABLE, "").replace(",", " ").split()
    try:
        return tuple(ip_network(one, strict=False) for one in named)
    except ValueError as error:
        raise HomeError(
            "trusted_proxies_invalid",
            Text(
                f"{TRUSTED_PROXIES_VARIABLE} 应是反向代理的地址或网段，以逗号分隔，"
                "如 127.0.0.1,10.0.0.0/8",
                f"{TRUSTED_PROXIES_VARIABLE} lists addresses or networks of reverse proxies, "
                "separated by commas, such as 127.0.0.1,10.0.0.0/8",
            ),
        ) from error


def network_of(peer: str | None, forwarded: Iterable[str], proxies: Proxies) -> str:
    """Return the network a request came from: an IPv4 address, or an IPv6 /64.

    Each proxy writes the address it saw at the end of `X-Forwarded-For`, so the list is read from
    its end, and only as long as the one who wrote the entry is trusted; what lies before may have
    been made up by the asker.

    Args:
        peer: the address the connection came from; untrusted text.
        forwarded: every `X-Forwarded-For` header in its order; untrusted.
        proxies: those that are believed.
    """
    current = _parse(peer or "")
    if current is None:
        return "unknown"  # such as a Unix socket: all of them share one budget
    entries = [one.strip() for header in forwarded for one in header.split(",")]
    while entries and any(current in proxy for proxy in proxies):
        before = _parse(entries.pop())
        if before is None:
            break
        current = before
    if isinstance(current, IPv6Address):
        return str(ip_network((current, _IPV6_PREFIX), strict=False))
    return str(current)


@lru_cache(maxsize=1024)
def _parse(text: str) -> _Address | None:
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
