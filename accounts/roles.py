"""Roles, and what every route says of who may use it.

A route says so itself, beside its address: `@allow(Role.APPROVER)`, `@signed_in` or `@anyone`. One
that says nothing is refused to everybody (`accounts.guard`), and a test walks them all.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final, TypeVar

from codes.wording import Text

View = TypeVar("View", bound=Callable[..., Any])
_MARK: Final = "allowed_roles"


class Role(StrEnum):
    """What somebody is to the system; one person may have several roles of one side."""

    AUTHORITY_CLERK = "authority_clerk"
    AUTHORITY_DIRECTOR = "authority_director"
    BODY_CLERK = "body_clerk"
    EXAMINER = "examiner"
    APPROVER = "approver"
    KEY_CUSTODIAN = "key_custodian"
    EMPLOYER = "employer"
    POLICE = "police"
    AUDITOR = "auditor"

    @property
    def text(self) -> Text:
        """What the role is called."""
        return _CALLED[self]


_CALLED: Final = {
    Role.AUTHORITY_CLERK: Text("主管部门经办人", "clerk of the authority"),
    Role.AUTHORITY_DIRECTOR: Text("主管部门负责人", "director of the authority"),
    Role.BODY_CLERK: Text("机构经办人", "clerk of an assessment body"),
    Role.EXAMINER: Text("考评员", "examiner"),
    Role.APPROVER: Text("机构审批人", "approver of an assessment body"),
    Role.KEY_CUSTODIAN: Text("密钥保管人", "key custodian"),
    Role.EMPLOYER: Text("用人单位", "employer"),
    Role.POLICE: Text("公安民警", "police officer"),
    Role.AUDITOR: Text("审计人员", "auditor"),
}

BODY_ROLES: Final = frozenset({Role.BODY_CLERK, Role.EXAMINER, Role.APPROVER, Role.KEY_CUSTODIAN})
"""Roles within one assessment body: such a person has a body, and sees only its own people."""

EVERYBODY: Final = frozenset(Role)
TWO_PERSON_ROLES: Final = EVERYBODY - {Role.EMPLOYER, Role.AUDITOR}
"""Roles that take one of the two parts in an act of two persons, whichever part.

A clerk proposes or hands in and an approver or director decides; an examiner or clerk enters marks
and another clerk closes them; an officer reviews another's readings; custodians, approvers and
directors confirm these very roles. Whoever had both parts would be two persons, so that a clerk of
one's own making is worth as much as an approver. Given on a page, such a role counts once another
person has confirmed it (`accounts.confirming`).
"""
_ANYONE: Final[frozenset[Role] | None] = None


def allow(*roles: Role) -> Callable[[View], View]:
    """Let people of any of `roles` use a route."""
    if not roles:
        raise ValueError("a route is allowed to somebody")

    def mark(view: View) -> View:
        setattr(view, _MARK, frozenset(roles))
        return view

    return mark


def signed_in(view: View) -> View:
    """Let everybody who signed in use a route, whatever their roles, and where none counts yet."""
    setattr(view, _MARK, EVERYBODY)
    return view


def anyone(view: View) -> View:
    """Let people who did not sign in use a route: signing in itself, what every page needs."""
    setattr(view, _MARK, _ANYONE)
    return view


class Undeclared(LookupError):
    """A route that does not say who may use it."""


def declared_roles(view: Callable[..., Any]) -> frozenset[Role] | None:
    """Return who may use a route; None where nobody need sign in.

    Raises:
        Undeclared: the route does not say.
    """
    if not hasattr(view, _MARK):
        raise Undeclared(getattr(view, "__qualname__", repr(view)))
    found: frozenset[Role] | None = getattr(view, _MARK)
    return found
