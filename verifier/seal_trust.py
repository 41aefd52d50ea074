"""Whose a seal is: by which certificate, of which authority, as far as it is published here.

The authority that a home publishes (`public/seal-root.cer`, `public/seal.crl`) is not in the signed
trust list. So a seal is never more than a second opinion: it says who sealed the file, and the
record says whether what it shows is on record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import pairwise
from pathlib import Path

from cryptography import x509

from keys.certificates import (
    check_issued_by,
    load_certificate,
    one_attribute,
    order_chain,
    shown_issuer,
    shown_name,
)
from keys.errors import KeysError
from keys.validation_material import load_crl, signed_by
from registry.home import Home


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedSeals:
    """The authority of seals that is published here; nothing where none is.

    Args:
        roots: its certificates, DER.
        crls: its lists of revoked certificates, DER.
    """

    roots: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()


SealSource = Callable[[], PublishedSeals]


class SignerStanding(Enum):
    """What is known of the certificate a seal was made with."""

    KNOWN = "known"
    UNKNOWN = "unknown"  # its authority is not published here
    REVOKED = "revoked"
    OUT_OF_TIME = "out_of_time"  # it was not valid when the file says it was sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who sealed a file.

    Args:
        name: as the certificate says.
        organization: the body's name in the certificate, or None.
        issuer: who issued it.
        revoked_at: when it was revoked, aware UTC, or None.
    """

    name: str
    organization: str | None
    issuer: str
    standing: SignerStanding
    revoked_at: datetime | None = None


def no_seals() -> PublishedSeals:
    """Return that no authority of seals is published here."""
    return PublishedSeals()


def home_seals(home: Home) -> SealSource:
    """Return what reads the authority that a home publishes, anew each time."""

    def read() -> PublishedSeals:
        return PublishedSeals(
            roots=_read_published(home.seal_root_path), crls=_read_published(home.seal_crl_path)
        )

    return read


def _read_published(path: Path) -> tuple[bytes, ...]:
    try:
        return (path.read_bytes(),)
    except OSError:
        return ()


def judge_signer(
    certificates: Sequence[bytes], sealed_at: datetime | None, published: PublishedSeals
) -> Signer | None:
    """Return who sealed a file, or None where no certificate of it can be read.

    Args:
        certificates: DER, the signer's first; untrusted.
        sealed_at: when the file says that it was sealed.
        published: the authority published here.
    """
    try:
        leaf = load_certificate(certificates[0])
        chain = order_chain(certificates[0], (*certificates[1:], *published.roots))
    except (KeysError, IndexError, ValueError):
        return None
    known = any(root in chain[1:] for root in published.roots) and _holds(chain)
    revoked_at = _revoked_at(leaf, published) if known else None
    standing = SignerStanding.KNOWN if known else SignerStanding.UNKNOWN
    if revoked_at is not None:
        standing = SignerStanding.REVOKED
    elif known and not _is_valid_at(chain, sealed_at):
        standing = SignerStanding.OUT_OF_TIME
    return Signer(
        name=shown_name(leaf),
        organization=one_attribute(leaf.subject, x509.NameOID.ORGANIZATION_NAME),
        issuer=shown_issuer(leaf),
        standing=standing,
        revoked_at=revoked_at,
    )


def _holds(chain: Sequence[bytes]) -> bool:
    """Return whether only authorities issued certificates: the holder of a seal is none."""
    loaded = list(map(load_certificate, chain))
    try:
        for position, (child, issuer) in enumerate(pairwise(loaded)):
            check_issued_by(child, issuer, position=position)
    except KeysError:
        return False
    return True


def _is_valid_at(chain: Sequence[bytes], moment: datetime | None) -> bool:
    if moment is None:
        return False
    loaded = map(load_certificate, chain)
    return all(one.not_valid_before_utc <= moment <= one.not_valid_after_utc for one in loaded)


def _revoked_at(leaf: x509.Certificate, published: PublishedSeals) -> datetime | None:
    roots = [load_certificate(root) for root in published.roots]
    for der in published.crls:
        try:
            crl = load_crl(der)
        except KeysError:
            continue
        entry = crl.get_revoked_certificate_by_serial_number(leaf.serial_number)
        if entry is not None and any(signed_by(crl, root) for root in roots):
            return entry.revocation_date_utc
    return None
