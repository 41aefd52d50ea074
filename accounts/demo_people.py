"""One person for every role, for a demo: invented, with no password until their link is opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from accounts.account_acts import NewAccount, add_account, list_accounts, reset_account
from accounts.bureau import Bureau
from accounts.roles import BODY_ROLES, Role
from accounts.setup_links import SetupLink

_NAMES: Final = {
    Role.AUTHORITY_CLERK: "赵经办",
    Role.AUTHORITY_DIRECTOR: "钱主任",
    Role.BODY_CLERK: "孙经办",
    Role.EXAMINER: "李考评",
    Role.APPROVER: "周审批",
    Role.KEY_CUSTODIAN: "吴保管",
    Role.EMPLOYER: "郑人事",
    Role.POLICE: "王警官",
    Role.AUDITOR: "冯审计",
}


def demo_people(bureau: Bureau, body: str | None) -> Sequence[tuple[str, SetupLink]]:
    """Make the people of a demo, or reset those there are; return their names and links.

    Args:
        bureau: of a demo home.
        body: prefix of the body its roles belong to; without one there are none of them.
    """
    there = {row.username for row in list_accounts(bureau)}
    links = []
    for role in Role:
        username = f"demo.{role.value.replace('_', '-')}"
        if role in BODY_ROLES and body is None:
            continue
        if username in there:
            links.append((username, reset_account(bureau, username)))
            continue
        prefix = body if role in BODY_ROLES else None
        new = NewAccount(username=username, name=_NAMES[role], roles=[role], body=prefix)
        links.append(add_account(bureau, new, made_by="演示"))
    return links
