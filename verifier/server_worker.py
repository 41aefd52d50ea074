"""A worker of the web server that waits only so long for a request to come in whole.

A worker answers one request after the other: somebody who sends half of one and stalls would hold
it. A reverse proxy that takes requests in whole keeps such people away. Where there is none reading
ends here, and what came is answered as far as it goes.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from typing import Any, Final

from gunicorn.http.message import Request
from gunicorn.workers.sync import SyncWorker

HEAD_SECONDS: Final = 5.0
"""For the head of a request, and again for a short body."""
BODY_BYTES_A_SECOND: Final = 500_000
MOST_SECONDS: Final = 45.0
_LOOK_SECONDS: Final = 0.5
_TOO_LONG_PAGE: Final = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>系统繁忙 · The system is busy</title></head><body>
<h1>系统繁忙，这次请求没有办完</h1>
<p>处理超过了时限，已经停止；此前已保存的内容不受影响。请返回上一页，稍后再试。</p>
<div lang="en"><h2>The system is busy and could not finish this</h2>
<p>It took longer than it may and was ended; what was saved before stays as it is. Go back and try
again in a little while.</p></div>
</body></html>
""".encode()
_TOO_LONG: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 30\r\n"
    b"Cache-Control: no-store\r\nContent-Security-Policy: default-src 'none'\r\n"
    b"Content-Type: text/html; charset=utf-8\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_TOO_LONG_PAGE), _TOO_LONG_PAGE)
)


class PatientWorker(SyncWorker):
    """Answers one request at a time; a request that does not come in is cut off."""

    def init_process(self) -> None:
        """Begin to watch in the worker's own process, then work until it ends."""
        self._reading: tuple[socket.socket, float] | None = None
        threading.Thread(target=self._watch, name="patience", daemon=True).start()
        super().init_process()

    def handle(self, listener: Any, client: socket.socket, addr: Any) -> None:
        """Answer one connection."""
        self._reading = client, time.monotonic() + HEAD_SECONDS
        try:
            super().handle(listener, client, addr)
        finally:
            self._reading = None

    def handle_request(self, listener: Any, req: Request, client: socket.socket, addr: Any) -> bool:
        """Answer a request whose head came in, its body not yet."""
        self._reading = client, time.monotonic() + body_seconds(req.headers)
        return super().handle_request(listener, req, client, addr)

    def handle_error(
        self, req: Request | None, client: socket.socket, addr: Any, exc: BaseException
    ) -> None:
        """Answer a request that failed; one that took too long in words for whoever waits."""
        if not isinstance(exc, SystemExit):
            super().handle_error(req, client, addr, exc)
            return
        self.log.error("A request took longer than it may and was ended.")
        with suppress(OSError):  # whoever asked is gone
            client.sendall(_TOO_LONG)

    def _watch(self) -> None:
        while True:
            time.sleep(_LOOK_SECONDS)
            reading = self._reading
            if reading is not None and time.monotonic() > reading[1]:
                with suppress(OSError):  # it ended meanwhile
                    reading[0].shutdown(socket.SHUT_RD)  # answers still go out


def body_seconds(headers: list[tuple[str, str]]) -> float:
    """Return how long the body of a request is waited for, by its head."""
    told = dict(headers).get("CONTENT-LENGTH", "")
    length = int(told) if told.isascii() and told.isdigit() else 0
    return min(HEAD_SECONDS + length / BODY_BYTES_A_SECOND, MOST_SECONDS)
