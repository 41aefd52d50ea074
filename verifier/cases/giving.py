"""Giving a case to another officer: custody has who gave it to whom, and why.

Every officer sees and works on every case, before and after; who holds it is on whose list it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from accounts.namesakes import tell_apart
from accounts.role_standing import counting_roles
from accounts.roles import Role
from codes.wording import Text
from registry.account_models import AccountRoleRow, AccountRow
from registry.case_models import CaseHolder, PoliceCase
from registry.cases import CaseError
from registry.session import reading, transaction
from verifier.cases.casework import Officer, add_step, check_not_closed, find_case, hold_case
from verifier.cases.custody_lines import Act
from verifier.cases.room import PoliceRoom

MOST_REASON: Final = 200


def holding_account() -> ColumnElement[int]:
    """Return the account that holds a case, for a query of cases."""
    given = select(CaseHolder.account_id).where(CaseHolder.case_id == PoliceCase.id)
    return func.coalesce(given.correlate(PoliceCase).scalar_subquery(), PoliceCase.opened_by_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Giving:
    """How a case is given to somebody.

    Args:
        to: account of the officer who holds it from now on; None where none is chosen.
        reason: why.
    """

    to: int | None
    reason: str = field(repr=False)


def check_giving(room: PoliceRoom, case_id: int, giving: Giving) -> None:
    """Go on only where a case may be given so.

    Raises:
        CaseError: it is closed (`case_closed`); who is to hold it is no police officer who can act
            now, or holds it already (`give_to`); no reason is given, or too long a one
            (`give_reason`).
    """
    with reading(room.desks) as session:
        _receiver(session, find_case(session, case_id), giving)


def give_case(room: PoliceRoom, officer: Officer, case_id: int, giving: Giving) -> str:
    """Have another officer hold a case, and return that officer's name.

    Raises:
        CaseError: as `check_giving`; the reason may not stand on the audit trail.
    """
    vault = room.vault()
    with transaction(room.desks) as session:
        case = hold_case(session, case_id)
        receiver = _receiver(session, case, giving)
        told = {
            "holder_before": case.held_by,
            "holder": receiver.name,
            "account": str(receiver.id),
            "reason": giving.reason,
        }
        why = f"{case.held_by}转交{receiver.name}：{giving.reason}"
        add_step(room, session, vault, case, officer, Act.GIVE, ground=why, details=told)
        case.holder = case.holder or CaseHolder()
        case.holder.account_id, case.holder.name = receiver.id, receiver.name
        return receiver.name


def _receiver(session: Session, case: PoliceCase, giving: Giving) -> AccountRow:
    """Return who is to hold a case; raises as `check_giving`."""
    check_not_closed(case)
    receiver = next((one for one in _officers(session) if one.id == giving.to), None)
    if receiver is None or receiver.id == case.held_by_id:
        raise CaseError(
            "give_to",
            Text(
                "请选择接手的民警（账号在用，且不是现承办人）",
                "choose the officer to hold it: one whose account is in use, and who does not yet",
            ),
        )
    if not 0 < len(giving.reason) <= MOST_REASON:
        raise CaseError(
            "give_reason",
            Text(
                f"请填写转交的原因（{MOST_REASON} 字以内）",
                f"give the reason, at most {MOST_REASON} characters",
            ),
        )
    return receiver


def receivers(session: Session, case: PoliceCase) -> list[tuple[int, Text]]:
    """Return account and name of the officers whom a case may be given to."""
    names = tell_apart(_officers(session))
    return [(one, name) for one, name in names.items() if one != case.held_by_id]


def holders(session: Session) -> Mapping[int, Text]:
    """Return the officers who hold a case, by account, named as their accounts are now."""
    query = select(AccountRow).where(AccountRow.id.in_(select(holding_account())))
    return tell_apart(session.scalars(query.order_by(AccountRow.name)).all())


def _officers(session: Session) -> Sequence[AccountRow]:
    """Return the accounts of all who can act as police officers, by name."""
    has_role = AccountRow.roles.any(AccountRoleRow.role == Role.POLICE)
    query = select(AccountRow).where(has_role, AccountRow.active).order_by(AccountRow.name)
    return [one for one in session.scalars(query) if Role.POLICE in counting_roles(one)]
