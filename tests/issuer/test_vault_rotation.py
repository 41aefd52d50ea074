"""The vault key is replaced whole, wherever it is broken off, and the old one opens nothing."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from sqlalchemy import Engine, select

from issuer.awarding import read_private
from issuer.passphrase_change import change_passphrase
from issuer.reserving import open_batch, reserve
from issuer.vault_rotation import rotate_vault
from registry.errors import VaultError
from registry.holder_keys import open_holder
from registry.holder_wrapping import count_without_key, give_keys
from registry.home_lock import alone_with_keys
from registry.models import Award, Holder
from registry.scrubbing import scrub
from registry.session import reading, transaction
from registry.store import replace_secret
from registry.vault import Vault, seal
from tests.issuer.vault_homes import Issued, database_bytes, passphrase

NEW = b"another passphrase of some length"


def silent(_: int) -> None:
    """Tell nobody."""


def rotate(issued: Issued, engine: Engine) -> int:
    return rotate_vault(engine, issued.home, passphrase(), silent).generation


def names(issued: Issued) -> list[str]:
    with issued.desk() as desk, reading(desk.engine) as session:
        return [read_private(desk, award).name for award in session.scalars(select(Award))]


def test_all_opens_under_the_new_key_and_nothing_under_the_old(
    issued: Issued, engine: Engine
) -> None:
    old = issued.home.vault(passphrase())
    assert rotate(issued, engine) == 2
    assert names(issued) == [person.name for person in issued.persons]
    with reading(engine) as session:
        for holder in session.scalars(select(Holder)):
            with pytest.raises(VaultError, match="vault_key_changed"):
                open_holder(old, holder)
    assert list(issued.home.vault_keys(passphrase()).keys) == [2]


def test_the_old_wrapping_is_gone_from_the_files(issued: Issued, engine: Engine) -> None:
    with reading(engine) as session:
        old = [row.key_sealed or b"" for row in session.scalars(select(Holder))]
        old += [row.blind_index for row in session.scalars(select(Holder))]
        old += [award.live_key or b"" for award in session.scalars(select(Award))]
    rotate(issued, engine)
    assert scrub(engine)
    left = database_bytes(issued.home)
    assert all(len(value) >= 32 for value in old)
    assert [value for value in old if value in left] == []


def test_who_holds_a_live_award_is_still_found(issued: Issued, engine: Engine) -> None:
    rotate(issued, engine)
    with issued.desk() as desk:
        rows = [person.candidate(row) for row, person in enumerate(issued.persons, start=2)]
        again = reserve(desk, open_batch(desk, "二"), rows)
    assert [(one.number, one.new) for one in again] == [(n, False) for n in issued.numbers]


def test_a_desk_opened_before_issues_nothing_after(issued: Issued, engine: Engine) -> None:
    with issued.desk() as desk:
        batch_id = open_batch(desk, "二")
        rotate(issued, engine)
        with pytest.raises(VaultError, match="vault_key_changed"):
            reserve(desk, batch_id, [issued.persons[0].candidate(2)])


@pytest.mark.parametrize("commits", range(4))
def test_broken_off_anywhere_it_is_gone_on_with_and_readers_open_all_meanwhile(
    issued: Issued, engine: Engine, monkeypatch: pytest.MonkeyPatch, commits: int
) -> None:
    monkeypatch.setattr("issuer.vault_moving.AT_ONCE", 1)
    left = [commits]

    def die(_: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt

    wanted = sorted(person.name for person in issued.persons)
    if commits < 3:
        with pytest.raises(KeyboardInterrupt):
            rotate_vault(engine, issued.home, passphrase(), die)
        assert sorted(names(issued)) == wanted
        with issued.desk() as desk, pytest.raises(VaultError, match="vault_changing"):
            reserve(desk, open_batch(desk, "二"), [issued.persons[0].candidate(2)])
    done = rotate_vault(engine, issued.home, passphrase(), silent)
    assert (done.generation, done.holders) == (2, 3 - commits - 1 if commits < 3 else 3)
    assert sorted(names(issued)) == wanted
    assert rotate(issued, engine) == 3


def test_dead_before_the_registry_knows_of_it_the_same_new_key_is_used(
    issued: Issued, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("issuer.vault_rotation._set_state", die)
        with pytest.raises(KeyboardInterrupt):
            rotate(issued, engine)
    begun = issued.home.vault_keys(passphrase())
    assert sorted(begun.keys) == [1, 2]
    rotate(issued, engine)
    assert issued.home.vault_keys(passphrase()).keys == {2: begun.keys[2]}


def test_keys_are_replaced_by_one_at_a_time(issued: Issued) -> None:
    with (
        alone_with_keys(issued.home),
        pytest.raises(Exception, match="home_keys_busy"),
        alone_with_keys(issued.home),
    ):
        pytest.fail("two at once")


def test_the_new_passphrase_opens_all_and_the_old_one_nothing(issued: Issued) -> None:
    assert change_passphrase(issued.home, passphrase(), NEW) >= 3
    sealed = [p.read_bytes() for p in (issued.home.path / "secrets").rglob("*.pem")]
    assert sealed
    with pytest.raises(VaultError, match="passphrase_wrong"):
        issued.home.vault(passphrase())
    assert change_passphrase(issued.home, NEW, passphrase()) >= 3
    assert names(issued) == [person.name for person in issued.persons]


def test_a_wrong_passphrase_changes_nothing(issued: Issued) -> None:
    before = {p: p.read_bytes() for p in (issued.home.path / "secrets").rglob("*") if p.is_file()}
    with pytest.raises(VaultError, match="passphrase_wrong"):
        change_passphrase(issued.home, b"no", b"nor this one either")
    assert all(path.read_bytes() == content for path, content in before.items())


@pytest.mark.parametrize("writes", range(3))
def test_a_change_of_passphrase_broken_off_is_gone_on_with(
    issued: Issued, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    left = [writes]

    def die(path: Path, content: bytes) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        replace_secret(path, content)

    with monkeypatch.context() as patch:
        patch.setattr("issuer.passphrase_change.replace_secret", die)
        with pytest.raises(KeyboardInterrupt):
            change_passphrase(issued.home, passphrase(), NEW)
    change_passphrase(issued.home, passphrase(), NEW)
    change_passphrase(issued.home, NEW, passphrase())
    assert names(issued) == [person.name for person in issued.persons]


def test_holders_of_an_older_home_get_keys_and_open_as_before(
    issued: Issued, engine: Engine
) -> None:
    vault = issued.home.vault(passphrase())
    _as_the_vault_alone_sealed_it(engine, vault)
    with issued.desk() as desk, reading(engine) as session:
        award = session.scalars(select(Award)).first()
        assert award is not None
        with pytest.raises(VaultError, match="holder_without_key"):
            read_private(desk, award)
    assert count_without_key(engine) == 3
    assert give_keys(engine, vault, silent) == 3
    assert give_keys(engine, vault, silent) == 0
    assert names(issued) == [person.name for person in issued.persons]


def _as_the_vault_alone_sealed_it(engine: Engine, vault: Vault) -> None:
    """Seal every value as versions before 0006 did."""
    with transaction(engine) as session:
        for award in session.scalars(select(Award)):
            key = open_holder(vault, award.holder)
            for field, context in (("private", "award"), ("data_key", "data-key")):
                place = f"{context}/{award.number}"
                clear = key.unseal(place, getattr(award, f"{field}_sealed"))
                setattr(award, f"{field}_sealed", vault.seal(place, clear))
        for holder in session.scalars(select(Holder)):
            clear = open_holder(vault, holder).unseal("holder", holder.sealed)
            holder.sealed = vault.seal("holder", clear)
            holder.key_sealed, holder.key_generation = None, None


def test_a_vault_file_of_the_first_format_opens(issued: Issued) -> None:
    keys = issued.home.vault_keys(passphrase())
    document = json.loads(issued.home.vault_path.read_bytes())
    salt = base64.b64decode(document["salt"])
    stretched = Scrypt(salt=salt, length=32, n=1 << 15, r=8, p=1).derive(passphrase())
    sealed = seal(AESGCM(stretched), "vault-key", keys.keys[1])
    document |= {"format": 1, "sealed": base64.b64encode(sealed).decode()}
    issued.home.vault_path.write_text(json.dumps(document))
    assert issued.home.vault_keys(passphrase()) == keys
