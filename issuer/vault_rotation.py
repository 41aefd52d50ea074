"""Replaces the vault key: everything under the old one goes under a new one, then the old one goes.

    1. the vault file gets the new key beside the old one
    2. the registry says that the key is changing: from here on no holder is added, and every
       transaction that was adding one is over
    3. a few hundred holders a commit: key, blind index and live marks go over to the new key
    4. the registry says that the new key is in force
    5. other values go over, and the vault file loses the old key

Broken off anywhere, it is gone on with by running it again. Who reads meanwhile opens a holder by
whichever key seals it; the public side holds neither and notices nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.reserving import live_key
from issuer.seal_custody import pin_context
from issuer.seal_files import read_seals, write_seal
from registry.errors import VaultError
from registry.holder_keys import (
    HOLDER_CONTEXT,
    HolderKey,
    holder_index,
    private_context,
    unwrap_key,
    wrap_key,
)
from registry.home import Home
from registry.models import Award, Holder, Site
from registry.session import reading, transaction
from registry.store import replace_secret
from registry.vault import Vault, VaultKeys, new_key, seal_vault_keys
from registry.vault_models import VaultState

_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What a rotation did.

    Args:
        generation: of the key now in force.
        holders: how many went over to it in this run.
        resumed: whether an earlier run had begun it.
    """

    generation: int
    holders: int
    resumed: bool


def rotate_vault(
    engine: Engine, home: Home, passphrase: bytes, progress: Callable[[int], None]
) -> Rotation:
    """Replace the vault key, or go on with a replacement that was broken off.

    Args:
        engine: of the registry, for writing.
        home: whose vault; nobody else replaces or copies its keys (`alone_with_keys`).
        passphrase: the home's.
        progress: told after each commit how many holders it covered.

    Raises:
        VaultError: the passphrase is wrong; a row was altered (`sealed_value_altered`); a holder
            has no key yet (`holder_without_key`). The old key stays until all is over.
    """
    keys, resumed = home.vault_keys(passphrase), True
    if len(keys.keys) == 1 and _state(engine).generation == keys.generation:
        _check_all_have_keys(engine)
        keys, resumed = keys.followed_by(new_key()), False
        _write(home, keys, passphrase)
    vault = Vault(keys)
    done = 0
    if _state(engine).generation != keys.generation:
        _set_state(engine, changing_to=keys.generation)
        done = _move_holders(engine, vault, progress)
        _set_state(engine, generation=keys.generation, changing_to=None)
    _move_pins(home, vault)
    _write(home, keys.newest_only(), passphrase)
    return Rotation(generation=keys.generation, holders=done, resumed=resumed)


def count_to_move(engine: Engine, generation: int) -> int:
    """Return how many holders are under another key than that of `generation`."""
    with reading(engine) as session:
        query = select(func.count(Holder.id)).where(Holder.key_generation != generation)
        return session.scalar(query) or 0


def _write(home: Home, keys: VaultKeys, passphrase: bytes) -> None:
    replace_secret(home.vault_path, seal_vault_keys(keys, passphrase))


def _state(engine: Engine) -> VaultState:
    with reading(engine) as session:
        return session.scalars(select(VaultState)).one()


def _set_state(engine: Engine, **values: int | None) -> None:
    with transaction(engine) as session:
        state = session.scalars(select(VaultState)).one()
        for name, value in values.items():
            setattr(state, name, value)


def _check_all_have_keys(engine: Engine) -> None:
    without = (Holder.key_sealed.is_(None), Holder.erased_at.is_(None))
    with reading(engine) as session:
        if session.scalar(select(Holder.id).where(*without).limit(1)) is not None:
            raise VaultError(
                "holder_without_key",
                Text(
                    "数据目录升级未完成，请再次运行 yanzhen migrate",
                    "this home is not fully migrated; run yanzhen migrate again",
                ),
            )


def _move_holders(engine: Engine, vault: Vault, progress: Callable[[int], None]) -> int:
    done = 0
    while True:
        with transaction(engine) as session:
            query = select(Holder).where(Holder.key_generation != vault.generation)
            query = query.order_by(Holder.id).limit(_AT_ONCE).with_for_update()
            holders = session.scalars(query).all()
            for holder in holders:
                _move(session, vault, holder)
        if not holders:
            return done
        done += len(holders)
        progress(len(holders))


def _move(session: Session, vault: Vault, holder: Holder) -> None:
    """Put a holder's key, blind index and live marks under the newest vault key."""
    secret = unwrap_key(vault, holder)
    key = HolderKey(secret)
    person = json.loads(key.unseal(HOLDER_CONTEXT, holder.sealed))
    holder.blind_index = holder_index(vault, person["document_type"], person["document_number"])
    wrap_key(vault, holder, secret)
    live = select(Award).where(Award.holder_id == holder.id, Award.live_key.is_not(None))
    for award in session.scalars(live.order_by(Award.id).with_for_update()):
        private = json.loads(key.unseal(private_context(award.number), award.private_sealed))
        award.live_key = live_key(
            vault,
            session.get_one(Site, award.site_id),
            private["document_type"],
            private["document_number"],
            award.occupation,
            award.level,
        )


def _move_pins(home: Home, vault: Vault) -> None:
    """Put the PINs of seals in tokens under the newest vault key."""
    for seal in read_seals(home):
        if seal.token is not None:
            context = pin_context(seal.prefix)
            pin = vault.unseal(context, seal.token.pin_sealed)
            token = replace(seal.token, pin_sealed=vault.seal(context, pin))
            write_seal(home, replace(seal, token=token), None)
