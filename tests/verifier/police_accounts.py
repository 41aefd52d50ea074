"""Accounts of the officers whom the tests have at the police desk."""

from __future__ import annotations

from sqlalchemy import update

from accounts.person import Person
from accounts.roles import Role
from registry.account_models import AccountRoleRow, AccountRow, RoleConfirmationRow
from registry.session import transaction
from tests.verifier.police_homes import ONE, OTHER, PoliceHome

NAMESAKE = Person(account_id=16, name=OTHER.name, roles=frozenset({Role.POLICE}), body=None)
UNCONFIRMED = Person(account_id=17, name="郑警官", roles=frozenset(), body=None)


def plant_accounts(desk: PoliceHome) -> None:
    """Give two officers, a namesake of one and somebody nobody confirmed yet their accounts."""
    now = desk.room.clock()
    with transaction(desk.room.desks) as session:
        for one in (ONE, OTHER, NAMESAKE, UNCONFIRMED):
            row = AccountRow(
                id=one.account_id,
                username=f"officer-{one.account_id}",
                name=one.name,
                uniquifier=f"u{one.account_id}",
                made_at=now,
                made_by="测试",
                roles=[AccountRoleRow(role=Role.POLICE)],
            )
            session.add(row)
        session.flush()
        session.add(
            RoleConfirmationRow(
                account_id=UNCONFIRMED.account_id, role=Role.POLICE, given_by=11, given_at=now
            )
        )


def set_active(desk: PoliceHome, person: Person, *, active: bool) -> None:
    """Disable or enable an account."""
    with transaction(desk.room.desks) as session:
        mine = update(AccountRow).where(AccountRow.id == person.account_id)
        session.execute(mine.values(active=active))
