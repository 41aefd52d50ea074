"""Where a webhook may lead: an https address on the open internet, and nowhere else.

Whoever sets a webhook up makes this server send to an address of theirs. It must not become a way
into the private network: a name is resolved anew for each delivery, every address it has must be a
global one, and the connection goes to that very address. Redirects are never followed.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from codes.wording import Text
from verifier.errors import KeyRefused

LONGEST_URL: Final = 500
NOT_OPEN: Final = "webhook_not_open"
_HTTPS_PORT: Final = 443
_FIRST_FREE_PORT: Final = 1024
_SECONDS: Final = 10.0
_TOTAL_SECONDS: Final = 20.0
_TRANSLATED: Final = IPv6Network("64:ff9b::/32")  # NAT64: leads to an IPv4 address
_RELAYS: Final = IPv4Network("192.88.99.0/24")  # to 6to4
_EXAMPLES: Final = IPv6Network("3fff::/20")

Resolve = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host name; raises OSError where it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a webhook leads.

    Args:
        host: name or address, as in the URL.
        path: with the query.
    """

    host: str
    port: int
    path: str


class NotSent(Exception):
    """Nothing was answered; `word` says why, and is kept with the delivery."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def read_target(url: str) -> Target:
    """Return where a URL leads, without asking for its addresses.

    Raises:
        KeyRefused: it is no https address that a webhook may have (`webhook_url`).
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _HTTPS_PORT
    except ValueError as error:
        raise _no_url() from error
    plain = url.isascii() and url.isprintable() and " " not in url
    free = port == _HTTPS_PORT or port >= _FIRST_FREE_PORT
    if not (plain and free and len(url) <= LONGEST_URL) or parts.scheme != "https":
        raise _no_url()
    if not parts.hostname or parts.username is not None or parts.fragment:
        raise _no_url()
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host=parts.hostname, port=port, path=path)


def resolve(host: str, port: int) -> Sequence[str]:
    """Return every address of a host, as the system resolves it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


def safe_address(target: Target, ask: Resolve = resolve) -> str:
    """Return an address of a target to connect to.

    Raises:
        KeyRefused: it has none, or one that is not of the open internet (`webhook_not_open`):
            which of the two is not said, as it would tell what names there are in this network.
    """
    try:
        addresses = [ip_address(one.partition("%")[0]) for one in ask(target.host, target.port)]
    except (OSError, ValueError, UnicodeError) as error:
        raise _not_open(target.host) from error
    if not addresses or not all(map(_is_open, addresses)):
        raise _not_open(target.host)
    return str(addresses[0])


def send(url: str, headers: Mapping[str, str], body: bytes, ask: Resolve = resolve) -> int:
    """Post a body to a webhook and return the HTTP status it was answered with.

    Raises:
        NotSent: it was not answered, or may not be asked.
    """
    try:
        target = read_target(url)
        address = safe_address(target, ask)
    except KeyRefused as refused:
        raise NotSent(refused.code) from refused
    connection = _Pinned(target, address)
    ending = threading.Timer(_TOTAL_SECONDS, connection.cut)
    ending.start()
    try:
        connection.request("POST", target.path, body=body, headers=dict(headers))
        return connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotSent("no_answer") from error
    finally:
        ending.cancel()
        connection.close()


class _Pinned(http.client.HTTPSConnection):
    """A connection to an address that was found good, whatever its name resolves to by now."""

    def __init__(self, target: Target, address: str) -> None:
        super().__init__(target.host, target.port, timeout=_SECONDS)
        self._address = address
        self._tls = ssl.create_default_context()

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), _SECONDS)
        secured = self._tls.wrap_socket(
            plain, server_hostname=self.host, do_handshake_on_connect=False
        )
        self.sock = secured  # before the handshake, so that `cut` ends one that never ends itself
        secured.do_handshake()

    def cut(self) -> None:
        """End it, wherever it waits."""
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


def _is_open(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        within = address.ipv4_mapped or address.sixtofour
        if within is not None:
            return _is_open(within)
        if address in _TRANSLATED or address in _EXAMPLES or address.teredo is not None:
            return False
        if address.is_site_local:
            return False
    elif address in _RELAYS:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _no_url() -> KeyRefused:
    return KeyRefused(
        "webhook_url",
        Text(
            f"请填写 https:// 开头的地址，不超过 {LONGEST_URL} 个字符，"
            "端口为 443 或 1024 以上，不含用户名和 #",
            f"Give an address beginning with https://, at most {LONGEST_URL} characters, port 443 "
            "or from 1024 up, without user name or #",
        ),
    )


def _not_open(host: str) -> KeyRefused:
    return KeyRefused(
        NOT_OPEN,
        Text(
            f"主机 {host} 不能作为回调地址：本服务器查不到它在互联网上的地址（名称有误、没有登记，"
            "或指向内网、保留地址）。本服务器没有接入互联网的（如离线演示），不能使用回调，"
            "请改看“变动提醒”",
            f"no webhook can lead to the host {host}: this server finds no address of it on the "
            "open internet (it is misspelt, has none, or leads to a private or reserved network). "
            "A server without internet, such as a demo off line, can use no webhooks: look at the "
            "alerts instead",
        ),
    )
