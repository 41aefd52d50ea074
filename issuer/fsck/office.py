"""What the comparison of a home works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from keys.document import KeyDocument
from log.notes import VerifierKey
from registry.store import FileStore
from registry.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class FsckOffice:
    """What the comparison of a home works with.

    Args:
        vault: open.
        pepper: the public side's look-up secret.
        store: the sealed files.
        document: the published key document.
        vkey: of the log.
        waiting: the copies that leaves wait for, which the published log does not hold yet.
        waiting_awards: the awards that leaves wait for.
        indexed: how many leaves have an index, published or not.
        uploaded: when certificates were uploaded to the national site, by the latest receipts.
    """

    vault: Vault
    pepper: bytes
    store: FileStore
    document: KeyDocument
    vkey: VerifierKey
    waiting: frozenset[int]
    waiting_awards: frozenset[int]
    indexed: int
    uploaded: Mapping[str, date]

    def is_waiting(self, copy_id: int) -> bool:
        """Say whether a leaf about a copy is appended and not published yet."""
        return copy_id in self.waiting

    def is_indexed(self, index: int) -> bool:
        """Say whether a leaf has this index, published or not."""
        return 0 <= index < self.indexed
