"""People for a demo, invented and ready to sign in: one for every role, two where an act takes two.

Password and key are one for all, computed from the secret of the demo's desks: who reads the demo's
folder has them again, and they open nothing elsewhere.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Flask

from accounts.account_acts import NewAccount, add_account, enable_account, list_accounts
from accounts.arriving import open_accounts
from accounts.bureau import Bureau
from accounts.library import Account, AccountStore, CodesOnce, the_library
from accounts.roles import BODY_ROLES, Role
from accounts.second_factor import keep_app_key
from accounts.signing_in import set_password

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
_SECOND_NAMES: Final = {
    Role.AUTHORITY_DIRECTOR: "陈主任",
    Role.BODY_CLERK: "褚经办",
    Role.APPROVER: "卫审批",
    Role.POLICE: "蒋警官",
}
"""Roles of which two are needed: the one acts, the other approves, reviews or confirms."""
_KEY_BYTES: Final = 20
_GROUND: Final = "演示"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPeople:
    """Who may sign in to the desks of a demo.

    Args:
        usernames: the name for signing in, by role.
        seconds: that of the second person, by role, where a role has one.
        password: everybody's.
        app_key: of everybody's authenticator app, base32.
        code: what that app shows now.
    """

    usernames: dict[Role, str]
    seconds: dict[Role, str]
    password: str
    app_key: str
    code: str


def demo_people(bureau: Bureau, body: str | None) -> DemoPeople:
    """Make the people of a demo, as far as they are missing or no longer sign in as told here.

    Args:
        bureau: of a demo home; for no other, as who reads its folder may sign in.
        body: prefix of the body its roles belong to; without one there are none of them.
    """
    password, key = _password(bureau), _app_key(bureau)
    app = Flask("yanzhen_demo")
    app.secret_key = bureau.secret.for_purpose("signing")
    open_accounts(app, bureau)
    roles = [role for role in Role if body is not None or role not in BODY_ROLES]
    usernames = {role: f"demo.{role.value.replace('_', '-')}" for role in roles}
    seconds = {role: f"{name}-2" for role, name in usernames.items() if role in _SECOND_NAMES}
    _add_missing(bureau, usernames, _NAMES, body)
    _add_missing(bureau, seconds, _SECOND_NAMES, body)
    with app.app_context():
        codes = the_library().totp_factory
        assert isinstance(codes, CodesOnce)
        accounts = _accounts(bureau, (*usernames.values(), *seconds.values()))
        _give_password(bureau, accounts, password)
        for account in accounts:
            if account.tf_totp_secret is None or codes.key_of(account.tf_totp_secret) != key:
                keep_app_key(bureau, account, codes.seal_key(key))
        return DemoPeople(
            usernames=usernames,
            seconds=seconds,
            password=password,
            app_key=key,
            code=codes.code_now(key),
        )


def _add_missing(
    bureau: Bureau, usernames: dict[Role, str], names: dict[Role, str], body: str | None
) -> None:
    there = {row.username: row.active for row in list_accounts(bureau)}
    for role, username in usernames.items():
        if username in there:
            if not there[username]:
                enable_account(bureau, username, by=_GROUND)
            continue
        prefix = body if role in BODY_ROLES else None
        new = NewAccount(username=username, name=names[role], roles=[role], body=prefix)
        bureau.note(_GROUND, "accounts.add", username, _GROUND)
        add_account(bureau, new, made_by=_GROUND)


def _accounts(bureau: Bureau, usernames: Iterable[str]) -> list[Account]:
    found = []
    for username in usernames:
        account = AccountStore(bureau).find_user(username=username)
        assert account is not None
        found.append(account)
    return found


def _give_password(bureau: Bureau, accounts: Sequence[Account], password: str) -> None:
    """Set the password of those that have another; what all keep of it is checked once."""
    kept = {account.password: account for account in accounts if account.password is not None}
    right = {one for one, account in kept.items() if account.verify_and_update_password(password)}
    if other := [account for account in accounts if account.password not in right]:
        set_password(bureau, password, *other)


def _password(bureau: Bureau) -> str:
    digest = bureau.digest("demo password", _GROUND)
    return "-".join(["demo", digest[:4], digest[4:8], digest[8:12]])


def _app_key(bureau: Bureau) -> str:
    digest = bytes.fromhex(bureau.digest("demo app key", _GROUND))
    return base64.b32encode(digest[:_KEY_BYTES]).decode()
