"""What a body needs before it can issue, and whether it has it: a key, a seal, and people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, select

from accounts.account_acts import list_accounts
from accounts.bureau import Bureau
from accounts.roles import Role
from codes.wording import Text
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from issuer.seal_custody import usable_seal
from issuer.seal_files import StoredSeal, read_seals
from keys.ring import Standing
from registry.home import Home
from registry.models import SigningKey, Site
from registry.session import reading

NEEDED = (Role.BODY_CLERK, Role.EXAMINER, Role.APPROVER)
"""The people of a body beside its custodian."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInUse:
    """A signing key of a body that is not over: its number in hex, and its days."""

    name: str
    first: date
    last: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What a body has of what it needs.

    Args:
        keys: its signing keys that are in use, or will be.
        seal: its seal that can be used, or None.
        seal_fault: why its seals cannot be told, or None.
        missing: roles of `NEEDED` that no account of it in use has.
    """

    prefix: str
    keys: tuple[KeyInUse, ...]
    seal: StoredSeal | None
    seal_fault: Text | None
    missing: tuple[Role, ...]


def readiness_of(
    home: Home, register: Engine, bureau: Bureau, prefix: str, *, now: datetime
) -> Readiness:
    """Return what a body has of what it needs to issue."""
    accounts = [row for row in list_accounts(bureau, body=prefix) if row.active]
    held = {Role(one.role) for row in accounts for one in row.roles}
    seal, fault = None, None
    try:
        seal = usable_seal(read_seals(home, prefix), now)
    except IssuerError as error:
        fault = error.text
    return Readiness(
        prefix=prefix,
        keys=tuple(_keys(register, prefix, shanghai_day(now))),
        seal=seal,
        seal_fault=fault,
        missing=tuple(role for role in NEEDED if role not in held),
    )


def _keys(register: Engine, prefix: str, today: date) -> Iterable[KeyInUse]:
    own = select(SigningKey).join(Site).where(Site.prefix == prefix)
    active = own.where(SigningKey.standing == Standing.ACTIVE.value).order_by(SigningKey.id)
    with reading(register) as session:
        for key in session.scalars(active):
            if key.valid_to is None or key.valid_to >= today:
                name = f"{key.key_id:04x}"
                yield KeyInUse(name=name, first=key.valid_from, last=key.valid_to)
