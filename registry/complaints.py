"""Complaints and tips between the public side, which takes them, and the desks that answer.

Words, file and answer are sealed under a key that follows from the look-up secret, which both sides
hold: neither a copy of the public database nor its backup names anybody or says who is accused.
Once a desk has put one on record, sealed by the vault, words and file go from here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from codes.wording import Text
from registry.complaint_answers import Told, pack_told, unpack_told
from registry.complaint_models import SentComplaint
from registry.errors import RegistryError
from registry.sendings import code_of
from registry.session import insert_if_absent
from registry.spoken_codes import RECEIPT_CHARACTERS, digest_of_code, read_code, spaced
from registry.vault import seal, unseal

MOST_WAITING: Final = 500
MOST_FILE_BYTES: Final = 10 << 20
MOST_WAITING_BYTES: Final = 300 << 20
UNREAD_MARK: Final = "?"
"""Ends the kind of a file that was kept unread, while the machine was busy."""

_PURPOSE: Final = "complaint"


class ComplaintKind(StrEnum):
    """What a complaint is about."""

    FORGED = "forged"
    BODY = "body"
    SERVICE = "service"
    OTHER = "other"

    @property
    def text(self) -> Text:
        """What it is called."""
        return _KIND_WORDS[self]


_KIND_WORDS: Mapping[ComplaintKind, Text] = MappingProxyType(
    {
        ComplaintKind.FORGED: Text(
            "假证书、假查询网站或买卖证书",
            "False certificates, false query sites, certificates for sale",
        ),
        ComplaintKind.BODY: Text(
            "评价机构违规（收费、考试作弊、降低标准等）",
            "An assessment body: fees, cheating in examinations, lowered standards",
        ),
        ComplaintKind.SERVICE: Text(
            "证书办理（不发证、不更正、信息有误等）",
            "A certificate: not issued, not corrected, or with wrong data",
        ),
        ComplaintKind.OTHER: Text("其他", "Something else"),
    }
)


class ComplaintsFull(RegistryError):
    """More complaints, or more of files, wait than are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintWords:
    """What a complaint says. Personal data.

    Args:
        sender: who complains and how to reach them; empty for somebody who does not say.
        subject: certificate number, body or address that it is about; may be empty.
        text: what happened.
    """

    sender: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)

    def encode(self) -> bytes:
        """Return it in bytes, to be sealed."""
        held = {"sender": self.sender, "subject": self.subject, "text": self.text}
        return json.dumps(held, ensure_ascii=False).encode()

    @classmethod
    def decode(cls, data: bytes) -> ComplaintWords:
        """Undo `encode`."""
        held = json.loads(data)
        return cls(sender=held["sender"], subject=held["subject"], text=held["text"])


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintFile:
    """A file sent along; its kind was told by its bytes.

    Args:
        unread: no child process has read it, as none was free: it may not open.
    """

    content: bytes = field(repr=False)
    kind: str
    unread: bool = False

    @property
    def kept_kind(self) -> str:
        """Its kind as it is kept, with the mark of one that was not read."""
        return f"{self.kind}{UNREAD_MARK if self.unread else ''}"


class ComplaintBox:
    """Seals and opens what goes between the sides.

    Args:
        pepper: the look-up secret of the home.
    """

    def __init__(self, pepper: bytes) -> None:
        derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"yanzhen/complaints")
        key = derive.derive(pepper)
        self._cipher = AESGCM(key)
        self._sending_key = hashlib.sha256(b"yanzhen/complaints/sending" + key).digest()

    def send(
        self,
        session: Session,
        kind: ComplaintKind,
        words: ComplaintWords,
        file: ComplaintFile | None,
        *,
        now: datetime,
        sending: bytes = b"",
    ) -> str:
        """Keep a complaint; return its receipt code, which is kept nowhere.

        Args:
            sending: what tells this sending from every other and its content from any other's;
                the receipt code follows from it, and of several at once one is kept. Empty for one
                that nobody repeats.

        Raises:
            ComplaintsFull: as many wait as are taken (`complaints_full`), or files of as many
                bytes (`complaint_files_full`).
        """
        _check_room(session, 0 if file is None else len(file.content))
        code = code_of(self._sending_key, sending, RECEIPT_CHARACTERS)
        digest = digest_of_code(_PURPOSE, code)
        insert_if_absent(
            session,
            SentComplaint,
            kind=kind.value,
            code_sha256=digest,
            sealed=seal(self._cipher, f"words/{digest}", words.encode()),
            file_sealed=None
            if file is None
            else seal(self._cipher, f"file/{digest}", file.content),
            file_kind=None if file is None else file.kept_kind,
            file_bytes=0 if file is None else len(file.content),
            sent_at=now,
        )
        return spaced(code)

    def repeated(self, session: Session, sending: bytes) -> str | None:
        """Return the receipt code of a complaint that this very sending brought before."""
        code = code_of(self._sending_key, sending, RECEIPT_CHARACTERS)
        return None if find_complaint(session, code) is None else spaced(code)

    def words(self, row: SentComplaint) -> ComplaintWords:
        """Return what was sent; raises VaultError where it was altered."""
        assert row.sealed is not None
        return ComplaintWords.decode(unseal(self._cipher, f"words/{row.code_sha256}", row.sealed))

    def file(self, row: SentComplaint) -> bytes | None:
        """Return the file sent along, if any; raises VaultError where it was altered."""
        if row.file_sealed is None:
            return None
        return unseal(self._cipher, f"file/{row.code_sha256}", row.file_sealed)

    def tell(self, row: SentComplaint, told: Told) -> None:
        """Let the sender read what is told of a complaint."""
        row.answer_sealed = seal(self._cipher, f"answer/{row.code_sha256}", pack_told(told))
        row.answered_at = told.answers[-1].at if told.answers else None

    def told(self, row: SentComplaint) -> Told:
        """Return what is told of a complaint; raises VaultError where it was altered."""
        if row.answer_sealed is None:
            return Told()
        kept = unseal(self._cipher, f"answer/{row.code_sha256}", row.answer_sealed)
        return unpack_told(kept, row.answered_at)


def _check_room(session: Session, more_bytes: int) -> None:
    waiting = select(func.count(SentComplaint.id), func.sum(SentComplaint.file_bytes))
    count, held = session.execute(waiting.where(SentComplaint.taken_at.is_(None))).one()
    if count >= MOST_WAITING:
        raise ComplaintsFull(
            "complaints_full",
            Text(
                "网上提交的投诉举报过多，请稍后再试，或以书面、电话方式提出",
                "too many complaints wait to be read; try again later, or write or call",
            ),
        )
    if more_bytes and (held or 0) + more_bytes > MOST_WAITING_BYTES:
        raise ComplaintsFull(
            "complaint_files_full",
            Text(
                "暂时不能接收附件，请先不带附件提交，在内容中写明有材料可以提供",
                "files cannot be taken at present; send it without one and say that you have some",
            ),
        )


def waiting_complaints(session: Session, kinds: Sequence[str]) -> Sequence[SentComplaint]:
    """Return what was sent of some kinds and is not on record yet, the oldest first."""
    query = select(SentComplaint).where(
        SentComplaint.taken_at.is_(None), SentComplaint.kind.in_(kinds)
    )
    return session.scalars(query.order_by(SentComplaint.id)).all()


def count_waiting(session: Session, kinds: Sequence[str]) -> int:
    """Return how many of some kinds are not on record yet."""
    query = select(func.count(SentComplaint.id)).where(
        SentComplaint.taken_at.is_(None), SentComplaint.kind.in_(kinds)
    )
    return session.scalar(query) or 0


def find_complaint(session: Session, code: str) -> SentComplaint | None:
    """Return the complaint of a receipt code, tolerant of case, blanks and look-alikes."""
    read = read_code(code, RECEIPT_CHARACTERS)
    if read is None:
        return None
    digest = digest_of_code(_PURPOSE, read)
    return session.scalar(select(SentComplaint).where(SentComplaint.code_sha256 == digest))
