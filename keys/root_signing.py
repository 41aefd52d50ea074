"""The authority's root keys: they sign root documents and trust lists, and nothing else.

Holds private keys, so the rule of `keys.signing` is the rule here: the public process never imports
this module, and at rest a key is a PKCS #8 file under a passphrase of its own.
"""

from __future__ import annotations

from codes.wording import Text
from keys.algorithms import Algorithm, PublicJwk
from keys.document import parse_key_document
from keys.errors import KeysError
from keys.jws import Kind, SignedFile, signing_input
from keys.root import parse_root_document
from keys.signing import (
    PrivateKey,
    generate,
    open_private_key,
    raw_signature,
    seal_private_key,
)


class RootKey:
    """A root key; it cannot be printed, copied or pickled."""

    __slots__ = ("_private",)

    def __init__(self, private: PrivateKey) -> None:
        self._private = private

    @property
    def public(self) -> PublicJwk:
        """Its public half."""
        return self._private.public

    def __repr__(self) -> str:
        return f"<RootKey {self._private.algorithm.label}>"


def generate_root_key(algorithm: Algorithm) -> RootKey:
    """Return a new root key from the operating system's randomness."""
    return RootKey(generate(algorithm))


def sign_file(key: RootKey, file: SignedFile, kind: Kind) -> SignedFile:
    """Return the file with this key's signature, the same bytes every time.

    Args:
        key: whose signature is added.
        file: holds a root document or a key document; anything else is refused unsigned.
        kind: which of the two.

    Raises:
        KeysError: the payload is not what `kind` says.
    """
    match kind:
        case Kind.ROOT:
            parse_root_document(file.payload)
        case Kind.TRUST_LIST:
            parse_key_document(file.payload)
    message = signing_input(kind, key.public, file.payload)
    return file.with_signature(kind, key.public, raw_signature(key._private, message))


def seal_root_key(key: RootKey, passphrase: bytes) -> bytes:
    """Return the key as an encrypted PEM file, as `seal_private_key` does."""
    return seal_private_key(key._private, passphrase)


def open_root_key(pem: bytes, passphrase: bytes) -> RootKey:
    """Return the key in a sealed PEM file.

    Raises:
        KeysError: `root_passphrase_wrong`; else as `open_private_key`.
    """
    try:
        return RootKey(open_private_key(pem, passphrase))
    except KeysError as error:
        if error.code != "passphrase_wrong":
            raise
        raise KeysError(
            "root_passphrase_wrong",
            Text("根密钥口令不正确", "The passphrase does not open this root key"),
        ) from error
