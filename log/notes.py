"""Signed notes: a text, and the signatures of named keys under it.

A signature of a key that is not known is ignored, whatever it says; a known key's signature that
is wrong spoils the note. Two kinds of key are known: Ed25519 over the text, and the cosignature
of a witness, which states a time as well. Private keys do not come here: who signs passes a
function.

Source: https://c2sp.org/signed-note and https://c2sp.org/tlog-cosignature
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from codes.wording import Text
from log.errors import LogError
from log.lines import decode_base64, encode_base64

MAX_NOTE_BYTES = 256 * 1024
MAX_SIGNATURES = 64
MAX_NAME_CHARACTERS = 255
KEY_HASH_BYTES = 4
PUBLIC_KEY_BYTES = 32

_DASH = "\u2014 "
_TIME_BYTES = 8
_MAX_TIME = 253_402_300_799  # the last second of the year 9999

Sign = Callable[[bytes], bytes]


class KeyKind(IntEnum):
    """The kinds of note signature, by the byte that vkeys hold."""

    ED25519 = 1
    COSIGNATURE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A public key that notes may be signed with, and its name.

    Args:
        name: no spaces and no plus sign, such as `example.com/log`.
        kind: what it signs.
        public_key: 32 bytes, Ed25519.

    Raises:
        LogError: `vkey_invalid`.
    """

    name: str
    kind: KeyKind
    public_key: bytes

    def __post_init__(self) -> None:
        """Refuse a name or a key that no signature line can have."""
        if not is_key_name(self.name) or len(self.public_key) != PUBLIC_KEY_BYTES:
            raise _vkey_error()

    @property
    def key_hash(self) -> bytes:
        """The four bytes that name the key in signature lines."""
        material = self.name.encode() + b"\n" + bytes([self.kind]) + self.public_key
        return hashlib.sha256(material).digest()[:KEY_HASH_BYTES]

    def __str__(self) -> str:
        """Return the one line that stands for the key."""
        encoded = encode_base64(bytes([self.kind]) + self.public_key)
        return f"{self.name}+{self.key_hash.hex()}+{encoded}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One line under a note.

    Args:
        name: of the key.
        key_hash: 4 bytes, with `name` names the key.
        signature: what that kind of key makes; untrusted until verified.
    """

    name: str
    key_hash: bytes
    signature: bytes

    def __str__(self) -> str:
        """Return the line without its line feed."""
        return f"{_DASH}{self.name} {encode_base64(self.key_hash + self.signature)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedNote:
    """A note whose form is right; its signatures have not been looked at.

    Args:
        text: what is signed, ending in a line feed.
        signatures: at least one.
    """

    text: str
    signatures: tuple[NoteSignature, ...]

    def __bytes__(self) -> bytes:
        """Return the one file that stands for the note."""
        lines = "".join(f"{signature}\n" for signature in self.signatures)
        return f"{self.text}\n{lines}".encode()

    def with_signatures(self, added: Iterable[NoteSignature]) -> SignedNote:
        """Return the note with more signatures under it, none of them twice."""
        return SignedNote(
            text=self.text, signatures=tuple(dict.fromkeys([*self.signatures, *added]))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedSignature:
    """A signature that a known key made.

    Args:
        key: whose it is.
        signed_at: what a cosignature says, None for any other.
    """

    key: VerifierKey
    signed_at: datetime | None


def is_key_name(name: str) -> bool:
    """Say whether a key may be named so."""
    return (
        1 <= len(name) <= MAX_NAME_CHARACTERS
        and name.isprintable()
        and "+" not in name
        and not any(char.isspace() for char in name)
    )


@lru_cache(maxsize=64)  # the same few, again and again
def parse_vkey(text: str) -> VerifierKey:
    """Return the key that stands for exactly `text`.

    Raises:
        LogError: `vkey_invalid`, also where the hash in it is not the key's.
    """
    name, _, rest = text.partition("+")
    material = decode_base64(rest.partition("+")[2])
    if not material or material[0] not in tuple(KeyKind):
        raise _vkey_error()
    key = VerifierKey(name=name, kind=KeyKind(material[0]), public_key=material[1:])
    if str(key) != text:
        raise _vkey_error()
    return key


def parse_note(data: bytes) -> SignedNote:
    """Return the note that stands for exactly `data`.

    Args:
        data: untrusted.

    Raises:
        LogError: `note_malformed`.
    """
    if len(data) > MAX_NOTE_BYTES:
        raise _malformed()
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed() from error
    if any(char < " " and char != "\n" for char in whole):
        raise _malformed()
    text, blank, below = whole.rpartition("\n\n")
    lines = below.split("\n")
    if not blank or lines.pop() or not 1 <= len(lines) <= MAX_SIGNATURES:
        raise _malformed()
    return SignedNote(
        text=text + "\n", signatures=tuple(parse_signature_line(line) for line in lines)
    )


def parse_signature_line(line: str) -> NoteSignature:
    """Return the signature that a line (without its line feed) holds.

    Raises:
        LogError: `note_malformed`.
    """
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    material = decode_base64(encoded)
    if (
        not line.startswith(_DASH)
        or not is_key_name(name)
        or material is None
        or len(material) <= KEY_HASH_BYTES
    ):
        raise _malformed()
    return NoteSignature(
        name=name, key_hash=material[:KEY_HASH_BYTES], signature=material[KEY_HASH_BYTES:]
    )


def sign_text(text: str, key: VerifierKey, sign: Sign) -> NoteSignature:
    """Return the signature of an Ed25519 key over a note's text.

    Args:
        text: ends in a line feed.
        key: the public half; its kind is `KeyKind.ED25519`.
        sign: returns the 64-byte Ed25519 signature over a message.
    """
    if key.kind is not KeyKind.ED25519:
        raise ValueError("a witness's key signs with a time")
    return NoteSignature(name=key.name, key_hash=key.key_hash, signature=sign(text.encode()))


def cosign_text(text: str, key: VerifierKey, sign: Sign, *, now: datetime) -> NoteSignature:
    """Return the cosignature of a witness under a checkpoint's text.

    Args:
        text: of the checkpoint, ends in a line feed.
        key: the public half; its kind is `KeyKind.COSIGNATURE`.
        sign: returns the 64-byte Ed25519 signature over a message.
        now: the time it states, aware.
    """
    if key.kind is not KeyKind.COSIGNATURE:
        raise ValueError("a log's key signs without a time")
    seconds = int(now.timestamp())
    signature = seconds.to_bytes(_TIME_BYTES) + sign(cosignature_message(text, seconds))
    return NoteSignature(name=key.name, key_hash=key.key_hash, signature=signature)


def cosignature_message(text: str, seconds: int) -> bytes:
    """Return the bytes a witness signs under a checkpoint's text at a time (Unix seconds)."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def verify_note(note: SignedNote, keys: Iterable[VerifierKey]) -> tuple[VerifiedSignature, ...]:
    """Return the signatures that known keys made under a note, at least one.

    Args:
        note: untrusted.
        keys: the keys to believe.

    Raises:
        LogError: `note_unsigned` where no known key signed it, `note_signature_wrong` where a
            line that names a known key was not made by it.
    """
    known = {(key.name, key.key_hash): key for key in keys}
    verified: dict[VerifierKey, VerifiedSignature] = {}
    for line in note.signatures:
        key = known.get((line.name, line.key_hash))
        if key is not None:
            verified.setdefault(key, _verify_line(note.text, line, key))
    if not verified:
        raise LogError(
            "note_unsigned",
            Text(
                "该文本没有任何已知密钥的签名",
                "No key that is known has signed this note",
            ),
        )
    return tuple(verified.values())


def _verify_line(text: str, line: NoteSignature, key: VerifierKey) -> VerifiedSignature:
    """Return what a signature of a known key says, once it is proven to be that key's."""
    message, signature, signed_at = text.encode(), line.signature, None
    if key.kind is KeyKind.COSIGNATURE:
        seconds = int.from_bytes(signature[:_TIME_BYTES])
        if seconds > _MAX_TIME:
            raise _wrong_signature(line)
        message, signature = cosignature_message(text, seconds), signature[_TIME_BYTES:]
        signed_at = datetime.fromtimestamp(seconds, UTC)
    try:
        Ed25519PublicKey.from_public_bytes(key.public_key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise _wrong_signature(line) from error
    return VerifiedSignature(key=key, signed_at=signed_at)


def _wrong_signature(line: NoteSignature) -> LogError:
    return LogError(
        "note_signature_wrong",
        Text("签名与文本不符", "A signature under the note is wrong"),
        evidence={"key": line.name},
    )


def _vkey_error() -> LogError:
    return LogError(
        "vkey_invalid",
        Text("日志公钥（vkey）的格式不正确", "This is not the public key (vkey) of a log"),
    )


def _malformed() -> LogError:
    return LogError(
        "note_malformed",
        Text("不是格式正确的签名文本", "This is not a signed note of the right form"),
    )
