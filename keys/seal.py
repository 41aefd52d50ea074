"""A body's seal: its chain of certificates, and the CMS signature that stands in a sealed PDF.

The signature is PAdES baseline B-B: signed attributes content-type, message-digest and
signing-certificate-v2, and no signing-time, which in a PDF is the entry /M. With a timestamp token
it is B-T. Everything that is the same for all seals of a chain is encoded once, when the chain is
read; a seal then costs two hashes, one signature and a few joins.

Source: RFC 5652; RFC 5035; ETSI EN 319 142-1, table 1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import Enum
from itertools import pairwise
from typing import Final

from cryptography import x509

from codes.wording import Text
from keys.certificates import (
    check_issued_by,
    is_self_signed,
    load_certificate,
    one_attribute,
    public_key_der,
)
from keys.der import (
    NULL,
    OCTET_STRING,
    SEQUENCE,
    SET,
    explicit,
    integer,
    object_identifier,
    sequence,
    set_of,
    tlv,
)
from keys.errors import KeysError
from keys.seal_kinds import SealKind, kind_of

DIGEST_BYTES = 32
_SHANGHAI: Final = timezone(timedelta(hours=8))
# Tokens of public authorities are 4–7 KB with their certificates; a measured figure is better.
DEFAULT_TOKEN_BYTES = 10_000

_DATA = object_identifier("1.2.840.113549.1.7.1")
_SIGNED_DATA = object_identifier("1.2.840.113549.1.7.2")
_CONTENT_TYPE = object_identifier("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = object_identifier("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE_V2 = object_identifier("1.2.840.113549.1.9.16.2.47")
_TIMESTAMP_TOKEN = object_identifier("1.2.840.113549.1.9.16.2.14")
_SHA256 = sequence(object_identifier("2.16.840.1.101.3.4.2.1"))
_SIGNATURE_ALGORITHMS = {
    SealKind.EC_P256: sequence(object_identifier("1.2.840.10045.4.3.2")),
    SealKind.RSA: sequence(object_identifier("1.2.840.113549.1.1.11"), NULL),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SealChain:
    """The certificates of a seal, each issued by the next, and what the leaf says.

    Args:
        certificates: DER, the leaf first, the root last where it is known.
        signer_name: the common name, else the organisation: what a PDF's /Name says.
        organization: the body's name, or None.
        identifier: the body's registered number (统一社会信用代码) as the leaf gives it, or None.
        kind: what the leaf's key signs with.
        key_bits: its size.
        public_key: the leaf's public key, as a SubjectPublicKeyInfo.
        not_before: the first instant of the leaf, aware UTC.
        not_after: its last.
        complete: the last certificate is a root.
    """

    certificates: tuple[bytes, ...]
    signer_name: str
    organization: str | None
    identifier: str | None
    kind: SealKind
    key_bits: int
    public_key: bytes
    not_before: datetime
    not_after: datetime
    complete: bool
    _template: _Template = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the leaf, in hex."""
        return hashlib.sha256(self.certificates[0]).hexdigest()


@dataclass(frozen=True, slots=True)
class _Template:
    """The encoded parts that all signatures of one chain share."""

    attributes_before: bytes
    attributes_after: bytes
    signed_data_head: bytes
    signer_head: bytes
    signature_algorithm: bytes


@dataclass(frozen=True, slots=True)
class SignedDigest:
    """Signed attributes as they were signed, and the signature over them."""

    attributes: bytes
    signature: bytes


def parse_chain(certificates: Sequence[bytes]) -> SealChain:
    """Return the chain of these certificates, each signature in it checked.

    Args:
        certificates: DER, leaf first.

    Raises:
        KeysError: `certificate_damaged`; `seal_chain_broken` where one was not issued by the
            next; `seal_key_kind` or `seal_key_small` for a key that a seal cannot have.
    """
    loaded = [load_certificate(der) for der in certificates]
    if not loaded:
        raise KeysError(
            "seal_chain_broken", Text("没有证书", "There is no certificate in the chain")
        )
    for number, (child, issuer) in enumerate(pairwise(loaded)):
        check_issued_by(child, issuer, position=number)
    leaf = loaded[0]
    kind, key_bits = kind_of(leaf.public_key())
    organization = one_attribute(leaf.subject, x509.NameOID.ORGANIZATION_NAME)
    name = one_attribute(leaf.subject, x509.NameOID.COMMON_NAME) or organization
    identifier = one_attribute(leaf.subject, x509.NameOID.ORGANIZATION_IDENTIFIER)
    return SealChain(
        certificates=tuple(certificates),
        signer_name=name or leaf.subject.rfc4514_string(),
        organization=organization,
        identifier=identifier or one_attribute(leaf.subject, x509.NameOID.SERIAL_NUMBER),
        kind=kind,
        key_bits=key_bits,
        public_key=public_key_der(leaf),
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        complete=is_self_signed(loaded[-1]),
        _template=_make_template(leaf, certificates, kind),
    )


class ChainState(Enum):
    """Whether a seal may be used at an instant."""

    USABLE = "usable"
    NOT_YET = "not_yet"
    EXPIRED = "expired"


def inspect_validity(chain: SealChain, now: datetime) -> ChainState:
    """Return whether every certificate of the chain is within its days at `now`."""
    return _find_unusable(chain, now)[0]


def _find_unusable(chain: SealChain, now: datetime) -> tuple[ChainState, int]:
    """Return the state of the chain, and the number, from 1, of the certificate that decides."""
    loaded = [load_certificate(der) for der in chain.certificates]
    for number, certificate in enumerate(loaded, start=1):
        if now > certificate.not_valid_after_utc:
            return ChainState.EXPIRED, number
    for number, certificate in enumerate(loaded, start=1):
        if now < certificate.not_valid_before_utc:
            return ChainState.NOT_YET, number
    return ChainState.USABLE, 1


def check_usable(chain: SealChain, now: datetime) -> None:
    """Refuse a chain that readers would not accept a seal of.

    Raises:
        KeysError: `seal_expired`; `seal_not_yet_valid`; `seal_key_usage` where the leaf is an
            authority's or may not sign documents.
    """
    state, number = _find_unusable(chain, now)
    decisive = load_certificate(chain.certificates[number - 1])
    match state:
        case ChainState.EXPIRED:
            day = _day(decisive.not_valid_after_utc)
            raise KeysError(
                "seal_expired",
                Text(
                    f"印章证书链的第 {number} 张证书（第 1 张为印章本身的证书）已于 {day} 过期",
                    f"Certificate {number} of the seal's chain (1 is the seal's own) expired on "
                    f"{day}",
                ),
                evidence={"not_after": decisive.not_valid_after_utc.isoformat()},
            )
        case ChainState.NOT_YET:
            day = _day(decisive.not_valid_before_utc)
            raise KeysError(
                "seal_not_yet_valid",
                Text(
                    f"印章证书链的第 {number} 张证书（第 1 张为印章本身的证书）{day} 才生效",
                    f"Certificate {number} of the seal's chain (1 is the seal's own) is not valid "
                    f"before {day}",
                ),
                evidence={"not_before": decisive.not_valid_before_utc.isoformat()},
            )
        case ChainState.USABLE:
            _check_usage(decisive)


def _day(moment: datetime) -> str:
    return moment.astimezone(_SHANGHAI).date().isoformat()


def check_pair(chain: SealChain, public_key: bytes) -> None:
    """Refuse a key that is not the one of the chain's leaf.

    Args:
        chain: the certificates.
        public_key: the key's public half, as a SubjectPublicKeyInfo.

    Raises:
        KeysError: `seal_key_mismatch`.
    """
    if public_key != chain.public_key:
        raise KeysError(
            "seal_key_mismatch",
            Text("私钥与印章证书不配对", "The private key does not belong to the certificate"),
        )


def signed_attributes(chain: SealChain, digest: bytes) -> bytes:
    """Return the attributes to be signed for a document, as the DER SET that is hashed.

    Args:
        chain: whose seal it is.
        digest: SHA-256 of the bytes the seal covers, 32 bytes.
    """
    if len(digest) != DIGEST_BYTES:
        raise ValueError(f"a SHA-256 digest has {DIGEST_BYTES} bytes")
    template = chain._template
    return template.attributes_before + digest + template.attributes_after


def build_cms(
    chain: SealChain, signed: SignedDigest, timestamp_token: bytes | None = None
) -> bytes:
    """Return the detached CMS SignedData, DER.

    Args:
        chain: embedded whole.
        signed: what `seal_digest` returned for this chain.
        timestamp_token: a token over the signature, which makes the seal B-T.
    """
    template = chain._template
    unsigned = b""
    if timestamp_token is not None:
        unsigned = explicit(1, sequence(_TIMESTAMP_TOKEN, tlv(SET, timestamp_token)))
    signer = tlv(
        SEQUENCE,
        template.signer_head
        + b"\xa0"  # [0] IMPLICIT takes the place of the tag SET that was hashed
        + signed.attributes[1:]
        + template.signature_algorithm
        + tlv(OCTET_STRING, signed.signature)
        + unsigned,
    )
    body = tlv(SEQUENCE, template.signed_data_head + tlv(SET, signer))
    return tlv(SEQUENCE, _SIGNED_DATA + explicit(0, body))


def contents_bytes(
    chain: SealChain, *, timestamped: bool, token_bytes: int = DEFAULT_TOKEN_BYTES
) -> int:
    """Return how many bytes the longest signature of this chain has: what /Contents reserves.

    Args:
        chain: whose seal it is.
        timestamped: whether a timestamp token goes in.
        token_bytes: the longest token to be expected.
    """
    longest = SignedDigest(signed_attributes(chain, bytes(DIGEST_BYTES)), bytes(_signature(chain)))
    return len(build_cms(chain, longest, bytes(token_bytes) if timestamped else None))


def _signature(chain: SealChain) -> int:
    """Return the length of the longest signature; ECDSA's r and s may each take a sign octet."""
    octets = (chain.key_bits + 7) // 8
    return octets if chain.kind is SealKind.RSA else 2 * (octets + 3) + 2


def _make_template(
    leaf: x509.Certificate, certificates: Sequence[bytes], kind: SealKind
) -> _Template:
    digest = bytes(DIGEST_BYTES)
    certificate_id = sequence(tlv(OCTET_STRING, hashlib.sha256(certificates[0]).digest()))
    message_digest = _attribute(_MESSAGE_DIGEST, tlv(OCTET_STRING, digest))
    attributes = set_of(
        (
            _attribute(_CONTENT_TYPE, _DATA),
            message_digest,
            _attribute(_SIGNING_CERTIFICATE_V2, sequence(sequence(certificate_id))),
        )
    )
    place = attributes.index(message_digest) + len(message_digest) - DIGEST_BYTES
    issuer_and_serial = sequence(leaf.issuer.public_bytes(), integer(leaf.serial_number))
    return _Template(
        attributes_before=attributes[:place],
        attributes_after=attributes[place + DIGEST_BYTES :],
        signed_data_head=integer(1)
        + set_of((_SHA256,))
        + sequence(_DATA)
        + explicit(0, b"".join(sorted(certificates))),
        signer_head=integer(1) + issuer_and_serial + _SHA256,
        signature_algorithm=_SIGNATURE_ALGORITHMS[kind],
    )


def _attribute(kind: bytes, value: bytes) -> bytes:
    return sequence(kind, tlv(SET, value))


def _check_usage(leaf: x509.Certificate) -> None:
    try:
        usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
        signs = usage.digital_signature or usage.content_commitment
    except x509.ExtensionNotFound:
        signs = True  # RFC 5280, 4.2.1.3: without the extension every use is allowed
    try:
        authority = leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        authority = False
    if authority or not signs:
        raise KeysError(
            "seal_key_usage",
            Text(
                "该证书不能用于文件签章：密钥用途须含数字签名或抗抵赖，且不得为 CA 证书",
                "The certificate is not for sealing documents: its key usage must include "
                "digitalSignature or nonRepudiation, and it must not be an authority's",
            ),
        )
