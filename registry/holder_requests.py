"""What holders ask their assessment body for: a correction or a reissue; and what it answers.

Both are sealed under a key that follows from the look-up secret, which both sides hold. A request
changes nothing: the body's own acts do, which two of its people decide.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from codes.wording import Text
from registry.errors import RegistryError
from registry.holder_access import HolderClaim, HolderKeys
from registry.holder_models import HolderReceipt, HolderRequest
from registry.sendings import code_of
from registry.spoken_codes import RECEIPT_CHARACTERS, digest_of_code, read_code, spaced
from registry.vault import seal, unseal

MOST_OPEN: Final = 3
_KIND: Final = "request"
_PURPOSE: Final = "holder-request"
_PREFIX_CHARACTERS: Final = 13


class RequestKind(StrEnum):
    """What is asked for; the codes of the acts on the certificate desk."""

    CORRECT = "correct"
    REISSUE = "reissue"

    @property
    def text(self) -> Text:
        """What it is called."""
        correct = self is RequestKind.CORRECT
        return Text("更正", "Correction") if correct else Text("补发", "Reissue")


class RequestOutcome(StrEnum):
    """What became of a request."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"

    @property
    def text(self) -> Text:
        """What it is called."""
        return _OUTCOMES[self]


_OUTCOMES: Final = {
    RequestOutcome.ACCEPTED: Text("已受理", "taken up"),
    RequestOutcome.DECLINED: Text("不予受理", "declined"),
    RequestOutcome.WITHDRAWN: Text("申请人已撤回", "taken back by the holder"),
    RequestOutcome.CLOSED: Text("受理后未办理", "taken up, then closed without an act"),
}
ANSWERS: Final = (RequestOutcome.ACCEPTED, RequestOutcome.DECLINED)
"""What a body may answer."""


class TooManyRequests(RegistryError):
    """A holder has as many open requests as may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFor:
    """A request as its holder or the body reads it. Personal data.

    Args:
        number: of the certificate.
        words: why, and what is to stand there.
        answer: the body's, once there is one.
    """

    id: int
    kind: RequestKind
    number: str
    words: str = field(repr=False)
    sent_at: datetime
    outcome: RequestOutcome | None
    answer: str | None = field(repr=False)
    answered_at: datetime | None


def send_request(
    session: Session,
    keys: HolderKeys,
    claim: HolderClaim,
    kind: RequestKind,
    words: str,
    *,
    now: datetime,
    sending: bytes = b"",
) -> str:
    """Put a request before the body of a certificate; return its receipt code, kept nowhere.

    Args:
        sending: what tells this sending of the form from every other; the same is one request.
            Empty for one that nobody repeats.

    Raises:
        TooManyRequests: as many wait for an answer as may (`requests_full`).
    """
    code = code_of(keys.sending_key(_KIND), sending, RECEIPT_CHARACTERS)
    if session.get(HolderReceipt, digest_of_code(_PURPOSE, code)) is not None:
        return spaced(code)
    owner = keys.mark(claim)
    waiting = select(func.count(HolderRequest.id)).where(
        HolderRequest.owner == owner, HolderRequest.outcome.is_(None)
    )
    if (session.scalar(waiting) or 0) >= MOST_OPEN:
        raise TooManyRequests(
            "requests_full",
            Text(
                "已有申请在等待机构答复，请等答复后再提出",
                "earlier requests still wait for an answer; ask again after that",
            ),
        )
    clear = json.dumps([claim.number, words], ensure_ascii=False).encode()
    row = HolderRequest(
        owner=owner,
        body=claim.number[:_PREFIX_CHARACTERS],
        kind=kind.value,
        sealed=seal(keys.common_cipher(_KIND), f"words/{owner.hex()}", clear),
        sent_at=now,
    )
    session.add(row)
    session.flush()
    session.add(HolderReceipt(code_sha256=digest_of_code(_PURPOSE, code), request_id=row.id))
    return spaced(code)


def request_of_receipt(session: Session, keys: HolderKeys, code: str) -> AskedFor | None:
    """Return the request of a receipt code, tolerant of case, blanks and look-alikes."""
    read = read_code(code, RECEIPT_CHARACTERS)
    if read is None:
        return None
    receipt = session.get(HolderReceipt, digest_of_code(_PURPOSE, read))
    row = None if receipt is None else session.get(HolderRequest, receipt.request_id)
    return None if row is None else _read(keys, row)


def withdraw_request(
    session: Session, keys: HolderKeys, claim: HolderClaim, request_id: int, *, now: datetime
) -> bool:
    """Take back a request of a holder; False where it is answered already or not theirs."""
    row = session.get(HolderRequest, request_id, with_for_update=True)
    if row is None or row.owner != keys.mark(claim) or row.outcome is not None:
        return False
    row.outcome, row.answered_at = RequestOutcome.WITHDRAWN.value, now
    return True


def requests_of(session: Session, keys: HolderKeys, claim: HolderClaim) -> list[AskedFor]:
    """Return the requests of a holder, the newest first; raises VaultError."""
    query = select(HolderRequest).where(HolderRequest.owner == keys.mark(claim))
    rows = session.scalars(query.order_by(HolderRequest.id.desc())).all()
    return [_read(keys, row) for row in rows]


def requests_to(session: Session, keys: HolderKeys, body: str) -> Sequence[AskedFor]:
    """Return the requests to a body: those that wait first, the oldest at the top."""
    query = select(HolderRequest).where(HolderRequest.body == body)
    rows = session.scalars(
        query.order_by(HolderRequest.outcome.is_not(None), HolderRequest.id)
    ).all()
    return [_read(keys, row) for row in rows]


def pending_requests(session: Session, keys: HolderKeys, body: str) -> list[AskedFor]:
    """Return the requests to a body that it has not declined and nobody ended, the oldest first."""
    open_, accepted = HolderRequest.outcome.is_(None), RequestOutcome.ACCEPTED.value
    query = select(HolderRequest).where(
        HolderRequest.body == body, open_ | (HolderRequest.outcome == accepted)
    )
    return [_read(keys, row) for row in session.scalars(query.order_by(HolderRequest.id))]


def find_request(session: Session, keys: HolderKeys, body: str, request_id: int) -> AskedFor | None:
    """Return a request to a body; None where it is another's or there is none."""
    row = session.get(HolderRequest, request_id)
    return None if row is None or row.body != body else _read(keys, row)


def answer_request(
    session: Session,
    keys: HolderKeys,
    body: str,
    request_id: int,
    outcome: RequestOutcome,
    words: str,
    *,
    now: datetime,
) -> bool:
    """Answer a request to a body, once; False where it is answered, another's or not there."""
    row = session.get(HolderRequest, request_id, with_for_update=True)
    if row is None or row.body != body or row.outcome is not None:
        return False
    row.outcome, row.answered_at = outcome.value, now
    context = f"answer/{row.owner.hex()}"
    row.answer_sealed = seal(keys.common_cipher(_KIND), context, words.encode())
    return True


def close_request(
    session: Session, keys: HolderKeys, body: str, request_id: int, words: str, *, now: datetime
) -> bool:
    """End a request that was taken up, without an act; why stands after the earlier answer.

    False where it was not taken up, is ended, another's or not there.
    """
    row = session.get(HolderRequest, request_id, with_for_update=True)
    if row is None or row.body != body or row.outcome != RequestOutcome.ACCEPTED.value:
        return False
    said = f"{_read(keys, row).answer or ''}\n{words}".strip()
    row.outcome, row.answered_at = RequestOutcome.CLOSED.value, now
    context = f"answer/{row.owner.hex()}"
    row.answer_sealed = seal(keys.common_cipher(_KIND), context, said.encode())
    return True


def _read(keys: HolderKeys, row: HolderRequest) -> AskedFor:
    cipher, owner = keys.common_cipher(_KIND), row.owner.hex()
    number, words = json.loads(unseal(cipher, f"words/{owner}", row.sealed))
    sealed = row.answer_sealed
    return AskedFor(
        id=row.id,
        kind=RequestKind(row.kind),
        number=number,
        words=words,
        sent_at=row.sent_at,
        outcome=None if row.outcome is None else RequestOutcome(row.outcome),
        answer=None if sealed is None else unseal(cipher, f"answer/{owner}", sealed).decode(),
        answered_at=row.answered_at,
    )
