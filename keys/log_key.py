"""The key of the public log: it signs checkpoints, and nothing else.

At rest it lies as the other private keys do, encrypted with the operator's passphrase. Its name is
the log's origin, so a key that is opened for another log signs nothing that ours would accept.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ed25519

from codes.wording import Text
from keys.errors import KeysError
from keys.signing import Kept, open_handle
from log.checkpoint import Checkpoint
from log.notes import KeyKind, SignedNote, VerifierKey, sign_text


class LogKey(Kept):
    """The key of one log; it cannot be printed, copied or pickled.

    Args:
        handle: the engine's key.
        origin: of the log, such as `example.com/log`.

    Raises:
        LogError: `vkey_invalid` for an origin that no log has.
    """

    __slots__ = ("_handle", "vkey")

    vkey: VerifierKey

    def __init__(self, handle: ed25519.Ed25519PrivateKey, origin: str) -> None:
        self._handle = handle
        self.vkey = VerifierKey(
            name=origin, kind=KeyKind.ED25519, public_key=handle.public_key().public_bytes_raw()
        )

    def __repr__(self) -> str:
        return f"<LogKey {self.vkey.name}>"


def generate_log_key(origin: str) -> LogKey:
    """Return a new key for a log from the operating system's randomness."""
    return LogKey(ed25519.Ed25519PrivateKey.generate(), origin)


def open_log_key(pem: bytes, passphrase: bytes, origin: str) -> LogKey:
    """Return the log's key in a sealed PEM file.

    Raises:
        KeysError: as `keys.signing.open_private_key`.
    """
    handle = open_handle(pem, passphrase)
    if not isinstance(handle, ed25519.Ed25519PrivateKey):
        raise KeysError(
            "private_key_damaged",
            Text("私钥文件已损坏或类型不受支持", "The private key file is damaged or unsupported"),
        )
    return LogKey(handle, origin)


def sign_checkpoint(key: LogKey, *, size: int, root: bytes) -> SignedNote:
    """Return the checkpoint of the key's own log, signed; the same bytes every time (RFC 8032).

    Args:
        key: of the log.
        size: how many leaves it has.
        root: over all of them, 32 bytes.

    Raises:
        LogError: `checkpoint_malformed`.
    """
    text = Checkpoint(origin=key.vkey.name, size=size, root=root).text
    return SignedNote(text=text, signatures=(sign_text(text, key.vkey, key._handle.sign),))
