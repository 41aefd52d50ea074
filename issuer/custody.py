"""Keeps the private keys of assessment bodies: makes, opens, retires; sealed at rest.

A private key lies in `secrets/keys/PREFIX-KEYID.pem`, encrypted under the operator's passphrase;
its public half is a row of the registry and, once published, an entry of the key document.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.errors import IssuerError
from keys.algorithms import Algorithm
from keys.signing import PrivateKey, generate, open_private_key, seal_private_key
from registry.home import Home
from registry.models import SigningKey, Site
from registry.store import write_durably


def make_key(
    session: Session,
    home: Home,
    site: Site,
    passphrase: bytes,
    *,
    algorithm: Algorithm,
    valid_from: date,
    valid_to: date | None,
) -> SigningKey:
    """Make a signing key for a site and put its public half on record.

    The sealed file is written before the row, so a key on record always has its private half.
    """
    taken = {key.key_id for key in site.keys}
    while True:
        key = generate(algorithm)
        key_id = key.public.key_id
        if key_id not in taken:
            break
    write_durably(_key_path(home, site.prefix, key_id), seal_private_key(key, passphrase))
    row = SigningKey(
        key_id=key_id,
        algorithm=int(algorithm),
        public_jwk=json.dumps(key.public.as_dict(), sort_keys=True),
        valid_from=valid_from,
        valid_to=valid_to,
        standing="active",
        demo=home.demo,
    )
    site.keys.append(row)
    session.flush()
    return row


def retire_key(session: Session, site: Site, key_id: int, *, last_day: date) -> SigningKey:
    """Let a key sign nothing after `last_day`; what it signed before stays good.

    Raises:
        IssuerError: the site has no such key (`key_unknown`), or the day is before its first.
    """
    for row in site.keys:
        if row.key_id == key_id:
            break
    else:
        raise IssuerError(
            "key_unknown",
            Text(f"没有编号为 {key_id:04x} 的密钥", f"there is no key {key_id:04x}"),
        )
    if last_day < row.valid_from:
        raise IssuerError(
            "key_window",
            Text("停用日期早于启用日期", "the last day is before the key's first day"),
        )
    row.valid_to, row.standing = last_day, "retired"
    session.flush()
    return row


def open_key(home: Home, prefix: str, key_id: int, passphrase: bytes) -> PrivateKey:
    """Open the private half of a key.

    Raises:
        IssuerError: the file is missing (`key_file_missing`) or is another key
            (`key_file_mismatch`).
        KeysError: the passphrase is wrong.
    """
    path = _key_path(home, prefix, key_id)
    try:
        pem = path.read_bytes()
    except OSError as error:
        raise IssuerError(
            "key_file_missing",
            Text(f"私钥文件 {path.name} 缺失", f"the private key file {path.name} is missing"),
        ) from error
    key = open_private_key(pem, passphrase)
    if key.public.key_id != key_id:
        raise IssuerError(
            "key_file_mismatch",
            Text(f"私钥文件 {path.name} 与登记不符", f"{path.name} is not the key on record"),
        )
    return key


def _key_path(home: Home, prefix: str, key_id: int) -> Path:
    return home.key_folder / f"{prefix}-{key_id:04x}.pem"
