"""How fast certificates are verified, beside what the same server does with nothing to do.

    python -m bench.verify           among 1 000 000 certificates
    python -m bench.verify --quick   among 20 000

One gunicorn with one worker serves the public site and, in the same process, an empty Flask JSON
route and a bare SELECT (`bench.verify_server`). Look-ups by number and name go through everything a
stranger's do: strict JSON, the look-up budgets, the register, the signature, the leaf in the public
log, the status list. Each answer must be `valid`. The routes take turns, round after round; ratios
are of one round, and the median of them is told. Then, in this process and without a server or
database, the text of QR codes is read and its signature checked, beside OpenSSL's P-256
verification alone. `--json` prints one object on the last line.
"""

from __future__ import annotations

import json
import random
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

import click
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from bench.issue_font import WORKPLACE
from bench.served import LONGEST_SECONDS, served
from bench.verify_world import Asked, make_world
from keys.algorithms import decode_coordinate
from keys.document import KeyDocument
from keys.envelope import to_be_signed
from registry.home import Home
from verifier.conclusion import local_day
from verifier.key_source import home_source
from verifier.proof import prove
from verifier.scan import Scan, read_qr

FULL, QUICK = (1_000_000, 1_000), (20_000, 100)  # certificates, and those asked for
ROUNDS, REQUESTS = 7, 1_500
QUICK_ROUNDS, QUICK_REQUESTS = 2, 100
PROMISED: Final = {"look_up_of_empty": 0.45, "qr_of_openssl": 0.7}
AIMED: Final = {"look_up_of_empty": 0.65}
PROMISED_P99: Final = 3.0
_AT_ONCE: Final = 2
_SEED: Final = 20261126
_ROUTES: Final = {
    "empty": "/bench/empty",
    "select": "/bench/select",
    "look_up": "/api/v1/verify",
}


@dataclass(frozen=True, slots=True)
class Round:
    """One round of one route: its requests a second, and how long each answer took."""

    rate: float
    seconds: Sequence[float]


def measure(folder: Path, *, quick: bool) -> dict[str, Any]:
    """Make the world, ask, and return the figures."""
    certificates, count = QUICK if quick else FULL
    rounds, requests = (QUICK_ROUNDS, QUICK_REQUESTS) if quick else (ROUNDS, REQUESTS)
    home, asked = make_world(folder, certificates=certificates, asked=count)
    chance = random.Random(_SEED)
    bodies = [_body(one) for one in asked]
    taken: dict[str, list[Round]] = {route: [] for route in _ROUTES}
    with _server(home) as port:
        for route in _ROUTES:  # a first time each, unmeasured
            _ask_all(port, _ROUTES[route], chance.sample(bodies, k=min(100, count)))
        for _ in range(rounds):
            for route, path in _ROUTES.items():
                taken[route].append(_ask_all(port, path, chance.choices(bodies, k=requests)))
    figures = {"bench": "verify", "certificates": certificates, **_ratios(taken)}
    return figures | _read_codes(home, asked, 3 if quick else ROUNDS)


def _body(asked: Asked) -> bytes:
    return json.dumps({"number": asked.number, "name": asked.name}).encode()


def _ratios(taken: dict[str, list[Round]]) -> dict[str, Any]:
    def ratio(route: str) -> float:
        pairs = zip(taken[route], taken["empty"], strict=True)
        return round(median(one.rate / empty.rate for one, empty in pairs), 3)

    def p99(route: str) -> float:
        return median(sorted(one.seconds)[len(one.seconds) * 99 // 100] for one in taken[route])

    return {
        "a_second": {
            route: round(median(one.rate for one in rounds)) for route, rounds in taken.items()
        },
        "look_up_of_empty": ratio("look_up"),
        "select_of_empty": ratio("select"),
        "p99_ms": {route: round(1000 * p99(route), 2) for route in taken},
        "p99_of_empty": round(p99("look_up") / p99("empty"), 2),
    }


def _ask_all(port: int, path: str, bodies: Sequence[bytes]) -> Round:
    """Ask everything, some at a time; every answer must be as it should."""
    waiting = iter([_request(path, body) for body in bodies])
    seconds: list[float] = []
    wrong: list[bytes] = []
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                sent = next(waiting, None)
            if sent is None:
                return
            start = time.perf_counter()
            answer = _exchange(port, sent)
            seconds.append(time.perf_counter() - start)
            if b" 200 " not in answer[:20] or not _is_right(path, answer):
                wrong.append(answer)

    threads = [threading.Thread(target=work) for _ in range(_AT_ONCE)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - start
    if wrong:
        raise click.ClickException(f"{path}: {len(wrong)} wrong answers, one of them {wrong[0]!r}")
    return Round(len(bodies) / took, seconds)


def _is_right(path: str, answer: bytes) -> bool:
    return path != _ROUTES["look_up"] or b'"outcome":"valid"' in answer.replace(b": ", b":")


def _request(path: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


def _exchange(port: int, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=LONGEST_SECONDS) as connection:
        connection.sendall(sent)
        parts = []
        while part := connection.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)


def _server(home: Home) -> AbstractContextManager[int]:
    """Serve the home, and the routes beside it, for one block; yield the port."""
    return served(
        lambda port: [sys.executable, "-m", "bench.verify_server", str(home.path), str(port)],
        lambda port: _exchange(port, _request(_ROUTES["empty"], b"{}")),
    )


def _read_codes(home: Home, asked: Sequence[Asked], rounds: int) -> dict[str, float]:
    """Time reading codes and checking their signatures, beside OpenSSL's verification alone."""
    document = home_source(home)().document
    today = local_day(datetime.now(UTC))
    texts = [one.qr_text for one in asked]
    bare = [_bare(text, document) for text in texts]
    keys = {one[0]: _openssl_key(document, one[0]) for one in bare}

    def ours() -> None:
        for text in texts:
            scan = read_qr(text, document)
            if (
                not isinstance(scan, Scan)
                or not prove(scan.envelope, scan.record, document, today).genuine
            ):
                raise click.ClickException("a code that was issued is not genuine")

    def openssl() -> None:
        algorithm = ec.ECDSA(hashes.SHA256())
        for key_id, signature, message in bare:
            keys[key_id].verify(signature, message, algorithm)

    ratios, rates = [], []
    for _ in range(rounds):
        alone, read = _rate(openssl, len(texts)), _rate(ours, len(texts))
        ratios.append(read / alone)
        rates.append(read)
    return {
        "qr_a_second": round(median(rates)),
        "qr_of_openssl": round(median(ratios), 3),
    }


def _rate(work: Callable[[], None], count: int) -> float:
    start = time.process_time()
    work()
    return count / (time.process_time() - start)


def _bare(text: str, document: KeyDocument) -> tuple[int, bytes, bytes]:
    """Return the key's number, the DER signature and the message of a code."""
    scan = read_qr(text, document)
    assert isinstance(scan, Scan)
    raw = scan.envelope.signature
    signature = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    message = to_be_signed(scan.envelope.algorithm, scan.envelope.payload)
    return scan.record.key_id, signature, message


def _openssl_key(document: KeyDocument, key_id: int) -> ec.EllipticCurvePublicKey:
    (key,) = [key for body in document.bodies for key in body.keys if key.key_id == key_id]
    assert key.jwk.y is not None
    x, y = (int.from_bytes(decode_coordinate(part)) for part in (key.jwk.x, key.jwk.y))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


@click.command()
@click.option("--quick", is_flag=True, help="Measure less.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on the last line.")
def main(*, quick: bool, as_json: bool) -> None:
    """Measure and print."""
    WORKPLACE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORKPLACE) as folder:
        figures = measure(Path(folder), quick=quick)
    for name, least in PROMISED.items():
        kept = "kept  " if figures[name] >= least else "MISSED"
        aim = f", aim {AIMED[name]}" if name in AIMED else ""
        click.echo(f"{kept} {name}: {figures[name]} (promised >= {least}{aim})")
    kept = "kept  " if figures["p99_of_empty"] <= PROMISED_P99 else "MISSED"
    click.echo(f"{kept} p99_of_empty: {figures['p99_of_empty']} (promised <= {PROMISED_P99})")
    for route, rate in figures["a_second"].items():
        click.echo(f"       {route}: {rate} a second, p99 {figures['p99_ms'][route]} ms")
    click.echo(f"       codes read and checked: {figures['qr_a_second']} a second")
    if as_json:
        click.echo(json.dumps(figures))


if __name__ == "__main__":
    main()
