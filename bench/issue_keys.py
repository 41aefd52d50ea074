"""Keys of a body that does not exist: one for records, one for seals with a chain of two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

from bench.issue_awards import BODY_PREFIX, ISSUED_ON
from keys.algorithms import Algorithm
from keys.ring import PublicKey, Standing
from keys.signing import PrivateKey, generate

_LIFETIME: Final = timedelta(days=3650)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What a body signs with.

    Args:
        made_at: when they were made; seals made with them claim this time.
        record: signs records.
        published: its public half, as the body's document gives it.
        seal: the P-256 key of seals.
        seal_certificate: its certificate.
        root_certificate: of the authority that signed it.
    """

    made_at: datetime
    record: PrivateKey
    published: PublicKey
    seal: ec.EllipticCurvePrivateKey
    seal_certificate: x509.Certificate
    root_certificate: x509.Certificate

    @property
    def seal_chain(self) -> tuple[bytes, bytes]:
        """The seal's certificate and the root's, DER."""
        seal, root = self.seal_certificate, self.root_certificate
        return seal.public_bytes(Encoding.DER), root.public_bytes(Encoding.DER)

    @property
    def pkcs12(self) -> bytes:
        """The seal's key and chain as a PKCS #12 file without a passphrase."""
        return pkcs12.serialize_key_and_certificates(
            b"seal", self.seal, self.seal_certificate, [self.root_certificate], NoEncryption()
        )

    @property
    def root_pem(self) -> bytes:
        """The root certificate as a PEM file."""
        return self.root_certificate.public_bytes(Encoding.PEM)


def make_keys(now: datetime) -> Keys:
    """Return new keys."""
    root_key, seal_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_name = _name("职业技能等级认定测试根 Benchmark Root")
    root = _certificate(root_name, root_name, root_key, root_key, now, authority=True)
    seal = _certificate(_name("某某评价机构"), root_name, seal_key, root_key, now, authority=False)
    record = generate(Algorithm.ES256)
    return Keys(
        made_at=now.astimezone(UTC),
        record=record,
        published=PublicKey(
            key_id=record.public.key_id,
            algorithm=record.algorithm,
            jwk=record.public,
            prefix=BODY_PREFIX,
            valid_from=ISSUED_ON,
            valid_to=None,
            standing=Standing.ACTIVE,
        ),
        seal=seal_key,
        seal_certificate=seal,
        root_certificate=root,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signing_key: ec.EllipticCurvePrivateKey,
    now: datetime,
    *,
    authority: bool,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
    issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - timedelta(days=1))
        .not_valid_after(now.astimezone(UTC) + _LIFETIME)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(issued_by, critical=False)
        .sign(signing_key, hashes.SHA256())
    )
