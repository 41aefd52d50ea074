"""Objections between the public side, which takes them, and the authority, which reads them.

Sender and words are sealed under a key that follows from the look-up secret, which both sides hold:
neither a copy of the public database nor its backup names anybody. Once the authority has put one
on record, sealed by the vault, they go from here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from codes.wording import Text
from registry.errors import RegistryError
from registry.objection_models import SentObjection
from registry.sendings import code_of
from registry.session import insert_if_absent
from registry.spoken_codes import RECEIPT_CHARACTERS, digest_of_code, read_code, spaced
from registry.vault import seal, unseal

MOST_WAITING: Final = 500  # to one notice: what is sent to it closes no other
_PURPOSE: Final = "objection"


class ObjectionsFull(RegistryError):
    """More objections to a notice wait than are taken; objecting by letter stays open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionWords:
    """Who objects and what they say. Personal data."""

    sender: str = field(repr=False)
    text: str = field(repr=False)


class ObjectionBox:
    """Seals and opens what is sent.

    Args:
        pepper: the look-up secret of the home.
    """

    def __init__(self, pepper: bytes) -> None:
        derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"yanzhen/objections")
        key = derive.derive(pepper)
        self._cipher = AESGCM(key)
        self._sending_key = hashlib.sha256(b"yanzhen/objections/sending" + key).digest()

    def send(
        self,
        session: Session,
        notice_id: int,
        words: ObjectionWords,
        *,
        now: datetime,
        sending: bytes = b"",
    ) -> str:
        """Keep an objection to a notice; return its receipt code, which is kept nowhere.

        Args:
            sending: what tells this sending from every other, with all that it says; the receipt
                code follows from it, and of several at once one is kept. Empty for one that nobody
                repeats.

        Raises:
            ObjectionsFull: as many wait for this notice as are taken (`objections_full`).
        """
        waiting = select(func.count(SentObjection.id)).where(
            SentObjection.sealed.is_not(None), SentObjection.notice_id == notice_id
        )
        if (session.scalar(waiting) or 0) >= MOST_WAITING:
            raise ObjectionsFull(
                "objections_full",
                Text(
                    "对本公示网上提交的异议过多，请在公示期内以书面方式提出",
                    "too many objections to this notice wait to be read; object by letter in time",
                ),
            )
        code = code_of(self._sending_key, sending, RECEIPT_CHARACTERS)
        clear = json.dumps({"sender": words.sender, "text": words.text}, ensure_ascii=False)
        insert_if_absent(
            session,
            SentObjection,
            notice_id=notice_id,
            code_sha256=digest_of_code(_PURPOSE, code),
            sealed=seal(self._cipher, _context(notice_id), clear.encode()),
            sent_at=now,
        )
        return spaced(code)

    def repeated(self, session: Session, sending: bytes) -> str | None:
        """Return the receipt code of an objection that this very sending brought before."""
        code = code_of(self._sending_key, sending, RECEIPT_CHARACTERS)
        return None if find_sent(session, code) is None else spaced(code)

    def open(self, row: SentObjection) -> ObjectionWords:
        """Return what was sent.

        Raises:
            VaultError: it was altered, or sealed under another look-up secret.
        """
        assert row.sealed is not None
        words = json.loads(unseal(self._cipher, _context(row.notice_id), row.sealed))
        return ObjectionWords(sender=words["sender"], text=words["text"])


def waiting_objections(session: Session, notice_id: int) -> Sequence[SentObjection]:
    """Return what was sent about a notice and is not on record yet, the oldest first."""
    query = select(SentObjection).where(SentObjection.sealed.is_not(None))
    return session.scalars(
        query.where(SentObjection.notice_id == notice_id).order_by(SentObjection.id)
    ).all()


def count_waiting_objections(session: Session) -> dict[int, int]:
    """Return how many objections are not on record yet, by the number of their notice."""
    query = select(SentObjection.notice_id, func.count(SentObjection.id))
    waiting = query.where(SentObjection.sealed.is_not(None)).group_by(SentObjection.notice_id)
    return dict(iter(session.execute(waiting)))


def mark_taken(row: SentObjection, objection_id: int, *, now: datetime) -> None:
    """Say that an objection is on record; what it said goes from here."""
    row.sealed = None
    row.taken_at = now
    row.objection_id = objection_id


def find_sent(session: Session, code: str) -> SentObjection | None:
    """Return the objection of a receipt code, tolerant of case, blanks and look-alikes."""
    read = read_code(code, RECEIPT_CHARACTERS)
    if read is None:
        return None
    digest = digest_of_code(_PURPOSE, read)
    return session.scalar(select(SentObjection).where(SentObjection.code_sha256 == digest))


def _context(notice_id: int) -> str:
    return f"objection-{notice_id}"
