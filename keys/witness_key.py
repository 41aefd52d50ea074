"""The key of a witness: it cosigns checkpoints of the logs it watches, and signs nothing else."""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ed25519

from codes.wording import Text
from keys.errors import KeysError
from keys.signing import Kept, open_handle
from log.checkpoint import parse_checkpoint_text
from log.notes import KeyKind, NoteSignature, VerifierKey, cosign_text


class WitnessKey(Kept):
    """The key of one witness; it cannot be printed, copied or pickled.

    Args:
        handle: the engine's key.
        name: of the witness, such as `witness.example.com`.

    Raises:
        LogError: `vkey_invalid` for a name that no key has.
    """

    __slots__ = ("_handle", "vkey")

    vkey: VerifierKey

    def __init__(self, handle: ed25519.Ed25519PrivateKey, name: str) -> None:
        self._handle = handle
        self.vkey = VerifierKey(
            name=name, kind=KeyKind.COSIGNATURE, public_key=handle.public_key().public_bytes_raw()
        )

    def __repr__(self) -> str:
        return f"<WitnessKey {self.vkey.name}>"


def generate_witness_key(name: str) -> WitnessKey:
    """Return a new key for a witness from the operating system's randomness."""
    return WitnessKey(ed25519.Ed25519PrivateKey.generate(), name)


def open_witness_key(pem: bytes, passphrase: bytes, name: str) -> WitnessKey:
    """Return the witness's key in a sealed PEM file.

    Raises:
        KeysError: as `keys.signing.open_private_key`.
    """
    handle = open_handle(pem, passphrase)
    if not isinstance(handle, ed25519.Ed25519PrivateKey):
        raise KeysError(
            "private_key_damaged",
            Text("私钥文件已损坏或类型不受支持", "The private key file is damaged or unsupported"),
        )
    return WitnessKey(handle, name)


def cosign_checkpoint(key: WitnessKey, text: str, *, now: datetime) -> NoteSignature:
    """Return the cosignature under a checkpoint.

    Args:
        key: of the witness.
        text: of the checkpoint, once it is proven to go on from the last one cosigned.
        now: the time it states, aware.

    Raises:
        LogError: `checkpoint_malformed`: nothing else is cosigned.
    """
    parse_checkpoint_text(text)
    return cosign_text(text, key.vkey, key._handle.sign, now=now)
