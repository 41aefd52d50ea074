"""Whether who proposed something may still act: who decides on it is told where they may not."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.role_standing import counting_roles
from accounts.roles import Role
from codes.person_skeleton import is_same_person
from codes.wording import Text
from registry.account_models import AccountRow


def proposer_left(
    session: Session,
    name: str,
    body: str | None,
    roles: Collection[Role],
    account_id: int | None = None,
) -> Text | None:
    """Return what is to be said of somebody who proposed something; None where they may still act.

    Args:
        name: theirs.
        body: theirs; None for an office of the authority.
        roles: by any of which they could have proposed it.
        account_id: their account; None where the proposal names a person alone. Then all accounts
            of that name count, and one that nobody has was at work by a command.
    """
    found = [
        one for one in session.scalars(select(AccountRow)) if _is_theirs(one, account_id, name)
    ]
    ours = [one for one in found if one.active and one.body == body]
    if not found or any(not counting_roles(one).isdisjoint(roles) for one in ours):
        return None
    return _GONE if any(one.active for one in found) else _DISABLED


def _is_theirs(row: AccountRow, account_id: int | None, name: str) -> bool:
    return row.id == account_id if account_id is not None else is_same_person(row.name, name)


_DISABLED: Final = Text(
    "提出人的账号已停用。请核实这一事项是否仍须办理，再作决定",
    "the account of who proposed it is disabled: make sure that it is still wanted before you "
    "decide",
)
_GONE: Final = Text(
    "提出人现在已没有提出这一事项的角色。请核实这一事项是否仍须办理，再作决定",
    "who proposed it has no role any more by which it could be proposed: make sure that it is "
    "still wanted before you decide",
)
