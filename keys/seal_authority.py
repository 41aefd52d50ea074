"""The small built-in certificate authority: one root, and a certificate for each body's seal.

It is the embedded default for installations without a certificate of a real authority. The root
can vouch for seals in China only, and for no host name or address, so that whoever installs it as
trusted takes no risk beyond documents.

Source: RFC 5280; RFC 9336 (document signing).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from codes.wording import Text
from keys.authority_key import AuthorityKey, sign_certificate, sign_crl
from keys.certificates import load_certificate, long_names
from keys.errors import KeysError
from keys.report_document import REPORT_PURPOSE, names_report_key

ROOT_YEARS = 20
SEAL_YEARS = 5
# Renewed at every opening of a seal; long, so that a body that rarely issues is not left without.
CRL_DAYS = 180

_MAX_COMMON_NAME = 64
_YEAR = timedelta(days=365.25)
BACKDATED = timedelta(days=1)
"""How much earlier than made a certificate is valid: clocks run late, /M may be cut to a day."""
_DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")
# What readers older than RFC 9336 ask for: Acrobat and NSS (pdfsig) e-mail, Windows its own.
_EMAIL_PROTECTION = ExtendedKeyUsageOID.EMAIL_PROTECTION
_MICROSOFT_DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.4.1.311.10.3.12")


@dataclass(frozen=True, slots=True, kw_only=True)
class SealAuthority:
    """The authority at work: its key and its root certificate (DER)."""

    key: AuthorityKey
    certificate: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SealSubject:
    """Whose seal a certificate is for.

    Args:
        name: the body's name exactly as filed.
        credit_code: its 统一社会信用代码, or None where it is not on record.
        demo: the certificate says 样本 SAMPLE.
        purpose: what alone it is for, said before the name; None for a body's own seal.
    """

    name: str
    credit_code: str | None
    demo: bool
    purpose: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokedSeal:
    """A certificate that counts no longer, by serial number, and since when (aware UTC)."""

    serial: int
    since: datetime


def make_authority(
    key: AuthorityKey, *, demo: bool, mark: str, serial: int, now: datetime
) -> SealAuthority:
    """Return the authority of a key, with a root certificate for 20 years.

    Args:
        key: new.
        demo: the name says 样本 SAMPLE DEMO.
        mark: a few random characters that tell this root from others.
        serial: random, at most 159 bits.
        now: aware UTC.
    """
    shown = f"样本 SAMPLE DEMO 印章根证书 {mark}" if demo else f"验真 Yanzhen 印章根证书 {mark}"
    name = _name(common=shown, organization="样本 SAMPLE DEMO" if demo else "验真 Yanzhen")
    builder = (
        _builder(name, name, serial, now - BACKDATED, now + ROOT_YEARS * _YEAR)
        .public_key(key.public_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs=False), critical=True)
        .add_extension(_only_chinese_documents(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key), critical=False)
    )
    return SealAuthority(key=key, certificate=sign_certificate(key, builder))


def issue_seal_certificate(
    authority: SealAuthority,
    public_key: bytes,
    subject: SealSubject,
    *,
    serial: int,
    now: datetime,
    crl_url: str | None,
) -> bytes:
    """Return a certificate (DER) for a body's seal, for five years or as long as the root lasts.

    Args:
        authority: who issues.
        public_key: of the seal, as a SubjectPublicKeyInfo.
        subject: whose it is.
        serial: random, at most 159 bits.
        now: aware UTC.
        crl_url: where the public finds the list of revoked ones, or None where it is unknown.

    Raises:
        KeysError: `seal_authority_expired`; the name is one of report keys (`seal_name_reserved`).
    """
    root = load_certificate(authority.certificate)
    if now >= root.not_valid_after_utc:
        raise KeysError(
            "seal_authority_expired",
            Text("内置印章根证书已过期", "The built-in authority of seals has expired"),
        )
    name = _name(
        common=_common_name(subject),
        organization=subject.name,
        identifier=f"NTRCN-{subject.credit_code}" if subject.credit_code else None,
    )
    last = min(now + SEAL_YEARS * _YEAR, root.not_valid_after_utc)
    key = load_der_public_key(public_key)
    first = max(now - BACKDATED, root.not_valid_before_utc)
    builder = (
        _builder(root.subject, name, serial, first, last)
        .public_key(key)  # type: ignore[arg-type] # a seal's kinds are all certifiable
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs=True), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage(
                [_DOCUMENT_SIGNING, _EMAIL_PROTECTION, _MICROSOFT_DOCUMENT_SIGNING]
            ),
            critical=False,
        )
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key),  # type: ignore[arg-type] # as above
            critical=False,
        )
        .add_extension(_authority_identifier(root), critical=False)
    )
    if crl_url is not None:
        builder = builder.add_extension(_distribution_point(crl_url), critical=False)
    return sign_certificate(authority.key, builder)


def _common_name(subject: SealSubject) -> str:
    marks = ("样本 SAMPLE DEMO" if subject.demo else None, subject.purpose, subject.name)
    common = " ".join(filter(None, marks))
    if subject.purpose is None and names_report_key(common):
        raise KeysError(
            "seal_name_reserved",
            Text(
                f"名称以“{REPORT_PURPOSE}”开头的，不能制作机构印章：该名称只用于查验报告",
                f"no body's seal is made with a name that begins with {REPORT_PURPOSE}: such names "
                "are those of the keys that seal verification reports",
            ),
        )
    return common[:_MAX_COMMON_NAME]


def issue_crl(authority: SealAuthority, revoked: Sequence[RevokedSeal], *, now: datetime) -> bytes:
    """Return the list of revoked certificates (DER), good for 180 days.

    Its number is the instant in seconds, so that a later list has a higher one.
    """
    root = load_certificate(authority.certificate)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(now)
        .next_update(min(now + timedelta(days=CRL_DAYS), root.not_valid_after_utc))
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        .add_extension(_authority_identifier(root), critical=False)
    )
    for one in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(one.serial)
            .revocation_date(one.since)
            .build()
        )
    return sign_crl(authority.key, builder)


def _builder(
    issuer: x509.Name, subject: x509.Name, serial: int, first: datetime, last: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .serial_number(serial)
        .not_valid_before(first)
        .not_valid_after(last)
    )


def _name(*, common: str, organization: str, identifier: str | None = None) -> x509.Name:
    attributes = [
        x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "CN"),
        x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, organization),
    ]
    if identifier:
        attributes.append(x509.NameAttribute(x509.NameOID.ORGANIZATION_IDENTIFIER, identifier))
    with long_names():
        attributes.append(x509.NameAttribute(x509.NameOID.COMMON_NAME, common, _validate=False))
    return x509.Name(attributes)


def _key_usage(*, signs: bool) -> x509.KeyUsage:
    """Return a seal's usage, or the root's."""
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=signs,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not signs,
        crl_sign=not signs,
        encipher_only=False,
        decipher_only=False,
    )


def _only_chinese_documents() -> x509.NameConstraints:
    """Return constraints: names within C=CN, and no host name and no address at all."""
    country = x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "CN")])
    return x509.NameConstraints(
        permitted_subtrees=[x509.DirectoryName(country)],
        excluded_subtrees=[
            x509.DNSName(""),
            x509.IPAddress(ipaddress.ip_network("0.0.0.0/0")),
            x509.IPAddress(ipaddress.ip_network("::/0")),
        ],
    )


def _authority_identifier(root: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    own = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _distribution_point(url: str) -> x509.CRLDistributionPoints:
    return x509.CRLDistributionPoints(
        [
            x509.DistributionPoint(
                full_name=[x509.UniformResourceIdentifier(url)],
                relative_name=None,
                reasons=None,
                crl_issuer=None,
            )
        ]
    )
