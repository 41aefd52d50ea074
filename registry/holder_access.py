"""How a holder comes to the page of their own certificate: a code, used once, then a session.

Codes are made by the assessment body, which has seen who stands before it, and are handed over in
person. Certificate number and document number alone let nobody in. Both sides hold the look-up
secret, from which all keys here follow; a copy of the public database opens and tells nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import CursorResult, delete, func, select
from sqlalchemy.orm import Session

from registry.errors import VaultError
from registry.holder_models import (
    MARK_BYTES,
    HolderCode,
    HolderRequest,
    HolderSession,
    HolderShare,
    HolderTry,
)
from registry.spoken_codes import new_code, read_code, spaced
from registry.vault import seal, unseal

CODE_CHARACTERS: Final = 8
MOST_TRIES: Final = 5
SESSION: Final = timedelta(minutes=20)
_FORGOTTEN_AFTER: Final = timedelta(days=1)
_COOKIE_BYTES: Final = 24


class CodePurpose(StrEnum):
    """Why a code was made; each is replaced by the next one for the same reason."""

    COUNTER = "counter"
    HANDOVER = "handover"

    @property
    def lasts(self) -> timedelta:
        """How long such a code can be used."""
        return timedelta(hours=24) if self is CodePurpose.COUNTER else timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderClaim:
    """What a holder proved to hold. Personal data.

    Args:
        document_number: normalised.
    """

    number: str
    document_number: str = field(repr=False)

    def encode(self) -> bytes:
        """Return it in bytes, to be sealed."""
        return json.dumps([self.number, self.document_number]).encode()

    @classmethod
    def decode(cls, data: bytes) -> HolderClaim:
        """Undo `encode`."""
        number, document_number = json.loads(data)
        return cls(number=number, document_number=document_number)


class HolderKeys:
    """The keys of the holder's pages.

    Args:
        pepper: the look-up secret of the home.
    """

    def __init__(self, pepper: bytes) -> None:
        self._key = hmac.digest(pepper, b"yanzhen/holder", hashlib.sha256)

    def mark(self, claim: HolderClaim) -> bytes:
        """Return what stands for one holder of one certificate."""
        return self._mac(b"mark", claim.encode())[:MARK_BYTES]

    def code_mac(self, mark: bytes, code: str) -> bytes:
        """Return how a code is kept."""
        return self._mac(b"code", mark + code.encode())

    def digest(self, kind: str, token: str) -> str:
        """Return by what a cookie or link is found again."""
        return self._mac(b"digest", f"{kind}/{token}".encode()).hex()

    def cipher(self, kind: str, token: str) -> AESGCM:
        """Return what seals under a cookie or link: who lacks it opens nothing."""
        return AESGCM(self._mac(b"seal", f"{kind}/{token}".encode()))

    def common_cipher(self, kind: str) -> AESGCM:
        """Return what seals for both sides."""
        return AESGCM(self._mac(b"common", kind.encode()))

    def sending_key(self, kind: str) -> bytes:
        """Return the key from which the codes that answer one kind of form follow."""
        return self._mac(b"sending", kind.encode())

    def _mac(self, purpose: bytes, message: bytes) -> bytes:
        return hmac.digest(self._key, purpose + b"/" + message, hashlib.sha256)


def make_code(
    session: Session, keys: HolderKeys, claim: HolderClaim, purpose: CodePurpose, *, now: datetime
) -> str:
    """Make a code for a holder; the one made before for the same purpose is void.

    Returns:
        The code as it is handed over, which is kept nowhere.
    """
    mark, code = keys.mark(claim), new_code(CODE_CHARACTERS)
    earlier = (HolderCode.mark == mark) & (HolderCode.purpose == purpose.value)
    session.execute(delete(HolderCode).where(earlier | (HolderCode.expires_at < now)))
    session.add(
        HolderCode(
            mark=mark,
            purpose=purpose.value,
            code_mac=keys.code_mac(mark, code),
            made_at=now,
            expires_at=now + purpose.lasts,
        )
    )
    return spaced(code)


def count_codes(session: Session, purpose: CodePurpose, *, made_at: datetime, now: datetime) -> int:
    """Return how many of the codes made at one time were not used and are not over."""
    query = select(func.count(HolderCode.id)).where(
        HolderCode.purpose == purpose.value,
        HolderCode.made_at == made_at,
        HolderCode.expires_at > now,
    )
    return session.scalar(query) or 0


def use_code(
    session: Session, keys: HolderKeys, claim: HolderClaim, typed: str, *, now: datetime
) -> bool:
    """Return whether a code lets its holder in; it never does again.

    The same is read and written whether there is no such certificate, no code, another, one that
    is over, or one tried too often: neither the answer nor its time tells which.
    """
    mark = keys.mark(claim)
    offered = keys.code_mac(mark, read_code(typed, CODE_CHARACTERS) or "")
    session.execute(delete(HolderTry).where(HolderTry.tried_at < now - _FORGOTTEN_AFTER))
    session.add(HolderTry(mark=mark, tried_at=now))
    session.flush()
    codes = session.scalars(select(HolderCode).where(HolderCode.mark == mark)).all()
    since = max((one.made_at for one in codes), default=now)
    tries = select(func.count(HolderTry.id)).where(
        HolderTry.mark == mark, HolderTry.tried_at >= since
    )
    few = (session.scalar(tries) or 0) <= MOST_TRIES
    found = 0
    for one in codes:
        if hmac.compare_digest(offered, one.code_mac) and one.expires_at > now and few:
            found = one.id
    done = session.execute(delete(HolderCode).where(HolderCode.id == found))
    return cast("CursorResult[Any]", done).rowcount == 1  # of two at once, one


def open_session(session: Session, keys: HolderKeys, claim: HolderClaim, *, now: datetime) -> str:
    """Begin a holder's session; return its cookie, which is kept nowhere."""
    cookie = secrets.token_urlsafe(_COOKIE_BYTES)
    session.execute(delete(HolderSession).where(HolderSession.until < now))
    digest = keys.digest("session", cookie)
    sealed = seal(keys.cipher("session", cookie), digest, claim.encode())
    session.add(HolderSession(digest=digest, sealed=sealed, until=now + SESSION))
    return cookie


def find_session(
    session: Session, keys: HolderKeys, cookie: str, *, now: datetime
) -> HolderClaim | None:
    """Return whose session a cookie is, or None where there is none or it is over."""
    digest = keys.digest("session", cookie)
    row = session.get(HolderSession, digest)
    if row is None or row.until <= now:
        return None
    try:
        return HolderClaim.decode(unseal(keys.cipher("session", cookie), digest, row.sealed))
    except VaultError:
        return None


def end_session(session: Session, keys: HolderKeys, cookie: str) -> None:
    """End the session of a cookie."""
    digest = keys.digest("session", cookie)
    session.execute(delete(HolderSession).where(HolderSession.digest == digest))


def forget_holder(session: Session, keys: HolderKeys, claims: Sequence[HolderClaim]) -> None:
    """Delete all that the holder's pages keep, for one whose data are erased.

    A session that is open shows nothing more, since the award does not open, and ends by itself.
    """
    marks = [keys.mark(claim) for claim in claims]
    session.execute(delete(HolderCode).where(HolderCode.mark.in_(marks)))
    session.execute(delete(HolderTry).where(HolderTry.mark.in_(marks)))
    session.execute(delete(HolderShare).where(HolderShare.owner.in_(marks)))
    session.execute(delete(HolderRequest).where(HolderRequest.owner.in_(marks)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeKept:
    """A code that was made for a holder and not used yet; what it is, is kept nowhere."""

    purpose: CodePurpose
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CodesKept:
    """How the codes of one holder stand.

    Args:
        codes: the newest first; also those that are over, until another is made.
        shut_until: until when none lets the holder in, for it was tried too often; None where they
            do.
    """

    codes: tuple[CodeKept, ...]
    shut_until: datetime | None


def codes_kept(
    session: Session, keys: HolderKeys, claim: HolderClaim, *, now: datetime
) -> CodesKept:
    """Return how a holder's codes stand, as the body tells whoever comes back with one."""
    mark = keys.mark(claim)
    query = select(HolderCode).where(HolderCode.mark == mark)
    rows = session.scalars(query.order_by(HolderCode.made_at.desc())).all()
    since = max((*(one.made_at for one in rows), now - _FORGOTTEN_AFTER))
    counted = select(HolderTry.tried_at).where(HolderTry.mark == mark, HolderTry.tried_at >= since)
    tries = session.scalars(counted.order_by(HolderTry.tried_at.desc())).all()
    return CodesKept(
        codes=tuple(
            CodeKept(
                purpose=CodePurpose(one.purpose), made_at=one.made_at, expires_at=one.expires_at
            )
            for one in rows
        ),
        shut_until=tries[MOST_TRIES - 1] + _FORGOTTEN_AFTER if len(tries) >= MOST_TRIES else None,
    )
