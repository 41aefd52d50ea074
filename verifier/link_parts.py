"""The parts of a link as a browser would see them; it is never followed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from verifier.link_hosts import plain_host

# As browsers read it: slashes of either kind, the host up to the next slash, `?` or `#`.
_URL = re.compile(r"(?:(https?):[/\\]*)?([^/\\?#]*)([^#]*)(#.*)?", re.IGNORECASE | re.ASCII)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?![0-9]{1,5}(?:[/\\?#]|$))", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*(:[0-9]{1,5})?|\[[0-9a-f:.]+\](:[0-9]{1,5})?")
_NAME = re.compile(r".*[a-z].*\..*|.*\..*[a-z].*|localhost(:[0-9]+)?")
_BLANK = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\u3000]")
EDGES = " \t\r\n\f\v\u00a0\u200b\u200e\u200f\u2060\u3000\ufeff<>\"'“”‘’《》（）()，。；"
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkParts:
    """The parts of a link.

    Args:
        scheme: None where it has none.
        host: as a browser would ask for it, with its port unless that is the usual one.
        backslash: whether one stands where browsers read it as a slash.
    """

    scheme: str | None
    userinfo: str
    host: str
    path: str
    fragment: str
    backslash: bool


def split_link(link: str) -> LinkParts | None:
    """Return the parts as a browser would see them; None where it is no link to a site."""
    found = _URL.fullmatch(link)
    if found is None or _BLANK.search(link):
        return None
    scheme = None if found[1] is None else found[1].lower()
    if scheme is None and _SCHEME.match(link):
        return None  # such as javascript: or an app's own
    userinfo, _, authority = found[2].rpartition("@")
    host = plain_host(authority)
    for name, port in _DEFAULT_PORTS.items():
        if scheme in (None, name):
            host = host.removesuffix(port)
    if not _HOST.fullmatch(host) or (scheme is None and not _NAME.fullmatch(host)):
        return None
    return LinkParts(
        scheme=scheme,
        userinfo=userinfo,
        host=host,
        path=found[3],
        fragment=(found[4] or "")[1:],
        backslash="\\" in re.split("[?#]", link, maxsplit=1)[0],
    )


def leads_to(text: str) -> str | None:
    """Return where a code leads: a host, or as much as tells it where it names no site.

    None for a text that is no address of any kind, such as a number.
    """
    link = text.strip(EDGES)
    parts = split_link(link)
    if parts is not None:
        return parts.host
    return link.split()[0] if _SCHEME.match(link) else None
