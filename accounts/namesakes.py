"""How people are named where two of them share a name: with the name they sign in by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.person_skeleton import is_same_person, person_skeleton
from codes.wording import Text
from registry.account_models import AccountRow

_MOST_OF_ACTOR: Final = 100  # characters that the audit trail keeps of who acts


def tell_apart(rows: Collection[AccountRow]) -> Mapping[int, Text]:
    """Return what to call the people of some accounts, by account: no two of them the same."""
    shared = Counter(person_skeleton(row.name) for row in rows)
    return {
        row.id: with_username(row)
        if shared[person_skeleton(row.name)] > 1
        else Text(row.name, row.name)
        for row in rows
    }


def with_username(row: AccountRow) -> Text:
    """Return a person's name with the one they sign in by."""
    return Text(f"{row.name}（{row.username}）", f"{row.name} ({row.username})")


def name_on_trail(session: Session, account_id: int, name: str) -> str:
    """Return a person's name, as the audit trail and its readers take it.

    Args:
        session: on the desks' database.
        account_id: of the person.
        name: theirs.

    Returns:
        The name alone where nobody else has it, in any spelling; else with the account's name,
        whole, so that the trail keeps it.
    """
    row = session.get(AccountRow, account_id)
    others = session.scalars(select(AccountRow.name).where(AccountRow.id != account_id))
    if row is None or not any(is_same_person(name, one) for one in others):
        return name
    room = _MOST_OF_ACTOR - len(row.username) - 2
    return f"{name[:room]}（{row.username}）"
