"""What the list of devices says of a browser: words for its kind, and part of its address."""

from __future__ import annotations

import ipaddress
from typing import Final

# In this order: many browsers call themselves others' names too.
_BROWSERS: Final = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("QQBrowser", "QQ Browser"),
    ("360SE", "360"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
_KEPT_BITS: Final = {4: 24, 6: 48}


def device_words(user_agent: str) -> str:
    """Return what a browser calls itself, in two words; empty where it says nothing known."""
    found = [
        next((called for mark, called in kinds if mark in user_agent), "")
        for kinds in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(word for word in found if word)


def shortened_address(address: str | None) -> str:
    """Return the network an address lies in, without the machine: 10.1.2.0/24, 2001:db8:1::/48."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    network = ipaddress.ip_network((found, _KEPT_BITS[found.version]), strict=False)
    return str(network)
