"""What an account must be: a name for signing in, a person's name, roles of one side, a body."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from sqlalchemy import Engine, select

from accounts.errors import AccountError
from accounts.roles import BODY_ROLES, Role
from codes.names import normalise_name
from codes.wording import Text
from registry.models import Site
from registry.session import reading

_USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{2,31}")
_AUTHORITY: Final = frozenset({Role.AUTHORITY_CLERK, Role.AUTHORITY_DIRECTOR})
SIDES: Final = (
    _AUTHORITY,
    BODY_ROLES,
    frozenset({Role.EMPLOYER}),
    frozenset({Role.POLICE}),
    frozenset({Role.AUDITOR}),
)


def fold_username(typed: str) -> str:
    """Return the form in which names for signing in are compared."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def read_username(typed: str) -> str:
    """Return a new account's name for signing in.

    Raises:
        AccountError: it is no such name (`account_username`).
    """
    username = fold_username(typed)
    if not _USERNAME.fullmatch(username):
        raise AccountError(
            "account_username",
            Text(
                "用户名为 3–32 个小写字母、数字或 . _ -，以字母或数字开头",
                "A user name is 3–32 lower-case letters, digits or . _ -, beginning with a "
                "letter or digit",
            ),
        )
    return username


def read_person_name(typed: str) -> str:
    """Return a person's name as the audit trail will show it, by the rules of holders' names.

    Raises:
        AccountError: it is none, and why (`account_name`).
    """
    reading = normalise_name(typed)
    if reading.problems:
        raise AccountError("account_name", reading.problems[0].text)
    return reading.name


def read_roles(asked: Iterable[str]) -> frozenset[Role]:
    """Return the roles of an account.

    Raises:
        AccountError: none, an unknown one, or roles of two sides (`account_roles`).
    """
    known = {role.value: role for role in Role}
    names = set(asked)
    roles = frozenset(known[name] for name in names if name in known)
    if not roles or len(roles) != len(names):
        raise AccountError(
            "account_roles", Text("请至少选择一个角色", "Choose at least one of the roles")
        )
    if not any(roles <= side for side in SIDES):
        raise AccountError(
            "account_roles",
            Text(
                "主管部门、评价机构、用人单位、公安、审计的角色不能由同一账号兼任，请只留一类",
                "One account holds roles of one side only: authority, assessment body, employer, "
                "police or audit",
            ),
        )
    return roles


def filed_bodies(register: Engine) -> list[tuple[str, str]]:
    """Return prefix and name of every body on record, in the order of their prefixes."""
    with reading(register) as session:
        sites = session.scalars(select(Site).order_by(Site.prefix)).all()
        return [(one.prefix, one.body.name) for one in sites]


def read_body(register: Engine, typed: str | None, roles: frozenset[Role]) -> str | None:
    """Return the prefix of the body that people of these roles belong to; None for others.

    Raises:
        AccountError: roles of a body without a filed body, or a body where there must be none
            (`account_body`).
    """
    prefix = (typed or "").strip().upper()
    if roles <= BODY_ROLES:
        with reading(register) as session:
            if session.scalars(select(Site.id).where(Site.prefix == prefix)).first() is not None:
                return prefix
    elif not prefix:
        return None
    raise AccountError(
        "account_body",
        Text(
            "评价机构的角色须选择所属机构，编号前缀为 13 位；其他角色不选",
            "Roles of an assessment body need a filed body, by its 13-character prefix; other "
            "roles have none",
        ),
    )
