"""Links by which a person chooses password and second factor: used once, within 72 hours."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from accounts.bureau import Bureau
from accounts.namesakes import name_on_trail
from registry.account_models import AccountRow, SetupLinkRow

LASTS: Final = timedelta(hours=72)
PATH: Final = "/set-up/"
_BYTES: Final = 24
_KIND: Final = "set-up link"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupLink:
    """A link, shown once to who gives it to its person.

    Args:
        path: of its address, with the secret.
        until: when it ends.
    """

    path: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """That a set-up link was shown to who gives it to its person.

    Args:
        at: when.
        by: name of who was shown it.
        until: when it ends; None once it was used or is over.
    """

    at: datetime
    by: str
    until: datetime | None


def make_link(session: Session, bureau: Bureau, account: AccountRow) -> SetupLink:
    """Make the link of an account; an earlier one of it is void."""
    token, until = secrets.token_urlsafe(_BYTES), bureau.clock() + LASTS
    void_link(session, account)
    session.add(
        SetupLinkRow(account_id=account.id, digest=bureau.digest(_KIND, token), until=until)
    )
    return SetupLink(path=PATH + token, until=until)


def account_of_link(
    session: Session, bureau: Bureau, token: str, *, locked: bool = False
) -> AccountRow | None:
    """Return whose link it is, while it may be used; None for any other text."""
    query = (
        select(AccountRow)
        .join(SetupLinkRow, SetupLinkRow.account_id == AccountRow.id)
        .where(SetupLinkRow.digest == bureau.digest(_KIND, token))
        .where(SetupLinkRow.until > bureau.clock(), AccountRow.active)
    )
    return session.scalars(query.with_for_update() if locked else query).one_or_none()


def has_link(session: Session, bureau: Bureau, account: AccountRow) -> bool:
    """Return whether a person's link may still be used."""
    row = session.get(SetupLinkRow, account.id)
    return row is not None and row.until > bureau.clock()


def handed_over(session: Session, bureau: Bureau, account: AccountRow) -> HandedOver | None:
    """Return who was shown an account's last set-up link on a page; None where nobody was.

    Nobody was where the account was added or reset by a command.
    """
    if account.handover is None:
        return None
    maker = session.get_one(AccountRow, account.handover.made_by)
    row = session.get(SetupLinkRow, account.id)
    until = row.until if row is not None and row.until > bureau.clock() else None
    name = name_on_trail(session, maker.id, maker.name)
    return HandedOver(at=account.handover.made_at, by=name, until=until)


def void_link(session: Session, account: AccountRow) -> None:
    """Make an account's link useless, whether it was used or replaced."""
    session.execute(delete(SetupLinkRow).where(SetupLinkRow.account_id == account.id))
    session.flush()
