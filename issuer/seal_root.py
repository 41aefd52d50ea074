"""The built-in authority of seals in its home: made when first needed, opened, its list published.

Key and root certificate lie in one file, so that a crash leaves both or neither; the public copies
are made again from it.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from codes.wording import Text
from issuer.report_key_files import read_report_keys
from issuer.seal_files import authority_path, read_seals
from keys.authority_key import generate_authority_key, open_authority_key
from keys.certificates import certificate_pem, load_certificate, read_certificates
from keys.errors import KeysError
from keys.seal_authority import RevokedSeal, SealAuthority, issue_crl, make_authority
from keys.signing import seal_private_key
from keys.validation_material import load_crl
from registry.home import Home
from registry.store import make_folder, sweep_unfinished, write_durably

CRL_FRESH = timedelta(days=1)
_SERIAL_BITS = 127
_MARK_BYTES = 2
_CERTIFICATE_MARK = b"-----BEGIN CERTIFICATE-----"


def open_authority(home: Home, passphrase: bytes, *, now: datetime) -> SealAuthority:
    """Open the built-in authority, its public files published; make it where there is none.

    Raises:
        KeysError: `passphrase_wrong`; `certificate_damaged`, `private_key_damaged`,
            `seal_key_mismatch` where its file is not what was written.
    """
    path = authority_path(home)
    if not path.exists():
        make_folder(home.seal_folder)
        with _alone_in(home.seal_folder):
            if not path.exists():
                _make(home, passphrase, now=now)
    authority = _read(path, passphrase)
    if not _holds(home.seal_root_path, authority.certificate):
        write_durably(home.seal_root_path, authority.certificate, mode=0o644)
    if not home.seal_crl_path.exists():
        publish_crl(home, authority, now=now)
    return authority


def refresh_crl(home: Home, passphrase: bytes, *, now: datetime) -> None:
    """Publish the built-in authority's list anew where it is missing or more than a day old."""
    if not authority_path(home).exists():
        return
    if home.seal_crl_path.exists():
        age = now - load_crl(home.seal_crl_path.read_bytes()).last_update_utc
        if timedelta() <= age <= CRL_FRESH:
            return
    publish_crl(home, open_authority(home, passphrase, now=now), now=now)


def publish_crl(home: Home, authority: SealAuthority, *, now: datetime) -> None:
    """Publish the list of the seals and report keys that the built-in authority revoked."""
    held = [(seal.chain, seal.revoked_at) for seal in read_seals(home)]
    held += [(key.chain, key.revoked_at) for key in read_report_keys(home)]
    revoked = [
        RevokedSeal(serial=load_certificate(chain.certificates[0]).serial_number, since=since)
        for chain, since in held
        if since is not None and chain.certificates[-1] == authority.certificate
    ]
    sweep_unfinished(home.seal_crl_path.parent)
    write_durably(home.seal_crl_path, issue_crl(authority, revoked, now=now), mode=0o644)


def random_serial() -> int:
    """Return a certificate's serial number from the operating system's randomness."""
    return secrets.randbits(_SERIAL_BITS) | 1 << _SERIAL_BITS - 1


def _make(home: Home, passphrase: bytes, *, now: datetime) -> None:
    key = generate_authority_key()
    mark = secrets.token_hex(_MARK_BYTES)
    authority = make_authority(key, demo=home.demo, mark=mark, serial=random_serial(), now=now)
    file = seal_private_key(key, passphrase) + certificate_pem(authority.certificate)
    write_durably(authority_path(home), file)


def _read(path: Path, passphrase: bytes) -> SealAuthority:
    sealed, mark, certificate = path.read_bytes().partition(_CERTIFICATE_MARK)
    key = open_authority_key(sealed, passphrase)
    root = read_certificates(mark + certificate)[0]
    if load_certificate(root).public_key() != key.public_key:
        raise KeysError(
            "seal_key_mismatch",
            Text("私钥与根证书不配对", "The private key does not belong to the root certificate"),
        )
    return SealAuthority(key=key, certificate=root)


def _holds(path: Path, content: bytes) -> bool:
    return path.exists() and path.read_bytes() == content


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Let one process at a time into a block."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
