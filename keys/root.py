"""Root documents: which root keys there are, and how many of them must sign.

Each root document is signed by enough keys of the one before it and by enough of its own, so that
who knows any one of them can follow the chain to the last. A verifier is told the SHA-256 of one
root document's bytes beforehand (its pin) and believes nothing that does not descend from it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from codes.wording import Text
from keys.algorithms import PublicJwk, parse_jwk
from keys.errors import KeysError
from keys.json_fields import Fields, invalid, read_at, write_moment
from keys.jws import Kind, SignedFile, read_signed_file, signed_file_json
from keys.strict_json import load_strict_json

FORMAT_VERSION = 1
MAX_ROOT_BYTES = 256 * 1024
MAX_ROOT_KEYS = 32
PIN_CHARACTERS = 64

_ROOT_FIELDS = frozenset({"format", "kind", "version", "threshold", "published_at", "keys"})
_FILE_FIELDS = frozenset({"payload", "signatures"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RootDocument:
    """The root keys and how many of them must sign.

    Args:
        version: counts root documents, from 1.
        threshold: so many different keys must sign, at least 1.
        published_at: when it was composed, aware, UTC, whole seconds.
        keys: the root keys, each once.

    Raises:
        KeysError: `root_invalid`, the evidence naming the field.
    """

    version: int
    threshold: int
    published_at: datetime
    keys: tuple[PublicJwk, ...]

    def __post_init__(self) -> None:
        """Refuse a document that contradicts itself."""
        if self.version < 1:
            raise _root_error("version")
        if not 1 <= len(self.keys) <= MAX_ROOT_KEYS or len(set(self.keys)) != len(self.keys):
            raise _root_error("keys")
        if not 1 <= self.threshold <= len(self.keys):
            raise _root_error("threshold")
        if self.published_at.utcoffset() != UTC.utcoffset(None) or self.published_at.microsecond:
            raise _root_error("published_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRoot:
    """A root document and its signatures, not yet counted."""

    document: RootDocument
    file: SignedFile

    @property
    def pin(self) -> str:
        """SHA-256 of the document's bytes in hex: what a verifier is told beforehand."""
        return hashlib.sha256(self.file.payload).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class RootChain:
    """Root documents whose signatures hold, from 1 to the last.

    Args:
        pins: SHA-256 of each in hex, in order; the last stands for `last`.
    """

    last: RootDocument
    pins: tuple[str, ...]


def dump_root_document(document: RootDocument) -> bytes:
    """Return the one byte form of a root document; these bytes are what is signed and pinned."""
    value = {
        "format": FORMAT_VERSION,
        "kind": Kind.ROOT.value,
        "version": document.version,
        "threshold": document.threshold,
        "published_at": write_moment(document.published_at),
        "keys": [key.as_dict() for key in document.keys],
    }
    return json.dumps(value, indent=2, sort_keys=True).encode("ascii") + b"\n"


def parse_root_document(payload: bytes) -> RootDocument:
    """Return the root document that writes itself as exactly these bytes.

    Raises:
        KeysError: `json_invalid`, `key_document_invalid`, `root_invalid` or `jwk_invalid`.
    """
    value = load_strict_json(payload, max_bytes=MAX_ROOT_BYTES)
    fields = Fields(value, "", _ROOT_FIELDS)
    if (fields.integer("format"), fields.text("kind")) != (FORMAT_VERSION, Kind.ROOT.value):
        raise invalid("format", Text("格式版本不受支持", "is a format that is not supported"))
    document = read_at(
        "",
        lambda: RootDocument(
            version=fields.integer("version"),
            threshold=fields.integer("threshold"),
            published_at=fields.moment("published_at"),
            keys=fields.items("keys", read_jwk),
        ),
    )
    if dump_root_document(document) != payload:
        raise _root_error("/")
    return document


def read_jwk(value: object, where: str) -> PublicJwk:
    """Return a public key that stands at `where` of a document."""
    if not isinstance(value, dict):
        raise invalid(where, Text("应为对象", "must be an object"))
    return read_at(where, lambda: parse_jwk(value))


def read_signed_root(value: object, where: str) -> SignedRoot:
    """Return a signed root document from its JSON object, its signatures not yet counted."""
    return open_root_file(read_root_file(value, where))


def read_root_file(value: object, where: str) -> SignedFile:
    """Return the signed file of a root document from its JSON object, what it says unread."""
    return read_signed_file(Fields(value, where, _FILE_FIELDS))


def open_root_file(file: SignedFile) -> SignedRoot:
    """Return the root document that a signed file holds, its signatures not yet counted."""
    return SignedRoot(document=parse_root_document(file.payload), file=file)


def parse_signed_root(data: bytes) -> SignedRoot:
    """Return the signed root document a file holds, its signatures not yet counted."""
    return read_signed_root(load_strict_json(data, max_bytes=MAX_ROOT_BYTES), "")


def dump_signed_root(root: SignedRoot) -> bytes:
    """Return the file of a signed root document."""
    return json.dumps(signed_file_json(root.file), indent=2).encode("ascii") + b"\n"


def check_signed(file: SignedFile, kind: Kind, root: RootDocument) -> None:
    """Refuse a file that too few keys of a root document signed.

    Raises:
        KeysError: `trust_list_unsigned`; the evidence says how many signed and how many must.
    """
    signed = len(file.signers(kind, root.keys))
    if signed < root.threshold:
        raise KeysError(
            "trust_list_unsigned",
            Text(
                f"根密钥签名不足：第 {root.version} 版根文件要求 {root.threshold} 个，"
                f"有效的 {signed} 个",
                f"too few root keys signed: root document {root.version} asks for "
                f"{root.threshold}, {signed} did",
            ),
            evidence={"signed": str(signed), "threshold": str(root.threshold)},
        )


def walk_roots(roots: Iterable[SignedRoot]) -> RootChain:
    """Return the chain of these root documents, from 1 to the last, every signature counted.

    Raises:
        KeysError: `trust_list_unsigned` where too few keys signed one of them; `root_skipped`
            where the versions are not 1, 2, 3, ….
    """
    former: RootDocument | None = None
    pins: list[str] = []
    for version, root in enumerate(roots, start=1):
        if root.document.version != version:
            raise KeysError(
                "root_skipped",
                Text(
                    f"根文件不连续：应为第 {version} 版，实为第 {root.document.version} 版",
                    f"the root documents have a gap: {version} should follow, and "
                    f"{root.document.version} does",
                ),
            )
        if former is not None:
            check_signed(root.file, Kind.ROOT, former)
        check_signed(root.file, Kind.ROOT, root.document)
        former = root.document
        pins.append(root.pin)
    if former is None:
        raise KeysError(
            "root_skipped", Text("没有根文件", "there is no root document in the chain")
        )
    return RootChain(last=former, pins=tuple(pins))


def check_pin(text: str) -> str:
    """Return a pin as it is compared: 64 hexadecimal digits in lower case.

    People write it in groups, with spaces or hyphens between them.

    Raises:
        KeysError: `root_pin_invalid`.
    """
    pin = "".join(text.replace("-", " ").split()).lower()
    if len(pin) != PIN_CHARACTERS or set(pin) - set("0123456789abcdef"):
        raise KeysError(
            "root_pin_invalid",
            Text("根文件指纹应为 64 位十六进制数字", "a root pin has 64 hexadecimal digits"),
        )
    return pin


def _root_error(field: str) -> KeysError:
    return KeysError(
        "root_invalid",
        Text("根文件中的取值不正确", "A value of the root document is not allowed"),
        evidence={"field": field},
    )
