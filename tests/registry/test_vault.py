"""The vault opens only for its key, its context and its passphrase."""

from __future__ import annotations

import pytest

from registry.errors import VaultError
from registry.vault import Vault, VaultKeys, new_key, open_vault_keys, seal_vault_keys


def test_unseal_returns_what_was_sealed() -> None:
    vault = Vault(new_key())
    assert vault.unseal("a", vault.seal("a", b"data")) == b"data"


def test_a_sealed_value_does_not_open_under_another_context() -> None:
    vault = Vault(new_key())
    with pytest.raises(VaultError, match="sealed_value_altered"):
        vault.unseal("b", vault.seal("a", b"data"))


def test_a_sealed_value_does_not_open_in_another_vault() -> None:
    sealed = Vault(new_key()).seal("a", b"data")
    with pytest.raises(VaultError, match="sealed_value_altered"):
        Vault(new_key()).unseal("a", sealed)


@pytest.mark.parametrize("sealed", [b"", b"short", b"0" * 12])
def test_nonsense_is_a_vault_error(sealed: bytes) -> None:
    with pytest.raises(VaultError, match="sealed_value_altered"):
        Vault(new_key()).unseal("a", sealed)


def test_blind_index_is_equal_for_equal_parts_only() -> None:
    vault = Vault(bytes(32))
    assert vault.blind_index("holder", "1", "x") == vault.blind_index("holder", "1", "x")
    assert vault.blind_index("ab", "c") != vault.blind_index("a", "bc")
    assert vault.blind_index("a") != Vault(bytes(31) + b"\1").blind_index("a")


def test_the_vault_key_opens_with_its_passphrase_only() -> None:
    keys = VaultKeys.first(new_key())
    file = seal_vault_keys(keys, b"right")
    assert open_vault_keys(file, b"right") == keys
    for wrong_file, wrong in ((file, b"wrong"), (b"{}", b"right"), (b"\xff", b"right")):
        with pytest.raises(VaultError, match="passphrase_wrong"):
            open_vault_keys(wrong_file, wrong)
