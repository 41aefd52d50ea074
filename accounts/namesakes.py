"""How people are named where two of them share a name: with the name they sign in by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from codes.person_skeleton import person_skeleton
from codes.wording import Text
from registry.account_models import AccountRow


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
