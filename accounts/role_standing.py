"""Which roles of an account count, and which wait until another person has confirmed them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.roles import TWO_PERSON_ROLES, Role
from registry.account_models import AccountRoleRow, AccountRow, RoleConfirmationRow


def waiting_roles(row: AccountRow) -> frozenset[Role]:
    """Return the roles of an account that another person has to confirm."""
    held = {one.role for one in row.roles}
    waiting = {one.role for one in row.confirmations if one.confirmed_by is None}
    return frozenset(map(Role, held & waiting))


def counting_roles(row: AccountRow) -> frozenset[Role]:
    """Return the roles of an account that it may act by."""
    return frozenset(Role(one.role) for one in row.roles) - waiting_roles(row)


def list_holders(session: Session, role: Role, body: str | None) -> list[AccountRow]:
    """Return the accounts in use of a body, or of none, of which a role counts, by user name."""
    query = select(AccountRow).where(AccountRow.body == body, AccountRow.active)
    rows = session.scalars(query.order_by(AccountRow.username))
    return [row for row in rows if role in counting_roles(row)]


def is_set_up(row: AccountRow) -> bool:
    """Return whether password and second factor were chosen, so that the set-up link is used."""
    return row.password is not None and bool(row.totp_secret or row.passkeys)


def needs_no_factor(counting: Iterable[Role]) -> bool:
    """Return whether a password alone lets in whose roles these are: an employer, nothing else."""
    return frozenset(counting) == {Role.EMPLOYER}


def can_sign_in(row: AccountRow) -> bool:
    """Return whether what its person signs in by was chosen; an employer's is a password alone."""
    by_password = row.password is not None and needs_no_factor(Role(one.role) for one in row.roles)
    return is_set_up(row) or by_password


def give_roles(
    row: AccountRow, roles: Iterable[Role], *, moved: bool, giver: int | None, at: datetime
) -> None:
    """Give an account roles; `TWO_PERSON_ROLES` that it did not have wait where a page gives them.

    Args:
        row: with the roles it had, if any.
        roles: all that it has from now on.
        moved: to another body, where nobody confirmed what it has.
        giver: account of who gives them on a page; None for a command, by which all count at once.
        at: now.
    """
    chosen = frozenset(roles)
    had = frozenset() if moved else frozenset(Role(one.role) for one in row.roles)
    there = {Role(one.role): one for one in row.confirmations}
    row.roles = [AccountRoleRow(role=role) for role in sorted(chosen)]
    row.confirmations = [] if giver is None else [there[role] for role in chosen & set(there)]
    if giver is not None:
        for role in sorted((chosen - had) & TWO_PERSON_ROLES):
            _have_wait(row, role, giver, at)


def wait_anew(row: AccountRow, *, giver: int, at: datetime) -> None:
    """Have the `TWO_PERSON_ROLES` of an account wait: what proved its person is void.

    A role that waits already goes on waiting since it was given.
    """
    for role in sorted(TWO_PERSON_ROLES & counting_roles(row)):
        _have_wait(row, role, giver, at)


def _have_wait(row: AccountRow, role: Role, giver: int, at: datetime) -> None:
    one = next((one for one in row.confirmations if one.role == role), None)
    if one is None:
        one = RoleConfirmationRow(role=role)
        row.confirmations.append(one)
    one.given_by, one.given_at = giver, at
    one.confirmed_by, one.confirmed_at = None, None
