"""What the auditor believes of the authority: who may issue what, when, with which key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from codes.levels import Level
from keys.document import KeyDocument, parse_key_document


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The authority's list, as the rules ask it.

    Args:
        document: bodies, scopes and keys.
        digest: SHA-256 of the list as the log's trust leaves state it; None where it is unsigned.
        compromised: since when a key, by prefix and key id, may have been in other hands.
    """

    document: KeyDocument
    digest: bytes | None
    compromised: dict[tuple[str, int], datetime]

    def knows(self, prefix: str) -> bool:
        """Say whether any body was ever filed under a prefix."""
        return self.document.body(prefix) is not None

    def in_scope(self, prefix: str, occupation: int, level: Level, on: date) -> bool:
        """Say whether a body was filed for an occupation at a level on a day."""
        body = self.document.body(prefix)
        return body is not None and body.scope_for(occupation, level, on) is not None

    def key_covers(self, prefix: str, key_id: int, on: date) -> bool | None:
        """Say whether a key might sign on a day; None where there is no such key."""
        key = self.document.ring.find(prefix, key_id)
        return None if key is None else key.covers(on)


def read_trust(data: bytes) -> Trust:
    """Return what the published key document says.

    Args:
        data: the published file.

    Raises:
        KeysError: as `parse_key_document`.
    """
    return Trust(document=parse_key_document(data), digest=None, compromised={})
