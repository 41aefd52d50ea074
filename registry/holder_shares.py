"""Links by which a holder shows a certificate to somebody for a while, and takes that back.

What leads to the certificate lies sealed under the link's own code, which is kept nowhere: without
the link neither the database nor its thief tells whose it is. Of visitors nothing is kept but how
many there were. A link's withdrawal code ends it; that code follows from the look-up secret and
the row, and the link does not tell it.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from codes.wording import Text
from registry.errors import RegistryError, VaultError
from registry.holder_access import HolderClaim, HolderKeys
from registry.holder_models import HolderShare
from registry.sendings import code_of
from registry.spoken_codes import (
    RECEIPT_CHARACTERS,
    code_from,
    code_of_number,
    number_of_code,
    read_code,
    spaced,
)
from registry.vault import seal, unseal

SHARE_CHARACTERS: Final = 20
SHARE_DAYS: Final = (1, 7, 30)
MOST_SHARES: Final = 10
_PLACE_CHARACTERS: Final = 6
_LISTED_AFTER: Final = timedelta(days=90)


class TooManyShares(RegistryError):
    """A holder has as many links in force as may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What a link leads to.

    Args:
        full_name: whether its holder lets the whole name be seen.
        expires_at: until when.
    """

    claim: HolderClaim
    full_name: bool
    expires_at: datetime


def make_share(
    session: Session,
    keys: HolderKeys,
    claim: HolderClaim,
    *,
    full_name: bool,
    days: int,
    now: datetime,
    sending: bytes = b"",
) -> str:
    """Make a link; return its code as it is shown, once.

    Args:
        sending: what tells this sending of the form from every other; the same makes no second
            link, also where the first is over. Empty for one that nobody repeats.

    Raises:
        TooManyShares: there are as many in force as may be (`shares_full`).
    """
    code = code_of(keys.sending_key("share"), sending, SHARE_CHARACTERS)
    digest, owner = keys.digest("share", code), keys.mark(claim)
    if session.scalar(select(HolderShare.id).where(HolderShare.digest == digest)) is not None:
        return spaced(code)
    in_force = select(func.count(HolderShare.id)).where(
        HolderShare.owner == owner,
        HolderShare.sealed.is_not(None),
        HolderShare.expires_at > now,
    )
    if (session.scalar(in_force) or 0) >= MOST_SHARES:
        raise TooManyShares(
            "shares_full",
            Text(
                f"有效的分享链接最多 {MOST_SHARES} 个，请先撤回不用的",
                f"at most {MOST_SHARES} links can be in force; withdraw one first",
            ),
        )
    session.execute(delete(HolderShare).where(HolderShare.expires_at < now - _LISTED_AFTER))
    session.add(
        HolderShare(
            owner=owner,
            digest=digest,
            sealed=seal(keys.cipher("share", code), digest, claim.encode()),
            full_name=full_name,
            made_at=now,
            expires_at=now + timedelta(days=days),
            opened=0,
        )
    )
    return spaced(code)


def share_of_code(
    shares: Sequence[HolderShare], keys: HolderKeys, code: str, *, now: datetime
) -> HolderShare | None:
    """Return which of some links a code opens; None where that one is over or withdrawn."""
    digest = keys.digest("share", read_code(code, SHARE_CHARACTERS) or "")
    found = (one for one in shares if one.digest == digest)
    return next((one for one in found if one.sealed is not None and one.expires_at > now), None)


def withdrawal_code(keys: HolderKeys, share: HolderShare) -> str:
    """Return the code that ends a link without being let in, as it is shown."""
    return spaced(_withdrawal_code(keys, share))


def _withdrawal_code(keys: HolderKeys, share: HolderShare) -> str:
    """Return the code: first where the row is, then what only this side can tell of it."""
    proof = bytes.fromhex(keys.digest("withdraw", f"{share.id} {share.digest}"))
    place = code_of_number(share.id, _PLACE_CHARACTERS)
    return place + code_from(proof, RECEIPT_CHARACTERS - _PLACE_CHARACTERS)


def withdraw_by_code(session: Session, keys: HolderKeys, typed: str, *, now: datetime) -> bool:
    """Withdraw the link of a withdrawal code for good; False where there is none of that code."""
    code = read_code(typed, RECEIPT_CHARACTERS)
    place = None if code is None else number_of_code(code[:_PLACE_CHARACTERS])
    row = None if place is None else session.get(HolderShare, place)
    if code is None or row is None:
        return False
    if not hmac.compare_digest(code.encode(), _withdrawal_code(keys, row).encode()):
        return False
    _end(row, now)
    return True


def open_share(session: Session, keys: HolderKeys, typed: str, *, now: datetime) -> Shared | None:
    """Return what a link leads to, and count that it was opened.

    None where there is none, it is over or withdrawn: which of them is not told.
    """
    code = read_code(typed, SHARE_CHARACTERS)
    row = None if code is None else _in_force(session, keys, code, now)
    if code is None or row is None or row.sealed is None:
        return None
    try:
        claim = HolderClaim.decode(unseal(keys.cipher("share", code), row.digest, row.sealed))
    except VaultError:
        return None
    session.execute(
        update(HolderShare)
        .where(HolderShare.id == row.id)
        .values(opened=HolderShare.opened + 1)
        .execution_options(synchronize_session=False)
    )
    return Shared(claim=claim, full_name=row.full_name, expires_at=row.expires_at)


def is_shared(session: Session, keys: HolderKeys, typed: str, *, now: datetime) -> bool:
    """Say whether a link leads to a certificate now, without opening it."""
    code = read_code(typed, SHARE_CHARACTERS)
    return code is not None and _in_force(session, keys, code, now) is not None


def _in_force(session: Session, keys: HolderKeys, code: str, now: datetime) -> HolderShare | None:
    return session.scalar(
        select(HolderShare).where(
            HolderShare.digest == keys.digest("share", code),
            HolderShare.sealed.is_not(None),
            HolderShare.expires_at > now,
        )
    )


def shares_of(session: Session, keys: HolderKeys, claim: HolderClaim) -> Sequence[HolderShare]:
    """Return the links of a holder, the newest first."""
    query = select(HolderShare).where(HolderShare.owner == keys.mark(claim))
    return session.scalars(query.order_by(HolderShare.id.desc())).all()


def withdraw_share(
    session: Session, keys: HolderKeys, claim: HolderClaim, share_id: int, *, now: datetime
) -> bool:
    """Withdraw a link of a holder for good; False where it is none of theirs."""
    row = session.get(HolderShare, share_id)
    if row is None or row.owner != keys.mark(claim):
        return False
    _end(row, now)
    return True


def _end(row: HolderShare, now: datetime) -> None:
    if row.sealed is not None:
        row.sealed, row.withdrawn_at = None, now
