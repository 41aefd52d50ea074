"""A holder's own key: everything kept of a person opens by it and by nothing else of ours.

    vault key  ──opens──▶  holder's key  ──opens──▶  the holder's data, and of each award
                                                     the private fields and the data key
    data key   ──opens──▶  photo, pages, signed records, what the public side may see

Destroying the holder's key therefore closes all of it at once. The public side comes to a data key
by another way, the access rows (`registry.access`), which go with the holder's key.
"""

from __future__ import annotations

from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.names import fold_name
from codes.wording import Text
from registry.errors import VaultError
from registry.models import Award, Holder
from registry.vault import Vault, key_changed, new_key, seal, unseal
from registry.vault_models import VaultState

HOLDER_CONTEXT = "holder"
_CONTEXT = "holder-key/"


def private_context(number: str) -> str:
    """Return what the private fields of the award of a number are sealed under."""
    return f"award/{number}"


def data_key_context(number: str) -> str:
    """Return what the data key of the award of a number is sealed under."""
    return f"data-key/{number}"


class HolderKey:
    """Seals and opens what is kept of one holder.

    Args:
        key: 32 secret bytes.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, context: str, data: bytes) -> bytes:
        """Seal `data` so that only this key opens it, and only under the same `context`."""
        return seal(self._cipher, context, data)

    def unseal(self, context: str, sealed: bytes) -> bytes:
        """Undo `seal`; raises VaultError (`sealed_value_altered`) where anything was changed."""
        return unseal(self._cipher, context, sealed)


def holder_index(vault: Vault, document_type: int, document_number: str) -> bytes:
    """Return the blind index under which the holder of a document is found."""
    return vault.blind_index("holder", str(document_type), document_number)


def name_index(vault: Vault, name: str) -> bytes:
    """Return the blind index under which the awards of a name are found, however it is written."""
    return vault.blind_index("name", fold_name(name))


def new_holder(
    vault: Vault, index: bytes, *, random: Callable[[], bytes] = new_key
) -> tuple[Holder, HolderKey]:
    """Return a row for a new holder, its data still to be sealed, and its key."""
    key = random()
    row = Holder(blind_index=index, sealed=b"")
    wrap_key(vault, row, key)
    return row, HolderKey(key)


def wrap_key(vault: Vault, row: Holder, key: bytes) -> None:
    """Put a holder's key on its row, sealed under the newest vault key and bound to the row."""
    row.key_sealed = vault.seal(_context(row), key)
    row.key_generation = vault.generation


def unwrap_key(vault: Vault, row: Holder) -> bytes:
    """Return a holder's key.

    Raises:
        VaultError: it was destroyed (`holder_erased`), the home was not migrated
            (`holder_without_key`), the vault key is another by now (`vault_key_changed`), or the
            row was altered (`sealed_value_altered`).
    """
    if row.key_sealed is None:
        raise _erased() if row.erased_at is not None else _without_key()
    return vault.unseal(_context(row), row.key_sealed, generation=row.key_generation)


def open_holder(vault: Vault, row: Holder) -> HolderKey:
    """Return the key of a holder, ready to open what is the holder's; raises as `unwrap_key`."""
    return HolderKey(unwrap_key(vault, row))


def open_data_key(vault: Vault, award: Award) -> bytes:
    """Return the key of an award's own data, by its holder's key.

    Raises:
        VaultError: as `unwrap_key`; the award's row was altered (`sealed_value_altered`).
    """
    key = open_holder(vault, award.holder)
    return key.unseal(data_key_context(award.number), award.data_key_sealed)


def check_vault_in_force(session: Session, vault: Vault) -> None:
    """See, until the transaction ends, that `vault` is the one that seals and finds everything.

    Whoever puts anything under the vault, marks a row by it, or looks for a holder or a live award
    by a blind index calls it first. A rotation waits for the transaction, and from then on it is
    refused.

    Raises:
        VaultError: the vault key is being changed (`vault_changing`), or was changed since the
            vault was opened (`vault_key_changed`).
    """
    state = session.scalars(select(VaultState).with_for_update(read=True)).one()
    if state.changing_to is not None or state.generation < vault.generation:
        raise VaultError(
            "vault_changing",
            Text(
                "正在更换保管库密钥，暂不能办理；请等其完成，"
                "如已中断，请再次运行 yanzhen vault rotate",
                "the vault key is being changed; nothing can be issued or decided until then; "
                "if it was interrupted, run yanzhen vault rotate again",
            ),
        )
    if state.generation != vault.generation:
        raise key_changed()


def _context(row: Holder) -> str:
    return _CONTEXT + row.blind_index.hex()


def _erased() -> VaultError:
    return VaultError(
        "holder_erased",
        Text(
            "持证人资料已依法删除，无法打开",
            "the holder's data were erased under the law and cannot be opened",
        ),
    )


def _without_key() -> VaultError:
    return VaultError(
        "holder_without_key",
        Text(
            "数据目录升级未完成，请再次运行 yanzhen migrate",
            "this home is not fully migrated; run yanzhen migrate again",
        ),
    )
