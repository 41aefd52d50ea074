"""Changes the passphrase of a home: every sealed private key, and last the vault file.

Every file is opened before the first is written, so a wrong passphrase changes nothing. Broken off
midway, some files open by the new passphrase and some by the old one; run again with both it goes
on. Until the vault file is written, which is last, the old passphrase is the home's.
"""

from __future__ import annotations

from pathlib import Path

from codes.wording import Text
from issuer.errors import IssuerError
from keys.resealing import opens_with, reseal_private_key
from registry.errors import VaultError
from registry.home import Home
from registry.store import replace_secret
from registry.vault import seal_vault_keys


def change_passphrase(home: Home, former: bytes, following: bytes) -> int:
    """Change the passphrase of a home; return how many files were sealed anew.

    Args:
        home: nobody else replaces or copies its keys (`alone_with_keys`).
        former: the passphrase until now.
        following: the one from now on.

    Raises:
        VaultError: neither opens the vault (`passphrase_wrong`); nothing was changed.
        IssuerError: neither opens a key file, or it is damaged (`passphrase_other_file`); nothing
            was changed.
    """
    try:
        keys, finished = home.vault_keys(former), False
    except VaultError:
        keys, finished = home.vault_keys(following), True
    resealed = {
        path: sealed
        for path in sorted((home.path / "secrets").rglob("*.pem"))
        if (sealed := _resealed(path, former, following)) is not None
    }
    for path, content in resealed.items():
        replace_secret(path, content)
    if not finished:
        replace_secret(home.vault_path, seal_vault_keys(keys, following))
    return len(resealed) + (not finished)


def _resealed(path: Path, former: bytes, following: bytes) -> bytes | None:
    """Return a key file under the new passphrase; None where it is, or is no sealed key."""
    pem = path.read_bytes()
    if b"ENCRYPTED" not in pem or opens_with(pem, following):
        return None
    if opens_with(pem, former):
        return reseal_private_key(pem, former, following)
    raise IssuerError(
        "passphrase_other_file",
        Text(
            f"私钥文件 {path.name} 用新旧口令都打不开，或已损坏，未作任何改动",
            f"neither passphrase opens the key file {path.name}, or it is damaged; nothing was "
            "changed",
        ),
    )
