"""Keeps the seals of assessment bodies: makes, imports, revokes them; their keys sealed at rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding

from codes.wording import Text
from issuer.errors import IssuerError
from issuer.pkcs12_trial import check_pkcs12
from issuer.seal_files import (
    SealSource,
    StoredSeal,
    mark_revoked,
    read_seals,
    write_crl,
    write_seal,
)
from issuer.seal_root import open_authority, publish_crl, random_serial
from issuer.token_places import place_of
from keys.certificates import check_end, find_leaf, load_certificate, order_chain, read_certificates
from keys.errors import KeysError
from keys.seal import ChainState, SealChain, check_pair, check_usable, inspect_validity, parse_chain
from keys.seal_authority import SealSubject, issue_seal_certificate
from keys.seal_check import check_signed
from keys.signing import (
    generate_seal_key,
    open_pkcs12,
    seal_digest,
    seal_private_key,
)
from keys.token_key import open_token_key
from keys.tokens import TokenAddress
from keys.validation_material import load_crl, signed_by
from registry.home import Home
from registry.home_lock import alone_with_keys
from registry.vault import Vault, reseal


def make_seal(
    home: Home,
    prefix: str,
    subject: SealSubject,
    passphrase: bytes,
    *,
    now: datetime,
    crl_url: str | None,
) -> StoredSeal:
    """Make a seal for a body with a certificate of the built-in authority.

    Args:
        home: the installation.
        prefix: of the body, 13 characters.
        subject: the body as filed.
        passphrase: seals the key.
        now: aware UTC.
        crl_url: where the public finds the list of revoked seals, or None.

    Raises:
        KeysError: `passphrase_wrong`; `seal_authority_expired`; its file is damaged.
    """
    authority = open_authority(home, passphrase, now=now)
    key = generate_seal_key()
    leaf = issue_seal_certificate(
        authority, key.public_key, subject, serial=random_serial(), now=now, crl_url=crl_url
    )
    seal = StoredSeal(
        prefix=prefix,
        chain=parse_chain([leaf, authority.certificate]),
        source=SealSource.BUILT_IN,
        created_at=now,
    )
    write_seal(home, seal, seal_private_key(key, passphrase))
    return seal


def ensure_seal(
    home: Home,
    prefix: str,
    subject: SealSubject,
    passphrase: bytes,
    *,
    now: datetime,
    crl_url: str | None,
) -> StoredSeal | None:
    """Make a seal where the body has none that can be used; return it, or None."""
    if usable_seal(read_seals(home, prefix), now) is not None:
        return None
    return make_seal(home, prefix, subject, passphrase, now=now, crl_url=crl_url)


def usable_seal(seals: Sequence[StoredSeal], now: datetime) -> StoredSeal | None:
    """Return the first seal that is neither revoked nor out of its time, or None."""
    return next(
        (
            seal
            for seal in seals
            if seal.revoked_at is None and inspect_validity(seal.chain, now) is ChainState.USABLE
        ),
        None,
    )


def import_seal(
    home: Home,
    prefix: str,
    file: bytes,
    password: bytes,
    passphrase: bytes,
    *,
    more: bytes | None,
    filed_name: str | None,
    now: datetime,
) -> StoredSeal:
    """Take a seal of a real authority into custody from a PKCS #12 file.

    Args:
        home: the installation.
        prefix: of the body, 13 characters.
        file: the PKCS #12 file, untrusted.
        password: of the file.
        passphrase: seals the key from now on.
        more: certificates that the file lacks, PEM or DER, or None.
        filed_name: the body's name, which the certificate must give; None lets any pass.
        now: aware UTC.

    Raises:
        IssuerError: as `check_pkcs12`; the certificate gives another name (`seal_other_name`).
        KeysError: as `open_pkcs12`, `check_end`, `parse_chain` and `check_usable`;
            `seal_key_mismatch` where no certificate is the key's.
    """
    check_pkcs12(file, password)
    key, certificates = open_pkcs12(file, password)
    if more is not None:
        certificates += read_certificates(more)
    leaf = find_leaf(certificates, key.public_key)
    if leaf is None:
        raise KeysError(
            "seal_key_mismatch",
            Text("文件中没有与私钥配对的证书", "No certificate belongs to the private key"),
        )
    chain = _find_chain(leaf, certificates)
    check_pair(chain, key.public_key)
    check_usable(chain, now)
    _check_name(chain, filed_name)
    check_signed(chain, seal_digest(key, chain, bytes(32)))
    seal = StoredSeal(prefix=prefix, chain=chain, source=SealSource.IMPORTED, created_at=now)
    write_seal(home, seal, seal_private_key(key, passphrase))
    return seal


def register_token(
    home: Home,
    prefix: str,
    address: TokenAddress,
    certificates: bytes,
    passphrase: bytes,
    *,
    filed_name: str | None,
    now: datetime,
) -> StoredSeal:
    """Take note of a seal whose key stays in a PKCS #11 token.

    Args:
        home: the installation.
        prefix: of the body, 13 characters.
        address: where the key is.
        certificates: its certificate first, then the issuers', PEM.
        passphrase: opens the vault, which seals the PIN.
        filed_name: the body's name, which the certificate must give; None lets any pass.
        now: aware UTC.

    Raises:
        IssuerError: the certificate gives another name (`seal_other_name`).
        KeysError: as `check_end`, `parse_chain`, `check_usable`, `open_token_key`;
            `seal_key_mismatch` where the token's signature is not the certificate's.
        HomeError: the home's keys are being replaced (`home_keys_busy`).
    """
    found = read_certificates(certificates)
    chain = _find_chain(found[0], found[1:])
    check_usable(chain, now)
    _check_name(chain, filed_name)
    key = open_token_key(address, chain)
    check_signed(chain, seal_digest(key, chain, bytes(32)))
    with alone_with_keys(home):
        place = place_of(address, home.vault(passphrase), pin_context(prefix))
        seal = StoredSeal(
            prefix=prefix, chain=chain, source=SealSource.TOKEN, created_at=now, token=place
        )
        write_seal(home, seal, None)
    return seal


def reseal_seal_pins(home: Home, vault: Vault) -> None:
    """Seal the PINs of all seals in tokens anew, by the newest vault key.

    Args:
        home: the installation; the caller is `alone_with_keys`.
        vault: opens what was sealed by the newest key and by the one before.

    Raises:
        IssuerError: a file does not read (`seal_file_damaged`).
        VaultError: a PIN does not open.
    """
    for seal in read_seals(home):
        if seal.token is not None:
            sealed = reseal(vault, pin_context(seal.prefix), seal.token.pin_sealed)
            write_seal(home, replace(seal, token=replace(seal.token, pin_sealed=sealed)), None)


def _find_chain(leaf: bytes, others: Sequence[bytes]) -> SealChain:
    ordered = order_chain(leaf, others)
    check_end(ordered, others)
    return parse_chain(ordered)


def _check_name(chain: SealChain, filed_name: str | None) -> None:
    shown = chain.organization or chain.signer_name
    if filed_name is not None and filed_name not in (chain.organization, chain.signer_name):
        raise IssuerError(
            "seal_other_name",
            Text(
                f"证书上的名称“{shown}”与备案名称“{filed_name}”不同，未采用；"
                "确认无误请加 --other-name",
                f"the certificate's name “{shown}” is not the filed name “{filed_name}”; nothing "
                "was taken; add --other-name if it is right",
            ),
        )


def pin_context(prefix: str) -> str:
    """Return what the PIN of a body's token is sealed under."""
    return f"seal-token-pin:{prefix}"


def find_seal(home: Home, prefix: str, seal_id: str) -> StoredSeal:
    """Return a seal of a body by its id.

    Raises:
        IssuerError: the body has no such seal (`seal_unknown`).
    """
    found = next((seal for seal in read_seals(home, prefix) if seal.seal_id == seal_id), None)
    if found is None:
        raise IssuerError(
            "seal_unknown", Text(f"没有编号为 {seal_id} 的印章", f"there is no seal {seal_id}")
        )
    return found


def revoke_seal(
    home: Home, prefix: str, seal_id: str, passphrase: bytes, *, now: datetime
) -> StoredSeal:
    """Use a seal no more; one of the built-in authority goes onto its published list.

    Raises:
        IssuerError: the body has no such seal (`seal_unknown`).
    """
    found = find_seal(home, prefix, seal_id)
    if found.revoked_at is None:
        found = mark_revoked(home, found, now=now)
    if found.source is SealSource.BUILT_IN:
        publish_crl(home, open_authority(home, passphrase, now=now), now=now)
    return found


def keep_crl(home: Home, data: bytes, known: Sequence[bytes]) -> str:
    """Keep another authority's list of revoked certificates for the seals to come.

    Args:
        home: the installation.
        data: the list, DER or PEM, untrusted.
        known: certificates (DER) of seals and timestamp authority, one of which must have
            issued it.

    Returns:
        The issuer's name.

    Raises:
        KeysError: `crl_damaged`.
        IssuerError: `crl_unknown_issuer`.
    """
    crl = load_crl(data)
    if not any(signed_by(crl, load_certificate(der)) for der in known):
        raise IssuerError(
            "crl_unknown_issuer",
            Text(
                "该撤销列表的签发者不在印章证书链和时间戳机构的证书之列",
                "the list's issuer is none of the certificates of seals and timestamp authority",
            ),
        )
    write_crl(home, crl.public_bytes(Encoding.DER), issuer=crl.issuer.public_bytes())
    return crl.issuer.rfc4514_string()
