"""Gives the holders of a home of an earlier version keys of their own, and seals theirs by them.

Until version 0006 the vault sealed each value by itself. The work goes on in small commits and may
be broken off anywhere: a holder either has a key, and all of the holder's values are under it, or
none.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from registry.holder_keys import (
    HOLDER_CONTEXT,
    HolderKey,
    check_vault_in_force,
    data_key_context,
    private_context,
    wrap_key,
)
from registry.models import Award, Holder
from registry.session import reading, transaction
from registry.vault import Vault, new_key

_AT_ONCE = 200


def count_without_key(engine: Engine) -> int:
    """Return how many holders still have no key of their own and were not erased."""
    with reading(engine) as session:
        return session.scalar(select(func.count(Holder.id)).where(*_WITHOUT)) or 0


def give_keys(engine: Engine, vault: Vault, progress: Callable[[int], None]) -> int:
    """Give every holder without a key one; return how many there were.

    Args:
        engine: of the registry, migrated.
        vault: what the old values were sealed by.
        progress: told after each commit how many holders it covered.

    Raises:
        VaultError: a row was altered (`sealed_value_altered`); those before it are done.
    """
    done = 0
    while True:
        with transaction(engine) as session:
            check_vault_in_force(session, vault)
            query = select(Holder).where(*_WITHOUT).order_by(Holder.id).limit(_AT_ONCE)
            holders = session.scalars(query.with_for_update()).all()
            for holder in holders:
                _give_key(session, vault, holder)
        if not holders:
            return done
        done += len(holders)
        progress(len(holders))


_WITHOUT = (Holder.key_sealed.is_(None), Holder.erased_at.is_(None))


def _give_key(session: Session, vault: Vault, holder: Holder) -> None:
    secret = new_key()
    key = HolderKey(secret)
    holder.sealed = key.seal(HOLDER_CONTEXT, vault.unseal(HOLDER_CONTEXT, holder.sealed))
    for award in session.scalars(select(Award).where(Award.holder_id == holder.id)):
        private, data_key = private_context(award.number), data_key_context(award.number)
        award.private_sealed = key.seal(private, vault.unseal(private, award.private_sealed))
        award.data_key_sealed = key.seal(data_key, vault.unseal(data_key, award.data_key_sealed))
    wrap_key(vault, holder, secret)
