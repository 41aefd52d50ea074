"""Replaces the vault key: everything under the old one goes under a new one, then the old one goes.

    1. the vault file gets the new key beside the old one
    2. the registry says that the key is changing: from here on nothing is put under the vault, and
       every transaction that was doing so is over
    3. a few hundred rows a commit: all that is under the vault goes over to the new key
       (`issuer.vault_moving`), in the desks' own database too (`issuer.desk_moving`)
    4. the registry says that the new key is in force
    5. the vault file loses the old key

Broken off anywhere, it is gone on with by running it again. Who reads meanwhile opens a holder by
whichever key seals it; the public side holds neither and notices nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from codes.wording import Text
from issuer.desk_moving import move_desks
from issuer.vault_moving import (
    Vaults,
    move_holders,
    move_lists,
    move_papers,
    move_pins,
    move_waiting,
)
from registry.desk_database import desk_database_url
from registry.errors import VaultError
from registry.home import Home
from registry.models import Holder
from registry.session import reading, transaction
from registry.store import replace_secret
from registry.vault import VaultKeys, key_changed, new_key, seal_vault_keys
from registry.vault_models import VaultState


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
        HomeError: nothing says where the desks' database is; nothing was changed.
    """
    desk_database_url(home)  # refused here, before anything is changed
    keys, resumed = home.vault_keys(passphrase), True
    if len(keys.keys) == 1:
        if _state(engine).generation != keys.generation:
            raise key_changed()
        _check_all_have_keys(engine)
        keys, resumed = keys.followed_by(new_key()), False
        _write(home, keys, passphrase)
    vaults = Vaults.of(keys)
    _set_state(engine, changing_to=keys.generation)
    move_lists(engine, vaults)
    move_waiting(engine, vaults)
    done = move_holders(engine, vaults, progress)
    move_papers(engine, vaults.both)
    move_pins(home, vaults.both)
    move_desks(home, vaults.both)
    _set_state(engine, generation=keys.generation, changing_to=None)
    _write(home, keys.only(keys.generation), passphrase)
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
