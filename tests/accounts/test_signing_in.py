"""The way in: link, password, second factor, session; and every way that is not one."""

from __future__ import annotations

import pytest
from flask_security import hash_password

from accounts import signing_in
from accounts.account_acts import change_roles, disable_account, reset_account
from accounts.arriving import local_path
from accounts.roles import Role
from registry.account_models import EndedSessionRow
from registry.session import reading
from tests.accounts.sign_in_ways import PASSWORD, Desks, Worker, open_desks


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Desks:
    """Desks that the tests of this module share; each adds people of its own."""
    return open_desks(tmp_path_factory.mktemp("signing"))


def clerk(desks: Desks, name: str) -> Worker:
    """Return a clerk of the authority who set the account up."""
    worker = desks.add(name, Role.AUTHORITY_CLERK)
    desks.set_up(worker)
    return worker


def test_a_link_leads_to_password_second_factor_and_in(desks: Desks) -> None:
    worker = desks.add("first", Role.AUTHORITY_CLERK)
    browser = desks.set_up(worker)
    assert browser.get("/").status_code == 200
    assert desks.browser().get(worker.link).status_code == 404, "a link works once"
    again = desks.sign_in(worker, next_path="/account")
    assert "first某" in again.get("/account").text


def test_a_link_ends_after_72_hours(desks: Desks) -> None:
    worker = desks.add("late", Role.AUTHORITY_CLERK)
    desks.clock.go_on(hours=72, seconds=1)
    assert desks.browser().get(worker.link).status_code == 404


@pytest.mark.parametrize(
    ("password", "again"),
    [("short", "short"), ("aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa"), (PASSWORD, PASSWORD + "x")],
)
def test_an_unfit_password_is_not_taken(desks: Desks, password: str, again: str) -> None:
    worker = desks.add(f"weak{len(password)}{len(again)}", Role.AUTHORITY_CLERK)
    answer = desks.browser().post(worker.link, data={"password": password, "again": again})
    assert answer.status_code == 422
    assert password not in answer.text


def test_an_empty_form_says_what_to_fill_in(desks: Desks) -> None:
    answer = desks.browser().post("/sign-in", data={"username": " ", "password": ""})
    assert answer.status_code == 422
    assert "请填写用户名" in answer.text and "请填写密码" in answer.text
    assert "用户名或密码不正确" not in answer.text


def test_a_password_alone_opens_nothing(desks: Desks) -> None:
    worker = clerk(desks, "half")
    browser = desks.browser()
    assert desks.show_password(browser, worker).location == "/sign-in/factor"
    assert browser.get("/").status_code == 401
    assert browser.get("/account").status_code == 401
    assert browser.post("/sign-in/factor", data={"code": "000000"}).status_code == 422
    assert browser.get("/").status_code == 401
    desks.clock.go_on(minutes=11)
    late = browser.post("/sign-in/factor", data={"code": desks.code_of(worker)})
    assert late.location == "/sign-in?waited=yes", "the turn of the second factor is over"
    assert "等候时间过长" in browser.get(late.location).text


def test_a_code_is_taken_once(desks: Desks) -> None:
    worker = clerk(desks, "once")
    desks.sign_in(worker)
    other = desks.browser()
    desks.show_password(other, worker)
    answer = other.post("/sign-in/factor", data={"code": desks.code_of(worker)})
    assert answer.status_code == 422


def test_a_recovery_code_is_taken_once(desks: Desks) -> None:
    worker = clerk(desks, "recover")
    for status in (303, 422):
        browser = desks.browser()
        desks.show_password(browser, worker)
        answer = browser.post("/sign-in/factor", data={"code": worker.codes[0]})
        assert answer.status_code == status


def test_an_employer_needs_no_second_factor_and_may_have_one(desks: Desks) -> None:
    worker = desks.add("firm", Role.EMPLOYER)
    browser = desks.set_up(worker)
    assert browser.get("/account").status_code == 200
    assert desks.show_password(desks.browser(), worker).location == "/"


def test_what_a_password_alone_began_ends_with_the_role_of_employer(desks: Desks) -> None:
    worker = desks.add("firm-then", Role.EMPLOYER)
    browser = desks.set_up(worker)
    change_roles(desks.bureau, "firm-then", [Role.EMPLOYER], None, by="测试")
    assert browser.get("/account").status_code == 200
    change_roles(desks.bureau, "firm-then", [Role.AUDITOR], None, by="测试")
    assert browser.get("/account").status_code == 401
    assert desks.show_password(browser, worker).location == "/sign-in/enrol"


def test_nobody_learns_which_names_there_are(desks: Desks) -> None:
    worker, nobody = clerk(desks, "known"), Worker(username="unknown", link="")
    disabled = clerk(desks, "gone")
    disable_account(desks.bureau, "gone", by="测试")
    told = {
        desks.show_password(desks.browser(), one, "a wrong password!").text.replace(
            one.username, ""
        )
        for one in (worker, nobody, disabled)
    }
    without_tokens = {_without_token(page) for page in told}
    assert len(without_tokens) == 1
    assert desks.show_password(desks.browser(), disabled).status_code == 422


def _without_token(page: str) -> str:
    import re

    return re.sub(r'name="csrf_token" value="[^"]+"', "", page)


@pytest.mark.parametrize("exists", [True, False])
def test_repeated_failures_wait_longer_each_time(desks: Desks, exists: bool) -> None:
    name = f"locked-{exists}".lower()
    worker = clerk(desks, name) if exists else Worker(username=name, link="")
    waits = []
    for _ in range(7):
        answer = desks.show_password(desks.browser(), worker, "not the password")
        assert answer.status_code == 422
        waits.append("分钟后再试" in answer.text)
        if waits[-1]:
            desks.clock.go_on(minutes=5)
    assert waits == [False] * 4 + [True] * 3
    desks.show_password(desks.browser(), worker, "not the password")
    right = desks.show_password(desks.browser(), worker)
    assert right.status_code == 422, "while it waits not even the right password is looked at"
    desks.clock.go_on(minutes=31)
    assert desks.show_password(desks.browser(), worker).status_code == (303 if exists else 422)


def test_a_stranger_locks_nobody_out_of_their_own_browser(desks: Desks) -> None:
    worker = clerk(desks, "besieged")
    own = desks.sign_in(worker)
    own.post("/sign-out")
    for _ in range(6):
        desks.show_password(desks.browser(), worker, "not the password")
    assert desks.show_password(desks.browser(), worker).status_code == 422
    assert desks.show_password(own, worker).location == "/sign-in/factor"
    for _ in range(5):
        answer = desks.show_password(own, worker, "not the password")
    assert "分钟后再试" in answer.text, "failures in one's own browser wait as well"
    mark = own.get_cookie("yanzhen_known")
    assert mark is not None
    other = clerk(desks, "besieger")
    for _ in range(6):
        desks.show_password(desks.browser(), other, "not the password")
    own.set_cookie("yanzhen_known", mark.value)
    assert desks.show_password(own, other).status_code == 422, "the mark is of one account"


def test_who_showed_a_former_password_is_not_let_in_by_the_second_factor(desks: Desks) -> None:
    worker = clerk(desks, "overheard")
    own, thief = desks.sign_in(worker), desks.browser()
    assert desks.show_password(thief, worker).location == "/sign-in/factor"
    changed = {"password": "another four words here", "again": "another four words here"}
    changed |= {"present": PASSWORD}
    assert own.post("/account/password", data=changed).status_code == 303
    desks.clock.go_on(seconds=31)
    late = thief.post("/sign-in/factor", data={"code": desks.code_of(worker)})
    assert (late.status_code, late.location) == (303, "/sign-in?waited=yes")


def test_a_link_that_ended_meanwhile_keeps_no_password(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = desks.add("swift", Role.AUTHORITY_CLERK)
    late, chosen = desks.browser(), "what the late one typed"

    def meanwhile(password: str) -> str:
        kept: str = hash_password(password)
        if password == chosen:
            desks.set_up(worker)
        return kept

    monkeypatch.setattr(signing_in, "hash_password", meanwhile)
    answer = late.post(worker.link, data={"password": chosen, "again": chosen})
    assert answer.status_code == 404
    assert desks.show_password(desks.browser(), worker, chosen).status_code == 422
    assert desks.show_password(desks.browser(), worker).location == "/sign-in/factor"


def test_a_nul_is_refused_wherever_it_stands(desks: Desks) -> None:
    browser = desks.browser()
    for form in ({"username": "a\0b", "password": "x"}, {"username": "a", "next": "/\0"}):
        assert browser.post("/sign-in", data=form).status_code == 400
    assert browser.get("/sign-in?next=/%00").status_code == 400
    assert browser.get("/set-up/a%00b").status_code == 400


def test_wrong_codes_wait_too(desks: Desks) -> None:
    worker = clerk(desks, "guessed")
    browser = desks.browser()
    desks.show_password(browser, worker)
    for _ in range(5):
        answer = browser.post("/sign-in/factor", data={"code": "123456"})
    assert "分钟后再试" in answer.text
    desks.clock.go_on(seconds=31)
    assert browser.post("/sign-in/factor", data={"code": desks.code_of(worker)}).status_code == 422


def test_a_session_planted_beforehand_is_worth_nothing(desks: Desks) -> None:
    worker = clerk(desks, "planted")
    browser = desks.browser()
    browser.get("/sign-in")
    before = browser.get_cookie("yanzhen_desk")
    assert before is not None
    desks.sign_in(worker, browser)
    after = browser.get_cookie("yanzhen_desk")
    assert after is not None
    assert before.value != after.value
    attacker = desks.browser()
    attacker.set_cookie("yanzhen_desk", before.value)
    assert attacker.get("/").status_code == 401
    chosen = desks.browser()
    chosen.set_cookie("yanzhen_desk", "chosen-by-somebody")
    chosen.get("/sign-in")
    kept = chosen.get_cookie("yanzhen_desk")
    assert kept is not None
    assert kept.value != "chosen-by-somebody"


def test_the_cookie_is_hidden_from_scripts_and_other_sites(desks: Desks) -> None:
    answer = desks.browser().get("/sign-in", base_url="https://desks.example/")
    cookie = answer.headers["Set-Cookie"]
    for word in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/"):
        assert word in cookie


def test_a_session_ends_when_idle_and_after_twelve_hours(desks: Desks) -> None:
    worker = clerk(desks, "idle")
    browser = desks.sign_in(worker)
    for _ in range(3):
        desks.clock.go_on(minutes=55)
        assert browser.get("/").status_code == 200
    desks.clock.go_on(minutes=61)
    assert browser.get("/").status_code == 401
    browser = desks.sign_in(worker)
    for _ in range(13):
        desks.clock.go_on(minutes=55)
        assert browser.get("/").status_code == 200
    desks.clock.go_on(minutes=10)
    assert browser.get("/").status_code == 401


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("idle", "60 分钟没有操作"),
        ("long", "已满 12 小时"),
        ("reset", "账号已被重置"),
        ("disabled", "账号已被停用"),
        ("roles", "角色已更改"),
        ("elsewhere", "在另一处退出"),
    ],
)
def test_who_holds_the_old_cookie_is_told_why_the_session_ended(
    desks: Desks, how: str, words: str
) -> None:
    role = Role.EMPLOYER if how == "roles" else Role.AUTHORITY_CLERK
    worker = desks.plant(f"of-{how}", role)
    browser, other = desks.arrived(worker), desks.arrived(worker)
    if how == "idle":
        desks.clock.go_on(minutes=61)
    elif how == "long":
        for _ in range(12):
            desks.clock.go_on(minutes=59)
            assert browser.get("/").status_code == 200
        desks.clock.go_on(minutes=30)
        desks.browser().get("/sign-in")  # a new row: what is over is cleared away
    elif how == "reset":
        reset_account(desks.bureau, worker.username, by="某")
    elif how == "disabled":
        disable_account(desks.bureau, worker.username, by="某")
    elif how == "roles":
        change_roles(desks.bureau, worker.username, ["police"], None, by="某")
    else:
        assert other.post("/account/devices/end-others").status_code == 303
    page = browser.get("/").text
    assert words in page and worker.username not in page
    assert "登录随之退出" not in browser.get("/sign-in").text  # told once
    for text in (desks.browser().get("/sign-in").text, desks.browser().get("/").text):
        assert words not in text


def test_who_signed_out_is_told_nothing_more(desks: Desks) -> None:
    browser = desks.arrived(desks.plant("goes", Role.AUTHORITY_CLERK))
    cookie = browser.get_cookie("yanzhen_desk")
    assert cookie is not None
    number = cookie.value
    assert browser.post("/sign-out").status_code == 303
    assert "自动退出" not in browser.get("/sign-in?out=1").text
    digest = desks.bureau.digest("session", number)
    with reading(desks.bureau.desks) as session:
        assert session.get(EndedSessionRow, digest) is None


def test_signing_out_ends_the_session_wherever_its_number_is_held(desks: Desks) -> None:
    worker = clerk(desks, "leaver")
    browser = desks.sign_in(worker)
    cookie = browser.get_cookie("yanzhen_desk")
    assert cookie is not None
    assert browser.post("/sign-out").location == "/sign-in?out=1"
    thief = desks.browser()
    thief.set_cookie("yanzhen_desk", cookie.value)
    assert thief.get("/").status_code == 401


@pytest.mark.parametrize(
    "asked",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "https:evil.example",
        "",
        None,
        "http:///evil.example",
        "//[",
        "http://[",
    ],
)
def test_no_way_leads_to_another_site(asked: str | None) -> None:
    assert local_path(asked) == "/"


def test_a_local_way_is_kept_through_signing_in(desks: Desks) -> None:
    assert local_path("/people?done=roles") == "/people?done=roles"
    page = desks.browser().get("/account?done=x")
    assert page.status_code == 401
    assert 'name="next" value="/account?done=x"' in page.text
    evil = desks.browser().get("/sign-in?next=https://evil.example")
    assert "evil" not in evil.text.partition("<main")[2]


def test_every_page_refuses_frames_and_foreign_scripts(desks: Desks) -> None:
    for path in ("/sign-in", "/", "/nowhere", "/set-up/none"):
        headers = desks.browser().get(path).headers
        assert headers["X-Frame-Options"] == "DENY"
        policy = headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["Cache-Control"] == "no-store"
