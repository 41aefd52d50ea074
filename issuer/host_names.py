"""Says what can be the name of a host."""

from __future__ import annotations

_MOST_IN_LABEL = 63  # RFC 1035, 2.3.4


def is_host(host: str) -> bool:
    """Return whether a host has a name (or an IP address), and no empty or overlong part in it."""
    parts = host.removesuffix(".").split(".")
    return host.isprintable() and all(0 < len(part) <= _MOST_IN_LABEL for part in parts)
