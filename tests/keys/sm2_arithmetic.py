"""SM2 worked out by hand, by the book and on any curve: what the engine's answers are held against.

Slow, not constant in time, and for tests only.

Source: GB/T 32918.2-2016.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes

from keys.sm2 import SM2_B, SM2_ORDER, SM2_PRIME, SPKI_HEAD

Point = tuple[int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """y² = x³ + ax + b modulo p, with a generator of prime order."""

    p: int
    a: int
    b: int
    generator: tuple[int, int]
    order: int

    def add(self, left: Point, right: Point) -> Point:
        """Return the sum of two points; None is infinity."""
        if left is None or right is None:
            return left or right
        (x1, y1), (x2, y2) = left, right
        if x1 == x2 and (y1 + y2) % self.p == 0:
            return None
        if left == right:
            slope = (3 * x1 * x1 + self.a) * pow(2 * y1, -1, self.p)
        else:
            slope = (y2 - y1) * pow(x2 - x1, -1, self.p)
        x = (slope * slope - x1 - x2) % self.p
        return x, (slope * (x1 - x) - y1) % self.p

    def times(self, scalar: int, point: Point) -> Point:
        """Return a multiple of a point."""
        total: Point = None
        for bit in bin(scalar)[2:]:
            total = self.add(total, total)
            if bit == "1":
                total = self.add(total, point)
        return total

    def public(self, secret: int) -> tuple[int, int]:
        """Return the public half of a private key."""
        point = self.times(secret, self.generator)
        assert point is not None
        return point


SM2_CURVE = Curve(
    p=SM2_PRIME,
    a=SM2_PRIME - 3,
    b=SM2_B,
    generator=(
        0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
        0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
    ),
    order=SM2_ORDER,
)


def sm3(data: bytes) -> bytes:
    """Return the SM3 digest."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def digest_of(curve: Curve, public: tuple[int, int], user_id: bytes, message: bytes) -> int:
    """Return e: SM3 over who signs and what."""
    numbers = (curve.a, curve.b, *curve.generator, *public)
    named = (8 * len(user_id)).to_bytes(2) + user_id + b"".join(n.to_bytes(32) for n in numbers)
    return int.from_bytes(sm3(sm3(named) + message))


def sign_by_hand(curve: Curve, secret: int, nonce: int, user_id: bytes, message: bytes) -> bytes:
    """Return r ‖ s."""
    e = digest_of(curve, curve.public(secret), user_id, message)
    r = (e + curve.public(nonce)[0]) % curve.order
    s = pow(1 + secret, -1, curve.order) * (nonce - r * secret) % curve.order
    return r.to_bytes(32) + s.to_bytes(32)


def verify_by_hand(
    curve: Curve, public: tuple[int, int], user_id: bytes, message: bytes, signature: bytes
) -> bool:
    """Say whether r ‖ s is a signature."""
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    t = (r + s) % curve.order
    if not (0 < r < curve.order and 0 < s < curve.order and t):
        return False
    point = curve.add(curve.times(s, curve.generator), curve.times(t, public))
    e = digest_of(curve, public, user_id, message)
    return point is not None and (e + point[0]) % curve.order == r


def sm2_pem(secret: int, password: bytes) -> bytes:
    """Return a private key as encrypted PKCS #8, written by the `openssl` command."""
    x, y = SM2_CURVE.public(secret)
    inner = (
        bytes.fromhex("306b0201010420")
        + secret.to_bytes(32)
        + bytes.fromhex("a14403420004")
        + x.to_bytes(32)
        + y.to_bytes(32)
    )
    algorithm = SPKI_HEAD[2:23]
    body = b"\x02\x01\x00" + algorithm + b"\x04" + bytes([len(inner)]) + inner
    command = ["openssl", "pkcs8", "-topk8", "-inform", "DER", "-v2", "aes-256-cbc", "-passout"]
    done = subprocess.run(
        [*command, f"pass:{password.decode()}"],
        input=b"\x30\x81" + bytes([len(body)]) + body,
        capture_output=True,
        check=True,
    )
    return done.stdout
