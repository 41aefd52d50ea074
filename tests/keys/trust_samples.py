"""Root keys from fixed secrets, root documents of them, and trust lists they signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from keys.algorithms import Algorithm
from keys.document import KeyDocument, dump_key_document
from keys.jws import Kind, SignedFile
from keys.root import RootDocument, SignedRoot, dump_root_document
from keys.root_signing import RootKey, sign_file
from keys.trust_list import TrustList, dump_trust_draft, parse_trust_list
from tests.keys.key_samples import fixed_key

COMPOSED = datetime(2026, 1, 1, tzinfo=UTC)


def root_key(label: str, algorithm: Algorithm = Algorithm.ES256) -> RootKey:
    """Return the same root key for the same label."""
    return RootKey(fixed_key(algorithm, f"root {label}"))


def root_document(keys: Sequence[RootKey], *, threshold: int = 1, version: int = 1) -> RootDocument:
    """Return a root document of these keys."""
    return RootDocument(
        version=version,
        threshold=threshold,
        published_at=COMPOSED,
        keys=tuple(key.public for key in keys),
    )


def signed_root(document: RootDocument, signers: Sequence[RootKey]) -> SignedRoot:
    """Return a root document signed by these keys."""
    file = SignedFile(payload=dump_root_document(document))
    for key in signers:
        file = sign_file(key, file, Kind.ROOT)
    return SignedRoot(document=document, file=file)


def list_file(
    document: KeyDocument, roots: Sequence[SignedRoot], signers: Sequence[RootKey]
) -> bytes:
    """Return the file of a trust list signed by these keys."""
    file = SignedFile(payload=dump_key_document(document))
    for key in signers:
        file = sign_file(key, file, Kind.TRUST_LIST)
    return dump_trust_draft(file, roots)


ONE = root_key("one")


def one_root() -> SignedRoot:
    """Return the root document of one key that most tests trust."""
    return signed_root(root_document([ONE]), [ONE])


def published(document: KeyDocument) -> bytes:
    """Return a document as the one root key publishes it."""
    return list_file(document, [one_root()], [ONE])


@lru_cache(maxsize=16)
def trust_list(document: KeyDocument) -> TrustList:
    """Return a document as a trust list in force; the same object for the same document."""
    return parse_trust_list(published(document), one_root().pin)
