"""What the auditor believes of the authority: who may issue what, when, with which key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from audit.errors import AuditError
from codes.levels import Level
from codes.wording import Text
from keys.document import KeyDocument
from keys.root import check_pin
from keys.trust_list import parse_trust_list
from log.notes import VerifierKey, parse_vkey


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The authority's list, as the rules ask it.

    Args:
        document: bodies, scopes and keys.
        digest: SHA-256 of the document, as the log's trust leaves state it.
        compromised: since when a key, by prefix and key id, may have been in other hands.
    """

    document: KeyDocument
    digest: bytes
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


def read_trust(data: bytes, pin: str) -> Trust:
    """Return what the authority's signed list says.

    Args:
        data: the published file, untrusted.
        pin: SHA-256 in hex of one root document, known beforehand, as a person wrote it.

    Raises:
        KeysError: as `check_pin` and `parse_trust_list`.
    """
    signed = parse_trust_list(data, check_pin(pin))
    keys = (key for body in signed.document.bodies for key in body.keys)
    return Trust(
        document=signed.document,
        digest=signed.sha256,
        compromised={
            (key.prefix, key.key_id): key.compromised_since
            for key in keys
            if key.compromised_since is not None
        },
    )


def choose_log_key(trust: Trust, vkey: str | None, origin: str | None) -> VerifierKey:
    """Return the key of the log to follow: the one that was given, else the list's.

    Args:
        trust: names the authority's logs.
        vkey: as a person gave it; None for the list's.
        origin: names one of the list's logs; None where it has only one.

    Raises:
        LogError: `vkey_invalid`.
        AuditError: `audit_log_unnamed` where the list does not say which log is meant.
    """
    if vkey is not None:
        return parse_vkey(vkey)
    named = [log.vkey for log in trust.document.logs if origin is None or log.name == origin]
    if len(named) != 1:
        raise AuditError(
            "audit_log_unnamed",
            Text(
                "信任列表未指明是哪一个日志，请用 --vkey 写明其公钥",
                "the trust list does not say which log is meant; give its key with --vkey",
            ),
        )
    return parse_vkey(named[0])
