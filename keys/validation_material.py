"""What a reader needs to judge a seal decades later without asking anyone: the DSS's content.

Source: ETSI EN 319 142-1, 5.4 (Document Security Store).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from codes.wording import Text
from keys.certificates import is_self_signed, load_certificate, shown_name
from keys.errors import KeysError

_PEM_CRL_MARK = b"-----BEGIN X509 CRL-----"


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationMaterial:
    """Certificates, lists of revoked ones and OCSP answers (DER), each once.

    Args:
        missing: names of the certificates that no valid list speaks of; with any, the seal is
            not B-LT.
    """

    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    ocsps: tuple[bytes, ...]
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every certificate below a root has its list."""
        return not self.missing


def gather_material(
    chains: Iterable[Sequence[bytes]], crls: Sequence[bytes], *, now: datetime
) -> ValidationMaterial:
    """Return the material for these chains.

    Args:
        chains: DER certificates, each chain from leaf to root.
        crls: DER lists at hand; those of other issuers or out of their time are left out.
        now: when the seal is made, aware UTC.

    Raises:
        KeysError: `seal_revoked` where a list names one of the certificates.
    """
    certificates = tuple(dict.fromkeys(der for chain in chains for der in chain))
    loaded = [load_certificate(der) for der in certificates]
    lists = [load_crl(der) for der in crls]
    used: dict[bytes, None] = {}
    missing: list[str] = []
    for certificate in loaded:
        if is_self_signed(certificate):
            continue
        found = newest_crl(lists, certificate, loaded, now)
        if found is None:
            missing.append(shown_name(certificate))
            continue
        _check_not_revoked(certificate, found)
        used[found.public_bytes(Encoding.DER)] = None
    return ValidationMaterial(
        certificates=certificates, crls=tuple(used), ocsps=(), missing=tuple(missing)
    )


def load_crl(data: bytes) -> x509.CertificateRevocationList:
    """Return a list of revoked certificates from DER or PEM.

    Raises:
        KeysError: `crl_damaged`.
    """
    try:
        if _PEM_CRL_MARK in data:
            loaded = x509.load_pem_x509_crl(data)
        else:
            loaded = x509.load_der_x509_crl(data)
        _ = (loaded.issuer, loaded.extensions, len(loaded))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeysError(
            "crl_damaged",
            Text(
                "证书撤销列表已损坏或无法识别",
                "The list of revoked certificates is damaged or not recognised",
            ),
        ) from error
    return loaded


def signed_by(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    """Return whether a list was issued and signed by this authority."""
    if crl.issuer != issuer.subject:
        return False
    try:
        return crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type] # any kind
    except (TypeError, ValueError, InvalidSignature, UnsupportedAlgorithm):
        return False


def newest_crl(
    lists: Iterable[x509.CertificateRevocationList],
    certificate: x509.Certificate,
    issuers: Sequence[x509.Certificate],
    now: datetime,
) -> x509.CertificateRevocationList | None:
    """Return the newest list at `now` that speaks of a certificate, or None."""
    own = [one for one in issuers if one.subject == certificate.issuer]
    fitting = [
        one
        for one in lists
        if one.last_update_utc <= now
        and (one.next_update_utc is None or now <= one.next_update_utc)
        and any(signed_by(one, issuer) for issuer in own)
    ]
    return max(fitting, key=lambda one: one.last_update_utc, default=None)


def _check_not_revoked(certificate: x509.Certificate, crl: x509.CertificateRevocationList) -> None:
    if crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
        name = shown_name(certificate)
        raise KeysError(
            "seal_revoked",
            Text(f"证书“{name}”已被撤销", f"The certificate “{name}” is revoked"),
        )
