"""What managers do to accounts, what asks for the second factor again, and one's own devices."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from accounts.account_acts import change_roles, disable_account
from accounts.easy_passwords import is_easy
from accounts.errors import AccountError
from accounts.qr_symbol import qr_symbol
from accounts.roles import Role
from accounts.spoken import spoken_moment
from registry.account_models import AccountRow, PasskeyRow
from registry.session import reading, transaction
from registry.trail_models import TrailEntry
from tests.accounts.sign_in_ways import PASSWORD, Desks, Worker, open_desks

_LINK = "/set-up/"


@pytest.fixture
def desks(tmp_path_factory: pytest.TempPathFactory) -> Desks:
    """Desks of a new home."""
    return open_desks(tmp_path_factory.mktemp("people"))


def noted(desks: Desks) -> list[tuple[str, str, str]]:
    """Return what stands in the audit trail."""
    with reading(desks.bureau.register) as session:
        rows = session.scalars(select(TrailEntry).order_by(TrailEntry.id)).all()
    return [(row.actor, row.act, row.subject) for row in rows]


def state_of(desks: Desks, worker: Worker) -> AccountRow:
    """Return a worker's account as it is."""
    with reading(desks.bureau.desks) as session:
        row = session.scalars(select(AccountRow).where(AccountRow.username == worker.username))
        return row.one()


def test_a_director_adds_somebody_who_then_signs_in(desks: Desks) -> None:
    browser = desks.arrived(desks.plant("director", Role.AUTHORITY_DIRECTOR))
    typed = {"username": "new.one", "name": "新同事", "roles": ["police"], "body": ""}
    page = browser.post("/people/add", data=typed)
    assert page.status_code == 200
    link = _LINK + page.text.partition(_LINK)[2].partition("<")[0]
    slip = page.text.partition("账号设置单")[2]
    assert qr_symbol(f"http://localhost{link}").path in slip
    assert all(one in slip for one in ("新同事", "new.one", "有效期至", 'data-copy="link"'))
    assert desks.set_up(Worker(username="new.one", link=link)).get("/").status_code == 200
    assert noted(desks) == [
        ("director某", "accounts.add", "new.one"),
        ("director某", "accounts.state", "new.one on/1 police?1 - 新同事"),
        ("新同事", "accounts.set_up", "new.one"),
        ("新同事", "accounts.factor", "new.one"),
    ]
    row = browser.get("/people").text.partition(">new.one<")[2].partition("</tr>")[0]
    assert "<span>director某</span>" in row


def test_who_sets_up_on_the_telephone_itself_opens_the_app_or_copies_its_key(
    desks: Desks,
) -> None:
    browser = desks.arrived(desks.plant("owner", Role.AUDITOR))
    page = browser.get("/account/factor").text
    link = page.partition('href="otpauth://totp/')[2].partition('"')[0]
    key = link.partition("secret=")[2].partition("&")[0]
    shown = page.partition('id="app-key">')[2].partition("</p>")[0]
    assert len(key) >= 16 and re.sub(r"<[^>]*>", "", shown) == key
    assert 'data-copy="app-key"' in page and "copy.js" in page
    assert "这台电脑或手机的指纹" in page


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"username": "A B", "name": "某", "roles": ["police"]}, "username"),
        ({"username": "fine.name", "name": "", "roles": ["police"]}, "name"),
        ({"username": "fine.name", "name": "<b>某</b>", "roles": ["police"]}, "name"),
        ({"username": "fine.name", "name": "=1+1", "roles": ["police"]}, "name"),
        ({"username": "fine.name", "name": "某\u200b", "roles": ["police"]}, "name"),
        ({"username": "fine.name", "name": "某", "roles": []}, "roles"),
        ({"username": "fine.name", "name": "某", "roles": ["police", "auditor"]}, "roles"),
        ({"username": "fine.name", "name": "某", "roles": ["approver"]}, "body"),
        ({"username": "director", "name": "某", "roles": ["police"]}, "username"),
    ],
)
def test_a_form_says_beside_the_field_what_is_wrong(
    desks: Desks, typed: dict[str, str | list[str]], field: str
) -> None:
    browser = desks.arrived(desks.plant("director", Role.AUTHORITY_DIRECTOR))
    page = browser.post("/people/add", data=typed)
    assert page.status_code == 422
    assert f'id="{field}-wrong"' in page.text
    assert f'value="{typed["username"]}"' in page.text


def test_a_custodian_is_told_the_body_that_their_people_belong_to(desks: Desks) -> None:
    body = "S000012000123"
    keeper = desks.arrived(desks.plant("keeper", Role.KEY_CUSTODIAN, body=body))
    page = keeper.get("/people/add").text
    assert body in page and "还没有备案的评价机构" not in page and 'id="body"' not in page


def test_all_that_is_wrong_with_a_new_account_is_said_at_once(desks: Desks) -> None:
    browser = desks.arrived(desks.plant("director", Role.AUTHORITY_DIRECTOR))
    typed = {"username": "director", "name": "", "roles": ["police", "auditor"]}
    page = browser.post("/people/add", data=typed).text
    for field in ("username", "name", "roles"):
        assert f'id="{field}-wrong"' in page, field
    assert "请至少选择一个角色" not in page and "不能由同一账号兼任" in page


@pytest.mark.parametrize(
    ("password", "taken"),
    [
        ("123456789012", False),
        ("Password1234", False),
        ("Admin@123456", False),
        ("1qaz2wsx3edc", False),
        ("hello1hello1", False),
        (PASSWORD, True),
        ("天津市样本路2026年秋天", True),
    ],
)
def test_a_password_that_everybody_takes_is_refused(password: str, taken: bool) -> None:
    assert is_easy(password.casefold()) is not taken


def test_disabling_ends_every_session_at_once(desks: Desks) -> None:
    director = desks.arrived(desks.plant("director", Role.AUTHORITY_DIRECTOR))
    worker = desks.plant("leaver", Role.POLICE)
    sessions = [desks.arrived(worker) for _ in range(2)]
    assert [one.get("/").status_code for one in sessions] == [200, 200]
    address = f"/people/{worker.account_id}/disable"
    untouched = director.post(address)
    assert untouched.status_code == 422
    assert 'id="disable-sure-wrong"' in untouched.text and 'id="why-wrong"' in untouched.text
    assert director.post(address, data={"sure": "yes"}).status_code == 422
    kept = director.post(address, data={"why": "已经离岗"})
    assert kept.status_code == 422 and 'value="已经离岗"' in kept.text
    assert [one.get("/").status_code for one in sessions] == [200, 200]
    assert director.post(address, data={"sure": "yes", "why": "已经离岗"}).status_code == 303
    with reading(desks.bureau.register) as session:
        grounds = select(TrailEntry.ground).where(TrailEntry.act == "accounts.disable")
        assert session.scalars(grounds).all() == ["已经离岗"]
    assert [one.get("/").status_code for one in sessions] == [401, 401]
    assert director.post(f"/people/{worker.account_id}/enable").status_code == 303
    assert [one.get("/").status_code for one in sessions] == [401, 401]


def test_other_roles_are_in_force_from_the_next_request(desks: Desks) -> None:
    director = desks.arrived(desks.plant("director", Role.AUTHORITY_DIRECTOR))
    other = desks.plant("second", Role.AUTHORITY_DIRECTOR)
    browser = desks.arrived(other)
    assert browser.get("/people").status_code == 200
    changed = director.post(f"/people/{other.account_id}/roles", data={"roles": "authority_clerk"})
    assert changed.status_code == 303
    assert browser.get("/people").status_code == 403


def test_roles_that_stay_as_they_are_are_not_said_to_have_changed(desks: Desks) -> None:
    director = desks.arrived(
        desks.plant("director", Role.AUTHORITY_DIRECTOR), factor_minutes_ago=60
    )
    other = desks.plant("same", Role.POLICE)
    told = director.post(
        f"/people/{other.account_id}/roles", data={"roles": "police"}, follow_redirects=True
    )
    assert "没有改动" in told.text and "角色已更改" not in told.text
    assert not any(act == "accounts.roles" for _, act, _ in noted(desks))


def test_a_reset_voids_everything_and_gives_a_link(desks: Desks) -> None:
    director = desks.arrived(desks.plant("director", Role.AUTHORITY_DIRECTOR))
    worker = desks.plant("lost", Role.POLICE)
    browser = desks.arrived(worker)
    address = f"/people/{worker.account_id}/reset"
    untouched = director.post(address)
    assert untouched.status_code == 422 and "请先勾选确认" in untouched.text
    assert state_of(desks, worker).password is not None
    page = director.post(address, data={"sure": "yes"})
    assert _LINK in page.text
    row = state_of(desks, worker)
    assert (row.password, row.totp_secret, row.passkeys, row.recovery_codes) == (None, None, [], [])
    until, now = (spoken_moment(desks.clock.now + timedelta(hours=n)).zh for n in (72, 0))
    told = director.get(f"/people/{worker.account_id}").text
    assert f"有效期至 {until}" in told and f"{now} 由director某添加或重置账号时生成" in told
    assert browser.get("/").status_code == 401


def test_an_expired_link_is_told_on_both_pages_with_the_way_to_a_new_one(desks: Desks) -> None:
    director = desks.plant("director", Role.AUTHORITY_DIRECTOR)
    row = state_of(desks, desks.add("late", Role.POLICE))
    pages = ("/people", f"/people/{row.id}")
    assert all("待本人设置" in desks.arrived(director).get(page).text for page in pages)
    desks.clock.go_on(hours=73)
    list_, person = (desks.arrived(director).get(page).text for page in pages)
    assert "链接已过期" in list_ and "链接已过期" in person
    assert "待本人设置" not in list_ + person
    assert "“重置账号”，即生成新的链接" in person


def test_who_has_a_password_and_no_second_factor_yet_is_not_said_to_have_come_late(
    desks: Desks,
) -> None:
    director = desks.plant("director", Role.AUTHORITY_DIRECTOR)
    worker = desks.add("half.way", Role.POLICE)
    row = state_of(desks, worker)
    half = desks.browser()
    half.post(worker.link, data={"password": PASSWORD, "again": PASSWORD})
    for page in ("/people", f"/people/{row.id}"):
        text = desks.arrived(director).get(page).text
        assert "已设置密码，正在设置第二重验证" in text and "链接已过期" not in text
    assert "不用重置账号" in text and "即生成新的链接" not in text
    again = desks.browser()
    assert desks.show_password(again, worker).location == "/sign-in/enrol"  # as the page says


def test_the_last_director_stays(desks: Desks) -> None:
    desks.plant("only", Role.AUTHORITY_DIRECTOR)
    with pytest.raises(AccountError, match="account_last_director"):
        disable_account(desks.bureau, "only", by="测试")
    with pytest.raises(AccountError, match="account_last_director"):
        change_roles(desks.bureau, "only", ["authority_clerk"], None, by="测试")
    desks.plant("another", Role.AUTHORITY_DIRECTOR)
    disable_account(desks.bureau, "only", by="测试")


def test_nobody_changes_their_own_account_here(desks: Desks) -> None:
    me = desks.plant("me", Role.AUTHORITY_DIRECTOR)
    desks.plant("other", Role.AUTHORITY_DIRECTOR)
    browser = desks.arrived(me)
    for act in ("roles", "disable", "reset"):
        assert browser.post(f"/people/{me.account_id}/{act}").status_code == 403


def test_a_dangerous_act_waits_for_the_second_factor_and_loses_nothing(desks: Desks) -> None:
    worker = desks.add("careful", Role.AUTHORITY_DIRECTOR)
    browser = desks.set_up(worker)
    desks.clock.go_on(minutes=6)
    before = noted(desks)
    typed = {"username": "new.one", "name": "新同事", "roles": ["police"]}
    asked = browser.post("/people/add", data=typed)
    assert asked.status_code == 200
    assert noted(desks) == before
    for name, value in (("username", "new.one"), ("name", "新同事"), ("roles", "police")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in asked.text
    wrong = browser.post("/people/add", data=typed | {"again_code": "000000"})
    assert wrong.status_code == 422
    assert 'value="新同事"' in wrong.text
    done = browser.post("/people/add", data=typed | {"again_code": desks.code_of(worker)})
    assert _LINK in done.text
    desks.clock.go_on(minutes=4)
    assert _LINK in browser.post("/people/add", data=typed | {"username": "new.two"}).text


def test_what_is_wrong_is_said_before_the_second_factor_is_asked_for(desks: Desks) -> None:
    worker = desks.plant("hasty", Role.AUTHORITY_DIRECTOR)
    other = desks.plant("other", Role.POLICE)
    browser = desks.arrived(worker, factor_minutes_ago=6)
    typed = {"username": "other", "name": "新同事", "roles": ["police"]}
    two_sides = {"roles": ["police", "auditor"]}
    for path, wrong in (
        ("people/add", typed),  # the name is taken
        ("people/add", {**typed, "username": "new.one", "roles": []}),
        (f"people/{other.account_id}/roles", two_sides),
        ("account/password", {"password": "another good password", "again": "one more"}),
    ):
        told = browser.post(f"/{path}", data=wrong)
        assert (told.status_code, "again_code" in told.text) == (422, False), path
    assert "again_code" in browser.post("/people/add", data=typed | {"username": "new.one"}).text
    assert noted(desks) == []


def test_a_page_that_asks_leads_back_to_the_one_wanted(desks: Desks) -> None:
    worker = desks.add("reader", Role.AUDITOR)
    browser = desks.set_up(worker)
    assert browser.get("/account/factor").status_code == 200
    desks.clock.go_on(minutes=6)
    asked = browser.get("/account/factor")
    assert 'name="next" value="/account/factor"' in asked.text
    answer = browser.post(
        "/sign-in/again", data={"next": "/account/factor", "again_code": desks.code_of(worker)}
    )
    assert answer.location == "/account/factor"
    assert "qr-symbol" in browser.get("/account/factor").text
    evil = {"next": "https://evil.example", "again_code": desks.code_of(worker)}
    assert browser.post("/sign-in/again", data=evil).location == "/"


def test_an_employer_shows_the_password_again(desks: Desks) -> None:
    worker = desks.add("firm", Role.EMPLOYER)
    browser = desks.set_up(worker)
    typed = {"password": "another good password", "again": "another good password"}
    typed |= {"present": PASSWORD}
    assert 'name="again_password"' in browser.post("/account/password", data=typed).text
    done = browser.post("/account/password", data=typed | {"again_password": PASSWORD})
    assert done.location == "/account"


def test_a_new_password_signs_other_devices_out(desks: Desks) -> None:
    worker = desks.add("mover", Role.AUDITOR)
    first = desks.set_up(worker)
    second = desks.sign_in(worker)
    typed = {"password": "another good password", "again": "another good password"}
    for present in ({}, {"present": "not the password"}):
        refused = second.post("/account/password", data=typed | present)
        assert (refused.status_code, 'id="present-wrong"' in refused.text) == (422, True)
    typed |= {"present": PASSWORD}
    assert second.post("/account/password", data=typed).status_code == 303
    assert second.get("/").status_code == 200
    assert first.get("/").status_code == 401
    assert desks.show_password(desks.browser(), worker).status_code == 422
    renewed = desks.show_password(desks.browser(), worker, "another good password")
    assert renewed.status_code == 303


def test_devices_are_listed_and_signed_out_one_by_one_or_all(desks: Desks) -> None:
    worker = desks.add("many", Role.AUDITOR)
    here = desks.set_up(worker)
    others = [desks.sign_in(worker) for _ in range(3)]
    page = here.get("/account").text
    assert page.count("/account/devices/") == 3 + 1
    row = page.partition('action="/account/devices/')[2].partition("/end")[0]
    assert here.post(f"/account/devices/{row}/end").status_code == 303
    assert sorted(one.get("/").status_code for one in others) == [200, 200, 401]
    assert here.post("/account/devices/end-others").status_code == 303
    assert [one.get("/").status_code for one in others] == [401] * 3
    told = [act for _, act, subject in noted(desks) if subject == "many"]
    assert told[-2:] == ["accounts.session_ended", "accounts.sessions_ended"]
    assert here.get("/").status_code == 200


def test_the_trail_has_what_a_person_did_to_their_account_and_not_what_was_refused(
    desks: Desks,
) -> None:
    worker = desks.add("traced", Role.AUDITOR)
    here = desks.set_up(worker)
    assert here.post("/account/factor", data={"code": "000000"}).status_code == 422
    browser = desks.browser()
    desks.show_password(browser, worker)
    browser.post("/sign-in/factor", data={"code": worker.codes[0]})
    with transaction(desks.bureau.desks) as session:
        row = session.scalars(select(AccountRow).where(AccountRow.username == "traced")).one()
        row.totp_secret = None
        passkey = PasskeyRow(
            account_id=row.id,
            name="钥匙",
            credential_id=b"traced",
            public_key=b"",
            sign_count=0,
            made_at=desks.clock.now,
        )
        session.add(passkey)
        session.flush()
        number = passkey.id
    refused = here.post(f"/account/passkeys/{number}/remove")
    assert refused.status_code == 422 and "唯一的第二重验证方式" in refused.text
    told = [act for _, act, subject in noted(desks) if subject == "traced"]
    assert told == ["accounts.set_up", "accounts.factor", "accounts.recovery_code_used"]


def test_nobody_signs_out_another_persons_device(desks: Desks) -> None:
    victim = desks.plant("victim", Role.AUDITOR)
    theirs = desks.arrived(victim)
    thief = desks.arrived(desks.plant("thief", Role.AUDITOR))
    for row in range(1, 6):
        thief.post(f"/account/devices/{row}/end")
    assert theirs.get("/").status_code == 200
