"""Serves a witness over HTTP; put it behind a proxy that speaks TLS."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from audit.errors import AuditError
from audit.witness import Answer, Witness
from log.witness import ADD_CHECKPOINT, MAX_REQUEST_BYTES

TIMEOUT_SECONDS = 20.0


class WitnessServer(ThreadingHTTPServer):
    """A server that answers for one witness.

    Args:
        address: host and port.
        witness: whose answers it gives.
    """

    daemon_threads = True

    def __init__(self, address: tuple[str, int], witness: Witness) -> None:
        super().__init__(address, _Handler)
        self.witness = witness


class _Handler(BaseHTTPRequestHandler):
    """One connection; it may bring several requests."""

    protocol_version = "HTTP/1.1"
    server_version = "yanzhen-witness"
    sys_version = ""
    timeout = TIMEOUT_SECONDS
    server: WitnessServer

    def do_POST(self) -> None:
        """Answer `add-checkpoint`, below whatever prefix a proxy leaves."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            self._send(Answer(status=411, body=b"the length of the request is missing\n"))
            return
        if int(length) > MAX_REQUEST_BYTES:
            self._send(Answer(status=413, body=b"the request is too large\n"))
            return
        body = self.rfile.read(int(length))
        if self.path.rpartition("/")[2] != ADD_CHECKPOINT:
            self._send(Answer(status=404, body=b"there is only add-checkpoint here\n"))
            return
        try:
            answer = self.server.witness.add_checkpoint(body)
        except (AuditError, OSError) as error:
            self.log_error("%s", error)
            answer = Answer(status=503, body=b"the witness cannot answer now\n")
        self._send(answer)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if answer.status in (411, 413):  # the body was not read: nothing can follow it
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(answer.body)
