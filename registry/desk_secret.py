"""The one secret of the desks, in their database, sealed by the vault.

It signs what browsers bring back and seals the keys of second factors. It is made by whoever opens
the desks first, and sealed anew wherever it still lies under an earlier vault key.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from sqlalchemy import Engine, Integer, LargeBinary, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.desk_database import DeskBase
from registry.session import transaction
from registry.vault import Vault, key_changed

_CONTEXT = "desk-secret"
_ONLY = 1
_BYTES = 32


class DeskSecretRow(DeskBase):
    """The sealed secret; there is one row."""

    __tablename__ = "desk_secret"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    generation: Mapped[int] = mapped_column(Integer)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True, slots=True)
class DeskSecret:
    """The secret of the desks of one home, 32 bytes; never used itself, but for what it yields."""

    value: bytes = field(repr=False)

    def for_purpose(self, purpose: str) -> str:
        """Return a key for one purpose, 64 hexadecimal digits."""
        return hmac.new(self.value, purpose.encode(), hashlib.sha256).hexdigest()


def open_desk_secret(desks: Engine, vault: Vault) -> DeskSecret:
    """Return the secret of the desks, made if there is none, sealed by the newest vault key.

    Raises:
        VaultError: it lies under another vault's key.
        RegistryUnavailable: the database did not answer.
    """
    try:
        return _open(desks, vault)
    except IntegrityError:  # another process made it meanwhile
        return _open(desks, vault)


def check_newest_at_desks(session: Session, vault: Vault) -> None:
    """See, until the transaction ends, that the desks are not under a later key than `vault`'s.

    Whoever seals anything into the desks' database calls it first. A rotation waits for the
    transaction and moves what it wrote; from then on a vault opened before is refused.

    Raises:
        VaultError: the vault key was changed since the vault was opened (`vault_key_changed`).
    """
    query = select(DeskSecretRow.generation).where(DeskSecretRow.id == _ONLY)
    generation = session.scalar(query.with_for_update(read=True))
    if generation is not None and generation > vault.generation:
        raise key_changed()


def _open(desks: Engine, vault: Vault) -> DeskSecret:
    with transaction(desks) as session:
        row = session.get(DeskSecretRow, _ONLY, with_for_update=True)
        if row is None:
            value = secrets.token_bytes(_BYTES)
            sealed = vault.seal(_CONTEXT, value)
            session.add(DeskSecretRow(id=_ONLY, generation=vault.generation, sealed=sealed))
        else:
            value = vault.unseal(_CONTEXT, row.sealed)
            if row.generation != vault.generation:
                row.sealed = vault.seal(_CONTEXT, value)
                row.generation = vault.generation
    return DeskSecret(value)
