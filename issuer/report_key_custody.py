"""Makes and revokes the key that seals verification reports; the sealer alone uses it."""

from __future__ import annotations

from datetime import datetime

from codes.wording import Text
from issuer.errors import IssuerError
from issuer.report_key_files import (
    StoredReportKey,
    put_aside,
    read_report_keys,
    write_report_key,
)
from issuer.seal_root import open_authority, publish_crl, random_serial
from keys.report_document import REPORT_PURPOSE
from keys.report_key import dump_report_key
from keys.seal import parse_chain
from keys.seal_authority import SealSubject, issue_seal_certificate
from keys.signing import generate_seal_key
from registry.home import Home


def make_report_key(
    home: Home,
    organisation: str,
    credit_code: str | None,
    passphrase: bytes,
    *,
    now: datetime,
    crl_url: str | None,
) -> StoredReportKey:
    """Make a report key with a certificate of the built-in authority; it is used from now on.

    Args:
        home: the installation.
        organisation: who answers for the reports.
        credit_code: its 统一社会信用代码, or None.
        passphrase: seals the key.
        now: aware UTC.
        crl_url: where the public finds the list of revoked ones, or None.

    Raises:
        KeysError: `passphrase_wrong`; `seal_authority_expired`; its file is damaged.
    """
    authority = open_authority(home, passphrase, now=now)
    key = generate_seal_key()
    subject = SealSubject(
        name=organisation, credit_code=credit_code, demo=home.demo, purpose=REPORT_PURPOSE
    )
    leaf = issue_seal_certificate(
        authority, key.public_key, subject, serial=random_serial(), now=now, crl_url=crl_url
    )
    chain = parse_chain([leaf, authority.certificate])
    return write_report_key(home, chain, dump_report_key(key, chain, passphrase))


def ensure_report_key(
    home: Home, organisation: str, passphrase: bytes, *, now: datetime
) -> StoredReportKey | None:
    """Make a report key where the home has none in use; return it, or None."""
    if any(one.revoked_at is None for one in read_report_keys(home)):
        return None
    return make_report_key(home, organisation, None, passphrase, now=now, crl_url=None)


def revoke_report_key(
    home: Home, key_id: str, passphrase: bytes, *, now: datetime
) -> StoredReportKey:
    """Use a report key no more, and put its certificate onto the published list.

    Raises:
        IssuerError: there is no such key (`report_key_unknown`).
    """
    found = next((one for one in read_report_keys(home) if one.key_id == key_id), None)
    if found is None:
        raise IssuerError(
            "report_key_unknown",
            Text(f"没有编号为 {key_id} 的查验报告密钥", f"there is no report key {key_id}"),
        )
    authority = open_authority(home, passphrase, now=now)
    put_aside(home, key_id, now=found.revoked_at or now)
    publish_crl(home, authority, now=now)
    return next(one for one in read_report_keys(home) if one.key_id == key_id)
