"""What is done to accounts: added, given roles, disabled, enabled, reset; each noted beforehand.

Who does it on a page is a `giver`: what they give of `TWO_PERSON_ROLES` waits for another person
(`accounts.role_standing`). A command has none: what it gives counts at once.

What an account is from then on is noted too, before it is: `yanzhen log fsck` holds accounts
against that.

Disabling or resetting an account ends its sessions in the same commit. A director of the authority
whose role counts always remains.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.account_rules import read_body, read_person_name, read_roles, read_username
from accounts.bureau import Bureau
from accounts.ended_sessions import Ending, end_sessions
from accounts.errors import AccountError
from accounts.namesakes import name_on_trail
from accounts.role_standing import counting_roles, give_roles, needs_no_factor, wait_anew
from accounts.roles import Role
from accounts.setup_links import SetupLink, make_link, void_link
from codes.wording import Text
from registry.account_models import (
    AccountRoleRow,
    AccountRow,
    HandoverRow,
    RoleConfirmationRow,
)
from registry.session import reading, transaction

GROUND: Final = "账号管理"
STATE: Final = "accounts.state"
"""What the trail calls the note of what an account is from then on; its subject is `state_of`."""
_UNIQUIFIER_BYTES: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to be added, as typed.

    Args:
        username: for signing in.
        name: of its person, for the audit trail.
        roles: names of roles.
        body: prefix of the assessment body, or None.
    """

    username: str
    name: str
    roles: Sequence[str]
    body: str | None


def list_accounts(bureau: Bureau, *, body: str | None = None) -> Sequence[AccountRow]:
    """Return the accounts of one body, or all, by name for signing in."""
    query = select(AccountRow).order_by(AccountRow.username)
    if body is not None:
        query = query.where(AccountRow.body == body)
    with reading(bureau.desks) as session:
        return session.scalars(query).all()


def find_account(session: Session, username: str, *, locked: bool = False) -> AccountRow:
    """Return an account by its name for signing in.

    Raises:
        AccountError: there is none (`account_unknown`).
    """
    query = select(AccountRow).where(AccountRow.username == username)
    row = session.scalars(query.with_for_update() if locked else query).one_or_none()
    if row is None:
        raise AccountError(
            "account_unknown",
            Text(f"没有用户名为 {username} 的账号", f"there is no account named {username}"),
        )
    return row


def read_account(bureau: Bureau, new: NewAccount) -> NewAccount:
    """Return an account to be added as it is kept.

    Raises:
        AccountError: the first of `inspect_account`.
    """
    for error in inspect_account(bureau, new):
        raise error
    roles = read_roles(new.roles)
    return NewAccount(
        username=read_username(new.username),
        name=read_person_name(new.name),
        roles=sorted(roles),
        body=read_body(bureau.register, new.body, roles),
    )


def inspect_account(bureau: Bureau, new: NewAccount) -> tuple[AccountError, ...]:
    """Return all that is wrong with an account to be added.

    It says what the readers of `accounts.account_rules` refuse, and whether the name for signing
    in is taken (`account_exists`). A body is judged once the roles are right.
    """
    readers: tuple[Callable[[], object], ...] = (
        lambda: read_person_name(new.name),
        lambda: _read_free_username(bureau, new.username),
        lambda: read_body(bureau.register, new.body, read_roles(new.roles)),
    )
    found = []
    for read in readers:
        try:
            read()
        except AccountError as error:
            found.append(error)
    return tuple(found)


def _read_free_username(bureau: Bureau, typed: str) -> str:
    username = read_username(typed)
    with reading(bureau.desks) as session:
        taken = select(AccountRow.id).where(AccountRow.username == username)
        if session.scalar(taken) is not None:
            raise _taken(username)
    return username


def _taken(username: str) -> AccountError:
    return AccountError(
        "account_exists",
        Text(f"用户名 {username} 已有人使用", f"the user name {username} is taken"),
    )


def add_account(
    bureau: Bureau, new: NewAccount, *, made_by: str, giver: int | None = None
) -> tuple[str, SetupLink]:
    """Add an account; return its name for signing in, and the link that sets it up.

    Args:
        bureau: where.
        new: as typed.
        made_by: name of who adds it.
        giver: their account, on a page.

    Raises:
        AccountError: as `read_account`. Nothing was added.
    """
    read = read_account(bureau, new)
    row = AccountRow(
        username=read.username,
        name=read.name,
        body=read.body,
        uniquifier=secrets.token_urlsafe(_UNIQUIFIER_BYTES),
        made_at=bureau.clock(),
        made_by=made_by,
    )
    give_roles(row, map(Role, read.roles), moved=False, giver=giver, at=row.made_at)
    try:
        with transaction(bureau.desks) as session:
            session.add(row)
            session.flush()
            link = _hand_over(session, bureau, row, giver)
            by = made_by if giver is None else name_on_trail(session, giver, made_by)
            note_state(bureau, row, by)
            return row.username, link
    except IntegrityError as error:  # somebody took the name at the same time
        raise _taken(read.username) from error


def check_roles(bureau: Bureau, username: str, roles: Sequence[str], body: str | None) -> None:
    """Go on only where an account may be given other roles; raises as `change_roles`."""
    with reading(bureau.desks) as session:
        _read_roles(bureau, session, username, roles, body)


def _read_roles(
    bureau: Bureau, session: Session, username: str, roles: Sequence[str], body: str | None
) -> tuple[AccountRow, frozenset[Role], str | None]:
    chosen = read_roles(roles)
    prefix = read_body(bureau.register, body, chosen)
    row = find_account(session, username, locked=True)
    if Role.AUTHORITY_DIRECTOR not in chosen:
        _check_not_last_director(session, row)
    return row, chosen, prefix


def change_roles(
    bureau: Bureau,
    username: str,
    roles: Sequence[str],
    body: str | None,
    *,
    by: str,
    giver: int | None = None,
) -> None:
    """Give an account other roles, in force from its next request as far as they count.

    Args:
        bureau: where.
        username: of the account.
        roles: names of all that it has from now on.
        body: prefix of its body, or None.
        by: who does.
        giver: their account, on a page.

    Raises:
        AccountError: as the readers; `account_unknown`; it is the last director's
            (`account_last_director`).
    """
    with transaction(bureau.desks) as session:
        row, chosen, prefix = _read_roles(bureau, session, username, roles, body)
        moved = row.body != prefix
        if needs_no_factor(counting_roles(row)) and not needs_no_factor(chosen):
            # what a password alone began goes no further
            end_sessions(session, row, Ending.ROLES, bureau.clock())
        give_roles(row, chosen, moved=moved, giver=giver, at=bureau.clock())
        row.body = prefix
        session.flush()
        note_state(bureau, row, by)


def disable_account(bureau: Bureau, username: str, *, by: str) -> None:
    """Let nobody sign in by an account, and end its sessions.

    Args:
        by: who disables it.

    Raises:
        AccountError: `account_unknown`, `account_last_director`.
    """
    with transaction(bureau.desks) as session:
        row = find_account(session, username, locked=True)
        _check_not_last_director(session, row)
        row.active = False
        void_link(session, row)
        end_sessions(session, row, Ending.DISABLED, bureau.clock())
        note_state(bureau, row, by)


def enable_account(bureau: Bureau, username: str, *, by: str) -> None:
    """Let a disabled account sign in again, by whom; raises as `find_account`."""
    with transaction(bureau.desks) as session:
        row = find_account(session, username, locked=True)
        row.active = True
        note_state(bureau, row, by)


def check_not_last_director(bureau: Bureau, username: str) -> None:
    """Go on only where an account may be disabled, or reset on a page.

    Raises:
        AccountError: `account_unknown`, `account_last_director`.
    """
    with reading(bureau.desks) as session:
        _check_not_last_director(session, find_account(session, username))


def reset_account(bureau: Bureau, username: str, *, by: str, giver: int | None = None) -> SetupLink:
    """Void all that proves an account, end its sessions; return the link that sets it up anew.

    Args:
        bureau: where.
        username: of the account.
        by: who resets it.
        giver: their account, on a page; `TWO_PERSON_ROLES` wait then to be confirmed again.

    Raises:
        AccountError: `account_unknown`; on a page, `account_last_director`.
    """
    with transaction(bureau.desks) as session:
        row = find_account(session, username, locked=True)
        if giver is not None:
            _check_not_last_director(session, row)
            wait_anew(row, giver=giver, at=bureau.clock())
        row.password, row.totp_secret, row.totp_counter = None, None, 0
        row.passkeys, row.recovery_codes = [], []
        end_sessions(session, row, Ending.RESET, bureau.clock())
        link = _hand_over(session, bureau, row, giver)
        session.flush()
        note_state(bureau, row, by)
        return link


def _hand_over(session: Session, bureau: Bureau, row: AccountRow, giver: int | None) -> SetupLink:
    """Return a set-up link of an account; who is shown it on a page is kept."""
    if giver is None:
        row.handover = None
    elif row.handover is None:
        row.handover = HandoverRow(made_by=giver, made_at=bureau.clock())
    else:
        row.handover.made_by, row.handover.made_at = giver, bureau.clock()
    return make_link(session, bureau, row)


def state_of(row: AccountRow) -> tuple[str, ...]:
    """Return what an account is: its name for signing in, use, roles, body, its person's name.

    Numbers are those of accounts: `on/7` was handed over by 7, `approver?7` was given by 7 and
    waits, `approver!8` was confirmed by 8.
    """
    use = "on" if row.active else "off"
    handed = f"/{row.handover.made_by}" if row.handover is not None else ""
    marks = {one.role: _mark(one) for one in row.confirmations}
    roles = ",".join(sorted(one.role + marks.get(one.role, "") for one in row.roles))
    return row.username, use + handed, roles or "-", row.body or "-", row.name


def _mark(one: RoleConfirmationRow) -> str:
    return f"?{one.given_by}" if one.confirmed_by is None else f"!{one.confirmed_by}"


def note_state(bureau: Bureau, row: AccountRow, by: str) -> None:
    """Note what an account is from now on, and who had it so; before it is committed."""
    bureau.note(by, STATE, " ".join(state_of(row)), GROUND)


def _check_not_last_director(session: Session, row: AccountRow) -> None:
    query = (
        select(AccountRow)
        .join(AccountRoleRow, AccountRoleRow.account_id == AccountRow.id)
        .where(AccountRoleRow.role == Role.AUTHORITY_DIRECTOR, AccountRow.active)
        .order_by(AccountRow.id)
        .with_for_update()
    )
    rows = session.scalars(query).all()
    directors = [one for one in rows if Role.AUTHORITY_DIRECTOR in counting_roles(one)]
    if [one.id for one in directors] == [row.id]:
        raise AccountError(
            "account_last_director",
            Text(
                "这是最后一名在用的主管部门负责人，不能停用、重置或撤去该角色；"
                "请先添加另一名负责人并经确认",
                "this is the last director of the authority in use; first add another one and have "
                "them confirmed",
            ),
        )
