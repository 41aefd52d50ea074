"""Two persons are two persons; and the desks' secret outlives a change of the vault key."""

from __future__ import annotations

import pytest

from accounts.errors import AccountError
from accounts.two_persons import not_the_same_person
from issuer.desk_moving import move_desks
from registry.desk_database import desk_database_url, open_desk_engine
from registry.desk_secret import open_desk_secret
from registry.errors import VaultError
from registry.home import Home
from registry.vault import Vault, new_key
from tests.conftest import PASSPHRASE


@pytest.mark.parametrize("other", ["王 伟", "王·伟", "王偉", "王伟"])
def test_one_name_spelt_otherwise_is_one_person(other: str) -> None:
    with pytest.raises(AccountError, match="same_person"):
        not_the_same_person("王伟", other)


def test_two_names_are_two_persons() -> None:
    not_the_same_person("王伟", "王芳")
    with pytest.raises(AccountError):
        not_the_same_person("王芳", "王芳")


def test_the_desks_secret_goes_over_to_a_new_vault_key(home: Home) -> None:
    keys = home.vault_keys(PASSPHRASE)
    move_desks(home, Vault(keys))
    desks = open_desk_engine(desk_database_url(home))
    before = open_desk_secret(desks, Vault(keys))
    both = keys.followed_by(new_key())
    with pytest.raises(VaultError):
        open_desk_secret(desks, Vault(both.only(both.generation)))
    move_desks(home, Vault(both))
    after = open_desk_secret(desks, Vault(both.only(both.generation)))
    desks.dispose()
    assert after.value == before.value
    assert before.for_purpose("a") != before.for_purpose("b")
