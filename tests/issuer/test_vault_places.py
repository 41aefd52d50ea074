"""Every place where something lies under the vault goes over to the next key, none is forgotten."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from issuer.applications import open_material
from issuer.copy_run import reissue
from issuer.copying import preview_reissue
from issuer.fsck.run import fsck
from issuer.life_acts import list_acts, withdraw
from issuer.life_forms import decision_context, details_context
from issuer.public_notice import open_objection
from issuer.seal_custody import pin_context
from issuer.seal_files import read_seals, write_seal
from issuer.status_publishing import publish_behind, status_office_of
from issuer.token_places import address_of, place_as_dict, place_from_dict, place_of
from issuer.vault_rotation import rotate_vault
from keys.tokens import TokenAddress
from log.leaves import LifeKind
from registry.errors import VaultError
from registry.filing_models import ApplicationMaterial, Objection
from registry.holder_keys import open_holder
from registry.home import Home
from registry.life_models import ActState, LifeAct, StatusListRow
from registry.models import Copy, Holder, ReissueReason
from registry.schema import open_registry
from registry.session import reading, transaction
from registry.vault import Vault
from templates.fonts import FontChain
from tests.arch.sources import python_files, shown
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.desks import PREFIX, desk_at
from tests.issuer.lives import NUMBER, SECOND, done, issue_two, proposed, silent
from tests.issuer.procedures import Procedure

# Who seals, finds or marks by the vault itself. `issuer.vault_moving` moves what each of them made,
# `issuer.desk_moving` what the two of the desks did (see test_desk_moving.py).
SEAL = {
    "issuer/applications.py",
    "issuer/life_forms.py",
    "issuer/public_notice.py",
    "issuer/token_places.py",
    "registry/desk_sealed.py",
    "registry/desk_secret.py",
    "registry/holder_keys.py",
    "registry/vault.py",
}
INDEX = {"issuer/reserving.py", "registry/holder_keys.py", "registry/row_marks.py"}
ADDRESS = TokenAddress(module="/lib/p11.so", token="台", key="章", pin="135790")
OTHER = "S000012000999"
KEY_PIN = f"key-token-pin:{PREFIX}"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with something of every kind under its vault."""
    folder = tmp_path_factory.mktemp("filled")
    home = Home.create(folder / "home", demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    issue_two(home, folder)
    with desk_at(home) as desk:
        done(desk, LifeKind.CORRECT, folder / "corrected")
        withdraw(desk, proposed(desk, LifeKind.REVOKE), decided_by="张提出", reason="有误")
        proposed(desk, LifeKind.SUSPEND, number=SECOND)
    office = Procedure(home, folder / "application")
    number, last = office.on_notice()
    office.object(number, last)
    vault = home.vault(PASSPHRASE)
    seal = replace(read_seals(home)[0], prefix=OTHER)
    write_seal(home, replace(seal, token=place_of(ADDRESS, vault, pin_context(OTHER))), None)
    place = place_as_dict(place_of(ADDRESS, vault, KEY_PIN))
    token_file(home).write_text(json.dumps({"format": 1, "token": place}))
    return home


@pytest.fixture
def home(filled: Home, tmp_path: Path) -> Home:
    shutil.copytree(filled.path, tmp_path / "home")
    return Home.open(tmp_path / "home", environment={})


def token_file(home: Home) -> Path:
    return home.key_folder / f"{PREFIX}-beef.json"


def everything(home: Home, engine: Engine, vault: Vault) -> Iterator[Callable[[], object]]:
    """Yield for each thing under the vault what opens it by `vault` as it lies there now."""
    with reading(engine) as session:
        for holder in session.scalars(select(Holder)):
            yield partial(open_holder, vault, holder)
        for act in session.scalars(select(LifeAct)):
            yield partial(vault.unseal, details_context(act), act.details_sealed)
            if act.decision_sealed is not None:
                yield partial(vault.unseal, decision_context(act), act.decision_sealed)
        for material in session.scalars(select(ApplicationMaterial)):
            yield partial(open_material, home, vault, material)
        for objection in session.scalars(select(Objection)):
            yield partial(open_objection, vault, objection)
    for seal in read_seals(home):
        if seal.token is not None:
            yield partial(address_of, seal.token, vault, pin_context(OTHER))
    place = place_from_dict(json.loads(token_file(home).read_bytes())["token"])
    yield partial(address_of, place, vault, KEY_PIN)


def rotate(home: Home, engine: Engine) -> None:
    rotate_vault(engine, home, PASSPHRASE, lambda _: None)


def test_all_opens_by_the_new_key_and_nothing_by_the_old(home: Home) -> None:
    old = home.vault(PASSPHRASE)
    with open_registry(home.database_url) as engine:
        before = len(list(everything(home, engine, old)))
        rotate(home, engine)
        new = home.vault(PASSPHRASE)
        opened = [open_one() for open_one in everything(home, engine, new)]
        assert len(opened) == before == 2 + 3 + 1 + len(materials(engine)) + 1 + 1 + 1
        for open_one in everything(home, engine, old):
            with pytest.raises(VaultError, match=r"vault_key_changed|sealed_value_altered"):
                open_one()
        assert opened.count(ADDRESS) == 2


def materials(engine: Engine) -> list[int]:
    with reading(engine) as session:
        return list(session.scalars(select(ApplicationMaterial.id)))


def test_the_rows_still_answer_for_themselves_afterwards(home: Home) -> None:
    with open_registry(home.database_url) as engine:
        rotate(home, engine)
        assert fsck(home, engine, home.vault(PASSPHRASE)) == []
    with desk_at(home) as desk:
        assert list_acts(desk, None)[0].state is ActState.PROPOSED
        outcome = reissue(
            desk,
            NUMBER,
            reason=ReissueReason.LOST,
            replaces=preview_reissue(desk, NUMBER).replaces,
            out=home.path.parent / "again",
            fonts=FontChain(),
            progress=silent,
        )
        assert outcome
        assert fsck(home, desk.engine, desk.vault) == []


def test_a_row_that_was_changed_before_is_still_found_after(home: Home) -> None:
    with open_registry(home.database_url) as engine:
        with transaction(engine) as session:
            copy = session.scalars(select(Copy).order_by(Copy.id)).first()
            assert copy is not None
            copy.made_at += timedelta(days=1)
            copy.delivered_at = copy.award.recorded_at = copy.made_at
            session.scalars(select(StatusListRow)).one().changes += 1
        rotate(home, engine)
        faults = fsck(home, engine, home.vault(PASSPHRASE))
    assert {
        ("copies", "row_mark"),
        ("awards", "recorded_at"),
        ("copies", "delivered_at"),
        ("status_lists", "row_mark"),
    } <= {(fault.table, fault.field) for fault in faults}


def test_status_lists_are_published_on_by_the_new_key_alone(home: Home) -> None:
    with desk_at(home) as desk:
        office = status_office_of(desk)
        publish_behind(office)
        rotate(home, desk.engine)
        with pytest.raises(VaultError, match="vault_key_changed"):
            publish_behind(office, every=True)
    with desk_at(home) as desk:
        assert publish_behind(status_office_of(desk), every=True)
        assert fsck(home, desk.engine, desk.vault) == []


def test_nothing_is_put_under_a_vault_that_was_replaced(home: Home) -> None:
    with desk_at(home) as desk:
        rotate(home, desk.engine)
        for act in (
            lambda: proposed(desk, LifeKind.REVOKE),
            lambda: withdraw(desk, 3, decided_by="张提出", reason="有误"),
            lambda: done(desk, LifeKind.SUSPEND),
        ):
            with pytest.raises(VaultError, match="vault_key_changed"):
                act()


def test_no_other_place_seals_or_finds_by_the_vault() -> None:
    seals, indexes = set(), set()
    for path in python_files("accounts", "issuer", "registry", "verifier"):
        text, name = path.read_text(encoding="utf-8"), shown(path)
        if re.search(r"\bvault\.seal\(", text):
            seals.add(name)
        if re.search(r"\.blind_index\(", text):
            indexes.add(name)
    assert seals == SEAL
    assert indexes == INDEX
