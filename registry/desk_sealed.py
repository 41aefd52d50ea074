"""Columns of the desks' own database that lie sealed under the vault itself.

The room that writes a column declares it with what binds each value to its row, and seals and
opens by that declaration alone; `issuer.desk_moving` takes all of them over to the next vault key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Engine, select
from sqlalchemy.orm import object_session

from registry.desk_database import DeskBase
from registry.desk_secret import check_newest_at_desks
from registry.session import reading, transaction
from registry.vault import Vault, reseal

_Row = TypeVar("_Row", bound=DeskBase)


@dataclass(frozen=True, slots=True)
class SealedColumn(Generic[_Row]):
    """One column whose values the vault seals.

    Args:
        table: its table; the primary key is `id`.
        name: of the column; None in it is nothing sealed.
        context: what binds a value to its row.
    """

    table: type[_Row]
    name: str
    context: Callable[[_Row], str]

    def put(self, row: _Row, vault: Vault, data: bytes) -> None:
        """Seal `data` into a row, which is in the session that will write it.

        Raises:
            ValueError: the row is in no session.
            VaultError: the vault key was changed since the vault was opened (`vault_key_changed`).
        """
        session = object_session(row)
        if session is None:
            raise ValueError("a row of no session")
        with session.no_autoflush:  # the row may lack this very value yet
            check_newest_at_desks(session, vault)
        setattr(row, self.name, vault.seal(self.context(row), data))

    def read(self, row: _Row, vault: Vault) -> bytes | None:
        """Return what is sealed in a row; raises as `Vault.unseal`."""
        sealed: bytes | None = getattr(row, self.name)
        return None if sealed is None else vault.unseal(self.context(row), sealed)

    def move(self, desks: Engine, vault: Vault) -> None:
        """Seal every value by the newest key; a row a commit, as one may be of 50 MB.

        Raises:
            VaultError: a row was altered (`sealed_value_altered`); those before it have moved.
        """
        columns = self.table.__table__.c
        sealed_rows = select(columns.id).where(columns[self.name].is_not(None))
        with reading(desks) as session:
            ids = session.scalars(sealed_rows.order_by(columns.id)).all()
        for one in ids:
            with transaction(desks) as session:
                row = session.get(self.table, one, with_for_update=True)
                sealed = None if row is None else getattr(row, self.name)
                if row is not None and sealed is not None:  # neither was deleted meanwhile
                    setattr(row, self.name, reseal(vault, self.context(row), sealed))
