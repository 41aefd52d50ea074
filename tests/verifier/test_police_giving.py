"""A case is given to another officer: lists, custody, trail, and what is refused."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO

import pytest
from sqlalchemy import delete, select, update

from registry.case_models import CaseHolder
from registry.session import reading, transaction
from registry.trail_models import TrailEntry
from tests.verifier.police_accounts import NAMESAKE, UNCONFIRMED, plant_accounts, set_active
from tests.verifier.police_homes import AUDITOR, ONE, OTHER, SURE, PoliceHome, open_police_home
from tests.verifier.police_lists import faults, with_paper

WHY = "周警官调离"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PoliceHome]:
    """The desks of a home with one certificate, and accounts of its officers."""
    with open_police_home(tmp_path_factory.mktemp("police-giving")) as made:
        plant_accounts(made)
        yield made


def give(desk: PoliceHome, case_id: int, to: object, reason: str = WHY) -> tuple[int, str]:
    form = {"give_to": str(to), "give_reason": reason}
    status, _, body = desk.post(f"/police/cases/{case_id}/give", **form)
    return status, body.decode()


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_case_is_given_to_a_colleague_and_custody_and_trail_say_why(desk: PoliceHome) -> None:
    case_id = with_paper(desk, "甲〔2026〕201号")
    assert "个本人承办的案件未办结" not in desk.page("/", OTHER)
    assert give(desk, case_id, OTHER.account_id)[0] == 303
    assert "个本人承办的案件未办结" in desk.page("/", OTHER)
    assert "个本人承办的案件未办结" not in desk.page("/", ONE)
    custody = plain(desk.page(f"/police/cases/{case_id}/custody"))
    said = f"原承办人 {ONE.name} 新承办人 {OTHER.name} 账号编号 {OTHER.account_id} 原因 {WHY}"
    assert said in custody and "转交其他民警承办" in custody
    with reading(desk.room.register) as session:
        noted = session.scalars(select(TrailEntry).where(TrailEntry.act == "police.give")).all()
    assert [(one.actor, one.ground, one.reference) for one in noted] == [
        (ONE.name, f"{ONE.name}转交{OTHER.name}：{WHY}", "甲〔2026〕201号")
    ]
    assert faults(desk, case_id) == []
    with zipfile.ZipFile(BytesIO(desk.post(f"/police/cases/{case_id}/bundle")[2])) as bundle:
        assert json.loads(bundle.read("case.json"))["held_by"] == OTHER.name
        assert WHY in bundle.read("custody.jsonl").decode()


def test_who_gave_a_case_keeps_their_access_and_any_officer_may_give_it_on(
    desk: PoliceHome,
) -> None:
    case_id = with_paper(desk, "甲〔2026〕202号")
    assert give(desk, case_id, OTHER.account_id)[0] == 303
    assert desk.status(f"/police/cases/{case_id}", ONE) == 200
    assert desk.status(f"/police/cases/{case_id}", AUDITOR) == 403
    assert give(desk, case_id, ONE.account_id, "收回自办")[0] == 303
    assert faults(desk, case_id) == []
    asked = {"give_to": str(OTHER.account_id), "give_reason": WHY}
    assert desk.post(f"/police/cases/{case_id}/give", AUDITOR, **asked)[0] == 403
    assert desk.post("/police/cases/999/give", **asked)[0] == 404


def test_only_an_officer_who_can_act_is_given_a_case_and_a_reason_is_asked_for(
    desk: PoliceHome,
) -> None:
    case_id = with_paper(desk, "甲〔2026〕203号")
    page = desk.page(f"/police/cases/{case_id}")
    assert f"{OTHER.name}（officer-{OTHER.account_id}）" in page  # told apart from a namesake
    assert f'value="{UNCONFIRMED.account_id}"' not in page
    set_active(desk, NAMESAKE, active=False)
    for to in ("", "x", 999, ONE.account_id, UNCONFIRMED.account_id, NAMESAKE.account_id):
        status, body = give(desk, case_id, to)
        assert (status, 'id="give_to-wrong"' in body) == (422, True), to
    set_active(desk, NAMESAKE, active=True)
    for reason in ("", "长" * 201, "查 11010519491231002X"):
        status, body = give(desk, case_id, OTHER.account_id, reason)
        assert (status, 'id="give_reason-wrong"' in body) == (422, True), reason
    closed = {"outcome": "genuine", "result": "核验一致"}
    assert desk.post(f"/police/cases/{case_id}/close", **closed, **SURE)[0] == 303
    status, body = give(desk, case_id, OTHER.account_id)
    assert (status, "案件已办结" in body) == (422, True)


def test_the_second_factor_is_asked_for_once_the_form_is_in_order(
    desk: PoliceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = with_paper(desk, "甲〔2026〕204号")
    monkeypatch.setattr("accounts.asking_again.factor_is_fresh", lambda: False)
    monkeypatch.setattr("accounts.asking_again.show_again", lambda: None)
    monkeypatch.setattr("accounts.asking_again.page", lambda _: "again")
    assert give(desk, case_id, OTHER.account_id, "")[0] == 422
    assert give(desk, case_id, OTHER.account_id) == (200, "again")
    with reading(desk.room.desks) as session:
        assert session.get(CaseHolder, case_id) is None


@pytest.mark.parametrize("tampering", ["other", "deleted", "planted"])
def test_a_holder_who_was_changed_in_the_database_shows(desk: PoliceHome, tampering: str) -> None:
    case_id = with_paper(desk, f"乙〔2026〕{tampering}号")
    if tampering != "planted":
        assert give(desk, case_id, OTHER.account_id)[0] == 303
    mine = CaseHolder.case_id == case_id
    with transaction(desk.room.desks) as session:
        if tampering == "other":
            session.execute(update(CaseHolder).where(mine).values(account_id=NAMESAKE.account_id))
        elif tampering == "deleted":
            session.execute(delete(CaseHolder).where(mine))
        else:
            session.add(CaseHolder(case_id=case_id, account_id=12, name=OTHER.name))
    place = None if tampering == "planted" else 5
    said = "who holds the case is not whom it was given to by this list"
    assert faults(desk, case_id) == [(place, said)]
