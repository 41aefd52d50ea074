"""From a set-up link to the desks in a real browser: an authenticator app, then a passkey."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.roles import Role
from registry.home import Home
from tests.accounts.sign_in_ways import PASSWORD, Desks, app_code
from tests.conftest import NOW, PASSPHRASE
from tests.journeys.conftest import serving
from tests.journeys.keyboard import enter
from wsgi import create_private_app

_AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class _RealClock:
    def __call__(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Desks:
    """Desks by the real time: a browser's clock cannot be set."""
    folder: Path = tmp_path_factory.mktemp("desks")
    home = Home.create(folder / "home", demo=True, passphrase=PASSPHRASE, now=NOW)
    clock = _RealClock()
    app = create_private_app(home, PASSPHRASE, clock=clock)
    return Desks(app=app, clock=clock)  # type: ignore[arg-type]  # only asked for the time


@pytest.fixture(scope="module")
def address(desks: Desks) -> Iterator[str]:
    """Where the desks are: passkeys need the name localhost."""
    with serving(desks.app) as at:
        yield at.replace("127.0.0.1", "localhost")


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page with an authenticator of software in its browser."""
    context = browser.new_context(base_url=address, locale="zh-CN")
    page = context.new_page()
    cdp = context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})
    yield page
    context.close()


def choose_password(page: Page, link: str) -> None:
    """Open a set-up link and choose a password."""
    page.goto(link)
    page.get_by_label("新密码").fill(PASSWORD)
    page.get_by_label("再输入一次").fill(PASSWORD)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name="设置第二重验证")).to_be_visible()


def test_an_app_leads_in_and_a_passkey_after_it(desks: Desks, page: Page) -> None:
    worker = desks.add("walker", Role.AUTHORITY_DIRECTOR)
    choose_password(page, worker.link)
    key = re.sub("-", "", page.locator(".code").first.inner_text())
    page.get_by_label("验证码").fill(app_code(key, datetime.now(UTC)))
    page.get_by_role("button", name="启用验证器").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    expect(page.locator("#print")).to_be_visible()
    page.get_by_role("link", name="已保存，继续").click()

    page.goto("/account/factor")
    page.get_by_label("通行密钥名称").fill("办公室电脑")
    page.get_by_role("button", name="创建通行密钥").click()
    expect(page.get_by_text("新的验证方式已启用")).to_be_visible()
    expect(page.get_by_text("办公室电脑")).to_be_visible()

    page.locator(".menu summary").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_text("已退出登录。")).to_be_visible()
    page.get_by_label("用户名").fill("walker")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="使用通行密钥").click()
    expect(page.locator(".menu summary")).to_contain_text("walker某")


def test_a_passkey_alone_may_be_the_second_factor(desks: Desks, page: Page) -> None:
    worker = desks.add("keyed", Role.AUDITOR)
    choose_password(page, worker.link)
    page.get_by_role("button", name="创建通行密钥").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    page.goto("/account")
    page.get_by_role("button", name="删除", exact=True).click()
    expect(page.locator("#troubles")).to_contain_text("唯一的第二重验证方式")


def test_a_manager_adds_somebody_after_showing_the_passkey_again(desks: Desks, page: Page) -> None:
    worker = desks.add("boss", Role.AUTHORITY_DIRECTOR)
    choose_password(page, worker.link)
    page.get_by_role("button", name="创建通行密钥").click()
    page.get_by_role("link", name="已保存，继续").click()
    from sqlalchemy import update

    from registry.account_models import SessionRow
    from registry.session import transaction

    with transaction(desks.bureau.desks) as session:
        session.execute(update(SessionRow).values(factor_at=NOW))
    page.goto("/people/add")
    page.get_by_label("姓名").fill("新来的")
    page.get_by_label("用户名").fill("newcomer")
    page.get_by_label("审计人员").check()
    page.get_by_role("button", name="添加").click()
    expect(page.get_by_text("您填写的内容已保留")).to_be_visible()
    page.get_by_role("button", name="使用通行密钥").click()
    expect(page.locator(".set-up-link")).to_contain_text("/set-up/")


def test_a_refused_form_puts_the_focus_on_what_is_wrong(desks: Desks, page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("用户名").focus()
    enter(page)
    expect(page.locator("#troubles")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("用户名")).to_be_focused()


def test_a_page_with_one_field_keeps_the_focus_there_when_it_is_refused(
    desks: Desks, page: Page
) -> None:
    worker = desks.add("coded", Role.AUDITOR)
    choose_password(page, worker.link)
    page.get_by_role("button", name="创建通行密钥").click()
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_label("用户名").fill("coded")
    page.get_by_label("密码").fill(PASSWORD)
    enter(page)
    page.get_by_label("恢复码").fill("1")
    enter(page)
    expect(page.locator("#troubles")).to_be_visible()
    expect(page.get_by_label("恢复码")).to_be_focused()
