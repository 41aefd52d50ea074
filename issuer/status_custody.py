"""Keeps the key of the status lists: made once, sealed at rest, its public half published."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from codes.wording import Text
from issuer.errors import IssuerError
from issuer.services import status_keys
from keys.services import StatusKey as PublicStatusKey
from keys.services import dump_status_key
from keys.status_signing import (
    StatusKey,
    generate_status_key,
    open_status_key,
    seal_status_key,
)
from registry.home import Home
from registry.store import make_folder, write_durably

_FILE = "status.pem"


def ensure_status_key(home: Home, passphrase: bytes, today: date) -> StatusKey:
    """Return the home's key of the status lists, made where there is none yet.

    Readers believe it once the trust list that names it is published.

    Args:
        home: the installation.
        passphrase: seals and opens the key.
        today: the first day of a new key.

    Raises:
        IssuerError: lists were published with a key that is not there (`status_key_missing`), or
            the key is none of the published ones (`status_key_mismatch`).
        KeysError: the passphrase is wrong, or a file is damaged.
    """
    path = home.status_key_folder / _FILE
    if not path.exists():
        if home.status_keys_path.exists():
            raise IssuerError(
                "status_key_missing",
                Text(
                    f"状态列表签名密钥文件 {path.name} 缺失，请从备份恢复",
                    f"the key of the status lists, {path.name}, is missing; restore the backup",
                ),
            )
        _make(home, path, passphrase)
    key = open_status_key(path.read_bytes(), passphrase)
    if not home.status_keys_path.exists():  # the first run was broken off before this
        _publish(home, PublicStatusKey(jwk=key.public, valid_from=today, valid_to=None))
    if key.public not in {one.jwk for one in status_keys(home)}:
        raise IssuerError(
            "status_key_mismatch",
            Text(
                "状态列表签名密钥与已公布的公钥不符，请从备份恢复",
                "the key of the status lists is none of the published ones; restore the backup",
            ),
        )
    return key


def _make(home: Home, path: Path, passphrase: bytes) -> None:
    for folder in (home.status_key_folder, home.status_folder):
        make_folder(folder)
    write_durably(path, seal_status_key(generate_status_key(), passphrase))


def _publish(home: Home, key: PublicStatusKey) -> None:
    make_folder(home.status_folder)
    document = {"keys": [dump_status_key(key)]}
    write_durably(
        home.status_keys_path, json.dumps(document, indent=2).encode() + b"\n", mode=0o644
    )
