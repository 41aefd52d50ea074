"""Roles that wait are confirmed by another person, or refused; each noted beforehand.

Another person is one who neither gave these roles nor was shown the account's last set-up link, and
whose name is no spelling of theirs or of the account's own. Nobody confirms before the link was
used: while it is about, whoever was shown it could still be the one who does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.account_acts import GROUND, find_account, note_state
from accounts.bureau import Bureau
from accounts.ended_sessions import Ending, end_sessions
from accounts.errors import AccountError
from accounts.namesakes import name_on_trail
from accounts.role_standing import counting_roles, is_set_up, waiting_roles
from accounts.roles import Role
from accounts.setup_links import void_link
from accounts.two_persons import not_the_same_person
from codes.wording import Text
from registry.account_models import AccountRow, RoleConfirmationRow
from registry.session import reading, transaction
from registry.trail_models import TrailEntry

CONFIRMERS: Final = (Role.AUTHORITY_DIRECTOR, Role.KEY_CUSTODIAN, Role.APPROVER)
_GIVING: Final = ("accounts.add", "accounts.roles", "accounts.reset")
_OF_THE_BODY: Final = frozenset({Role.KEY_CUSTODIAN, Role.APPROVER})


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingAccount:
    """An account of which roles wait, as one person sees it.

    Args:
        row: the account.
        roles: those that wait.
        given_by: names of who gave them.
        given_at: when the last of them was given.
        linked_by: name of who was shown the last set-up link, or added the account by a command.
        is_other: this person is another one than those, and may confirm.
        nobody: nobody at all may confirm now, whether or not the account is set up.
        seen: what a form brings back, so that nothing else is confirmed than was shown.
    """

    row: AccountRow
    roles: tuple[Role, ...]
    given_by: tuple[str, ...]
    given_at: datetime
    linked_by: str
    is_other: bool
    nobody: bool
    seen: str

    @property
    def is_ready(self) -> bool:
        """Whether its person has set it up and may use it."""
        return self.row.active and is_set_up(self.row)


def who_confirms(body: str | None) -> Text:
    """Return who may confirm roles of an account of a body, or of none."""
    if body is None:
        return Text("另一名主管部门负责人", "another director of the authority")
    return Text(
        "本机构另一名审批人或密钥保管人，或主管部门负责人",
        "another approver or key custodian of the body, or a director of the authority",
    )


def find_seen(bureau: Bureau, account_id: int, confirmer_id: int) -> AccountRow | None:
    """Return an account, where somebody's roles are those that confirm its own; None else."""
    with reading(bureau.desks) as session:
        row, confirmer = (session.get(AccountRow, one) for one in (account_id, confirmer_id))
        if row is None or confirmer is None or not sees(confirmer, row):
            return None
        return row


def sees(confirmer: AccountRow, row: AccountRow) -> bool:
    """Return whether an account is one whose roles somebody's own roles let them confirm."""
    roles = counting_roles(confirmer)
    if Role.AUTHORITY_DIRECTOR in roles:
        return True
    return (
        row.body is not None and row.body == confirmer.body and not roles.isdisjoint(_OF_THE_BODY)
    )


def find_waiting(bureau: Bureau, account_id: int, confirmer_id: int) -> WaitingAccount | None:
    """Return an account of which roles wait, as an account of `confirmer_id` sees it, or None."""
    with reading(bureau.desks) as session:
        row, confirmer = (session.get(AccountRow, one) for one in (account_id, confirmer_id))
        if row is None or confirmer is None or not waiting_roles(row):
            return None
        return _waiting(session, row, confirmer)


def list_waiting(bureau: Bureau, confirmer_id: int) -> list[WaitingAccount]:
    """Return the accounts of which roles wait, those that somebody's roles let them confirm."""
    query = (
        select(AccountRow)
        .where(AccountRow.confirmations.any(RoleConfirmationRow.confirmed_by.is_(None)))
        .order_by(AccountRow.username)
    )
    with reading(bureau.desks) as session:
        confirmer = session.get(AccountRow, confirmer_id)
        if confirmer is None:
            return []
        rows = session.scalars(query).all()
        return [_waiting(session, one, confirmer) for one in rows if sees(confirmer, one)]


def _waiting(session: Session, row: AccountRow, confirmer: AccountRow) -> WaitingAccount:
    waits = _waiting_rows(row)
    others = session.scalars(select(AccountRow).where(AccountRow.active)).all()
    return WaitingAccount(
        row=row,
        roles=tuple(sorted(waiting_roles(row))),
        given_by=tuple(sorted({_shown_name(session, one.given_by) for one in waits})),
        given_at=max(one.given_at for one in waits),
        linked_by=row.made_by
        if row.handover is None
        else _shown_name(session, row.handover.made_by),
        is_other=_is_other(session, row, confirmer),
        nobody=not any(_is_other(session, row, one) for one in others),
        seen=_seen(row),
    )


def why_given(bureau: Bureau, waiting: WaitingAccount) -> str:
    """Return the ground on which the roles that wait were given last; empty where none was."""
    username = waiting.row.username
    about = TrailEntry.subject.startswith(f"{username} ", autoescape=True)
    query = (
        select(TrailEntry.ground)
        .where(TrailEntry.act.in_(_GIVING), TrailEntry.at <= waiting.given_at)
        .where(about | (TrailEntry.subject == username))
        .order_by(TrailEntry.id.desc())
    )
    with reading(bureau.register) as session:
        found = session.scalars(query.limit(1)).first()
    return "" if found is None or found == GROUND else found


def _waiting_rows(row: AccountRow) -> list[RoleConfirmationRow]:
    waiting = waiting_roles(row)
    return [one for one in row.confirmations if one.role in waiting]


def _linked_by(session: Session, row: AccountRow) -> str:
    return row.made_by if row.handover is None else _name_of(session, row.handover.made_by)


def _shown_name(session: Session, account_id: int) -> str:
    return name_on_trail(session, account_id, _name_of(session, account_id))


def _name_of(session: Session, account_id: int) -> str:
    return session.get_one(AccountRow, account_id).name


def _seen(row: AccountRow) -> str:
    """Return what a confirmation is about: which roles, given when, of whom who has the account."""
    given = [f"{one.role} {one.given_at.isoformat()}" for one in _waiting_rows(row)]
    handed = "" if row.handover is None else row.handover.made_at.isoformat()
    return ",".join([*given, handed, row.body or ""])


def _is_other(session: Session, row: AccountRow, confirmer: AccountRow) -> bool:
    try:
        _check_other(session, row, confirmer)
    except AccountError:
        return False
    return True


def _check_other(session: Session, row: AccountRow, confirmer: AccountRow) -> None:
    """Go on only where somebody may confirm what waits of an account.

    Raises:
        AccountError: their roles do not let them (`confirm_not_yours`); they are, by their name,
            who gave the roles, was shown the link or has the account (`same_person`).
    """
    if not confirmer.active or not sees(confirmer, row):
        raise AccountError(
            "confirm_not_yours",
            Text(
                "您的角色不能确认该账号，或者您的角色本身尚待确认",
                "your roles do not confirm this account, or wait themselves to be confirmed",
            ),
        )
    for name in _acted(session, row):
        not_the_same_person(name, confirmer.name)


def _acted(session: Session, row: AccountRow) -> Iterator[str]:
    yield row.name
    yield _linked_by(session, row)
    for one in _waiting_rows(row):
        yield _name_of(session, one.given_by)


def check_confirming(bureau: Bureau, username: str, confirmer_id: int, seen: str) -> None:
    """Go on only where roles may be confirmed; raises as `confirm_roles`."""
    with reading(bureau.desks) as session:
        row = find_account(session, username)
        _check_waiting(session, row, confirmer_id, seen)
        _check_set_up(row)


def check_refusing(bureau: Bureau, username: str, confirmer_id: int, seen: str) -> None:
    """Go on only where roles may be refused; raises as `refuse_roles`."""
    with reading(bureau.desks) as session:
        _check_waiting(session, find_account(session, username), confirmer_id, seen)


def _check_waiting(session: Session, row: AccountRow, confirmer_id: int, seen: str) -> AccountRow:
    confirmer = session.get_one(AccountRow, confirmer_id)
    if not waiting_roles(row):
        raise AccountError(
            "confirm_nothing",
            Text("该账号没有待确认的角色", "no role of this account waits to be confirmed"),
        )
    _check_other(session, row, confirmer)
    if seen != _seen(row):
        raise AccountError(
            "confirm_changed",
            Text(
                "您打开页面之后该账号又有变动，未作改动；请重新核对",
                "the account changed since you opened the page; nothing was done. Look again",
            ),
        )
    return confirmer


def _check_set_up(row: AccountRow) -> None:
    if not row.active or not is_set_up(row):
        raise AccountError(
            "confirm_not_set_up",
            Text(
                "账号尚未由本人设置完成（密码和第二重验证），或已停用，现在不能确认",
                "its person has not set the account up yet (password and second factor), or it is "
                "disabled: it cannot be confirmed now",
            ),
        )


def confirm_roles(bureau: Bureau, username: str, confirmer_id: int, *, seen: str) -> None:
    """Let the roles that wait count, from the next request of their person.

    Args:
        bureau: where.
        username: of the account.
        confirmer_id: account of who confirms.
        seen: of what they were shown (`WaitingAccount.seen`).

    Raises:
        AccountError: `account_unknown`, `confirm_nothing`, `confirm_not_yours`, `same_person`,
            `confirm_changed`; it is not set up (`confirm_not_set_up`). Nothing was changed.
    """
    with transaction(bureau.desks) as session:
        row = find_account(session, username, locked=True)
        confirmer = _check_waiting(session, row, confirmer_id, seen)
        _check_set_up(row)
        for one in _waiting_rows(row):
            one.confirmed_by, one.confirmed_at = confirmer_id, bureau.clock()
        note_state(bureau, row, name_on_trail(session, confirmer.id, confirmer.name))


def refuse_roles(bureau: Bureau, username: str, confirmer_id: int, *, seen: str) -> None:
    """Take the roles that wait away; an account that has no other is disabled.

    Raises:
        AccountError: as `confirm_roles`, but that it need not be set up.
    """
    with transaction(bureau.desks) as session:
        row = find_account(session, username, locked=True)
        confirmer = _check_waiting(session, row, confirmer_id, seen)
        refused = waiting_roles(row)
        row.roles = [one for one in row.roles if one.role not in refused]
        row.confirmations = [one for one in row.confirmations if one.role not in refused]
        if not row.roles:
            row.active = False
            void_link(session, row)
            end_sessions(session, row, Ending.DISABLED, bureau.clock())
        session.flush()
        note_state(bureau, row, name_on_trail(session, confirmer.id, confirmer.name))
