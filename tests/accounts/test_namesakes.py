"""Of two people who share a name, the trail of what was done to accounts tells which it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from accounts.namesakes import name_on_trail
from accounts.roles import Role
from registry.account_models import AccountRow
from registry.session import reading, transaction
from registry.trail_models import TrailEntry
from tests.accounts.sign_in_ways import Desks, Worker, open_desks

SPELT = ("王芳", "王 芳", "王芳甲")


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Desks:
    folder: Path = tmp_path_factory.mktemp("namesakes")
    return open_desks(folder)


@pytest.fixture(scope="module")
def directors(desks: Desks) -> list[Worker]:
    """Two directors of one name, spelt in two ways, and one of another."""
    made = [desks.plant(f"fang-{rank}", Role.AUTHORITY_DIRECTOR) for rank in range(3)]
    with transaction(desks.bureau.desks) as session:
        for worker, name in zip(made, SPELT, strict=True):
            mine = update(AccountRow).where(AccountRow.id == worker.account_id)
            session.execute(mine.values(name=name))
    return made


DISABLING = {"why": "离职", "sure": "yes"}


def actors(desks: Desks, act: str) -> list[str]:
    with reading(desks.bureau.register) as session:
        query = select(TrailEntry.actor).where(TrailEntry.act == act).order_by(TrailEntry.id)
        return list(session.scalars(query))


def test_the_trail_names_the_account_of_who_shares_a_name(
    desks: Desks, directors: list[Worker]
) -> None:
    other = desks.plant("somebody", Role.POLICE)
    for worker, act in zip(directors, ("disable", "enable", "disable"), strict=True):
        answer = desks.arrived(worker).post(f"/people/{other.account_id}/{act}", data=DISABLING)
        assert answer.status_code == 303, act
    assert actors(desks, "accounts.disable") == ["王芳（fang-0）", "王芳甲"]
    assert actors(desks, "accounts.enable") == ["王 芳（fang-1）"]
    assert actors(desks, "accounts.state") == ["王芳（fang-0）", "王 芳（fang-1）", "王芳甲"]


def test_the_page_of_who_confirms_tells_namesakes_apart(
    desks: Desks, directors: list[Worker]
) -> None:
    typed = {"username": "fresh", "name": "新同事", "roles": ["police"], "body": ""}
    assert desks.arrived(directors[0]).post("/people/add", data=typed).status_code == 200
    page = desks.arrived(directors[2]).get("/people/waiting").text
    assert "王芳（fang-0）" in page


def test_a_long_name_leaves_the_account_whole(desks: Desks) -> None:
    long = "长" * 60
    made = [desks.plant(f"{'long-name-' * 5}{rank}", Role.POLICE) for rank in range(2)]
    with transaction(desks.bureau.desks) as session:
        ids = [worker.account_id for worker in made]
        session.execute(update(AccountRow).where(AccountRow.id.in_(ids)).values(name=long))
    with reading(desks.bureau.desks) as session:
        named = name_on_trail(session, ids[1], long)
    assert len(named) <= 100
    assert named.endswith(f"（{made[1].username}）")
