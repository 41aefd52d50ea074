"""X.509 certificates as files give them: read, put in order from leaf to root, checked."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from codes.wording import Text
from keys.errors import KeysError

_PEM_MARK = b"-----BEGIN CERTIFICATE-----"
# All that the library raises on certificates it cannot take; the last three are no ValueError.
CERTIFICATE_FAULTS = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


def load_certificate(der: bytes) -> x509.Certificate:
    """Return a certificate, every part of it readable: the library reads most of them late.

    Raises:
        KeysError: `certificate_damaged`.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        with long_names():
            _ = (certificate.subject, certificate.issuer)
        _ = (certificate.version, certificate.serial_number)
        _ = (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
        _ = (certificate.extensions, certificate.public_key())
    except CERTIFICATE_FAULTS as error:
        raise _damaged() from error
    return certificate


@contextmanager
def long_names() -> Iterator[None]:
    """Let common names of up to 64 characters pass without a warning.

    X.520 counts characters; the library warns from 64 octets on, which is 21 Chinese characters.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Attribute's length must be", UserWarning)
        yield


def read_certificates(data: bytes) -> tuple[bytes, ...]:
    """Return the certificates of a PEM bundle, or the one of a DER file, as DER.

    Raises:
        KeysError: `certificate_damaged`.
    """
    if _PEM_MARK not in data:
        load_certificate(data)
        return (data,)
    try:
        loaded = x509.load_pem_x509_certificates(data)
    except CERTIFICATE_FAULTS as error:
        raise _damaged() from error
    ders = tuple(certificate.public_bytes(Encoding.DER) for certificate in loaded)
    for der in ders:
        load_certificate(der)
    return ders


def certificate_pem(der: bytes) -> bytes:
    """Return a certificate as PEM."""
    return load_certificate(der).public_bytes(Encoding.PEM)


def is_self_signed(certificate: x509.Certificate) -> bool:
    """Return whether a certificate is a root: issued by itself."""
    return _issued_by(certificate, certificate)


def check_issued_by(child: x509.Certificate, issuer: x509.Certificate, *, position: int) -> None:
    """Refuse a link of a chain that does not hold.

    Args:
        child: the certificate.
        issuer: the next of the chain.
        position: of the child in the chain, from 0.

    Raises:
        KeysError: `seal_chain_broken`.
    """
    if not (_issued_by(child, issuer) and _is_authority(issuer)):
        raise KeysError(
            "seal_chain_broken",
            Text(
                f"证书链不连续：第 {position + 1} 张证书不是由下一张签发的",
                f"The chain is broken: certificate {position + 1} was not issued by the next",
            ),
        )


def order_chain(leaf: bytes, others: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return the leaf and those of the others that lead from it to a root, in order.

    Certificates that are not part of the way are left out; the root may be missing.
    """
    rest = [load_certificate(der) for der in others]
    chain = [load_certificate(leaf)]
    while not is_self_signed(chain[-1]):
        found = next((one for one in rest if _issued_by(chain[-1], one)), None)
        if found is None or found in chain:
            break
        chain.append(found)
    return tuple(certificate.public_bytes(Encoding.DER) for certificate in chain)


def check_end(chain: Sequence[bytes], others: Iterable[bytes]) -> None:
    """Refuse a chain that stops short of a root although its next issuer seems to be at hand.

    Args:
        chain: DER, as `order_chain` returned it.
        others: what it was ordered from: if one has the name of the missing issuer, either its
            key did not sign the chain's last certificate, or the chain goes round in a circle.

    Raises:
        KeysError: `seal_chain_broken`.
    """
    last = load_certificate(chain[-1])
    if is_self_signed(last):
        return
    if any(load_certificate(der).subject == last.issuer for der in (*chain, *others)):
        raise KeysError(
            "seal_chain_broken",
            Text(
                f"证书链不连续：第 {len(chain)} 张证书所写的签发者就在文件中，"
                "但该证书并非由其密钥签发，或证书之间互相签发",
                f"The chain is broken: the issuer that certificate {len(chain)} names is in the "
                "file, but its key did not sign it, or the certificates go round in a circle",
            ),
        )


def find_leaf(certificates: Sequence[bytes], public_key: bytes) -> bytes | None:
    """Return the certificate of a public key (SubjectPublicKeyInfo), or None."""
    return next(
        (der for der in certificates if public_key_der(load_certificate(der)) == public_key), None
    )


def public_key_der(certificate: x509.Certificate) -> bytes:
    """Return a certificate's public key as a SubjectPublicKeyInfo."""
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def one_attribute(name: x509.Name, kind: x509.ObjectIdentifier) -> str | None:
    """Return the first attribute of this kind in a name, or None."""
    values = [attribute.value for attribute in name.get_attributes_for_oid(kind)]
    return values[0] if values and isinstance(values[0], str) else None


def shown_name(certificate: x509.Certificate) -> str:
    """Return how a certificate is named to a person: its common name, else all of its name."""
    common = one_attribute(certificate.subject, x509.NameOID.COMMON_NAME)
    return common or certificate.subject.rfc4514_string()


def shown_issuer(certificate: x509.Certificate) -> str:
    """Return how a certificate's issuer is named to a person, as `shown_name` does."""
    common = one_attribute(certificate.issuer, x509.NameOID.COMMON_NAME)
    return common or certificate.issuer.rfc4514_string()


def _issued_by(child: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        child.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _damaged() -> KeysError:
    return KeysError(
        "certificate_damaged",
        Text("证书文件已损坏或无法识别", "The certificate is damaged or not recognised"),
    )
