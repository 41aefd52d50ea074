"""Whether the public site can listen where it is asked to, said in one sentence beforehand."""

from __future__ import annotations

import errno
import socket

from codes.wording import Text
from verifier.errors import VerifierError

_LAST_PORT = 0xFFFF


def check_address(host: str, port: int) -> None:
    """See that a server can listen on a host's port.

    Raises:
        VerifierError: another program does (`port_taken`), or the host is none of this machine or
            the port not allowed (`address_unusable`).
    """
    try:
        if not 0 <= port <= _LAST_PORT:  # some systems count on from 0
            raise OverflowError("no port")
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            probe.bind(address)
            probe.listen(1)
    except (OSError, OverflowError, UnicodeError) as error:  # a port or a name beyond all bounds
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise VerifierError(
                "port_taken",
                Text(
                    f"端口 {port} 已被其他程序占用，请用 --port 换一个",
                    f"another program listens on port {port}; choose another with --port",
                ),
            ) from error
        raise VerifierError(
            "address_unusable",
            Text(
                f"不能在 {host} 的端口 {port} 上监听，请检查 --host 和 --port",
                f"cannot listen on port {port} of {host}; look at --host and --port",
            ),
        ) from error
