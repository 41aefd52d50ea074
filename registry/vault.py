"""The vault: seals the holders' keys at rest and finds a document number without showing it.

One 256-bit vault key, itself sealed under the operator's passphrase, yields two keys that are never
used for one another's work: sealing and blind index. What is kept of a person is sealed under the
holder's own key (`registry.holder_keys`), and that under the vault. Vault keys have generations:
while one replaces another the vault opens what either sealed. The public process holds none.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from codes.wording import Text
from keys.passphrase import own_salt, stretch
from registry.errors import VaultError

KEY_BYTES = 32
_NONCE_BYTES = 12
_SCRYPT = {"n": 1 << 15, "r": 8, "p": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultKeys:
    """The vault keys of a home: the newest, and the one before while it is being replaced.

    Args:
        generation: of the newest, counted from 1.
        keys: 32 secret bytes by generation.
    """

    generation: int
    keys: Mapping[int, bytes] = field(repr=False)

    @classmethod
    def first(cls, key: bytes) -> VaultKeys:
        """Return the keys of a new home."""
        return cls(generation=1, keys={1: key})

    def followed_by(self, key: bytes) -> VaultKeys:
        """Return the newest key and one that is to replace it."""
        following = self.generation + 1
        newest = self.keys[self.generation]
        return VaultKeys(generation=following, keys={self.generation: newest, following: key})

    def only(self, generation: int) -> VaultKeys:
        """Return the key of one generation alone, as if there were no other."""
        return VaultKeys(generation=generation, keys={generation: self.keys[generation]})


class Vault:
    """Seals and indexes under the newest vault key; opens what any of its keys sealed.

    Args:
        keys: the vault keys; a single key is that of a new home.
    """

    def __init__(self, keys: VaultKeys | bytes) -> None:
        held = VaultKeys.first(keys) if isinstance(keys, bytes) else keys
        self.generation = held.generation
        self._ciphers = {
            generation: AESGCM(_derive(key, b"yanzhen/vault/seal"))
            for generation, key in held.keys.items()
        }
        self._index = _derive(held.keys[held.generation], b"yanzhen/vault/index")

    def seal(self, context: str, data: bytes) -> bytes:
        """Seal `data` so that only this vault opens it, and only under the same `context`."""
        return seal(self._ciphers[self.generation], context, data)

    def unseal(self, context: str, sealed: bytes, *, generation: int | None = None) -> bytes:
        """Return what was sealed under `context`.

        Args:
            context: as it was sealed.
            sealed: untrusted.
            generation: of the key it was sealed under; None tries every one, the newest first.

        Raises:
            VaultError: `sealed` was altered, or belongs to another context or vault
                (`sealed_value_altered`); the key of that generation is not here
                (`vault_key_changed`).
        """
        if generation is not None:
            cipher = self._ciphers.get(generation)
            if cipher is None:
                raise key_changed()
            return unseal(cipher, context, sealed)
        *others, last = sorted(self._ciphers, reverse=True)
        for other in others:
            try:
                return unseal(self._ciphers[other], context, sealed)
            except VaultError:
                continue
        return unseal(self._ciphers[last], context, sealed)

    def blind_index(self, *parts: str) -> bytes:
        """Return 32 bytes that are equal for equal `parts` and tell nothing about them."""
        message = b"".join(len(raw).to_bytes(4, "big") + raw for raw in map(str.encode, parts))
        return hmac.digest(self._index, message, hashlib.sha256)


def reseal(vault: Vault, context: str, sealed: bytes) -> bytes:
    """Return a value under the newest key of a vault, whichever of its keys sealed it.

    Raises:
        VaultError: as `Vault.unseal`.
    """
    return vault.seal(context, vault.unseal(context, sealed))


def key_changed() -> VaultError:
    """Return the error of a vault opened before the vault key was changed."""
    return VaultError(
        "vault_key_changed",
        Text(
            "保管库密钥已在本命令运行期间更换，请重新运行",
            "the vault key was changed since this command began; run it again",
        ),
    )


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


def seal_vault_keys(keys: VaultKeys, passphrase: bytes) -> bytes:
    """Return the vault file: the keys under a key stretched from the passphrase by scrypt."""
    salt = own_salt(passphrase)
    cipher = AESGCM(stretch(passphrase, salt))
    held = {str(generation): key.hex() for generation, key in keys.keys.items()}
    clear = json.dumps({"generation": keys.generation, "keys": held}).encode()
    document = {
        "format": 2,
        "kdf": "scrypt",
        **_SCRYPT,
        "salt": base64.b64encode(salt).decode(),
        "sealed": base64.b64encode(seal(cipher, "vault-keys", clear)).decode(),
    }
    return json.dumps(document, indent=2).encode() + b"\n"


def open_vault_keys(file: bytes, passphrase: bytes) -> VaultKeys:
    """Return the vault keys; a file of format 1 holds the one key of its home.

    Raises:
        VaultError: the passphrase is wrong or the file is damaged (code `passphrase_wrong`).
    """
    try:
        document = json.loads(file)
        salt, sealed = (base64.b64decode(document[name]) for name in ("salt", "sealed"))
        cipher = AESGCM(stretch(passphrase, salt))
        if document["format"] == 1:
            return VaultKeys.first(unseal(cipher, "vault-key", sealed))
        clear = json.loads(unseal(cipher, "vault-keys", sealed))
        held = {int(generation): bytes.fromhex(key) for generation, key in clear["keys"].items()}
        return VaultKeys(generation=clear["generation"], keys=held)
    except (ValueError, KeyError, TypeError, VaultError) as error:
        raise VaultError(
            "passphrase_wrong",
            Text("口令不正确，或保管库文件已损坏", "wrong passphrase, or a damaged vault file"),
        ) from error


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(key)


def new_key(random: Callable[[int], bytes] = secrets.token_bytes) -> bytes:
    """Return a fresh 256-bit key."""
    return random(KEY_BYTES)
