"""The trust list: the key document, signed by the authority's root keys. The one way in.

The published file holds the document, its signatures and every root document from 1 on, so it is
replaced as a whole and checked without asking anyone. Nothing of an unsigned document is believed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from codes.wording import Text
from keys.document import KeyDocument, parse_key_document
from keys.errors import KeysError
from keys.json_fields import Fields
from keys.jws import Kind, SignedFile, read_signed_file, signed_file_json
from keys.root import (
    RootDocument,
    SignedRoot,
    check_signed,
    open_root_file,
    read_root_file,
    read_signed_root,
    walk_roots,
)
from keys.strict_json import load_strict_json

MAX_TRUST_LIST_BYTES = 24 * 1024 * 1024

_FILE_FIELDS = frozenset({"payload", "signatures", "roots"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustList:
    """A key document that enough root keys signed, under a root that descends from the pin.

    Args:
        document: what the authority says.
        root: the root document it was signed under, the last of the chain.
        root_pins: SHA-256 of every root document in hex, from 1 on.
        pin: the one of them that was known beforehand.
        data: the file as published.
        sha256: of the document's bytes: the same however many signed it.
    """

    document: KeyDocument
    root: RootDocument
    root_pins: tuple[str, ...]
    pin: str
    data: bytes = field(repr=False)
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustDraft:
    """A trust list with the signatures it has so far; believed by nobody.

    Args:
        document: what it says.
        file: its bytes and the signatures.
        roots: the signed root documents, from 1 on.
    """

    document: KeyDocument
    file: SignedFile
    roots: tuple[SignedRoot, ...]


def parse_trust_list(data: bytes, pin: str) -> TrustList:
    """Return the trust list that `data` holds, if enough root keys signed it.

    Args:
        data: the published file, untrusted.
        pin: SHA-256 in hex of one root document, known beforehand.

    Raises:
        KeysError: `trust_list_unsigned` for anything unsigned or wrongly signed; `root_unknown`
            where no root document is the pinned one; `root_skipped`; for what was signed and is
            not understood, the faults of `parse_key_document`.
    """
    fields = _read_fields(data)
    roots = fields.items("roots", read_root_file)
    if roots and pin not in {hashlib.sha256(root.payload).hexdigest() for root in roots}:
        raise KeysError(
            "root_unknown",
            Text(
                "信任列表所附的根文件不是事先确认的根文件",
                "none of the trust list's root documents is the pinned one",
            ),
        )
    file = read_signed_file(fields)
    chain = walk_roots(map(open_root_file, roots))  # none is read after a bad one
    check_signed(file, Kind.TRUST_LIST, chain.last)
    return TrustList(
        document=parse_key_document(file.payload),
        root=chain.last,
        root_pins=chain.pins,
        pin=pin,
        data=data,
        sha256=hashlib.sha256(file.payload).digest(),
    )


def parse_trust_draft(data: bytes) -> TrustDraft:
    """Return what a file says it is, no signature counted: to be shown or signed, not believed.

    Raises:
        KeysError: `trust_list_unsigned` for a key document without any signatures around it;
            `json_invalid` and the faults of `parse_key_document`.
    """
    fields = _read_fields(data)
    file = read_signed_file(fields)
    return TrustDraft(
        document=parse_key_document(file.payload),
        file=file,
        roots=fields.items("roots", read_signed_root),
    )


def dump_trust_draft(file: SignedFile, roots: Sequence[SignedRoot]) -> bytes:
    """Return the file of a trust list: document, signatures so far, root documents."""
    value = {**signed_file_json(file), "roots": [signed_file_json(root.file) for root in roots]}
    return json.dumps(value, indent=2).encode("ascii") + b"\n"


def _read_fields(data: bytes) -> Fields:
    value = load_strict_json(data, max_bytes=MAX_TRUST_LIST_BYTES)
    if not isinstance(value, dict) or not {"payload", "signatures"} <= set(value):
        raise KeysError(
            "trust_list_unsigned",
            Text("文件不是已签名的信任列表", "the file is not a signed trust list"),
        )
    return Fields(value, "", _FILE_FIELDS)
