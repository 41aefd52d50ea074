"""What is done with root keys away from the home: key files, drafts, signatures put together.

One file in, one file out: a draft goes to the machine where a root key is kept, and comes back with
one signature more. Nothing here reads a home or a database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from codes.wording import Text
from issuer.errors import IssuerError
from keys.algorithms import Algorithm, PublicJwk
from keys.document import KeyDocument
from keys.errors import KeysError
from keys.jws import Kind, SignedFile, key_name
from keys.root import RootDocument, SignedRoot, dump_signed_root, parse_signed_root, read_jwk
from keys.root_signing import RootKey, generate_root_key, seal_root_key, sign_file
from keys.strict_json import load_strict_json
from keys.trust_list import (
    MAX_TRUST_LIST_BYTES,
    TrustDraft,
    dump_trust_draft,
    parse_trust_draft,
)
from registry.store import write_durably

PUBLIC_SUFFIX = ".pub"
_MOST_KEY_BYTES = 4096
_DIGEST_DIGITS = 32  # 128 bits: nobody can compose two drafts that read the same
_GROUP = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A root document or a trust list with the signatures it has so far.

    Args:
        kind: which of the two.
        file: what is signed, and the signatures.
        roots: of a trust list the root documents it comes with; none of a root document.
    """

    kind: Kind
    file: SignedFile
    document: RootDocument | KeyDocument
    roots: tuple[SignedRoot, ...] = ()

    @property
    def sha256(self) -> str:
        """SHA-256 of what is signed, in hex: the same however many signed it."""
        return hashlib.sha256(self.file.payload).hexdigest()

    @property
    def digest(self) -> str:
        """What holders read to each other, `spoken_digest`."""
        return spoken_digest(self.sha256)

    @property
    def root(self) -> SignedRoot:
        """The root document this is.

        Raises:
            AssertionError: it is a trust list.
        """
        assert isinstance(self.document, RootDocument)
        return SignedRoot(document=self.document, file=self.file)

    @property
    def trust(self) -> TrustDraft:
        """The trust list this is.

        Raises:
            AssertionError: it is a root document.
        """
        assert isinstance(self.document, KeyDocument)
        return TrustDraft(document=self.document, file=self.file, roots=self.roots)


def spoken_digest(sha256: str) -> str:
    """Return the first half of a SHA-256 in hex, in groups that are easily read out."""
    return " ".join(sha256[at : at + _GROUP] for at in range(0, _DIGEST_DIGITS, _GROUP))


def make_root_key(path: Path, passphrase: bytes, algorithm: Algorithm) -> PublicJwk:
    """Make a root key: the sealed private half at `path`, the public half beside it; return that.

    Args:
        path: nothing is there yet.
        passphrase: of this key alone.
        algorithm: its own.
    """
    key = generate_root_key(algorithm)
    write_durably(path, seal_root_key(key, passphrase))
    public = json.dumps(key.public.as_dict(), indent=2, sort_keys=True).encode("ascii")
    write_durably(public_path(path), public + b"\n", mode=0o644)
    return key.public


def public_path(path: Path) -> Path:
    """Return where the public half of a root key lies."""
    return path.with_name(path.name + PUBLIC_SUFFIX)


def read_public_key(path: Path) -> PublicJwk:
    """Return the public half of a root key from its file.

    Raises:
        KeysError: it is none (`json_invalid`, `key_document_invalid`, `jwk_invalid`).
    """
    return read_jwk(load_strict_json(path.read_bytes(), max_bytes=_MOST_KEY_BYTES), path.name)


def parse_draft(data: bytes) -> Draft:
    """Return what a file holds: a root document or a trust list, no signature counted.

    Raises:
        KeysError: it is neither; the sentence says what is wrong with it.
    """
    value = load_strict_json(data, max_bytes=MAX_TRUST_LIST_BYTES)
    if isinstance(value, dict) and "roots" in value:
        trust = parse_trust_draft(data)
        return Draft(
            kind=Kind.TRUST_LIST, file=trust.file, document=trust.document, roots=trust.roots
        )
    root = parse_signed_root(data)
    return Draft(kind=Kind.ROOT, file=root.file, document=root.document)


def dump_draft(draft: Draft) -> bytes:
    """Return the file of a draft."""
    if draft.kind is Kind.ROOT:
        return dump_signed_root(draft.root)
    return dump_trust_draft(draft.file, draft.roots)


def sign_draft(draft: Draft, key: RootKey) -> Draft:
    """Return the draft with one signature more.

    Raises:
        IssuerError: the key is none of those whose signature counts (`root_key_foreign`): of a
            trust list those of the last root document it comes with.
    """
    counting = draft.roots[-1].document.keys if draft.roots else (key.public,)
    if key.public not in counting:
        raise IssuerError(
            "root_key_foreign",
            Text(
                f"根密钥 {key_name(key.public)[:16]} 不在当前根文件之列，其签名不起作用",
                f"root key {key_name(key.public)[:16]} is not in the present root document; "
                "its signature would not count",
            ),
        )
    return Draft(
        kind=draft.kind,
        file=sign_file(key, draft.file, draft.kind),
        document=draft.document,
        roots=draft.roots,
    )


def unite_drafts(drafts: Sequence[Draft]) -> Draft:
    """Return one draft with the signatures of all copies of it.

    Raises:
        KeysError: they are not copies of one draft (`signed_file_other`).
    """
    file = reduce(SignedFile.united, (draft.file for draft in drafts))
    first = drafts[0]
    return Draft(kind=first.kind, file=file, document=first.document, roots=first.roots)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signers:
    """Who of a root document's keys signed a draft, and how many must."""

    root_version: int
    threshold: int
    signed: tuple[str, ...]
    unsigned: tuple[str, ...]

    @property
    def missing(self) -> int:
        """How many signatures it still waits for."""
        return max(0, self.threshold - len(self.signed))


def inspect_signers(draft: Draft, root: RootDocument) -> Signers:
    """Return who of a root document's keys signed a draft."""
    signed = draft.file.signers(draft.kind, root.keys)
    return Signers(
        root_version=root.version,
        threshold=root.threshold,
        signed=tuple(key_name(key)[:16] for key in signed),
        unsigned=tuple(key_name(key)[:16] for key in root.keys if key not in signed),
    )


def read_draft(path: Path) -> Draft:
    """Return the draft a file holds; raises as `parse_draft`, naming the file.

    Raises:
        IssuerError: `draft_unreadable`.
    """
    try:
        return parse_draft(path.read_bytes())
    except (OSError, KeysError) as error:
        reason = error.text if isinstance(error, KeysError) else Text("", "")
        raise IssuerError(
            "draft_unreadable",
            Text(
                f"{path.name} 不是根文件或信任列表的待签文件。{reason.zh}",
                f"{path.name} is no root document or trust list to be signed. {reason.en}",
            ),
        ) from error
