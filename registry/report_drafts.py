"""Drafts of verification reports: the public side makes them, the sealer opens them, nobody else.

A draft is the content of a report, compressed and sealed under a key of the look-up secret, so that
a page can carry it: nothing is kept of those who want no report. Number and look-up code follow
from the draft; asking twice with one draft asks for one report. The code is kept nowhere, and what
is kept of a sealed report lies under it.

Source: RFC 5297 (AES-SIV); RFC 5869 (HKDF).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from codes.wording import Text
from registry.errors import VaultError
from registry.vault import seal, unseal

MAX_CONTENT_BYTES: Final = 1 << 20
MAX_DRAFT_BYTES: Final = 512 << 10
_SHANGHAI: Final = timezone(timedelta(hours=8))
_CONTEXT: Final = [b"yanzhen/report-draft/1"]
# Crockford's: no I, L, O, U, which eyes and ears take for others.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_NUMBER_CHARACTERS: Final = 10
_CODE_CHARACTERS: Final = 20
_GROUP: Final = 4
_PREFIX: Final = "CY"
_NUMBER: Final = re.compile(rf"{_PREFIX}([0-9]{{8}})-?([{_ALPHABET}]{{{_NUMBER_CHARACTERS}}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTicket:
    """Where a report is found again.

    Args:
        number: such as CY20261126-7K3M9Q4X2A.
        code: the look-up code, in groups; a secret of whoever holds the report.
    """

    number: str
    code: str = field(repr=False)


class ReportDrafts:
    """Seals and opens drafts.

    Args:
        pepper: the public side's look-up secret.
    """

    def __init__(self, pepper: bytes) -> None:
        derive = HKDF(
            algorithm=hashes.SHA256(), length=96, salt=None, info=b"yanzhen/report-drafts"
        )
        material = derive.derive(pepper)
        self._cipher = AESSIV(material[:64])
        self._secret = material[64:]

    def seal(self, content: Mapping[str, Any]) -> bytes:
        """Return the draft of a content; equal contents give equal drafts."""
        clear = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        return self._cipher.encrypt(zlib.compress(clear, 6), _CONTEXT)

    def open(self, draft: bytes) -> dict[str, Any]:
        """Return the content of a draft.

        Raises:
            VaultError: it was not sealed here (`report_draft_altered`).
        """
        try:
            packed = self._cipher.decrypt(draft, _CONTEXT)
        except (InvalidTag, ValueError) as error:
            raise VaultError(
                "report_draft_altered",
                Text("报告内容不完整或已被改动", "the draft of the report was altered"),
            ) from error
        reader = zlib.decompressobj()
        content: dict[str, Any] = json.loads(reader.decompress(packed, MAX_CONTENT_BYTES))
        return content

    def ticket(self, draft: bytes, asked_at: datetime) -> ReportTicket:
        """Return number and look-up code of a draft.

        Args:
            draft: as `seal` returned it.
            asked_at: the time of its verdict; the number begins with that day in Shanghai.
        """
        day = f"{asked_at.astimezone(_SHANGHAI):%Y%m%d}"
        tail = self._letters(b"number", draft, _NUMBER_CHARACTERS)
        letters = self._letters(b"code", draft, _CODE_CHARACTERS)
        return ReportTicket(number=f"{_PREFIX}{day}-{tail}", code=_grouped(letters))

    def _letters(self, purpose: bytes, draft: bytes, count: int) -> str:
        digest = hmac.digest(self._secret, purpose + b"\0" + draft, hashlib.sha256)
        return "".join(_ALPHABET[byte & 31] for byte in digest[:count])


def read_ticket(number: str, code: str) -> ReportTicket | None:
    """Return the ticket that was typed, tolerant of case, spaces and look-alikes; None for none."""
    found = read_report_number(number)
    letters = _plain(code)
    if found is None or len(letters) != _CODE_CHARACTERS or set(letters) - set(_ALPHABET):
        return None
    return ReportTicket(number=found, code=_grouped(letters))


def read_report_number(text: str) -> str | None:
    """Return the report number that was typed, as it is written; None where it is none."""
    found = _NUMBER.fullmatch(_plain(text))
    return f"{_PREFIX}{found[1]}-{found[2]}" if found else None


def seal_under(ticket: ReportTicket, kind: str, data: bytes) -> bytes:
    """Return what only the ticket opens."""
    return seal(_cipher_of(ticket), f"report-{kind}", data)


def open_under(ticket: ReportTicket, kind: str, sealed: bytes) -> bytes:
    """Undo `seal_under`; raises VaultError `sealed_value_altered` for another code."""
    return unseal(_cipher_of(ticket), f"report-{kind}", sealed)


def _cipher_of(ticket: ReportTicket) -> AESGCM:
    derive = HKDF(
        algorithm=hashes.SHA256(),
        length=32,
        salt=ticket.number.encode(),
        info=b"yanzhen/report-kept",
    )
    return AESGCM(derive.derive(_plain(ticket.code).encode()))


def _plain(typed: str) -> str:
    kept = "".join(char for char in typed.upper() if char.isascii() and char.isalnum())
    return kept.translate(_MISREAD)


def _grouped(letters: str) -> str:
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))
