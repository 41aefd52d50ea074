"""A timestamp authority that openssl plays: an implementation independent of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

from keys.certificates import read_certificates
from tests.keys.seal_samples import foreign_certificate, need_openssl, openssl

_CONFIGURATION = """\
[tsa]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
crypto_device = builtin

[ca]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 3650
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """Answers timestamp queries out of a folder with root.pem, tsa.pem and tsa.key."""

    folder: Path

    @property
    def root(self) -> bytes:
        """The root's certificate, DER."""
        return read_certificates((self.folder / "root.pem").read_bytes())[0]

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """What an operator would configure: root and signer, DER."""
        return self.root, *read_certificates((self.folder / "tsa.pem").read_bytes())

    def answer(self, query: bytes) -> bytes:
        """Return openssl's TimeStampResp to a query."""
        (self.folder / "query").write_bytes(query)
        openssl(
            self.folder, "ts", "-reply", "-config", "tsa.cnf", "-section", "tsa",
            "-queryfile", "query", "-signer", "tsa.pem", "-inkey", "tsa.key",
            "-out", "answer",
        )  # fmt: skip
        return (self.folder / "answer").read_bytes()

    def crl(self) -> bytes:
        """Return the root's list of revoked certificates, empty, DER."""
        openssl(
            self.folder, "ca", "-gencrl", "-config", "tsa.cnf", "-name", "ca",
            "-cert", "root.pem", "-keyfile", "root.key", "-out", "root.crl",
        )  # fmt: skip
        return openssl(self.folder, "crl", "-in", "root.crl", "-outform", "DER")


def make_responder(folder: Path, *, usage: str = "tsa") -> Responder:
    """Return a responder with a root and a signer of its own."""
    need_openssl()
    folder.mkdir(exist_ok=True)
    foreign_certificate(folder, "root", issuer=None, usage="root", algorithm="ec")
    foreign_certificate(folder, "tsa", issuer="root", usage=usage, algorithm="ec")
    (folder / "tsa.cnf").write_text(_CONFIGURATION)
    (folder / "serial").write_text("01\n")
    (folder / "crlnumber").write_text("01\n")
    (folder / "index.txt").write_text("")
    return Responder(folder=folder)


@contextmanager
def serve(responder: Responder, *, fault: str = "") -> Iterator[str]:
    """Serve a responder on this machine and yield its address.

    Args:
        responder: who answers.
        fault: `once` fails the first request, `always` every one, `long` answers too much,
            `elsewhere` redirects, `tampered` flips a bit of each answer; `dripping headers` and
            `dripping body` send an octet every twentieth of a second and never come to an end.
    """
    asked: list[bytes] = []
    closing = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(body)
            if fault == "always" or (fault == "once" and len(asked) == 1):
                self.send_error(503)
                return
            if fault == "elsewhere":
                self.send_response(307)
                self.send_header("Location", "/elsewhere")
                self.end_headers()
                return
            if fault.startswith("dripping"):
                self.drip()
                return
            answer = bytes(100_000) if fault == "long" else responder.answer(body)
            if fault == "tampered":
                answer = answer[:-1] + bytes([answer[-1] ^ 1])
            assert self.headers["Content-Type"] == "application/timestamp-query"
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def drip(self) -> None:
            head = b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n"
            self.wfile.write(head + (b"\r\n" if fault == "dripping body" else b"X-Drip: "))
            while not closing.wait(0.05):
                self.wfile.write(b"x")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsa"
    finally:
        closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
