"""The vault: seals personal data at rest and finds a document number without showing it.

One 256-bit vault key, itself sealed under the operator's passphrase, yields three keys that are
never used for one another's work: sealing, blind index, and wrapping of the awards' data keys.
The public process never holds it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from codes.wording import Text
from registry.errors import VaultError

KEY_BYTES = 32
_NONCE_BYTES = 12
_SCRYPT = {"n": 1 << 15, "r": 8, "p": 1}


class Vault:
    """Seals, unseals and indexes under the vault key.

    Args:
        key: 32 secret bytes.
    """

    def __init__(self, key: bytes) -> None:
        self._sealing = AESGCM(_derive(key, b"yanzhen/vault/seal"))
        self._index = _derive(key, b"yanzhen/vault/index")

    def seal(self, context: str, data: bytes) -> bytes:
        """Seal `data` so that only this vault opens it, and only under the same `context`."""
        return seal(self._sealing, context, data)

    def unseal(self, context: str, sealed: bytes) -> bytes:
        """Return what was sealed under `context`.

        Raises:
            VaultError: `sealed` was altered, or belongs to another context or vault.
        """
        return unseal(self._sealing, context, sealed)

    def blind_index(self, *parts: str) -> bytes:
        """Return 32 bytes that are equal for equal `parts` and tell nothing about them."""
        message = b"".join(len(raw).to_bytes(4, "big") + raw for raw in map(str.encode, parts))
        return hmac.digest(self._index, message, hashlib.sha256)


def seal(cipher: AESGCM, context: str, data: bytes) -> bytes:
    """Encrypt `data` with a fresh nonce, bound to `context`."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, data, context.encode())


def unseal(cipher: AESGCM, context: str, sealed: bytes) -> bytes:
    """Undo `seal`; raises VaultError when bytes, key or context are not the ones sealed."""
    try:
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError, TypeError) as error:  # SQLite keeps text where bytes belong
        raise VaultError(
            "sealed_value_altered",
            Text(
                "加密数据无法打开：内容被改动，或密钥不符",
                "a sealed value does not open: it was altered, or the key is not its own",
            ),
        ) from error


def seal_vault_key(key: bytes, passphrase: bytes) -> bytes:
    """Return the vault file: the key under a key stretched from the passphrase by scrypt."""
    salt = secrets.token_bytes(16)
    cipher = AESGCM(_stretch(passphrase, salt))
    document = {
        "format": 1,
        "kdf": "scrypt",
        **_SCRYPT,
        "salt": base64.b64encode(salt).decode(),
        "sealed": base64.b64encode(seal(cipher, "vault-key", key)).decode(),
    }
    return json.dumps(document, indent=2).encode() + b"\n"


def open_vault_key(file: bytes, passphrase: bytes) -> bytes:
    """Return the vault key.

    Raises:
        VaultError: the passphrase is wrong or the file is damaged (code `passphrase_wrong`).
    """
    try:
        document = json.loads(file)
        salt, sealed = (base64.b64decode(document[name]) for name in ("salt", "sealed"))
        return unseal(AESGCM(_stretch(passphrase, salt)), "vault-key", sealed)
    except (ValueError, KeyError, TypeError, VaultError) as error:
        raise VaultError(
            "passphrase_wrong",
            Text("口令不正确，或保管库文件已损坏", "wrong passphrase, or a damaged vault file"),
        ) from error


def _stretch(passphrase: bytes, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=KEY_BYTES, **_SCRYPT).derive(passphrase)


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(key)


def new_key(random: Callable[[int], bytes] = secrets.token_bytes) -> bytes:
    """Return a fresh 256-bit key."""
    return random(KEY_BYTES)
