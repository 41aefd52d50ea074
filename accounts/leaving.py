"""What is left behind when an account is disabled: told before, so that nobody is surprised.

Which roles nobody would have any more is told here; every other part of the desks says its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from flask import Flask, current_app
from sqlalchemy.orm import Session

from accounts.bureau import Bureau
from accounts.role_standing import counting_roles, list_holders
from accounts.roles import BODY_ROLES, Role
from codes.wording import Text
from registry.account_models import AccountRow
from registry.session import reading

_PROVIDERS: Final = "yanzhen_desk_leaving"
_OF_THE_AUTHORITY: Final = frozenset({Role.AUTHORITY_CLERK, Role.AUTHORITY_DIRECTOR})

Provider = Callable[[AccountRow], Iterable[Text]]
"""Says what waits that the person of an account began."""


def add_leaving(app: Flask, provider: Provider) -> None:
    """Let a part of an application say what an account leaves behind, in the order of calls."""
    app.extensions.setdefault(_PROVIDERS, []).append(provider)


def left_behind(bureau: Bureau, row: AccountRow) -> list[Text]:
    """Return what is to be known before an account in use is disabled, in a request."""
    if not row.active:
        return []
    with reading(bureau.desks) as session:
        found = list(_roles_left(session, row))
    providers: list[Provider] = current_app.extensions.get(_PROVIDERS, [])
    return [*found, *(text for provider in providers for text in provider(row))]


def _roles_left(session: Session, row: AccountRow) -> Iterator[Text]:
    for role in sorted(counting_roles(row) & (BODY_ROLES | _OF_THE_AUTHORITY)):
        others = [one for one in list_holders(session, role, row.body) if one.id != row.id]
        where = _AUTHORITY if row.body is None else _BODY
        if not others:
            yield Text(
                f"停用后，{where.zh}没有在用的“{role.text.zh}”账号",
                f"then nobody of {where.en} is left as {role.text.en}",
            )
        elif role is Role.AUTHORITY_DIRECTOR and len(others) == 1:
            name = others[0].name
            yield Text(
                f"停用后只剩一名主管部门负责人（{name}）：其提出的备案事项没有人批准，其添加的账号没有人"
                "确认角色。请先添加另一名负责人并经确认",
                f"then {name} is the only director left: nobody approves what they propose, nor "
                "confirms roles that they give. First add another director and have them confirmed",
            )


_AUTHORITY: Final = Text("主管部门", "the authority")
_BODY: Final = Text("本机构", "the body")
