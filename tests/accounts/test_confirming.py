"""Roles given or reset on a page count once another person has confirmed them."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import select, update

from accounts.account_acts import (
    NewAccount,
    add_account,
    change_roles,
    disable_account,
    reset_account,
)
from accounts.errors import AccountError
from accounts.role_standing import counting_roles, waiting_roles
from accounts.roles import TWO_PERSON_ROLES, Role
from issuer.filing import parse_filing
from issuer.filing_record import record_filing
from registry.account_models import AccountRow
from registry.session import reading, transaction
from registry.trail_models import TrailEntry
from tests.accounts.desk_app import DeskClient
from tests.accounts.sign_in_ways import Desks, Worker, open_desks
from tests.conftest import NOW
from tests.issuer.desks import FILING

BODY, OTHER_BODY = "S000012000123", "S000012000124"
DIRECTOR = Role.AUTHORITY_DIRECTOR


@pytest.fixture
def desks(tmp_path_factory: pytest.TempPathFactory) -> Desks:
    """Desks of a new home at which two bodies are filed."""
    opened = open_desks(tmp_path_factory.mktemp("confirming"))
    with transaction(opened.bureau.register) as session:
        for prefix in (BODY, OTHER_BODY):
            filing = parse_filing(FILING | {"name": f"样本中心{prefix}", "prefix": prefix})
            record_filing(session, filing, now=NOW)
    return opened


def account(desks: Desks, username: str) -> AccountRow:
    """Return an account as it is."""
    with reading(desks.bureau.desks) as session:
        return session.scalars(select(AccountRow).where(AccountRow.username == username)).one()


def change(desks: Desks, username: str, **values: str | None) -> None:
    """Change an account behind the desks' back."""
    with transaction(desks.bureau.desks) as session:
        session.execute(update(AccountRow).where(AccountRow.username == username).values(**values))


def set_up(desks: Desks, username: str) -> Worker:
    """Have the person of an account choose password and second factor."""
    row = account(desks, username)
    change(desks, username, password="x", totp_secret="x", uniquifier=f"of {username}")
    return Worker(username=username, link="", account_id=row.id)


def give(browser: DeskClient, worker: Worker, role: Role, body: str = "") -> None:
    """Give a planted account another role on its page."""
    typed = {"roles": [role.value], "body": body}
    assert browser.post(f"/people/{worker.account_id}/roles", data=typed).status_code == 303


def seen(browser: DeskClient, worker: Worker) -> str:
    """Return what the page that confirms brings back."""
    page = browser.get(f"/people/{worker.account_id}/confirm")
    found = re.search(r'name="seen" value="([^"]*)"', page.text)
    return html.unescape(found[1]) if found else ""


def confirm(browser: DeskClient, worker: Worker, *, shown: str | None = None) -> int:
    """Confirm the roles that wait of an account; return the status of the answer."""
    typed = {"seen": seen(browser, worker) if shown is None else shown, "spoken": "yes"}
    return browser.post(f"/people/{worker.account_id}/confirm", data=typed).status_code


def acts(desks: Desks) -> list[tuple[str, str, str]]:
    """Return who did what to which account, as the trail has it."""
    with reading(desks.bureau.register) as session:
        rows = session.scalars(select(TrailEntry).order_by(TrailEntry.id)).all()
    return [(row.actor, row.act, row.subject) for row in rows]


def stand_of(desks: Desks, username: str) -> tuple[set[Role], set[Role]]:
    """Return which roles of an account count, and which wait."""
    row = account(desks, username)
    return set(counting_roles(row)), set(waiting_roles(row))


def test_an_added_role_counts_only_once_another_person_confirmed_it(desks: Desks) -> None:
    adder = desks.arrived(desks.plant("adder", DIRECTOR))
    other = desks.arrived(desks.plant("other", DIRECTOR))
    typed = {"username": "fresh", "name": "新同事", "roles": ["authority_director"], "body": ""}
    assert "/set-up/" in adder.post("/people/add", data=typed).text
    worker = Worker(username="fresh", link="", account_id=account(desks, "fresh").id)
    assert confirm(other, worker, shown="") == 422  # not set up yet
    worker = set_up(desks, "fresh")
    fresh = desks.arrived(worker)
    front = fresh.get("/")
    assert front.status_code == 200
    assert "主管部门负责人”待另一人确认" in front.text
    assert "另一名主管部门负责人" in fresh.get("/account").text
    assert fresh.get("/people").status_code == 403
    assert ">1</span>" in other.get("/").text
    assert "个账号的角色待确认" in other.get("/").text
    assert "个账号的角色待确认" not in adder.get("/").text
    assert f"/people/{worker.account_id}/confirm" in other.get("/people").text
    assert f"/people/{worker.account_id}/confirm" not in adder.get("/people").text
    assert confirm(other, worker) == 303
    assert fresh.get("/people").status_code == 200
    assert "待另一人确认" not in fresh.get("/").text
    ids = {one: account(desks, one).id for one in ("adder", "other")}
    state = f"fresh on/{ids['adder']} authority_director"
    assert acts(desks) == [
        ("adder某", "accounts.add", "fresh"),
        ("adder某", "accounts.state", f"{state}?{ids['adder']} - 新同事"),
        ("other某", "accounts.confirm", "fresh authority_director"),
        ("other某", "accounts.state", f"{state}!{ids['other']} - 新同事"),
    ]


def test_who_added_changed_or_has_an_account_does_not_confirm_it(desks: Desks) -> None:
    adder = desks.plant("adder", DIRECTOR)
    worker = desks.plant("clerk", Role.BODY_CLERK, body=BODY)
    give(desks.arrived(adder), worker, DIRECTOR)
    twin = desks.plant("twin", DIRECTOR)
    namesake = desks.plant("namesake", DIRECTOR)
    change(desks, "adder", name="张伟")
    change(desks, "twin", name="張 偉")
    change(desks, "clerk", name="王伟")
    change(desks, "namesake", name="王偉")
    shown = seen(desks.arrived(adder), worker) or _shown_to_another(desks, worker)
    for one, status in ((adder, 422), (twin, 422), (namesake, 422), (worker, 403)):
        assert confirm(desks.arrived(one), worker, shown=shown) == status, one.username
    assert stand_of(desks, "clerk") == (set(), {DIRECTOR})
    assert not any(act == "accounts.confirm" for _, act, _ in acts(desks))


def test_who_confirms_reads_the_ground_and_that_one_account_would_be_clerk_and_approver(
    desks: Desks,
) -> None:
    adder = desks.arrived(desks.plant("adder", DIRECTOR))
    other = desks.arrived(desks.plant("other", DIRECTOR))
    worker = desks.plant("clerk", Role.BODY_CLERK, body=BODY)
    address, page = f"/people/{worker.account_id}/roles", f"/people/{worker.account_id}/confirm"
    typed = {"roles": ["approver"], "body": BODY}
    assert adder.post(address, data=typed).status_code == 303
    alone = other.get(page).text
    assert "没有填写" in alone and "同时是机构经办人和审批人" not in alone
    desks.clock.go_on(minutes=1)
    both = {"roles": ["approver", "body_clerk"], "body": BODY, "ground": "兼任经办人"}
    assert adder.post(address, data=both).status_code == 303
    told = other.get(page).text
    assert "兼任经办人" in told and "同时是机构经办人和审批人" in told
    desks.clock.go_on(minutes=1)
    fewer = {"roles": ["approver"], "body": BODY, "ground": "不再兼任经办人"}
    assert adder.post(address, data=fewer).status_code == 303
    assert "不再兼任经办人" not in other.get(page).text  # on that no role was given


def _shown_to_another(desks: Desks, worker: Worker) -> str:
    return seen(desks.arrived(desks.plant("yet-another", DIRECTOR)), worker)


def test_neither_another_bodys_people_nor_who_waits_confirm(desks: Desks) -> None:
    keeper = desks.arrived(desks.plant("keeper", Role.KEY_CUSTODIAN, body=BODY))
    first = desks.plant("first", Role.EXAMINER, body=BODY)
    second = desks.plant("second", Role.EXAMINER, body=BODY)
    for one in (first, second):
        give(keeper, one, Role.APPROVER)
    approver = desks.arrived(desks.plant("approver", Role.APPROVER, body=BODY))
    shown = seen(approver, second)
    foreign = desks.plant("foreign", Role.APPROVER, body=OTHER_BODY)
    clerk = desks.plant("a-clerk", Role.BODY_CLERK, body=BODY)
    for one, status in ((foreign, 404), (clerk, 403), (first, 403)):
        assert confirm(desks.arrived(one), second, shown=shown) == status, one.username
    assert desks.arrived(foreign).get("/people/waiting").text.count("second") == 0
    assert confirm(approver, first) == 303
    assert confirm(desks.arrived(first), second, shown=shown) == 303
    assert stand_of(desks, "second") == ({Role.APPROVER}, set())


def test_a_director_confirms_what_a_custodian_gave(desks: Desks) -> None:
    keeper = desks.arrived(desks.plant("keeper", Role.KEY_CUSTODIAN, body=BODY))
    worker = desks.plant("clerk", Role.EXAMINER, body=BODY)
    give(keeper, worker, Role.BODY_CLERK)
    assert (
        "yanzhen accounts roles clerk --role body_clerk --body"
        in keeper.get(f"/people/{worker.account_id}").text
    )  # nobody else is there
    director = desks.arrived(desks.plant("director", DIRECTOR))
    assert "yanzhen accounts" not in keeper.get(f"/people/{worker.account_id}").text
    assert confirm(director, worker) == 303


def test_a_reset_has_its_roles_wait_again_and_who_did_it_is_not_another(desks: Desks) -> None:
    one = desks.arrived(desks.plant("one", DIRECTOR))
    two = desks.arrived(desks.plant("two", DIRECTOR))
    worker = desks.plant("worker", Role.EMPLOYER)
    give(one, worker, Role.POLICE)
    assert confirm(two, worker) == 303
    assert stand_of(desks, "worker") == ({Role.POLICE}, set())
    page = two.post(f"/people/{worker.account_id}/reset", data={"sure": "yes"}).text
    assert "还须由另一人确认" in page
    assert stand_of(desks, "worker") == (set(), {Role.POLICE})
    set_up(desks, "worker")
    assert confirm(two, worker, shown=seen(one, worker)) == 422
    assert confirm(one, worker) == 303
    assert desks.arrived(worker).get("/police/cases").status_code != 403


def test_who_was_shown_the_link_does_not_confirm_what_another_gave(desks: Desks) -> None:
    one = desks.arrived(desks.plant("one", DIRECTOR))
    two = desks.arrived(desks.plant("two", DIRECTOR))
    worker = desks.plant("worker", Role.AUDITOR)
    one.post(f"/people/{worker.account_id}/reset", data={"sure": "yes"})
    assert stand_of(desks, "worker") == ({Role.AUDITOR}, set())
    set_up(desks, "worker")
    give(two, worker, DIRECTOR)
    three = desks.arrived(desks.plant("three", DIRECTOR))
    assert confirm(one, worker, shown=seen(three, worker)) == 422
    assert confirm(three, worker) == 303


def test_what_is_confirmed_is_what_was_shown_and_only_with_the_tick(desks: Desks) -> None:
    one = desks.arrived(desks.plant("one", DIRECTOR))
    other = desks.plant("other", DIRECTOR)
    browser = desks.arrived(other)
    worker = desks.plant("worker", Role.AUTHORITY_CLERK)
    give(one, worker, DIRECTOR)
    shown = seen(browser, worker)
    desks.clock.go_on(minutes=1)
    give(one, worker, Role.POLICE)
    assert confirm(browser, worker, shown=shown) == 422
    address = f"/people/{worker.account_id}/confirm"
    unticked = browser.post(address, data={"seen": seen(browser, worker)})
    assert (unticked.status_code, 'id="spoken-wrong"' in unticked.text) == (422, True)
    desks.clock.go_on(minutes=5)
    asked = browser.post(address, data={"seen": seen(browser, worker), "spoken": "yes"})
    assert "again_code" in asked.text
    assert stand_of(desks, "worker") == (set(), {Role.POLICE})
    assert not any(act == "accounts.confirm" for _, act, _ in acts(desks))


def test_roles_are_refused_with_a_ground(desks: Desks) -> None:
    one = desks.arrived(desks.plant("one", DIRECTOR))
    other = desks.arrived(desks.plant("other", DIRECTOR))
    worker = desks.plant("worker", Role.AUDITOR)
    give(one, worker, Role.AUTHORITY_CLERK)
    browser, address = desks.arrived(worker), f"/people/{worker.account_id}/refuse"
    for ground in ("", "否"):
        told = other.post(address, data={"seen": seen(other, worker), "ground": ground})
        assert told.status_code == 422 and "请写明具体事由" in told.text
    typed = {"seen": seen(other, worker), "ground": "本人对此不知情"}
    assert other.post(address, data=typed).status_code == 303
    row = account(desks, "worker")
    assert (row.roles, row.confirmations, row.active) == ([], [], False)
    assert browser.get("/").status_code == 401
    assert ("other某", "accounts.refuse", "worker authority_clerk") in acts(desks)
    assert acts(desks)[-1][2] == "worker off - - worker某"


def test_a_role_kept_goes_on_counting_and_one_in_another_body_waits(desks: Desks) -> None:
    desks.plant("keeper", Role.KEY_CUSTODIAN, body=BODY)
    keeper = desks.arrived(desks.plant("giver", Role.KEY_CUSTODIAN, body=BODY))
    worker = desks.plant("worker", Role.APPROVER, body=BODY)
    typed = {"roles": ["approver", "examiner"]}
    assert keeper.post(f"/people/{worker.account_id}/roles", data=typed).status_code == 303
    assert stand_of(desks, "worker") == ({Role.APPROVER}, {Role.EXAMINER})
    director = desks.arrived(desks.plant("director", DIRECTOR))
    give(director, worker, Role.APPROVER, OTHER_BODY)
    assert stand_of(desks, "worker") == (set(), {Role.APPROVER})


def test_a_command_counts_at_once(desks: Desks) -> None:
    one = desks.arrived(desks.plant("one", DIRECTOR))
    worker = desks.plant("worker", Role.AUDITOR)
    give(one, worker, DIRECTOR)
    change_roles(desks.bureau, "worker", ["authority_director"], None, by="系统管理员")
    assert stand_of(desks, "worker") == ({DIRECTOR}, set())
    reset_account(desks.bureau, "worker", by="系统管理员")
    assert stand_of(desks, "worker") == ({DIRECTOR}, set())
    new = NewAccount(username="made", name="某某", roles=["police"], body=None)
    add_account(desks.bureau, new, made_by="系统管理员")
    assert stand_of(desks, "made") == ({Role.POLICE}, set())


def test_a_director_who_waits_is_no_remaining_director(desks: Desks) -> None:
    one = desks.plant("one", DIRECTOR)
    worker = desks.plant("worker", Role.AUDITOR)
    give(desks.arrived(one), worker, DIRECTOR)
    with pytest.raises(AccountError, match="account_last_director"):
        disable_account(desks.bureau, "one", by="测试")
    with pytest.raises(AccountError, match="account_last_director"):
        reset_account(desks.bureau, "one", by="测试", giver=worker.account_id)
    disable_account(desks.bureau, "worker", by="测试")


def test_employers_and_auditors_alone_wait_for_nobody() -> None:
    assert set(Role) - TWO_PERSON_ROLES == {Role.EMPLOYER, Role.AUDITOR}
