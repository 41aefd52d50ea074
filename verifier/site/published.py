"""The published key document as the public site serves it: its one deterministic byte form."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from keys.document import KeyDocument, dump_key_document
from verifier.errors import KeyDocumentUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A readable key document.

    Args:
        document: what was read.
        data: its published bytes.
        tag: names these bytes, for caches.
    """

    document: KeyDocument
    data: bytes
    tag: str


class PublishedKeys:
    """Writes the key document in force out once, and again only when it was replaced.

    Args:
        source: returns the document in force, the same object until it changed.
    """

    def __init__(self, source: Callable[[], KeyDocument]) -> None:
        self._source = source
        self._held: Published | None = None

    def read(self) -> Published | None:
        """Return the document in force, or None while none can be read."""
        try:
            document = self._source()
        except KeyDocumentUnavailable:
            return None
        held = self._held
        if held is None or held.document is not document:
            data = dump_key_document(document)
            tag = hashlib.sha256(data).hexdigest()[:32]
            held = self._held = Published(document=document, data=data, tag=tag)
        return held
