"""Recovery codes: what is said when one is used, refused, or made anew; and passkeys alone."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from accounts.roles import Role
from accounts.shown_once import LASTS
from registry.account_models import AccountRow, PasskeyRow, SessionRow
from registry.session import reading, transaction
from tests.accounts.sign_in_ways import APP_KEY, Desks, Worker, open_desks


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Desks:
    """Desks that the tests of this module share; each adds people of its own."""
    return open_desks(tmp_path_factory.mktemp("recovery"))


def with_a_passkey_alone(desks: Desks, name: str) -> Worker:
    """Return an auditor whose app was given up for a passkey."""
    worker = desks.add(name, Role.AUDITOR)
    desks.set_up(worker)
    with transaction(desks.bureau.desks) as session:
        row = session.scalars(select(AccountRow).where(AccountRow.username == name)).one()
        row.totp_secret = None
        passkey = PasskeyRow(
            account_id=row.id,
            name="钥匙",
            credential_id=name.encode(),
            public_key=b"",
            sign_count=0,
            made_at=desks.clock.now,
        )
        session.add(passkey)
    return worker


def test_who_signed_in_by_a_recovery_code_is_told_how_many_are_left(desks: Desks) -> None:
    worker = desks.add("lost", Role.AUDITOR)
    desks.set_up(worker)
    browser = desks.browser()
    desks.show_password(browser, worker)
    answer = browser.post("/sign-in/factor", data={"code": worker.codes[0].upper()})
    page = browser.get(answer.location).text
    assert "本次用恢复码通过了验证，还剩 9 个恢复码" in page
    assert 'href="/account#passkeys"' in page
    assert "本次用恢复码" not in browser.get("/").text, "it is said once"
    for code in worker.codes[1:]:
        browser = desks.browser()
        desks.show_password(browser, worker)
        browser.post("/sign-in/factor", data={"code": code})
    page = browser.get("/?lang=en", follow_redirects=True).text
    assert "none is left" in page and "make new codes" in page


def test_who_signed_in_by_their_app_is_told_nothing(desks: Desks) -> None:
    worker = desks.add("kept", Role.AUDITOR)
    desks.set_up(worker)
    assert "恢复码通过了验证" not in desks.sign_in(worker).get("/").text


def test_a_used_recovery_code_is_not_answered_as_a_code_of_an_app_is(desks: Desks) -> None:
    worker = desks.add("used", Role.AUDITOR)
    desks.set_up(worker)
    browser = desks.browser()
    desks.show_password(browser, worker)
    refused = browser.post("/sign-in/factor", data={"code": "0000-1111-2222"}).text
    assert "这不是可用的恢复码" in refused and "核对手机时间" not in refused
    refused = browser.post("/sign-in/factor", data={"code": "000000"}).text
    assert "核对手机时间" in refused


def test_who_has_a_passkey_alone_is_asked_for_no_app(desks: Desks) -> None:
    worker = with_a_passkey_alone(desks, "keyed")
    browser = desks.browser()
    desks.show_password(browser, worker)
    page = browser.get("/sign-in/factor").text
    assert "没有验证器" in page and "打开手机上的验证器" not in page
    refused = browser.post("/sign-in/factor", data={"code": "000000"}).text
    assert "这不是可用的恢复码" in refused and "核对手机时间" not in refused
    refused = browser.post("/sign-in/factor", data={"answer": "{}"}).text
    assert "通行密钥没有通过验证" in refused


def test_only_new_recovery_codes_void_earlier_ones_and_are_ticked_for(desks: Desks) -> None:
    worker = desks.add("anew", Role.AUDITOR)
    browser = desks.set_up(worker)
    unticked = browser.post("/account/recovery-codes")
    assert unticked.status_code == 422 and "请先勾选确认" in unticked.text
    assert "现有的 10 个立即作废" in unticked.text
    sent = browser.post("/account/recovery-codes", data={"sure": "yes"})
    assert sent.status_code == 303
    made = browser.get(sent.location).text
    assert "原有的恢复码已全部作废" in made and worker.codes[0] not in made
    assert browser.get(sent.location).text == made  # loaded again, it voids none
    codes = re.findall(r'<span class="code">([^<]+)</span>', made)
    with reading(desks.bureau.desks) as session:
        kept = "".join(session.scalars(select(SessionRow.data)))
    assert len(codes) == 10 and "shown_once" in kept and not any(one in kept for one in codes)
    for _ in range(2):
        assert browser.get(sent.location).text == made
        desks.clock.go_on(minutes=LASTS.seconds / 120)
    assert browser.get(sent.location).location == "/account"


def test_the_first_recovery_codes_void_none(desks: Desks) -> None:
    worker = desks.add("fresh", Role.AUDITOR)
    browser = desks.browser()
    browser.post(worker.link, data=dict.fromkeys(("password", "again"), "four unrelated words"))
    page = browser.get("/sign-in/enrol").text
    assert "原来的立即作废" not in page
    found = APP_KEY.search(page)
    assert found is not None
    worker.app_key = found[1]
    shown = browser.post("/sign-in/enrol", data={"code": desks.code_of(worker)}).text
    assert "请保存恢复码" in shown and "作废" not in shown


def test_that_a_new_app_replaces_the_present_one_is_said(desks: Desks) -> None:
    worker = desks.add("twice", Role.AUDITOR)
    browser = desks.set_up(worker)
    assert "原来的立即作废" in browser.get("/account/factor").text
    keyed = with_a_passkey_alone(desks, "without")
    other = desks.browser()
    desks.show_password(other, keyed)
    other.post("/sign-in/factor", data={"code": keyed.codes[0]})
    assert "原来的立即作废" not in other.get("/account/factor").text
