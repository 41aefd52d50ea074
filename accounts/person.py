"""The person behind a request."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g

from accounts.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who signed in.

    Args:
        account_id: of their account.
        name: as the office knows them, for the audit trail.
        roles: theirs, as far as they count.
        body: prefix of their assessment body, 13 characters; None for those of no body.
        waiting: roles that were given to them and count once another person confirmed them.
    """

    account_id: int
    name: str
    roles: frozenset[Role]
    body: str | None
    waiting: frozenset[Role] = frozenset()

    def is_one_of(self, *roles: Role) -> bool:
        """Return whether they have any of `roles`."""
        return not self.roles.isdisjoint(roles)


def current_person() -> Person | None:
    """Return who signed in, or None."""
    found: Person | None = g.get("person")
    return found


def the_person() -> Person:
    """Return who signed in, in a route that is not open to anyone.

    Raises:
        LookupError: nobody did; `accounts.guard` lets no such request come so far.
    """
    person = current_person()
    if person is None:
        raise LookupError("nobody signed in")
    return person


def sees_body(person: Person, prefix: str) -> bool:
    """Return whether somebody may read what belongs to a body: their own, or every for no body's.

    Routes answer 404 where not, so that nothing tells whether the thing is there.
    """
    return person.body is None or person.body == prefix
