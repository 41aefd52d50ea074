"""What an asker may hold of an award, and where each of it leads.

A claim is number + name, number + document number, or the signed record of the QR. The wrapping key
of a way in and its row's locator are derived from the claim, so a wrong name and an unknown number
are one and the same thing: no such row. See docs/decisions/0003-what-the-public-side-opens.md.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from codes.names import fold_name
from codes.number import CertificateNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One thing that an asker holds of an award."""

    kind: str
    number: str
    value: bytes


def name_claim(number: CertificateNumber, name: str) -> Claim:
    """Return the claim of who knows the number and its holder's name."""
    return Claim(kind="name", number=str(number), value=fold_name(name).encode())


def document_claim(number: CertificateNumber, document_number: str) -> Claim:
    """Return the claim of who knows the number and its holder's (normalised) document number."""
    return Claim(kind="document", number=str(number), value=document_number.encode())


def payload_claim(payload: bytes) -> Claim:
    """Return the claim of who has a signed record."""
    # A record cannot be guessed: it carries a 16-byte commitment under a salt only the vault holds.
    # Signature bytes are not used, because ECDSA accepts a twin signature.
    return Claim(kind="record", number="", value=hashlib.sha256(payload).digest())


def holder_locators(
    pepper: bytes, number: CertificateNumber, *, name: str, document_number: str
) -> tuple[bytes, bytes]:
    """Return where the ways in by name and by (normalised) document number are, if there are."""
    claims = (name_claim(number, name), document_claim(number, document_number))
    return locator(pepper, claims[0]), locator(pepper, claims[1])


def locator(pepper: bytes, claim: Claim) -> bytes:
    """Return where the way in by a claim is, if there is one: 16 bytes."""
    return hmac.digest(pepper, b"yanzhen/access/locator" + _message(claim), hashlib.sha256)[:16]


def wrapping_key(pepper: bytes, claim: Claim) -> bytes:
    """Return HKDF-SHA-256 (RFC 5869) of the claim: one block, so two HMACs are all of it."""
    extracted = hmac.digest(pepper, _message(claim), hashlib.sha256)
    return hmac.digest(extracted, b"yanzhen/access/wrap\x01", hashlib.sha256)


def _message(claim: Claim) -> bytes:
    parts = (claim.kind.encode(), claim.number.encode(), claim.value)
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
